//! Recall denies our API key (401, 402), and admits it again.

use std::pin::pin;
use std::sync::{Arc, Mutex};

use callsheet_app::ports::{
    Access as _, BotReply, Bots, Clock as _, Denial, LeaseResult, Leases as _, LeaveReply,
    ScheduleRequest,
};
use callsheet_app::{AccessGate, Entry, PortError, RunReport, Scheduler, Service, StopReason};
use callsheet_domain::{BotEntry, BotId, Decision, EventId, Operation, Timestamp, plus};
use callsheet_testkit::{
    EvenJitter, Fault, Intercepted, MemoryDecisions, MemoryRecall, MemoryState, PausedClock,
    a_calendar, a_decision, an_event, at,
};
use futures_util::future::{Either, select};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::{Harness, Recall, drain_settings};
use crate::outages::{Failure, Outage};
use crate::scheduler::{meeting, scheduled};

fn denied() -> PortError {
    PortError::Denied {
        service: Service::Recall,
        reason: "402".to_owned(),
    }
}

/// A harness with as many meetings at four in the afternoon, none called for yet.
async fn with_meetings(count: usize) -> Harness {
    let harness = Harness::new();
    for number in 0..count {
        harness.recall.put_event(meeting(number, at("16:00")));
    }
    harness.see(meeting(0, at("16:00"))).await;
    harness
}

impl Harness {
    async fn denial(&self) -> Option<Denial> {
        self.state.denial().await.expect("memory")
    }

    /// Stores a denial whose next probe is due at `next_probe_at`.
    async fn deny_until(&self, next_probe_at: Timestamp) {
        let denial = Denial {
            since: self.after(0),
            reason: "402".to_owned(),
            next_probe_at,
        };
        self.state.deny(&denial).await.expect("memory");
    }
}

#[tokio::test]
async fn a_denial_is_stored_and_the_next_runs_make_no_call() {
    let harness = with_meetings(20).await;
    let outage = harness.outage("09:00", "12:00").with(Failure::Denied);
    let run = async || {
        let scheduler = harness.drain_through(&outage, 0.5);
        scheduler.run(harness.after(285)).await
    };
    let error = run().await.expect_err("denied");
    assert!(error.is_recall_denial(), "{error}");
    let denial = harness.denial().await.expect("it is stored");
    assert_eq!((denial.reason.as_str(), outage.failed().len()), ("402", 1));
    for _ in 0..3 {
        harness.clock.advance(SignedDuration::from_secs(4));
        let report = run().await.expect("it is held");
        assert_eq!(report.stopped, StopReason::Held);
    }
    assert_eq!(outage.failed().len(), 1);
    let rows = harness.decisions.all();
    assert!(
        rows.iter()
            .all(|row| row.is_due() && row.attempts.count == 0)
    );
    let taken = harness.state.take(harness.after(0), harness.after(30));
    assert!(matches!(taken.await, Ok(LeaseResult::Held(_))));
}

/// Wakes the scheduler about each minute, a little early or late, until all bots
/// are scheduled. Returns when.
async fn woken_until_done(harness: &Harness, outage: &Outage, late: [i64; 3]) -> Timestamp {
    for minute in 31..60_i64 {
        let millis = late[usize::try_from(minute).expect("small") % 3];
        let instant = plus(at("09:00"), SignedDuration::from_mins(minute));
        let instant = plus(instant, SignedDuration::from_millis(millis));
        harness.clock.advance_to(instant);
        let scheduler = harness.drain_through(outage, 0.5);
        // A probe that is denied fails the run.
        let _ = scheduler.run(harness.after(50)).await;
        if !harness.decisions.all().iter().any(Decision::is_due) {
            return harness.clock.now();
        }
    }
    panic!("the scheduler does not recover");
}

/// Whenever the operator adds credit, and however exact the timer is.
#[test_case([0, 0, 0]; "an exact timer")]
#[test_case([900, 0, 1_800]; "a late timer")]
#[test_case([2_000, 0, 0]; "a timer that is late at times")]
#[test_case([0, -1_500, 700]; "an early timer")]
#[tokio::test]
async fn within_a_minute_of_the_repair_everything_is_called_and_before_once_a_minute(
    late: [i64; 3],
) {
    for second in (0..60_i64).step_by(3) {
        let harness = with_meetings(20).await;
        let repaired = plus(at("09:45"), SignedDuration::from_secs(second));
        let outage = harness.outage("09:00", &repaired.to_string());
        let outage = outage.with(Failure::Denied);
        let done = woken_until_done(&harness, &outage, late).await;
        let took = done.duration_since(repaired);
        assert!(took <= SignedDuration::from_secs(65), "{took} at {second}");
        let probes = outage.failed();
        assert!(probes.len() >= 12, "{probes:?}");
        let minute = SignedDuration::from_mins(1);
        let is_paced = |pair: &[Timestamp]| pair[1].duration_since(pair[0]) >= minute;
        assert!(probes.windows(2).all(is_paced), "{probes:?}");
        assert_eq!(harness.denial().await, None);
        harness.assert_as_wanted();
    }
}

#[tokio::test]
async fn a_run_without_a_call_to_make_leaves_the_probe_to_others() {
    let harness = Harness::new();
    harness.deny_until(harness.after(0)).await;
    let report = harness.drained().await.expect("a finished run");
    assert_eq!(report.stopped, StopReason::Idle);
    let gate = AccessGate {
        access: &harness.state,
        clock: &harness.clock,
    };
    assert_eq!(gate.enter().await.expect("memory"), Entry::Probe);
}

#[tokio::test]
async fn a_denial_that_a_sync_met_holds_the_scheduler() {
    let harness = with_meetings(3).await;
    harness.deny_until(harness.after(60)).await;
    let report = harness.drained().await.expect("a finished run");
    assert_eq!(
        (report.stopped, scheduled(&harness).len()),
        (StopReason::Held, 0)
    );
}

#[test_case(Failure::Unavailable)]
#[test_case(Failure::Blocked)]
#[tokio::test]
async fn a_probe_that_is_not_let_through_is_the_only_call_and_keeps_the_denial(failure: Failure) {
    let harness = with_meetings(3).await;
    harness.deny_until(harness.after(0)).await;
    let outage = harness.outage("09:00", "12:00").with(failure);
    let scheduler = harness.drain_through(&outage, 0.5);
    let report = scheduler.run(harness.after(50)).await.expect("it is held");
    assert_eq!(report.stopped, StopReason::Held);
    assert_eq!(
        (report.again + report.blocked, outage.failed().len()),
        (1, 1)
    );
    assert!(harness.denial().await.is_some());
}

#[tokio::test]
async fn a_probe_that_finds_no_bot_free_ends_the_denial() {
    let harness = with_meetings(3).await;
    harness.deny_until(harness.after(0)).await;
    let none_free = Fault::Answers(BotReply::NoneFree(None));
    harness.recall.fault(Operation::ScheduleBot, none_free);
    let report = harness.drained().await.expect("a finished run");
    assert_eq!((report.stopped, report.applied), (StopReason::Idle, 3));
    assert_eq!(harness.denial().await, None);
}

/// Recall with an API key that can be replaced, and a client that keeps the key
/// that it read last.
#[derive(Clone)]
struct Keyed {
    recall: Recall,
    keys: Arc<Mutex<Keys>>,
}

#[derive(Clone, Copy)]
struct Keys {
    /// The key that calls are made with.
    read: u32,
    /// The key in Secrets Manager.
    stored: u32,
    /// The key that Recall admits.
    valid: u32,
}

impl Keyed {
    async fn call<T>(
        &self,
        effect: impl Future<Output = Result<T, PortError>> + Send,
    ) -> Result<T, PortError> {
        let Keys { read, valid, .. } = *self.keys.lock().expect("no holder panics");
        if read == valid {
            effect.await
        } else {
            Err(denied())
        }
    }
}

impl Bots for Keyed {
    async fn renew_key(&self) -> bool {
        let mut keys = self.keys.lock().expect("no holder panics");
        let is_another = keys.read != keys.stored;
        keys.read = keys.stored;
        is_another
    }

    async fn schedule(&self, request: &ScheduleRequest<'_>) -> Result<BotReply, PortError> {
        self.call(self.recall.schedule(request)).await
    }

    async fn unschedule(&self, event: &EventId) -> Result<BotReply, PortError> {
        self.call(self.recall.unschedule(event)).await
    }

    async fn bots_of(&self, event: &EventId) -> Result<Option<Vec<BotEntry>>, PortError> {
        self.call(self.recall.bots_of(event)).await
    }

    async fn leave_call(&self, bot: &BotId) -> Result<LeaveReply, PortError> {
        self.call(self.recall.leave_call(bot)).await
    }
}

async fn run_keyed(harness: &Harness, keys: &Arc<Mutex<Keys>>) -> Result<RunReport, PortError> {
    let scheduler = Scheduler {
        recall: Keyed {
            recall: harness.recall.clone(),
            keys: Arc::clone(keys),
        },
        decisions: harness.decisions.clone(),
        state: harness.state.clone(),
        clock: harness.clock.clone(),
        jitter: EvenJitter(0.5),
        settings: drain_settings(),
    };
    scheduler.run(harness.after(50)).await
}

#[tokio::test]
async fn a_probe_is_made_with_the_key_as_it_is_by_then() {
    let harness = with_meetings(3).await;
    let keys = Arc::new(Mutex::new(Keys {
        read: 1,
        stored: 1,
        valid: 2,
    }));
    run_keyed(&harness, &keys).await.expect_err("denied");
    assert!(harness.denial().await.is_some());
    keys.lock().expect("no holder panics").stored = 2;
    harness.clock.advance(SignedDuration::from_mins(1));
    let report = run_keyed(&harness, &keys).await.expect("a finished run");
    assert_eq!(report.applied, 3);
    assert_eq!(harness.denial().await, None);
}

/// Each warm function has read the key itself. Its first call with a key that was
/// replaced meanwhile must not hold all the others.
#[tokio::test]
async fn the_denial_of_a_key_that_has_been_replaced_is_not_stored() {
    let harness = with_meetings(3).await;
    let keys = Arc::new(Mutex::new(Keys {
        read: 1,
        stored: 2,
        valid: 2,
    }));
    run_keyed(&harness, &keys).await.expect_err("denied");
    assert_eq!(harness.denial().await, None);
    let report = run_keyed(&harness, &keys).await.expect("a finished run");
    assert_eq!(report.applied, 3, "the next run uses the new key");
}

/// The key may lack a permission, which another key has.
#[tokio::test]
async fn two_blocked_meetings_have_the_key_read_again() {
    let harness = with_meetings(3).await;
    let keys = Arc::new(Mutex::new(Keys {
        read: 1,
        stored: 2,
        valid: 1,
    }));
    for _ in 0..2 {
        let blocked = PortError::Blocked {
            service: Service::Recall,
            reason: "403".to_owned(),
        };
        harness
            .recall
            .fault(Operation::ScheduleBot, Fault::Fails(blocked));
    }
    run_keyed(&harness, &keys).await.expect_err("blocked");
    assert_eq!(keys.lock().expect("no holder panics").read, 2);
    assert_eq!(harness.denial().await, None);
}

/// A scheduler that is woken each minute, and a sync `phase` seconds later, of a
/// workspace whose key is denied until an instant.
struct Denied {
    clock: PausedClock,
    recall: MemoryRecall<PausedClock>,
    decisions: MemoryDecisions,
    state: MemoryState,
    outage: Outage<PausedClock>,
}

impl Denied {
    fn until(repaired: Timestamp) -> Self {
        let clock = PausedClock::at(at("09:30"));
        let recall = MemoryRecall::new(clock);
        recall.put_calendar(a_calendar());
        recall.put_event(an_event());
        let decisions = MemoryDecisions::new();
        decisions.put(a_decision());
        Self {
            clock,
            recall,
            decisions,
            state: MemoryState::new(),
            outage: Outage::between(clock, at("09:00"), repaired).with(Failure::Denied),
        }
    }

    /// The sync meets the denial first.
    async fn schedule(&self) -> Timestamp {
        loop {
            self.sleep_until_second(0).await;
            let scheduler = Scheduler {
                recall: Intercepted::new(self.recall.clone(), &self.outage),
                decisions: self.decisions.clone(),
                state: self.state.clone(),
                clock: self.clock,
                jitter: EvenJitter(0.5),
                settings: drain_settings(),
            };
            let now = self.clock.now();
            let until = plus(now, SignedDuration::from_secs(285));
            // It fails while Recall denies the key.
            let _ = scheduler.run(until).await;
            if !self.decisions.all().iter().any(Decision::is_due) {
                return self.clock.now();
            }
        }
    }

    /// A sync that makes one call whenever the gate lets it in.
    async fn sync(&self, phase: i64) {
        loop {
            self.sleep_until_second(phase).await;
            let gate = AccessGate {
                access: &self.state,
                clock: &self.clock,
            };
            let entry = gate.enter().await.expect("memory");
            if matches!(entry, Entry::Held(_)) {
                continue;
            }
            let recall = Intercepted::new(self.recall.clone(), &self.outage);
            match recall.bots_of(&an_event().id).await {
                Ok(_) => gate.note_admission().await,
                Err(error) => gate.note_failure(&error).await,
            }
            .expect("memory");
        }
    }

    /// Sleeps until the next instant with this second of the minute.
    async fn sleep_until_second(&self, second: i64) {
        let now = self.clock.now();
        let left = (second - now.as_second()).rem_euclid(60);
        let left = if left == 0 { 60 } else { left };
        let instant = plus(now, SignedDuration::from_secs(left));
        self.clock.sleep_until(instant).await;
    }
}

/// At any distance between their wake-ups, and whenever the operator adds credit.
#[tokio::test(start_paused = true)]
async fn syncs_and_the_scheduler_probe_once_a_minute_together_and_resume_soon_after_the_repair() {
    for phase in (0..60).step_by(5) {
        for second in (0..60).step_by(4) {
            let repaired = plus(at("09:40"), SignedDuration::from_secs(second));
            let denied = Denied::until(repaired);
            let sync = pin!(denied.sync(phase));
            let done = match select(pin!(denied.schedule()), sync).await {
                Either::Left((done, _)) => done,
                Either::Right(_) => unreachable!("a sync loop has no end"),
            };
            let took = done.duration_since(repaired);
            let case = format!("{took} after {second}, sync at {phase}");
            assert!(took <= SignedDuration::from_secs(76), "{case}");
            let probes = denied.outage.failed();
            let minute = SignedDuration::from_mins(1);
            let is_paced = |pair: &[Timestamp]| pair[1].duration_since(pair[0]) >= minute;
            assert!(
                probes.len() >= 7 && probes.windows(2).all(is_paced),
                "{case}: {probes:?}"
            );
        }
    }
}
