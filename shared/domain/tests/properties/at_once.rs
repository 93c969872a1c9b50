//! A person's no that is folded into the row at once is what the next sync finds.

use callsheet_domain::{
    Actor, Calendar, CalendarEvent, CalendarRevision, Decision, DecisionInputs, Evaluation,
    Override, OverrideChoice, OverrideRevision, OverrideScope, Overrides, PastVerdicts, Policy,
    PolicyRevision, RowChange, Timestamp, Wanted, decide, plan, revise_copies, skip_at_once,
    skip_meeting_at_once,
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

/// What a row's last verdicts say.
fn noted(row: &Decision) -> Vec<(bool, String)> {
    let verdicts = row.verdicts.all().iter();
    verdicts
        .map(|past| (past.is_recorded, past.rule.to_string()))
        .collect()
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
        prop_assert_eq!(&next.verdicts, &folded.verdicts);
        let last = (folded.verdict.as_str() == "record", folded.verdict.reason().rule.to_string());
        prop_assert_eq!(noted(&folded).pop(), Some(last));
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

proptest! {
    #![proptest_config(crate::at_least(100))]

    /// Each verdict differs from the one before it, the present one is the last, and what is
    /// folded in twice is noted once.
    #[test]
    fn a_row_notes_each_change_of_its_verdict_once(
        events in prop::collection::vec((event(), document(), any_overrides()), 1..14),
        calendar in calendar(),
    ) {
        let (id, ical_uid) = (events[0].0.id.clone(), events[0].0.ical_uid.clone());
        let mut row: Option<Decision> = None;
        let mut expected: Vec<(bool, String)> = Vec::new();
        for (number, (mut event, document, overrides)) in (1..).zip(events) {
            let Some(policy) = compiled(&document) else { continue };
            event.id = id.clone();
            event.ical_uid = ical_uid.clone();
            event.calendar_id = calendar.id.clone();
            event.updated_at = at("2026-03-05T06:00:00Z") + jiff::SignedDuration::from_secs(number);
            let evaluation = || {
                let mut evaluation = evaluated((&event, &calendar), &policy, &overrides);
                evaluation.inputs.overrides = OverrideRevision(0);
                evaluation.overrides_read = OverrideRevision(0);
                evaluation
            };
            let stored: Vec<_> = row.iter().cloned().collect();
            let Some(written) = revise_copies(&stored, &[evaluation()], now()).writes.pop() else { continue };
            let verdict = (written.verdict.as_str() == "record", written.verdict.reason().rule.to_string());
            if expected.last() != Some(&verdict) {
                expected.push(verdict);
            }
            let kept = &expected[expected.len().saturating_sub(PastVerdicts::LONGEST)..];
            prop_assert_eq!(noted(&written), kept);
            let again = revise_copies(std::slice::from_ref(&written), &[evaluation()], now());
            prop_assert!(again.writes.iter().all(|again| again.verdicts == written.verdicts));
            row = Some(written);
        }
    }
}
