//! Texts of a preview, and files of saved events.

use std::collections::BTreeMap;
use std::fs;

use callsheet_app::CalendarContext;
use callsheet_app::ports::{UnreadableRecord, UnreadableRow};
use callsheet_domain::{CalendarId, CalendarRecord, PolicyDocument};
use callsheet_recall::RawEvent;
use callsheet_testkit::{With as _, a_calendar, a_decision, at, id};
use serde_json::{Value, json};
use test_case::test_case;

use super::*;
use crate::render::Render as _;

const EVERYTHING: &str = r#"{"version": 1, "default": "record", "bot": {"bot_name": "All"}}"#;

fn policy(json: &str) -> Policy {
    let document = PolicyDocument::parse(json).expect("a policy");
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
    SavedEvents::new(at("09:00"), std::iter::once(&a_calendar()), events)
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
    PreviewInputs::new(readable(saved.calendars(&[])), read_events(&saved.events))
}

fn readable(calendars: BTreeMap<CalendarId, CalendarContext>) -> KnownCalendars {
    KnownCalendars {
        readable: calendars,
        unreadable: Vec::new(),
    }
}

/// Compares what `next` would decide with what the built-in policy does.
fn compared(inputs: PreviewInputs, next: &Policy) -> Comparison {
    let baseline = (Baseline::Policy, ActivePolicy::built_in());
    let preview = compare(inputs, baseline, next, at("09:30"));
    Comparison::of(preview, Vec::new())
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
    PreviewInputs::new(readable(saved.calendars(&[])), read_events(&saved.events))
}

const BY_TEXT: &str = r#"{"version": 1, "compare_links": "text", "default": "record"}"#;
const BY_MEETING: &str = r#"{"version": 1, "compare_links": "meeting", "default": "record"}"#;
const UNSAID: &str = r#"{"version": 1, "default": "record"}"#;

#[test_case(BY_TEXT, BY_MEETING, true; "by text before")]
#[test_case(UNSAID, BY_MEETING, true; "by text before, since it was pushed before there was the setting")]
#[test_case(BY_MEETING, BY_MEETING, false; "the same before")]
#[test_case(BY_MEETING, UNSAID, false; "kept as before")]
fn what_would_newly_share_a_bot_is_shown(before: &str, next: &str, expected: bool) {
    let compared_with = ActivePolicy {
        policy: policy(before).into(),
        revision: PolicyRevision(1),
    };
    let baseline = (Baseline::Policy, compared_with);
    let next = policy(next);
    let preview = compare(shared_inputs(), baseline, &next, at("09:30"));
    let compared = Comparison::of(preview, Vec::new());
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
    let line = "  2090-03-06 10:00 UTC \"Kick-off\": 2 bots become 1 (events event-1, event-2)";
    assert_eq!(
        compared.text().contains(line),
        expected,
        "{}",
        compared.text()
    );
}

#[test]
fn the_active_policy_changes_nothing() {
    let compared = compared(two_meetings(), &Policy::built_in());
    assert!(
        compared
            .calendars
            .iter()
            .all(|calendar| calendar.meetings.is_empty())
    );
    assert!(
        compared
            .text()
            .starts_with("No meeting would gain, lose or change a bot.")
    );
}

#[test]
fn a_preview_is_shown_as_a_table_and_counts() {
    let compared = compared(two_meetings(), &policy(EVERYTHING));
    assert_eq!(compared.exit_code(), 0);
    let text = compared.text();
    assert_eq!(
        text,
        "\
sales@acme.example (calendar-sales)

start (UTC)       meeting   bot      rule                why
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
2090-03-06 10:00  Kick-off  changes  external → default  no rule applies, and the default is to record; another bot_name
2090-03-06 10:00  Kick-off  gains    default             no rule applies, and the default is to record

calendar                        gains  loses  changes  keeps
────────────────────────────────────────────────────────────
sales@acme.example (calendar…)      1      0        1      0
all                                 1      0        1      0

Upcoming: 2 bots of 2 hours.

1 event could not be read and was skipped:
  event event-4 of calendar calendar-sales: missing or not readable: platform, start_time, end_time, updated_at"
    );
    let summary = compared.without_meetings().text();
    assert!(summary.starts_with("calendar "), "{summary}");
}

#[test]
fn the_hours_of_bots_are_shown_with_an_estimate_and_the_caps_that_are_too_low() {
    let capped = r#"{"version": 1, "compare_links": "meeting", "default": "record",
        "spending": {"bots_per_day": 1, "hours_per_month": 2}, "price_per_hour": 0.75}"#;
    let limited = compared(shared_inputs(), &policy(capped));
    let lines: Vec<_> = limited.text().lines().map(str::to_owned).collect();
    let first = lines.iter().position(|line| line.starts_with("Upcoming"));
    let shown = &lines[first.expect("a line")..];
    let expected = [
        "Upcoming: 2 bots of 2 hours, about 1.50 in all.",
        "  2090-03-06: 2 bots of 2 hours would be wanted, more than a cap allows. Those that are \
         decided on last are skipped.",
    ];
    assert_eq!(shown[..2], expected);
    assert_eq!(
        limited.spending.exceeded.len(),
        1,
        "the month has room for both"
    );
    let uncapped = r#"{"version": 1, "default": "skip"}"#;
    let none = compared(shared_inputs(), &policy(uncapped));
    assert!(
        none.text().contains("Upcoming: 0 bots of 0 hours."),
        "{}",
        none.text()
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
        CalendarRecord::first(
            // No preview asks when a calendar was created.
            a_calendar().with(|calendar| calendar.created_at = None),
            a_calendar().updated_at
        )
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
#[test_case(r#"{"version": 1, "at": "2090-03-06T09:00:00Z", "calendars": [{}], "events": []}"#, "calendars[0]: missing or not readable: id, platform, status, updated_at"; "an unreadable calendar")]
fn an_unusable_file_is_an_error(text: &str, expected: &str) {
    let problem = SavedEvents::parse(text.as_bytes())
        .err()
        .expect("it is unusable");
    assert!(problem.starts_with(expected), "{problem}");
}

#[test]
fn decisions_and_calendars_that_cannot_be_read_are_named() {
    let problem = "made unreadable on purpose".to_owned();
    let mut inputs = two_meetings();
    inputs.unreadable_decisions = vec![UnreadableRow {
        key: a_decision().key,
        calendar_id: None,
        problem: problem.clone(),
    }];
    inputs.unreadable_calendars = vec![UnreadableRecord {
        calendar_id: id("calendar-record"),
        problem,
    }];
    let compared = compared(inputs, &policy(EVERYTHING));
    assert_eq!(compared.exit_code(), 1);
    let text = compared.text();
    for named in ["event event-1: made unreadable", "  calendar-record: "] {
        assert!(text.contains(named), "{text}");
    }
}

#[test]
fn meetings_on_which_an_expression_fails_are_counted() {
    let failing = r#"{"version": 1, "default": "record", "rules":
        [{"name": "fails", "when": "1 / (participants - participants) > 0", "then": "skip"}]}"#;
    let total = compared(two_meetings(), &policy(failing)).total;
    let counts = (total.gains, total.loses, total.changes, total.keeps);
    assert_eq!((counts, total.failed), ((0, 1, 0, 1), 2));
}
