//! Recall denies our API key (401, 402), and admits it again.

mod probes;
mod replaced;

use callsheet_app::ports::{Access as _, BotReply, Clock as _, Denial, LeaseResult, Leases as _};
use callsheet_app::{AccessGate, Entry, PortError, Service, StopReason};
use callsheet_domain::{Decision, Operation, Timestamp, plus};
use callsheet_testkit::{Fault, at};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::Harness;
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
