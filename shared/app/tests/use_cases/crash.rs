//! A run that crashes between any two of its steps, and the run after it.

use std::collections::BTreeMap;

use callsheet_app::{PortError, RunReport, Scheduler};
use callsheet_domain::{
    CalendarEvent, EventId, IcalUid, Meeting, Operation, ResponseStatus, Timestamp, plus,
};
use callsheet_testkit::{EvenJitter, Faults, Intercepted, When, With as _, an_event, at};
use jiff::SignedDuration;

use crate::harness::{Harness, drain_settings};

fn meeting(name: &str, starts_at: Timestamp) -> CalendarEvent {
    an_event().with(|event| {
        event.id = EventId::parse(name).expect("an id");
        event.ical_uid = IcalUid::parse(name).expect("an ical_uid");
        event.starts_at = starts_at;
        event.ends_at = plus(starts_at, SignedDuration::from_mins(90));
        event.meeting = Some(Meeting {
            url: format!("https://meet.example/{name}"),
        });
    })
}

impl Harness {
    async fn run_with(&self, faults: &Faults) -> Result<RunReport, PortError> {
        let scheduler = Scheduler {
            recall: Intercepted::new(self.recall.clone(), faults),
            decisions: Intercepted::new(self.decisions.clone(), faults),
            state: Intercepted::new(self.state.clone(), faults),
            clock: self.clock.clone(),
            jitter: EvenJitter(0.5),
            settings: drain_settings(),
        };
        scheduler.run(self.after(300)).await
    }
}

/// One meeting of each kind of step: schedule, move, unschedule, leave the call,
/// close. Returns with all of them due.
async fn a_busy_morning() -> Harness {
    let harness = Harness::new();
    let later = |event: CalendarEvent| event.with(|event| event.updated_at = at("10:05"));
    let declined = |event: CalendarEvent| {
        later(event).with(|event| event.facts.own_response = Some(ResponseStatus::Declined))
    };
    for (name, start) in [("moved", "12:00"), ("away", "13:00"), ("out", "10:00")] {
        harness.see(meeting(name, at(start))).await;
    }
    harness.drained().await.expect("a finished run");
    harness.see(meeting("over", at("08:31"))).await;
    harness.clock.advance_to(at("10:05"));
    harness.see(later(meeting("moved", at("14:00")))).await;
    harness.see(declined(meeting("away", at("13:00")))).await;
    harness.see(declined(meeting("out", at("10:00")))).await;
    for name in ["new-1", "new-2"] {
        harness.see(later(meeting(name, at("15:00")))).await;
    }
    harness
}

/// How many calls were made about each meeting's bot.
fn calls(harness: &Harness) -> BTreeMap<String, usize> {
    let reads = [Operation::ListEvents, Operation::GetCalendar];
    let mut counts = BTreeMap::new();
    for call in harness.recall.calls() {
        if !reads.contains(&call.operation) {
            *counts.entry(call.subject).or_default() += 1;
        }
    }
    counts
}

/// A run crashes at `faults`, the lease expires, and another run starts.
async fn crashed(faults: &Faults) -> (Harness, BTreeMap<String, usize>) {
    let harness = a_busy_morning().await;
    let ended = harness.run_with(faults).await;
    assert!(
        ended.is_err()
            || !harness
                .decisions
                .all()
                .iter()
                .any(callsheet_domain::Decision::is_due)
    );
    harness.clock.advance(SignedDuration::from_secs(31));
    harness.drained().await.expect("a finished run");
    let made = calls(&harness);
    (harness, made)
}

/// A call that was in flight at the crash may be made once more, and no other.
#[tokio::test]
async fn after_a_crash_at_any_step_the_end_is_right_and_no_call_is_made_more_than_once_again() {
    let counted = Faults::none();
    let (_, needed) = crashed(&counted).await;
    let steps = counted.calls();
    assert!(steps > 25, "{steps} steps are too few to be a complete run");
    let in_flight = drain_settings().most_in_flight;
    let mut most = 0;
    for step in 0..steps {
        for when in [When::Before, When::After] {
            let (harness, made) = crashed(&Faults::crash(step, when)).await;
            harness.assert_as_wanted();
            let rows = harness.decisions.all();
            let is_applied = rows.iter().all(|row| !row.is_due());
            assert!(is_applied, "step {step}, {when:?}");
            let again = |subject: &String| made[subject] - needed[subject];
            assert!(
                made.keys().all(|subject| again(subject) <= 1),
                "step {step}, {when:?}: {made:?}"
            );
            most = most.max(made.keys().map(again).sum::<usize>());
        }
    }
    assert!(
        (1..=in_flight).contains(&most),
        "{most} calls were made again at most"
    );
}
