//! The invocation that is being handled, so that each line of the log names it.
//!
//! Lambda gives each invocation an id, by which its lines, its report and its trace are found
//! together. The id belongs to the task that handles the invocation: nothing that runs beside
//! it, such as a connection that is kept, logs anything.

use std::future::Future;

use callsheet_app::Metric;

tokio::task_local! {
    static REQUEST: String;
}

/// Handles the invocation of this id: its lines name it, and its metrics are written when it
/// ends. The work is on the heap, since its futures are large.
pub fn in_request<F: Future>(id: String, work: F) -> impl Future<Output = F::Output> {
    let work = Box::pin(async {
        let _end = End;
        work.await
    });
    REQUEST.scope(id, work)
}

/// The id of the invocation that this task handles.
pub(crate) fn request_id() -> Option<String> {
    REQUEST.try_with(Clone::clone).ok()
}

struct End;

impl Drop for End {
    fn drop(&mut self) {
        Metric::flush();
    }
}
