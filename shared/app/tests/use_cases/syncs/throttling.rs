//! A table or a queue that throttles or denies us costs no message, and holds no
//! call to Recall.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use callsheet_app::ports::{Clock as _, Queue as _};
use callsheet_app::{Handled, PortError, Service};
use callsheet_domain::{Operation, SyncJob, SyncReason, SyncRequest, Timestamp, plus};
use callsheet_testkit::{Fault, a_calendar, an_event, at};
use jiff::SignedDuration;
use test_case::test_case;

use super::{event, harness, id};
use crate::harness::{Failing, Harness, skips_all};

fn denied(service: Service) -> PortError {
    PortError::Denied {
        service,
        reason: "AccessDeniedException".to_owned(),
    }
}

pub(super) fn throttled(service: Service, seconds: u64) -> PortError {
    PortError::Throttled {
        service,
        wait: Duration::from_secs(seconds),
    }
}

/// Fails the first calls of one name, so many of them.
pub(super) fn first_calls(name: &'static str, most: usize, error: fn() -> PortError) -> Failing {
    let calls = Arc::new(AtomicUsize::new(0));
    Failing::with(move |call| {
        (call == name && calls.fetch_add(1, Ordering::SeqCst) < most).then(error)
    })
}

#[test_case("Decisions::decisions", || denied(Service::DynamoDb); "by the table of decisions")]
#[test_case("Calendars::record", || denied(Service::DynamoDb); "by the table of state")]
#[test_case("OverrideStore::overrides", || denied(Service::Sqs); "by a queue")]
#[tokio::test]
async fn a_denial_by_aws_skips_no_resync_and_holds_no_other_request(
    call: &'static str,
    error: fn() -> PortError,
) {
    let harness = harness(3).await;
    harness.change(0..3).await;
    harness.push(skips_all).await;
    harness.queue.send(&SyncJob::Resync).await.expect("memory");
    harness.clock.advance(SignedDuration::from_secs(1));
    let batch = harness.queue.deliver(10);
    let sync = harness.failing_sync(&first_calls(call, 1, error));
    let handled = sync.handle(&batch, harness.deadline()).await;
    assert_eq!(handled.failed, [batch[0].message_id.clone()]);
    let decided = harness.decided();
    assert_eq!(decided, 3, "the resync has synced what the request did not");
    assert_eq!(
        harness.queue.delayed(),
        [],
        "the other requests are handled"
    );
}

/// Delivers messages when they are due, until none is left; gives the number of
/// deliveries of each message, and the waits in between.
async fn handle_as_they_come(harness: &Harness, failing: &Failing) -> (u32, Vec<u64>) {
    let (mut most, mut waits) = (0, Vec::new());
    for _ in 0..200 {
        let batch = harness.queue.deliver(10);
        let Some(received) = batch.iter().map(|delivery| delivery.received).max() else {
            return (most, waits);
        };
        most = most.max(received);
        let (delayed, postponed) = (harness.queue.delayed(), harness.queue.postponed());
        let sync = harness.failing_sync(failing);
        sync.handle(&batch, harness.deadline()).await;
        let delayed = harness.queue.delayed().split_off(delayed.len());
        let postponed = harness.queue.postponed().split_off(postponed.len());
        let delayed = delayed.into_iter().map(|(_, wait)| wait);
        let wait = delayed
            .chain(postponed.into_iter().map(|(_, wait)| wait))
            .max();
        let wait = wait.unwrap_or_default();
        waits.push(wait.as_secs());
        let wait = SignedDuration::try_from(wait).expect("short");
        harness.clock.advance(wait);
    }
    panic!("messages are left");
}

/// Throttles every call of a name until `until`.
fn throttled_until(harness: &Harness, name: &'static str, until: Timestamp) -> Failing {
    let clock = harness.clock.clone();
    Failing::with(move |call| {
        (call == name && clock.now() < until).then(|| throttled(Service::DynamoDb, 1))
    })
}

#[test_case("Decisions::decisions"; "decisions cannot be read")]
#[test_case("Decisions::write"; "decisions cannot be written")]
#[test_case("Calendars::record"; "calendars cannot be read")]
#[test_case("Policies::active_revision"; "the policy cannot be read")]
#[test_case("RateLimits::acquire"; "permits cannot be acquired")]
#[tokio::test]
async fn a_table_that_is_throttled_for_minutes_makes_no_dead_letter(call: &'static str) {
    let harness = harness(1).await;
    harness.recall.put_event(event(0, harness.after(0)));
    harness.tell(&id(0)).await;
    harness.clock.advance(SignedDuration::from_secs(1));
    let failing = throttled_until(&harness, call, harness.after(300));
    let (received, waits) = handle_as_they_come(&harness, &failing).await;
    assert_eq!(harness.decided(), 1);
    assert_eq!(received, 1, "each time it was a new message: {waits:?}");
    assert_eq!(waits[..5], [1, 2, 4, 8, 16], "{waits:?}");
    assert!(waits.iter().all(|wait| *wait <= 60), "{waits:?}");
}

#[tokio::test]
async fn a_wait_that_recall_asks_for_is_a_turn_and_grows() {
    let harness = Harness::new();
    for _ in 0..12 {
        let fault = Fault::Fails(throttled(Service::Recall, 7));
        harness.recall.fault(Operation::GetCalendar, fault);
    }
    harness.recall.put_event(event(0, harness.after(0)));
    harness.recall.put_event(an_event());
    harness.tell(&a_calendar().id).await;
    let (received, waits) = handle_as_they_come(&harness, &Failing::with(|_| None)).await;
    assert_eq!(received, 1, "each time it was a new message: {waits:?}");
    assert_eq!(waits[..3], [7, 7, 14], "{waits:?}");
    assert!(waits.iter().all(|wait| *wait <= 60), "{waits:?}");
}

#[tokio::test]
async fn a_message_that_cannot_be_requeued_is_postponed_for_longer_each_time() {
    let harness = harness(1).await;
    harness.recall.put_event(event(0, harness.after(0)));
    harness.tell(&id(0)).await;
    let until = harness.after(60);
    let clock = harness.clock.clone();
    let failing = Failing::with(move |call| {
        let is_throttled = ["Decisions::decisions", "Queue::send_later"].contains(&call);
        (is_throttled && clock.now() < until).then(|| throttled(Service::Sqs, 1))
    });
    let (received, waits) = handle_as_they_come(&harness, &failing).await;
    assert_eq!(harness.decided(), 1);
    assert!(received <= 5, "{received} deliveries: {waits:?}");
    assert!(waits.is_sorted() || waits.ends_with(&[0]), "{waits:?}");
}

#[tokio::test]
async fn a_request_that_is_throttled_for_more_than_an_hour_fails() {
    let harness = harness(1).await;
    let sent_at = plus(harness.after(0), -SignedDuration::from_mins(61));
    let old = SyncJob::Request(SyncRequest {
        calendar_id: id(0),
        reason: SyncReason::EventsChanged { since: sent_at },
        sent_at,
    });
    harness.push(skips_all).await;
    harness.queue.send(&old).await.expect("memory");
    let batch = harness.queue.deliver(10);
    let failing = throttled_until(&harness, "Decisions::decisions", at("23:00"));
    harness.recall.put_event(event(0, harness.after(0)));
    let sync = harness.failing_sync(&failing);
    let handled = sync.handle(&batch, harness.deadline()).await;
    assert_eq!(handled.failed, [batch[0].message_id.clone()]);
    assert_eq!(harness.queue.delayed(), []);
}

#[tokio::test]
async fn a_scheduled_resync_of_a_throttled_table_is_left_to_the_next() {
    let harness = harness(3).await;
    harness.push(skips_all).await;
    for number in 0..3 {
        harness.recall.put_event(event(number, harness.after(0)));
    }
    let failing = throttled_until(&harness, "Decisions::decisions", harness.after(30));
    harness.queue.send(&SyncJob::Resync).await.expect("memory");
    let before = harness.recall.calls().len();
    let sync = harness.failing_sync(&failing);
    let batch = harness.queue.deliver(10);
    let handled = sync.handle(&batch, harness.deadline()).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.queue.deliver(10), [], "it is not requeued");
    let lists = harness.subjects_since(before).len();
    assert_eq!(lists, 1, "a throttled table is not asked again at once");
    harness.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(harness.resync(harness.deadline()).await, Handled::default());
    assert_eq!(harness.decided(), 3);
}
