//! An outage of Recall that ends shortly before a meeting.

use std::sync::{Arc, Mutex};

use callsheet_app::ports::Clock;
use callsheet_app::{PortError, Scheduler, Service, StopReason};
use callsheet_domain::{Operation, ResponseStatus, Timestamp, plus};
use callsheet_testkit::{
    CallName, EvenJitter, Intercepted, Interceptor, ManualClock, MemoryDecisions, MemoryState,
    With as _, an_event, at,
};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::{Harness, Recall, drain_settings};

/// How Recall fails.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Failure {
    /// It does not answer.
    Unavailable,
    /// Each call is blocked (403).
    Blocked,
    /// Our key is denied (401, 402).
    Denied,
}

impl Failure {
    fn error(self) -> PortError {
        let service = Service::Recall;
        match self {
            Self::Unavailable => PortError::Unavailable {
                service,
                reason: "503".to_owned(),
                source: None,
            },
            Self::Blocked => PortError::Blocked {
                service,
                reason: "403".to_owned(),
            },
            Self::Denied => PortError::Denied {
                service,
                reason: "402".to_owned(),
            },
        }
    }
}

/// Recall fails between two instants, each call in the same way.
#[derive(Debug, Clone)]
pub(crate) struct Outage<K = ManualClock> {
    clock: K,
    from: Timestamp,
    until: Timestamp,
    failure: Failure,
    failed: Arc<Mutex<Vec<Timestamp>>>,
}

impl<K: Clock> Outage<K> {
    /// Recall does not answer between these instants.
    pub(crate) fn between(clock: K, from: Timestamp, until: Timestamp) -> Self {
        Self {
            clock,
            from,
            until,
            failure: Failure::Unavailable,
            failed: Arc::default(),
        }
    }

    pub(crate) fn with(self, failure: Failure) -> Self {
        Self { failure, ..self }
    }

    /// When calls failed, in order.
    pub(crate) fn failed(&self) -> Vec<Timestamp> {
        self.failed.lock().expect("no holder panics").clone()
    }
}

impl<K: Clock> Interceptor for Outage<K> {
    async fn around<T: Send>(
        &self,
        _: CallName,
        effect: impl Future<Output = Result<T, PortError>> + Send,
    ) -> Result<T, PortError> {
        let now = self.clock.now();
        if !(self.from..self.until).contains(&now) {
            return effect.await;
        }
        self.failed.lock().expect("no holder panics").push(now);
        Err(self.failure.error())
    }
}

impl Harness {
    pub(crate) fn outage(&self, from: &str, until: &str) -> Outage {
        Outage::between(self.clock.clone(), at(from), at(until))
    }

    /// A scheduler whose calls go through the outage.
    pub(crate) fn drain_through(
        &self,
        outage: &Outage,
        fraction: f64,
    ) -> Scheduler<Intercepted<Recall, Outage>, MemoryDecisions, MemoryState, ManualClock, EvenJitter>
    {
        Scheduler {
            recall: Intercepted::new(self.recall.clone(), outage),
            decisions: self.decisions.clone(),
            state: self.state.clone(),
            clock: self.clock.clone(),
            jitter: EvenJitter(fraction),
            settings: drain_settings(),
        }
    }

    /// Wakes the scheduler each minute until `until`, through the outage.
    async fn woken_each_minute(&self, until: Timestamp, outage: &Outage, fraction: f64) {
        while self.after(0) < until {
            let end = self.after(285).min(until);
            let scheduler = self.drain_through(outage, fraction);
            let report = scheduler.run(end).await.expect("a finished run");
            if report.stopped == StopReason::Idle {
                let now = self.clock.now();
                let into = now.as_second().rem_euclid(60);
                self.clock
                    .advance_to(plus(now, SignedDuration::from_secs(60 - into)));
            }
        }
    }

    /// When the first call of this kind had its effect.
    fn called_at(&self, operation: Operation) -> Option<Timestamp> {
        let calls = self.recall.calls().into_iter();
        let mut calls = calls.filter(|call| call.operation == operation);
        calls.next().map(|call| call.at)
    }
}

#[test_case(0.0)]
#[test_case(0.5)]
#[test_case(1.0)]
#[tokio::test]
async fn an_outage_that_ends_two_minutes_before_the_start_gives_the_bot_in_time(fraction: f64) {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let outage = harness.outage("09:00", "09:58");
    harness
        .woken_each_minute(at("10:05"), &outage, fraction)
        .await;
    let called = harness.called_at(Operation::ScheduleBot).expect("a call");
    assert!(called <= at("09:58:16"), "{called}");
    harness.assert_as_wanted();
}

/// Its time may be up while the row waits for a few seconds.
#[tokio::test]
async fn a_run_whose_time_is_up_wakes_the_next_one_for_a_row_that_waits() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.clock.advance_to(at("09:55"));
    let outage = harness.outage("09:00", "12:00");
    let scheduler = harness.drain_through(&outage, 1.0);
    let report = scheduler.run(harness.after(40)).await.expect("a run");
    assert_eq!(report.stopped, StopReason::DeadlineReached);
    let row = harness.decision(&an_event().id);
    assert!(row.attempts.not_before > Some(harness.after(0)), "{row:?}");
    let results = u64::from(report.again);
    let writes = row.version.0 - 1;
    assert_eq!(writes, results + 1, "the last write is the wake-up");
}

/// The first waits of a generation are short, so the outage lasts long enough for
/// the longest.
#[test_case("09:50", "09:57", 1.0)]
#[test_case("09:50", "09:57", 0.5)]
#[test_case("09:31", "09:59:30", 1.0)]
#[tokio::test]
async fn a_no_during_an_outage_is_carried_out_before_the_start(
    said: &str,
    until: &str,
    fraction: f64,
) {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    harness.clock.advance_to(at(said));
    let declined = an_event().with(|event| {
        event.facts.own_response = Some(ResponseStatus::Declined);
        event.updated_at = at(said);
    });
    harness.see(declined).await;
    let outage = harness.outage(said, until);
    harness
        .woken_each_minute(at("10:05"), &outage, fraction)
        .await;
    let called = harness.called_at(Operation::UnscheduleBot).expect("a call");
    let latest = plus(at(until), SignedDuration::from_secs(16));
    assert!(called <= latest && called < at("10:00"), "{called}");
    assert_eq!(harness.recall.count(Operation::LeaveCall), 0);
    assert_eq!(harness.recall.bots().len(), 0);
}

/// The bot must not join at the old time, whenever the meeting is now.
#[tokio::test]
async fn a_meeting_that_was_moved_during_an_outage_has_its_bot_moved_before_the_old_start() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    let before = harness.recall.count(Operation::ScheduleBot);
    let moved = an_event().with(|event| {
        (event.starts_at, event.ends_at) = (at("16:00"), at("17:00"));
        event.updated_at = at("09:31");
    });
    harness.see(moved).await;
    let outage = harness.outage("09:00", "09:59:30");
    harness.woken_each_minute(at("10:05"), &outage, 1.0).await;
    let calls = harness.recall.calls().into_iter();
    let schedules = calls.filter(|call| call.operation == Operation::ScheduleBot);
    let moved_at = schedules.map(|call| call.at).nth(before).expect("a call");
    assert!(moved_at < at("10:00"), "{moved_at}");
    harness.assert_as_wanted();
}

/// A key that gets its rights back, or a title that the firewall passes again.
#[tokio::test]
async fn a_meeting_whose_calls_are_blocked_until_two_minutes_before_the_start_gets_its_bot() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let outage = harness.outage("09:00", "09:58").with(Failure::Blocked);
    harness.woken_each_minute(at("10:05"), &outage, 1.0).await;
    let called = harness.called_at(Operation::ScheduleBot).expect("a call");
    assert!(called <= at("09:58:16"), "{called}");
}
