//! A preview shows what a sync would write.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_app::event_lister::ListedEvents;
use callsheet_app::policy_preview::{
    Baseline, KnownCalendars, PolicyPreview, PreviewInputs, compare, compare_with_decisions,
    list_inputs,
};
use callsheet_app::ports::{Calendars as _, Decisions as _, OverrideStore as _};
use callsheet_app::{ActivePolicy, CalendarContext, Effect, UseCaseError};
use callsheet_domain::{
    CalendarEvent, CalendarStatus, Decision, DecisionInputs, Evaluation, OverrideChoice,
    OverrideScope, Policy, PolicyDocument, PolicyRevision, Timestamp, Wanted, decide, plan,
    revise_copies,
};
use callsheet_testkit::{
    ManualClock, MemoryDecisions, MemoryState, With as _, a_calendar, a_calendar_record,
    a_decision, an_actor, an_email, an_event, at, id,
};
use test_case::test_case;

use crate::listed_recall::ListedRecall;

const EVERYTHING: &str = r#"{"version": 1, "default": "record", "bot": {"bot_name": "All"}}"#;
const NOTHING: &str = r#"{"version": 1, "default": "skip"}"#;
const FAILING: &str = r#"{"version": 1, "default": "record", "rules":
    [{"name": "fails", "when": "title.startsWith(\"Kick\") && 1 / (participants - participants) > 0", "then": "skip"}]}"#;

fn policy(json: &str) -> Policy {
    let document = PolicyDocument::parse(json).expect("a policy");
    Policy::compile(&document).unwrap_or_else(|problems| panic!("{problems}"))
}

/// A meeting of the calendar's owner with `attendee`.
fn a_meeting(number: u32, calendar: &str, attendee: &str) -> CalendarEvent {
    an_event().with(|event| {
        event.id = id(format!("event-{number}"));
        event.calendar_id = id(calendar);
        event.ical_uid = id(format!("meeting-{number}@acme.example"));
        event.platform_id = Some(id(format!("platform-{number}")));
        event.facts.attendees.listed.truncate(2);
        event.facts.attendees.listed[1].email = an_email(attendee);
    })
}

/// An external and an internal meeting.
fn two_meetings() -> Vec<CalendarEvent> {
    vec![
        a_meeting(1, "calendar-sales", "buyer@globex.example"),
        a_meeting(2, "calendar-sales", "lead@acme.example"),
    ]
}

/// The two meetings and an event of another calendar.
fn inputs() -> PreviewInputs {
    let mut events = two_meetings();
    events.push(a_meeting(3, "calendar-other", "lead@acme.example"));
    let record = a_calendar_record();
    let context = CalendarContext {
        record,
        overrides: callsheet_domain::Overrides::default(),
    };
    let calendars = KnownCalendars {
        readable: BTreeMap::from([(a_calendar().id, context)]),
        unreadable: Vec::new(),
    };
    let listed = ListedEvents {
        events,
        unreadable: Vec::new(),
    };
    PreviewInputs::new(calendars, listed)
}

/// The events whose bot would change.
fn effects(preview: &PolicyPreview) -> Vec<(String, Effect)> {
    let changes = preview.changes.iter();
    let changes = changes.filter(|change| change.effect != Effect::Keeps);
    changes
        .map(|change| (change.after.key.event_id.to_string(), change.effect))
        .collect()
}

fn count(preview: &PolicyPreview, effect: Effect) -> usize {
    let changes = preview.changes.iter();
    changes.filter(|change| change.effect == effect).count()
}

#[test_case(EVERYTHING, &[("event-1", Effect::Changes), ("event-2", Effect::Gains)], 0; "everything is recorded")]
#[test_case(NOTHING, &[("event-1", Effect::Loses)], 0; "nothing is recorded")]
#[test_case(FAILING, &[("event-1", Effect::Loses)], 2; "an expression fails")]
fn a_policy_is_compared_with_another(next: &str, expected: &[(&str, Effect)], failed: usize) {
    let baseline = (Baseline::Policy, ActivePolicy::built_in());
    let preview = compare(inputs(), baseline, &policy(next), at("09:30"));
    let expected: Vec<_> = expected
        .iter()
        .map(|(event, effect)| ((*event).to_owned(), *effect))
        .collect();
    assert_eq!(effects(&preview), expected);
    assert_eq!(preview.changes.len(), 2);
    let has_failed = preview.changes.iter();
    let has_failed = has_failed.filter(|change| change.after.verdict.reason().has_failed);
    assert_eq!(has_failed.count(), failed);
}

/// The decisions that a sync would write.
fn synced(
    inputs: &PreviewInputs,
    rows: &[Decision],
    policy: &Policy,
    revision: u64,
    now: Timestamp,
) -> Vec<Decision> {
    let evaluated: Vec<_> = inputs
        .events
        .iter()
        .map(|event| {
            let CalendarContext { record, overrides } = &inputs.calendars[&event.calendar_id];
            let verdict = decide(event, &record.calendar, policy, overrides, now);
            Evaluation {
                plan: plan(&verdict, event, &record.calendar, policy),
                verdict,
                inputs: DecisionInputs {
                    event: event.updated_at,
                    calendar: record.revision,
                    policy: PolicyRevision(revision),
                    overrides: overrides.for_event(event).revision(),
                    meeting: overrides.for_event(event).meeting_revision(),
                },
                overrides_read: overrides.revision,
                overridden_at: None,
                event,
            }
        })
        .collect();
    let mut writes = revise_copies(rows, &evaluated, now).writes;
    writes.sort_by_key(|row| (row.calendar_id.clone(), row.starts_at, row.key.clone()));
    writes
}

fn bots(rows: &[Decision]) -> usize {
    let has_bot = |row: &&Decision| row.wanted != Wanted::Nothing;
    rows.iter().filter(has_bot).count()
}

#[test_case(EVERYTHING; "everything is recorded")]
#[test_case(NOTHING; "nothing is recorded")]
#[test_case(FAILING; "an expression fails")]
fn a_preview_shows_what_a_sync_would_write(next: &str) {
    let (inputs, now) = (inputs(), at("09:30"));
    let rows = synced(&inputs, &[], &Policy::built_in(), 0, now);
    let next = policy(next);
    let after = synced(&inputs, &rows, &next, 1, now);
    let baseline = (Baseline::Decisions(rows.clone()), ActivePolicy::built_in());
    let preview = compare(inputs.clone(), baseline, &next, now);
    let (gains, loses) = (
        count(&preview, Effect::Gains),
        count(&preview, Effect::Loses),
    );
    assert_eq!(bots(&after), bots(&rows) + gains - loses);
    let written: Vec<_> = preview
        .changes
        .iter()
        .map(|change| change.after.clone())
        .collect();
    assert_eq!(written, after);
    let baseline = (Baseline::Policy, ActivePolicy::built_in());
    let by_policy = compare(inputs, baseline, &next, now);
    assert_eq!(
        effects(&by_policy),
        effects(&preview),
        "without overrides, the stored decisions are those of the policy"
    );
}

/// The rows of the others keep what was sent for them last, until the call of the owner.
#[test]
fn a_shared_bot_changes_for_all_its_events_with_the_one_that_owns_it() {
    let mut inputs = inputs();
    let colleague = "calendar-second";
    let mut context = inputs.calendars[&a_calendar().id].clone();
    context.record.calendar.id = id(colleague);
    context.record.calendar.email = Some(an_email("buyer@acme.example"));
    inputs.calendars.insert(id(colleague), context);
    inputs.events = vec![a_meeting(1, "calendar-sales", "buyer@globex.example")];
    let copy = a_meeting(1, colleague, "buyer@globex.example");
    inputs
        .events
        .push(copy.with(|copy| copy.id = id("event-9")));
    let now = at("09:30");
    let rows = synced(&inputs, &[], &Policy::built_in(), 0, now);
    let keys: BTreeSet<_> = rows.iter().filter_map(Decision::wanted_key).collect();
    assert_eq!(keys.len(), 1, "they share a bot");
    let effects = |policy| {
        let baseline = (Baseline::Decisions(rows.clone()), ActivePolicy::built_in());
        effects(&compare(inputs.clone(), baseline, &policy, now))
    };
    let both = |effect| {
        ["event-1", "event-9"]
            .map(|event| (event.to_owned(), effect))
            .to_vec()
    };
    assert_eq!(effects(policy(EVERYTHING)), both(Effect::Changes));
    assert_eq!(effects(policy(NOTHING)), both(Effect::Loses));
    assert_eq!(effects(Policy::built_in()), []);
}

/// Lists the two meetings, and previews that everything is recorded.
async fn listed(
    state: &MemoryState,
    decisions: &MemoryDecisions,
    selection: &[&str],
) -> Result<PolicyPreview, UseCaseError> {
    let clock = ManualClock::at(at("09:30"));
    let recall = ListedRecall::new(&clock, vec![two_meetings()]);
    let selection: Vec<_> = selection.iter().map(|text| (*text).to_owned()).collect();
    let calendars = KnownCalendars::selected(state, &selection).await?;
    let inputs = list_inputs(&recall.lister(state), calendars, at("09:30")).await?;
    compare_with_decisions((state, decisions), inputs, &policy(EVERYTHING), at("09:30")).await
}

#[tokio::test]
async fn stored_overrides_are_applied_and_disconnected_calendars_left_out() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let disconnected = a_calendar_record().with(|record| {
        record.calendar.id = id("calendar-disconnected");
        record.calendar.status = CalendarStatus::Disconnected;
    });
    for record in [a_calendar_record(), disconnected] {
        state.write_record(&record).await.expect("memory");
    }
    let (calendar, owner, by) = (a_calendar().id, a_calendar().owner(), an_actor());
    let (scope, no) = (OverrideScope::Event(id("platform-1")), OverrideChoice::Skip);
    let set = state.set_override(&owner, &scope, no, &by, at("09:00"));
    set.await.expect("memory");
    let preview = listed(&state, &decisions, &[])
        .await
        .expect("one is connected");
    let calendars: Vec<_> = preview.inputs.calendars.keys().collect();
    assert_eq!(calendars, [&calendar]);
    assert_eq!(effects(&preview), [("event-2".to_owned(), Effect::Gains)]);
    let unknown = listed(&state, &decisions, &["unknown@acme.example"]).await;
    assert!(matches!(unknown, Err(UseCaseError::NoneConnected)));
}

/// An event whose decision cannot be read would seem to gain a bot.
#[tokio::test]
async fn an_event_whose_decision_cannot_be_read_is_left_out_and_named() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    state
        .write_record(&a_calendar_record())
        .await
        .expect("memory");
    let bad = a_decision().with(|row| row.key = two_meetings()[0].key());
    decisions.write(&bad).await.expect("memory");
    decisions.make_unreadable(&bad.key);
    let preview = listed(&state, &decisions, &[]).await.expect("memory");
    assert_eq!(effects(&preview), [("event-2".to_owned(), Effect::Gains)]);
    let unreadable = preview.inputs.unreadable_decisions.iter();
    let unreadable: Vec<_> = unreadable.map(|row| &row.key).collect();
    assert_eq!(unreadable, [&bad.key]);
}

#[tokio::test]
async fn a_calendar_with_an_unreadable_row_is_left_out_and_named() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    for name in ["calendar-sales", "calendar-record", "calendar-override"] {
        let record = a_calendar_record().with(|record| {
            record.calendar.id = id(name);
            if name == "calendar-override" {
                record.calendar.email = Some(an_email("lead@acme.example"));
            }
        });
        state.write_record(&record).await.expect("memory");
    }
    state.make_record_unreadable(&id("calendar-record"));
    state.make_override_unreadable(&id("calendar-override"));
    let preview = listed(&state, &decisions, &[])
        .await
        .expect("one is connected");
    assert_eq!(preview.inputs.calendars.len(), 1);
    let mut unreadable: Vec<_> = preview.inputs.unreadable_calendars.iter().collect();
    unreadable.sort();
    let unreadable: Vec<_> = unreadable
        .iter()
        .map(|one| one.calendar_id.as_str())
        .collect();
    assert_eq!(unreadable, ["calendar-override", "calendar-record"]);
}

#[tokio::test]
async fn one_calendar_is_previewed_as_if_it_were_selected() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let record = a_calendar_record();
    state.write_record(&record).await.expect("memory");
    let (scope, no) = (OverrideScope::Event(id("platform-1")), OverrideChoice::Skip);
    let (owner, by) = (record.calendar.owner(), an_actor());
    let set = state.set_override(&owner, &scope, no, &by, at("09:00"));
    set.await.expect("memory");
    let selected = listed(&state, &decisions, &["calendar-sales"]).await;
    let clock = ManualClock::at(at("09:30"));
    let recall = ListedRecall::new(&clock, vec![two_meetings()]);
    let lister = recall.lister(&state);
    let calendars = KnownCalendars::one(&state, record.clone()).await;
    let calendars = calendars.expect("it is connected");
    let inputs = list_inputs(&lister, calendars, at("09:30")).await;
    let inputs = inputs.expect("memory");
    let stores = (&state, &decisions);
    let policy = policy(EVERYTHING);
    let preview = compare_with_decisions(stores, inputs, &policy, at("09:30")).await;
    let preview = preview.expect("memory");
    assert_eq!(effects(&preview), [("event-2".to_owned(), Effect::Gains)]);
    assert_eq!(
        effects(&preview),
        effects(&selected.expect("it is connected"))
    );
    let gone = record.with(|record| record.calendar.status = CalendarStatus::Disconnected);
    let refused = KnownCalendars::one(&state, gone).await;
    assert!(matches!(refused, Err(UseCaseError::NoneConnected)));
}
