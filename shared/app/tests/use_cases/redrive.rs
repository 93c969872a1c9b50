//! Dead letters are sent back, and none is lost.

use callsheet_app::UseCaseError;
use callsheet_app::redrive::{RedriveOptions, redrive};
use callsheet_domain::SyncJob;
use callsheet_testkit::{
    Faults, Intercepted, MemoryDeadLetters, MemoryQueue, When, a_full_sync_of,
};
use test_case::test_case;

const ALL: RedriveOptions = RedriveOptions {
    is_dry_run: false,
    most: 1_000,
    drops_unreadable: false,
};

/// Whichever step fails, each job is on the sync queue or still in the dead-letter queue.
#[test_case(When::Before; "before the effect")]
#[test_case(When::After; "after the effect")]
#[tokio::test]
async fn no_message_is_lost_whichever_step_fails(when: When) {
    for step in 0.. {
        let (dead_letters, queue) = (MemoryDeadLetters::three(), MemoryQueue::new());
        let faults = Faults::once(step, when);
        let (flaky_letters, flaky_queue) = (
            Intercepted::new(dead_letters.clone(), &faults),
            Intercepted::new(queue.clone(), &faults),
        );
        let result = redrive((&flaky_letters, &flaky_queue), ALL).await;
        // Messages that were received when a step fails are visible again after a while.
        let (lying, held) = (dead_letters.visible(), dead_letters.in_flight());
        let is_somewhere = |id: &str, job: &SyncJob| {
            let id = id.to_owned();
            lying.contains(&id) || held.contains(&id) || queue.sent().contains(job)
        };
        assert!(
            is_somewhere("letter-1", &a_full_sync_of("calendar-sales")),
            "{step}"
        );
        assert!(is_somewhere("letter-3", &SyncJob::Resync), "{step}");
        assert!(lying.contains(&"letter-2".to_owned()) || held.contains(&"letter-2".to_owned()));
        if let Err(error) = result {
            let is_failure = matches!(
                error,
                UseCaseError::Port(_) | UseCaseError::RedriveInterrupted { .. }
            );
            assert!(is_failure, "{error}");
        }
        if step >= faults.calls() {
            assert!(step > 6, "there are several steps");
            return;
        }
    }
}
