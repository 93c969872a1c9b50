//! Panics: a line of the log says where, and the metrics of the invocation are written.
//!
//! A release build ends the process after a panic: Lambda reports the invocation as failed, and
//! starts another process for the next one.

use std::panic::PanicHookInfo;

use callsheet_app::Metric;

/// Has panics logged as any other error, instead of as bare text on standard error.
pub(crate) fn log_panics() {
    std::panic::set_hook(Box::new(log));
}

/// A text that was put together may hold what was handled, such as a title, and is left out.
fn log(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    let place = place.unwrap_or_default();
    let why = panic.payload().downcast_ref::<&'static str>();
    let why = why.copied().unwrap_or("its text may hold personal data");
    tracing::error!(place, "panicked at {place}: {why}");
    Metric::flush();
}
