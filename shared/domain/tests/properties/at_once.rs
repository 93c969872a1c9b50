//! A person's no that is folded into the row at once is what the next sync finds.

use callsheet_domain::{
    Actor, Calendar, CalendarEvent, CalendarRevision, Decision, DecisionInputs, Evaluation,
    Override, OverrideChoice, OverrideRevision, OverrideScope, Overrides, Policy, PolicyRevision,
    RowChange, Timestamp, Wanted, decide, plan, revise_copies, skip_at_once, skip_meeting_at_once,
};
use proptest::prelude::*;

use crate::events::{at, calendar, event};
use crate::policies::{any_overrides, compiled, document};

fn now() -> Timestamp {
    at("2026-03-06T06:00:00Z")
}

fn evaluated<'a>(
    (event, calendar): (&'a CalendarEvent, &Calendar),
    policy: &Policy,
    overrides: &Overrides,
) -> Evaluation<'a> {
    let verdict = decide(event, calendar, policy, overrides, now());
    let applicable = overrides.for_event(event);
    Evaluation {
        plan: plan(&verdict, event, calendar, policy),
        verdict,
        inputs: DecisionInputs {
            event: event.updated_at,
            calendar: CalendarRevision(1),
            policy: PolicyRevision(1),
            overrides: applicable.revision(),
            meeting: applicable.meeting_revision(),
        },
        overrides_read: overrides.revision,
        overridden_at: None,
        event,
    }
}

/// The row of an event that had none; none if it is deleted or over.
fn first_row(evaluation: Evaluation<'_>) -> Option<Decision> {
    revise_copies(&[], &[evaluation], now()).writes.pop()
}

proptest! {
    #![proptest_config(crate::at_least(1_000))]

    #[test]
    fn the_next_sync_finds_the_same_after_a_no_that_was_folded_in(
        event in event(),
        calendar in calendar(),
        document in document(),
        overrides in any_overrides(),
        is_later in any::<bool>(),
    ) {
        let Some(policy) = compiled(&document) else { return Ok(()) };
        let evaluate = |overrides: &Overrides| evaluated((&event, &calendar), &policy, overrides);
        let row = first_row(evaluate(&overrides));
        let Some(row) = row else { return Ok(()) };
        let Some(id) = event.platform_id.clone() else { return Ok(()) };
        let mut said = overrides;
        said.revision = said.revision.max(said.latest_revision()).next();
        let no = Override {
            choice: OverrideChoice::Skip,
            revision: said.revision,
            by: None,
            at: now(),
        };
        said.by_scope.insert(OverrideScope::Event(id).before_splits(), no);
        let folded = match skip_at_once(&row, &said, now()) {
            RowChange::Write(row) => *row,
            RowChange::Unchanged => row.clone(),
            other => panic!("{other:?}"),
        };
        // Something else that was said later may raise the revision.
        if is_later {
            said.revision = OverrideRevision(said.revision.0 + 1);
        }
        let synced = revise_copies(std::slice::from_ref(&folded), &[evaluate(&said)], now());
        prop_assert!(!synced.is_behind);
        let next = synced.writes.first().unwrap_or(&folded);
        prop_assert_eq!(&next.verdict, &folded.verdict);
        prop_assert_eq!(&next.wanted, &folded.wanted);
        prop_assert_eq!(next.generation, folded.generation);
        let direct = revise_copies(std::slice::from_ref(&row), &[evaluate(&said)], now());
        let direct = direct.writes.first().unwrap_or(&row);
        prop_assert_eq!(direct.generation, folded.generation);
    }

    #[test]
    fn the_next_sync_finds_the_same_after_a_no_to_the_meeting_that_was_folded_in(
        event in event(),
        calendar in calendar(),
        document in document(),
        overrides in any_overrides(),
    ) {
        let Some(policy) = compiled(&document) else { return Ok(()) };
        let row = first_row(evaluated((&event, &calendar), &policy, &overrides));
        let Some(row) = row else { return Ok(()) };
        let mut said = overrides;
        let name = event.meeting_name();
        let before = said.meetings.remove(&name).unwrap_or_default();
        let another = Actor::parse("a guest").unwrap();
        let of = (event.calendar_id.clone(), event.id.clone());
        let no = before.with_choice(OverrideChoice::Skip, &another, now(), &of);
        let meeting = no.unwrap().expect("another person");
        let folded = match skip_meeting_at_once(&row, &meeting, now()) {
            RowChange::Write(row) => *row,
            RowChange::Unchanged => row.clone(),
            other => panic!("{other:?}"),
        };
        said.meetings.insert(name, meeting);
        let evaluation = evaluated((&event, &calendar), &policy, &said);
        let synced = revise_copies(std::slice::from_ref(&folded), &[evaluation], now());
        prop_assert!(!synced.is_behind);
        let next = synced.writes.first().unwrap_or(&folded);
        prop_assert_eq!(&next.verdict, &folded.verdict);
        prop_assert_eq!(&next.wanted, &folded.wanted);
        prop_assert_eq!(&next.wanted, &Wanted::Nothing);
        prop_assert_eq!(next.generation, folded.generation);
    }
}
