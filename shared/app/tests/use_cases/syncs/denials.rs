//! While Recall denies our API key one call a minute is made, no message is lost,
//! and all is handled soon after access is restored.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use callsheet_app::ports::{Access as _, Clock as _, Denial, Queue as _};
use callsheet_app::{Delivery, Handled, PortError, Service};
use callsheet_domain::{SyncJob, Timestamp, plus};
use jiff::SignedDuration;

use super::{event, harness, id};
use crate::harness::{Failing, Harness, skips_all};

pub(super) fn denied() -> PortError {
    PortError::Denied {
        service: Service::Recall,
        reason: "401: the key is disabled".to_owned(),
    }
}

/// Recall in an outage, and the instants of the calls that it got.
#[derive(Clone, Default)]
struct Outage(Arc<Mutex<Vec<Timestamp>>>);

impl Outage {
    /// Has each call to Recall fail until `until`, and records every one.
    fn of(&self, harness: &Harness, until: Timestamp, error: fn() -> PortError) -> Failing {
        let (calls, clock) = (Arc::clone(&self.0), harness.clock.clone());
        Failing::with(move |call| {
            if !call.starts_with("Calendar") || call.starts_with("Calendars") {
                return None;
            }
            let now = clock.now();
            calls.lock().expect("no holder panics").push(now);
            (now < until).then(error)
        })
    }

    fn calls(&self) -> Vec<Timestamp> {
        self.0.lock().expect("no holder panics").clone()
    }
}

impl Harness {
    /// Stores a denial whose next probe is due in so many seconds.
    async fn deny(&self, seconds: i64) {
        let denial = Denial {
            since: self.after(-600),
            reason: "402".to_owned(),
            next_probe_at: self.after(seconds),
        };
        self.state.deny(&denial).await.expect("memory");
    }

    async fn handle_batch(&self, failing: &Failing) -> (Vec<Delivery>, Handled) {
        let batch = self.queue.deliver(10);
        let sync = self.failing_sync(failing);
        let handled = sync.handle(&batch, self.deadline()).await;
        (batch, handled)
    }

    /// The waits of the messages that were requeued.
    fn waits(&self) -> Vec<u64> {
        let delayed = self.queue.delayed().into_iter();
        delayed.map(|(_, wait)| wait.as_secs()).collect()
    }

    async fn enqueue_resync(&self) {
        self.queue.send(&SyncJob::Resync).await.expect("memory");
    }
}

#[tokio::test]
async fn a_denied_resync_fails_and_is_dropped_when_it_is_delivered_again() {
    let harness = harness(3).await;
    harness.push(skips_all).await;
    harness.enqueue_resync().await;
    let outage = Outage::default();
    let failing = outage.of(&harness, harness.after(600), denied);
    let (batch, handled) = harness.handle_batch(&failing).await;
    assert_eq!(handled.failed, [batch[0].message_id.clone()]);
    assert!(handled.is_denied);
    assert_eq!(outage.calls().len(), 1, "the first denial ends it");

    let (batch, handled) = harness.handle_batch(&failing).await;
    assert_eq!(batch[0].received, 2);
    assert_eq!(handled.failed, [] as [String; 0], "it is dropped");
    assert_eq!(outage.calls().len(), 1);
}

#[tokio::test]
async fn a_resync_that_failed_once_is_dropped_whatever_the_cause() {
    let harness = harness(1).await;
    harness.enqueue_resync().await;
    let unavailable = || PortError::Unavailable {
        service: Service::DynamoDb,
        reason: "timeout".to_owned(),
        source: None,
    };
    let failing = Failing::with(move |call| (call == "Calendars::listed").then(unavailable));
    for failed in [1, 0] {
        let (_, handled) = harness.handle_batch(&failing).await;
        assert_eq!(handled.failed.len(), failed);
    }
    assert_eq!(harness.queue.deliver(10), []);
}

#[tokio::test]
async fn the_first_denial_of_a_batch_ends_its_calls_and_its_requests_wait() {
    let harness = harness(4).await;
    let unknown = 10..14;
    for number in unknown {
        harness.tell(&id(number)).await;
    }
    let outage = Outage::default();
    let failing = outage.of(&harness, harness.after(600), denied);
    let (_, handled) = harness.handle_batch(&failing).await;
    assert_eq!(handled.failed, [] as [String; 0], "to wait is no failure");
    assert_eq!(outage.calls().len(), 1);
    let waits = harness.waits();
    assert_eq!(waits.len(), 4);
    assert!(
        waits.iter().all(|wait| (60..=65).contains(wait)),
        "{waits:?}"
    );
    let denial = harness.state.denial().await.expect("memory");
    assert_eq!(
        denial.map(|denial| denial.reason),
        Some("401: the key is disabled".to_owned())
    );
}

#[tokio::test]
async fn before_the_next_probe_no_call_is_made() {
    let harness = harness(2).await;
    harness.deny(40).await;
    harness.change(0..2).await;
    let outage = Outage::default();
    let failing = outage.of(&harness, harness.after(-1), denied);
    let (_, handled) = harness.handle_batch(&failing).await;
    assert_eq!(handled.failed, [] as [String; 0]);
    assert_eq!(harness.waits(), [41, 41], "until just after the next probe");

    harness.enqueue_resync().await;
    let resync = harness.queue.deliver(10).pop().expect("the resync");
    let sync = harness.failing_sync(&failing);
    let handled = sync
        .handle(std::slice::from_ref(&resync), harness.deadline())
        .await;
    assert_eq!(handled.failed, [resync.message_id]);
    assert!(handled.is_denied);
    assert_eq!(outage.calls(), []);
}

/// The outcome of a probe that another worker makes is known soon.
#[tokio::test]
async fn a_message_beside_a_probe_in_flight_waits_only_a_moment() {
    let harness = harness(1).await;
    harness.deny(59).await;
    harness.change(0..1).await;
    let failing = Outage::default().of(&harness, harness.after(-1), denied);
    harness.handle_batch(&failing).await;
    assert_eq!(harness.waits(), [5]);
}

#[tokio::test]
async fn an_admitted_probe_ends_the_denial_and_the_batch_goes_on() {
    let harness = harness(3).await;
    harness.deny(0).await;
    harness.change(0..3).await;
    harness.clock.advance(SignedDuration::from_secs(1));
    let failing = Outage::default().of(&harness, harness.after(-1), denied);
    let (_, handled) = harness.handle_batch(&failing).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.decided(), 3);
    assert_eq!(harness.state.denial().await.expect("memory"), None);
}

#[tokio::test]
async fn a_probe_without_an_answer_is_the_only_call() {
    let harness = harness(1).await;
    harness.deny(0).await;
    for number in 10..14 {
        harness.tell(&id(number)).await;
    }
    let outage = Outage::default();
    let cut = || PortError::Unavailable {
        service: Service::Recall,
        reason: "status 503".to_owned(),
        source: None,
    };
    let failing = outage.of(&harness, harness.after(600), cut);
    let (_, handled) = harness.handle_batch(&failing).await;
    assert_eq!(handled.failed.len(), 1, "the others only wait");
    assert_eq!(outage.calls().len(), 1);
    assert!(harness.state.denial().await.expect("memory").is_some());
}

/// A batch with a scheduled resync fails as a whole, so that the function does:
/// Lambda counts that.
#[tokio::test]
async fn a_denied_batch_with_a_scheduled_resync_fails_as_a_whole() {
    let harness = harness(2).await;
    harness.deny(40).await;
    harness.change(0..2).await;
    harness.enqueue_resync().await;
    let failing = Outage::default().of(&harness, harness.after(600), denied);
    let (batch, handled) = harness.handle_batch(&failing).await;
    assert!(handled.is_denied && handled.fails_function(batch.len()));
    let mut failed = handled.failed;
    failed.sort();
    let mut messages: Vec<_> = batch.iter().map(|one| one.message_id.clone()).collect();
    messages.sort();
    assert_eq!(failed, messages);
}

/// Whoever has a call to make then makes it: the scheduler, or another batch.
#[tokio::test]
async fn a_batch_that_makes_no_call_returns_the_probe() {
    let harness = harness(1).await;
    harness.enqueue_resync().await;
    harness.deny(60).await;
    let outage = Outage::default();
    let failing = outage.of(&harness, harness.after(-1), denied);
    harness.handle_batch(&failing).await;
    harness.clock.advance(SignedDuration::from_secs(61));
    let (batch, handled) = harness.handle_batch(&failing).await;
    assert_eq!((batch[0].received, handled), (2, Handled::default()));
    assert_eq!(outage.calls().len(), 0, "its resync had failed before");
    let (now, next) = (harness.after(0), harness.after(60));
    let is_free = harness.state.claim_probe(now, next).await;
    assert!(is_free.expect("memory"));
}

#[tokio::test]
async fn a_resync_with_nothing_due_makes_the_probe_all_the_same() {
    let harness = harness(1).await;
    harness.deny(0).await;
    harness.enqueue_resync().await;
    let outage = Outage::default();
    let failing = outage.of(&harness, harness.after(-1), denied);
    let (_, handled) = harness.handle_batch(&failing).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(outage.calls().len(), 1);
    assert_eq!(harness.state.denial().await.expect("memory"), None);
}

/// Messages that become visible at an instant.
pub(super) type Waiting = Vec<(Timestamp, Delivery)>;

/// Takes what was sent or returned from the queue, each with its instant.
pub(super) fn collect(harness: &Harness, waiting: &mut Waiting, seen: &mut (usize, usize)) {
    let mut delayed = harness.queue.delayed().split_off(seen.0).into_iter();
    let mut postponed = harness.queue.postponed().split_off(seen.1).into_iter();
    seen.0 += delayed.len();
    seen.1 += postponed.len();
    for delivery in harness.queue.deliver(1_000) {
        let wait = if delivery.received > 1 {
            postponed.next().map(|(_, wait)| wait)
        } else {
            delayed.next().map(|(_, wait)| wait)
        };
        let wait = SignedDuration::try_from(wait.unwrap_or(Duration::ZERO)).expect("short");
        waiting.push((plus(harness.after(0), wait), delivery));
    }
}

/// Half an hour without access, with a webhook each 100 s and a resync each minute.
#[tokio::test]
async fn an_outage_costs_one_call_a_minute_and_no_message_and_ends_within_a_minute() {
    let harness = harness(20).await;
    let began = harness.after(0);
    let restored = harness.after(30 * 60);
    let outage = Outage::default();
    let failing = outage.of(&harness, restored, denied);
    let (mut waiting, mut seen, mut most) = (Waiting::new(), (0, 0), 0);
    let mut failures = Vec::new();
    for second in 0..(30 * 60 + 75) {
        harness
            .clock
            .advance_to(plus(began, SignedDuration::from_secs(second)));
        if second % 100 == 0 && second < 30 * 60 {
            let number = usize::try_from(second / 100).expect("few");
            harness.recall.put_event(event(number, harness.after(0)));
            harness.tell(&id(number)).await;
            collect(&harness, &mut waiting, &mut seen);
        }
        if second % 60 == 0 {
            harness.enqueue_resync().await;
            collect(&harness, &mut waiting, &mut seen);
        }
        let now = harness.after(0);
        let due: Vec<_> = waiting.extract_if(.., |(at, _)| *at <= now).collect();
        for batch in due.chunks(10) {
            let batch: Vec<_> = batch.iter().map(|(_, delivery)| delivery.clone()).collect();
            let received = batch.iter().map(|delivery| delivery.received);
            most = most.max(received.max().unwrap_or_default());
            let sync = harness.failing_sync(&failing);
            let handled = sync.handle(&batch, harness.deadline()).await;
            if handled.fails_function(batch.len()) {
                failures.push(second);
            }
            collect(&harness, &mut waiting, &mut seen);
        }
    }
    let minutes: Vec<_> = failures.iter().map(|second| second / 60).collect();
    for minute in 0..28 {
        let fails = (minute..minute + 3).filter(|minute| minutes.contains(minute));
        assert!(fails.count() >= 2, "minute {minute}: {minutes:?}");
    }
    assert!(most <= 6, "a message was received {most} times");
    let calls = outage.calls();
    let denied: Vec<_> = calls.iter().filter(|at| **at < restored).collect();
    assert!(denied.len() <= 31, "{} calls while denied", denied.len());
    for pair in denied.windows(2) {
        let between = pair[1].duration_since(*pair[0]);
        assert!(between >= SignedDuration::from_secs(60), "{between:#}");
    }
    let requests =
        |(_, delivery): &&(Timestamp, Delivery)| matches!(delivery.job, SyncJob::Request(_));
    assert_eq!(waiting.iter().filter(requests).count(), 0);
    assert_eq!(harness.decided(), 18, "all is synced within 75 s");
}
