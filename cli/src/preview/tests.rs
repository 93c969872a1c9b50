//! A preview shows what a sync would write.

use std::collections::BTreeMap;
use std::fs;

use callsheet_app::ports::{Calendars as _, Decisions as _, OverrideStore as _};
use callsheet_app::{ActivePolicy, CalendarContext};
use callsheet_domain::{
    CalendarEvent, CalendarId, CalendarRecord, Decision, DecisionInputs, Evaluation, IcalUid,
    LinkComparison, OverrideChoice, OverrideScope, Policy, PolicyDocument, Timestamp, Wanted,
    decide, plan, revise_copies,
};
use callsheet_recall::RawEvent;
use callsheet_testkit::{
    MemoryDecisions, MemoryState, With as _, a_calendar, a_calendar_record, a_decision, an_actor,
    an_email, at, id,
};
use serde_json::{Value, json};
use test_case::test_case;

use super::compare::MeetingPreview;
use super::*;
use crate::render::Render as _;

const EVERYTHING: &str = r#"{"version": 1, "default": "record", "bot": {"bot_name": "All"}}"#;
const NOTHING: &str = r#"{"version": 1, "default": "skip"}"#;
const FAILING: &str = r#"{"version": 1, "default": "record", "rules":
    [{"name": "fails", "when": "title.startsWith(\"Kick\") && 1 / (participants - participants) > 0", "then": "skip"}]}"#;

fn policy(json: &str) -> Policy {
    let document = PolicyDocument::parse(json).expect("a policy");
    let document = document.over(LinkComparison::Meeting);
    Policy::compile(&document).unwrap_or_else(|problems| panic!("{problems}"))
}

fn an_event(id: u32, calendar: &str, attendee: &str) -> Value {
    json!({
        "id": format!("event-{id}"),
        "calendar_id": calendar,
        "ical_uid": format!("meeting-{id}@acme.example"),
        "platform": "google_calendar",
        "platform_id": format!("platform-{id}"),
        "start_time": "2090-03-06T10:00:00Z",
        "end_time": "2090-03-06T11:00:00Z",
        "created_at": "2090-03-01T08:00:00Z",
        "updated_at": "2090-03-02T08:00:00Z",
        "is_deleted": false,
        "meeting_url": format!("https://meet.example/{id}"),
        "meeting_platform": "zoom",
        "raw": {
            "summary": "Kick-off",
            "organizer": {"email": "sales@acme.example", "self": true},
            "attendees": [{"email": attendee, "responseStatus": "accepted"}],
        },
        "bots": [],
    })
}

fn a_raw_event(event: Value) -> RawEvent {
    serde_json::from_value(event).expect("any JSON")
}

fn saved(events: Vec<Value>) -> SavedEvents {
    let events: Vec<_> = events.into_iter().map(a_raw_event).collect();
    SavedEvents::new(at("09:00"), std::iter::once(&a_calendar()), &events)
}

/// An external and an internal meeting, an event of another calendar, and one that is unreadable.
fn two_meetings() -> PreviewInputs {
    let events = vec![
        an_event(1, "calendar-sales", "buyer@globex.example"),
        an_event(2, "calendar-sales", "lead@acme.example"),
        an_event(3, "calendar-other", "lead@acme.example"),
        json!({"id": "event-4", "calendar_id": "calendar-sales"}),
    ];
    let saved = saved(events);
    PreviewInputs::new(readable(saved.calendars(&[])), &saved.events)
}

fn readable(calendars: BTreeMap<CalendarId, CalendarContext>) -> KnownCalendars {
    KnownCalendars {
        readable: calendars,
        unreadable: Vec::new(),
    }
}

fn effects(compared: &Comparison) -> Vec<(&str, &str)> {
    let meetings = compared
        .calendars
        .iter()
        .flat_map(|calendar| &calendar.meetings);
    meetings
        .map(|meeting: &MeetingPreview| (meeting.event_id.as_str(), meeting.effect))
        .collect()
}

#[test_case(EVERYTHING, &[("event-1", "changes"), ("event-2", "gains")], (1, 0, 1, 0); "everything is recorded")]
#[test_case(NOTHING, &[("event-1", "loses")], (0, 1, 0, 1); "nothing is recorded")]
#[test_case(FAILING, &[("event-1", "loses")], (0, 1, 0, 1); "an expression fails")]
fn a_policy_is_compared_with_another(
    next: &str,
    expected: &[(&str, &str)],
    counts: (usize, usize, usize, usize),
) {
    let inputs = two_meetings();
    let compared = compare(
        &inputs,
        (Baseline::Policy, ActivePolicy::built_in()),
        &policy(next),
        at("09:30"),
    );
    assert_eq!(effects(&compared), expected);
    let total = compared.total;
    assert_eq!(
        (total.gains, total.loses, total.changes, total.keeps),
        counts
    );
    assert_eq!(
        compared.unreadable,
        ["event event-4 of calendar calendar-sales: not in the published shape"]
    );
    assert_eq!(total.failed, if next == FAILING { 2 } else { 0 });
}

/// Three copies of two meetings, by the numbers in their links.
fn shared_inputs() -> PreviewInputs {
    let links = [
        "https://us02web.zoom.us/j/84512345678?pwd=a",
        "https://zoom.us/j/84512345678",
        "https://zoom.us/j/84587654321",
    ];
    let events = links.iter().zip(1..).map(|(link, id)| {
        let mut event = an_event(id, "calendar-sales", "buyer@globex.example");
        event["meeting_url"] = (*link).into();
        event
    });
    let saved = saved(events.collect());
    PreviewInputs::new(readable(saved.calendars(&[])), &saved.events)
}

#[test_case(r#"{"version": 1, "compare_links": "text", "default": "record"}"#, true; "by text before")]
#[test_case(r#"{"version": 1, "default": "record"}"#, false; "the same before")]
fn what_would_newly_share_a_bot_is_shown(before: &str, expected: bool) {
    let compared_with = ActivePolicy {
        policy: policy(before).into(),
        revision: PolicyRevision(1),
    };
    let baseline = (Baseline::Policy, compared_with);
    let next = policy(r#"{"version": 1, "default": "record"}"#);
    let compared = compare(&shared_inputs(), baseline, &next, at("09:30"));
    assert_eq!(compared.changes_deduplication, expected);
    let shared: Vec<_> = compared
        .newly_shared
        .iter()
        .map(|shared| (shared.event_ids.clone(), shared.bots))
        .collect();
    let both = ["event-1", "event-2"].map(str::to_owned).to_vec();
    assert_eq!(
        shared,
        if expected {
            vec![(both, 2)]
        } else {
            Vec::new()
        }
    );
    let line = "  2090-03-06 10:00 \"Kick-off\": 2 bots become 1 (events event-1, event-2)";
    assert_eq!(
        compared.text().contains(line),
        expected,
        "{}",
        compared.text()
    );
}

#[test]
fn the_active_policy_changes_nothing() {
    let compared = compare(
        &two_meetings(),
        (Baseline::Policy, ActivePolicy::built_in()),
        &Policy::built_in(),
        at("09:30"),
    );
    assert!(effects(&compared).is_empty());
    assert!(
        compared
            .text()
            .starts_with("No meeting would gain, lose or change a bot.")
    );
}

#[test]
fn a_preview_is_shown_as_a_table_and_counts() {
    let compared = compare(
        &two_meetings(),
        (Baseline::Policy, ActivePolicy::built_in()),
        &policy(EVERYTHING),
        at("09:30"),
    );
    let text = compared.text();
    assert_eq!(
        text,
        "\
sales@acme.example (calendar-sales)

start (UTC)       meeting   bot      rule                why
─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
2090-03-06 10:00  Kick-off  changes  external → default  no rule applies, and the default is to record; another bot_name
2090-03-06 10:00  Kick-off  gains    default             no rule applies, and the default is to record

calendar                             gains  loses  changes  keeps
──────────────────────────────────────────────────────────────────
sales@acme.example (calendar-sales)      1      0        1      0
all                                      1      0        1      0

1 event could not be read and was skipped:
  event event-4 of calendar calendar-sales: not in the published shape"
    );
    let summary = compared.without_meetings().text();
    assert!(summary.starts_with("calendar "), "{summary}");
}

/// The decisions that a sync would write.
fn synced(
    inputs: &PreviewInputs,
    rows: &[Decision],
    policy: &Policy,
    revision: u64,
    now: Timestamp,
) -> Vec<Decision> {
    let mut meetings: BTreeMap<&IcalUid, Vec<&CalendarEvent>> = BTreeMap::new();
    for event in &inputs.events {
        meetings.entry(&event.ical_uid).or_default().push(event);
    }
    let mut writes = Vec::new();
    for (meeting, events) in meetings {
        let evaluated: Vec<_> = events
            .into_iter()
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
                    },
                    overrides_read: overrides.revision,
                    event,
                }
            })
            .collect();
        let stored: Vec<_> = rows
            .iter()
            .filter(|row| row.key.ical_uid == *meeting)
            .cloned()
            .collect();
        writes.extend(revise_copies(&stored, &evaluated, now).writes);
    }
    writes
}

fn has_bot(row: &Decision) -> bool {
    row.wanted != Wanted::Nothing
}

#[test_case(EVERYTHING; "everything is recorded")]
#[test_case(NOTHING; "nothing is recorded")]
#[test_case(FAILING; "an expression fails")]
fn a_preview_shows_what_a_sync_would_write(next: &str) {
    let (inputs, now) = (two_meetings(), at("09:30"));
    let rows = synced(&inputs, &[], &Policy::built_in(), 0, now);
    let next = policy(next);
    let after = synced(&inputs, &rows, &next, 1, now);
    let compared = compare(
        &inputs,
        (Baseline::Decisions(rows.clone()), ActivePolicy::built_in()),
        &next,
        now,
    );
    let bots = |rows: &[Decision]| rows.iter().filter(|row| has_bot(row)).count();
    let total = compared.total;
    assert_eq!(bots(&after), bots(&rows) + total.gains - total.loses);
    assert_eq!(
        after.len(),
        total.gains + total.loses + total.changes + total.keeps
    );
    let by_policy = compare(
        &inputs,
        (Baseline::Policy, ActivePolicy::built_in()),
        &next,
        now,
    );
    assert_eq!(
        by_policy, compared,
        "without overrides, the stored decisions are those of the policy"
    );
}

#[test]
fn a_saved_file_is_private_and_can_be_opened() {
    let folder = std::env::temp_dir().join(format!("callsheet-preview-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("events.json");
    for _ in 0..2 {
        saved(vec![an_event(1, "calendar-sales", "a@b.example")])
            .save(&file)
            .expect("it is written");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&file)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let opened = SavedEvents::open(&file).expect("it is read");
    assert_eq!(opened.events.len(), 1);
    let calendars = opened.calendars(&["sales@acme.example".to_owned()]);
    assert_eq!(
        calendars[&a_calendar().id].record,
        CalendarRecord::first(a_calendar())
    );
    assert!(
        opened
            .calendars(&["else@acme.example".to_owned()])
            .is_empty()
    );
    fs::remove_dir_all(folder).expect("it is removed");
}

#[test_case("[]", "this file was not written by `callsheet preview --save`"; "other JSON")]
#[test_case(r#"{"version": 2, "at": "2090-03-06T09:00:00Z", "calendars": [], "events": []}"#, "a later version of Callsheet wrote this file"; "a later version of the format")]
#[test_case(r#"{"version": 1, "at": "2090-03-06T09:00:00Z", "calendars": [{}], "events": []}"#, "calendars[0]: not in the published shape"; "an unreadable calendar")]
fn an_unusable_file_is_an_error(text: &str, expected: &str) {
    let problem = SavedEvents::parse(text.as_bytes())
        .err()
        .expect("it is unusable");
    assert!(problem.starts_with(expected), "{problem}");
}

#[tokio::test]
async fn stored_overrides_are_applied() {
    let state = MemoryState::new();
    state
        .write_record(&a_calendar_record())
        .await
        .expect("memory");
    let disconnected = a_calendar_record().with(|record| {
        record.calendar.id = CalendarId::parse("calendar-disconnected").expect("an id");
        record.calendar.status = callsheet_domain::CalendarStatus::Disconnected;
    });
    state.write_record(&disconnected).await.expect("memory");
    let (calendar, by) = (a_calendar().id, an_actor());
    let scope = OverrideScope::Event(
        callsheet_domain::PlatformEventId::parse("platform-1").expect("an id"),
    );
    state
        .set_override(
            &a_calendar().owner(),
            &scope,
            OverrideChoice::Skip,
            &by,
            at("09:00"),
        )
        .await
        .expect("memory");
    let calendars = connected_with_overrides(&state, &[])
        .await
        .expect("one is connected");
    assert_eq!(calendars.readable.keys().collect::<Vec<_>>(), [&calendar]);
    let compared = compare(
        &PreviewInputs::new(calendars, &two_raw_events()),
        (Baseline::Decisions(Vec::new()), ActivePolicy::built_in()),
        &policy(EVERYTHING),
        at("09:30"),
    );
    assert_eq!(effects(&compared), [("event-2", "gains")]);
    let selection = ["unknown@acme.example".to_owned()];
    let unknown = connected_with_overrides(&state, &selection).await;
    assert_eq!(unknown.expect_err("there is none").exit_code(), 1);
}

fn two_raw_events() -> Vec<RawEvent> {
    vec![
        a_raw_event(an_event(1, "calendar-sales", "buyer@globex.example")),
        a_raw_event(an_event(2, "calendar-sales", "lead@acme.example")),
    ]
}

/// An event whose decision cannot be read would seem to gain a bot.
#[tokio::test]
async fn an_event_whose_decision_cannot_be_read_is_left_out_and_named() {
    let decisions = MemoryDecisions::new();
    let bad = a_decision().with(|row| {
        row.key.event_id = id("event-1");
        row.key.ical_uid = id("meeting-1@acme.example");
    });
    decisions.write(&bad).await.expect("memory");
    decisions.make_unreadable(&bad.key);
    let mut inputs = two_meetings();
    let rows = inputs.stored_decisions(&decisions).await.expect("memory");
    let baseline = (Baseline::Decisions(rows), ActivePolicy::built_in());
    let compared = compare(&inputs, baseline, &policy(EVERYTHING), at("09:30"));
    assert_eq!(effects(&compared), [("event-2", "gains")]);
    assert_eq!(compared.exit_code(), 1);
    let text = compared.text();
    let expected = "event event-1: made unreadable on purpose";
    assert!(text.contains(expected), "{text}");
}

#[tokio::test]
async fn a_calendar_with_an_unreadable_row_is_left_out_and_named() {
    let state = MemoryState::new();
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
    let calendars = connected_with_overrides(&state, &[]).await;
    let calendars = calendars.expect("one is connected");
    let inputs = PreviewInputs::new(calendars, &two_raw_events());
    let baseline = (Baseline::Decisions(Vec::new()), ActivePolicy::built_in());
    let compared = compare(&inputs, baseline, &policy(EVERYTHING), at("09:30"));
    assert_eq!(
        effects(&compared).len(),
        2,
        "the readable calendar is previewed"
    );
    assert_eq!(compared.exit_code(), 1);
    let text = compared.text();
    for name in ["  calendar-record: ", "  calendar-override: "] {
        assert!(text.contains(name), "{text}");
    }
}
