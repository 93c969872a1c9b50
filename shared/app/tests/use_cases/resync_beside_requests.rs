//! A resync and requests in one batch.

use callsheet_app::ports::{Clock as _, Queue as _, SyncStates as _, WriteOutcome};
use callsheet_domain::{
    Operation, SyncJob, SyncReason, SyncRequest, Timestamp, WorkspaceSyncState, plus,
};
use jiff::SignedDuration;

use crate::mass_connection::{KNOWN, Running, calendar_id, meeting};

impl Running {
    /// Calendars whose full sync was requested, and is made in windows. They were listed a moment
    /// ago, so a list for a request has to wait.
    async fn in_need_of_windows() -> Self {
        let running = Self::new();
        running
            .play(async {
                running.connect(0..KNOWN, SignedDuration::ZERO).await;
                running.pass(SignedDuration::from_mins(10)).await;
            })
            .await;
        running.change_two().await;
        running.handle_next().await;
        let state = WorkspaceSyncState {
            full_sync_requested_at: Some(running.clock.now()),
            ..running.state.workspace().await.expect("memory")
        };
        let written = running.state.write_workspace_state(&state).await;
        assert_eq!(written.expect("memory"), WriteOutcome::Written);
        running
    }

    /// Has one worker handle what is on the queue.
    async fn handle_next(&self) {
        let batch = self.queue.receive_batch(10).await;
        let deadline = plus(self.clock.now(), SignedDuration::from_secs(30));
        let handled = Box::pin(self.sync().handle(&batch, deadline)).await;
        self.queue.finish(&batch, &handled);
    }

    /// Meetings of two calendars change, and both webhooks come at once.
    async fn change_two(&self) -> Timestamp {
        let now = self.clock.now();
        for number in 0..2 {
            self.recall.put_event(meeting(number, 0, now));
            let request = SyncRequest {
                calendar_id: calendar_id(number),
                reason: SyncReason::EventsChanged { since: now },
                sent_at: now,
            };
            let sent = self.queue.send(&SyncJob::Request(request)).await;
            sent.expect("memory");
        }
        now
    }

    fn lists_at(&self) -> Vec<Timestamp> {
        let calls = self.recall.calls().into_iter();
        let lists = calls.filter(|call| call.operation == Operation::ListEvents);
        lists.map(|call| call.at).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_resync_does_not_wait_for_the_requests_of_its_batch() {
    let running = Running::in_need_of_windows().await;
    let (lists, changed_at) = (running.lists_at().len(), running.change_two().await);
    running.queue.send(&SyncJob::Resync).await.expect("memory");
    running.handle_next().await;
    let first = running.lists_at()[lists];
    let waited = first.duration_since(changed_at);
    assert!(waited < SignedDuration::from_secs(1), "{waited:?}");
    for number in 0..2 {
        let change = (meeting(number, 0, changed_at).id, changed_at);
        assert!(running.lateness(&change).is_some(), "{number}");
    }
    let windowed = running.state.windowed_sync_state().await.expect("memory");
    let in_progress = windowed.in_progress.map(|sync| sync.mark);
    let sync = in_progress.or(windowed.completed.map(|completed| completed.sync));
    assert!(sync.is_some_and(|sync| sync.began_at >= changed_at));
}
