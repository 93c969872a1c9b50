//! Drift is shown, and meetings that are not compared are counted.

use callsheet_app::ports::{Calendars as _, Decisions as _};
use callsheet_domain::{
    Applied, CalendarStatus, CallRecord, Cause, Decision, EventId, History, Operation,
    RecordedResult, Wanted,
};
use callsheet_testkit::{
    MemoryDecisions, MemoryState, With as _, a_calendar_record, a_decision, an_applied_bot, at,
};
use serde_json::{Value, json};
use test_case::test_case;

use super::*;
use crate::render::{Render as _, assert_published};

/// An event as Recall lists it, with `bots`: the deduplication key of each, `ours` or another,
/// and its start.
fn a_listed_event(event: &str, bots: &[(&str, &str)]) -> Value {
    let ours = ours();
    let bots: Vec<_> = bots
        .iter()
        .enumerate()
        .map(|(number, (key, start))| {
            let key = if *key == "ours" { &ours } else { *key };
            json!({
                "bot_id": format!("bot-{number}"),
                "start_time": at(start),
                "deduplication_key": key,
                "meeting_url": "https://meet.example/abc-defg",
            })
        })
        .collect();
    json!({
        "id": event,
        "calendar_id": "calendar-sales",
        "ical_uid": "meeting-1@acme.example",
        "platform": "google_calendar",
        "platform_id": "platform-event-1",
        "start_time": at("10:00"),
        "end_time": at("11:00"),
        "created_at": "2090-03-05T10:00:00Z",
        "updated_at": at("09:00"),
        "is_deleted": false,
        "meeting_url": "https://meet.example/abc-defg",
        "meeting_platform": "google_meet",
        "raw": {"summary": "Kick-off"},
        "bots": bots,
    })
}

fn ours() -> String {
    let Wanted::Bot(bot) = a_decision().wanted else {
        panic!("it wants a bot");
    };
    bot.deduplication_key.to_string()
}

/// A decision whose wanted bot is applied.
fn an_applied_decision(event: &str) -> Decision {
    a_decision().with(|row| {
        row.key.event_id = EventId::parse(event).expect("an id");
        if let Wanted::Bot(bot) = &row.wanted {
            row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
        }
    })
}

/// Compares `events` with `rows` at 09:30.
async fn compared(rows: Vec<Decision>, events: Vec<Value>) -> Drift {
    compared_without(None, rows, events).await
}

/// The same, where the row of one event cannot be read.
async fn compared_without(bad: Option<&str>, rows: Vec<Decision>, events: Vec<Value>) -> Drift {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let written = state.write_record(&a_calendar_record()).await;
    written.expect("memory");
    for row in rows {
        decisions.write(&row).await.expect("memory");
        if bad == Some(row.key.event_id.as_str()) {
            decisions.make_unreadable(&row.key);
        }
    }
    let calendars = connected_calendars(&state, &[])
        .await
        .expect("one is connected");
    let page = ListedPage {
        requested_at: at("09:30"),
        events: serde_json::from_value(Value::Array(events)).expect("any JSON"),
    };
    let result = compare(&calendars, vec![page], &decisions).await;
    result.expect("memory")
}

#[test_case(&[("ours", "10:00")], None; "its bot exists")]
#[test_case(&[], Some(("missing", 0)); "no bot")]
#[test_case(&[("ours", "10:00"), ("ours", "10:00")], Some(("duplicate", 2)); "its bot exists twice")]
#[test_case(&[("ours", "10:00"), ("ours", "12:00")], Some(("stale", 2)); "a bot at another time")]
#[test_case(&[("ours", "10:00"), ("theirs", "10:00"), ("theirs", "08:00")], Some(("foreign", 2)); "a bot of another program")]
#[tokio::test]
async fn the_listed_bots_are_compared_with_the_decision(
    bots: &[(&str, &str)],
    expected: Option<(&str, usize)>,
) {
    let result = compared(
        vec![an_applied_decision("event-1")],
        vec![a_listed_event("event-1", bots)],
    )
    .await;
    let shown = result.drifted.first().map(|one| (one.kind, one.bots));
    assert_eq!(shown, expected);
    assert_eq!(result.compared, 1);
    assert_eq!(result.exit_code(), u8::from(expected.is_some()));
}

fn just_called(row: &mut Decision) {
    row.history = History::kept([CallRecord {
        at: at("09:29:30"),
        operation: Operation::ScheduleBot,
        cause: Cause::New,
        outcome: RecordedResult::Done,
        is_late: false,
    }]);
}

#[tokio::test]
async fn meetings_that_cannot_be_compared_are_counted_by_reason() {
    let changes: [fn(&mut Decision); 4] = [
        |row| row.applied = Applied::Nothing,
        |row| *row = row.clone().abandon("refused"),
        just_called,
        |row| row.inputs.event = at("08:00"),
    ];
    let name = |index: usize| format!("event-{index}");
    let rows = changes.into_iter().enumerate();
    let rows = rows.map(|(index, change)| an_applied_decision(&name(index)).with(change));
    let mut events: Vec<_> = (0..5)
        .map(|index| a_listed_event(&name(index), &[]))
        .collect();
    let (mut over, mut deleted) = (
        a_listed_event("event-5", &[]),
        a_listed_event("event-6", &[]),
    );
    over["start_time"] = json!(at("09:30"));
    deleted["is_deleted"] = json!(true);
    events.extend([over, deleted, json!({"id": "event-7"})]);
    let result = compared(rows.collect(), events).await;
    assert_eq!((result.compared, result.exit_code()), (0, 1));
    assert_eq!(
        result.text(),
        "\
No upcoming meeting was compared.

5 more were not compared: 1 due, 1 abandoned, 1 called about less than a minute before, \
2 without a current decision. Whether they have the right bots is unknown: run this again in a few minutes; \
`callsheet status` shows what is abandoned or not synced.

1 event could not be read and was skipped:
  event event-7: not in the published shape"
    );
}

#[tokio::test]
async fn drift_is_shown_as_a_table_and_counts() {
    let result = compared(
        vec![an_applied_decision("event-1")],
        vec![a_listed_event("event-1", &[])],
    )
    .await;
    assert_eq!(
        result.text(),
        "\
bot      start (UTC)       calendar                        meeting   event    bots
──────────────────────────────────────────────────────────────────────────────────
missing  2090-03-06 10:00  sales@acme.example (calendar…)  Kick-off  event-1     0

1 of 1 upcoming meeting has drifted: 1 missing.
Nothing was changed. The next sync of each event repairs it; `callsheet resync --full` requests one \
now."
    );
    let json = serde_json::to_value(&result).expect("it is JSON");
    assert_eq!(
        json,
        json!({
            "drifted": [{
                "kind": "missing",
                "starts_at": "2090-03-06T10:00:00Z",
                "calendar": "calendar-sales",
                "owner": "sales@acme.example",
                "event_id": "event-1",
                "title": "Kick-off",
                "bots": 0,
            }],
            "counts": {"missing": 1, "duplicate": 0, "stale": 0, "foreign": 0},
            "compared": 1,
            "not_compared": {"due": 0, "abandoned": 0, "just_called": 0, "undecided": 0},
            "gone": [],
            "unreadable": [],
            "unreadable_decisions": [],
            "unreadable_calendars": [],
        })
    );
}

#[tokio::test]
async fn a_decision_that_cannot_be_read_is_named_and_the_others_are_compared() {
    let events = ["event-1", "event-2"].map(|event| a_listed_event(event, &[]));
    let rows = ["event-1", "event-2"].map(an_applied_decision);
    let result = compared_without(Some("event-2"), rows.to_vec(), events.to_vec()).await;
    assert_eq!((result.compared, result.drifted.len()), (1, 1));
    assert_eq!(result.not_compared.undecided, 0);
    assert_eq!(result.exit_code(), 1);
    let text = result.text();
    let expected = "  event event-2: made unreadable on purpose";
    assert!(text.contains(expected), "{text}");
}

#[test_case(None, Some(AtRecall::Absent); "not listed by Recall")]
#[test_case(Some(CalendarStatus::Disconnected), Some(AtRecall::Disconnected); "disconnected at Recall")]
#[test_case(Some(CalendarStatus::Connected), None; "connected at Recall")]
#[tokio::test]
async fn a_calendar_that_is_gone_at_recall_is_drift(
    at_recall: Option<CalendarStatus>,
    expected: Option<AtRecall>,
) {
    let state = MemoryState::new();
    let written = state.write_record(&a_calendar_record()).await;
    written.expect("memory");
    let connected = connected_calendars(&state, &[]).await;
    let mut calendars = connected.expect("one is connected");
    let mut directory = Directory::default();
    if let Some(status) = at_recall {
        let calendar = a_calendar_record().calendar.with(|one| one.status = status);
        directory.calendars.insert(calendar.id.clone(), calendar);
    }
    let gone = take_gone(&mut calendars, &directory);
    assert_eq!(gone.first().map(|one| one.at_recall), expected);
    assert_eq!(calendars.len(), usize::from(expected.is_none()));
    let result = Drift {
        gone,
        ..compared(
            vec![an_applied_decision("event-1")],
            vec![a_listed_event("event-1", &[("ours", "10:00")])],
        )
        .await
    };
    assert_published("drift", &result);
    assert_eq!(result.exit_code(), u8::from(expected.is_some()));
    let is_named = result
        .text()
        .contains("sales@acme.example (calendar-sales):");
    assert_eq!(is_named, expected.is_some(), "{}", result.text());
}
