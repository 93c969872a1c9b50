//! What has drifted is shown, and what cannot be said is counted.

use callsheet_app::ports::{Calendars as _, Decisions as _};
use callsheet_domain::{
    Applied, CallRecord, Cause, Decision, EventId, History, Operation, RecordedResult, Wanted,
};
use callsheet_testkit::{
    MemoryDecisions, MemoryState, With as _, a_calendar_record, a_decision, an_applied_bot, at,
};
use serde_json::{Value, json};
use test_case::test_case;

use super::*;
use crate::render::Render as _;

/// The usual event at Recall, with `bots`, each by its key, `ours` or another, and its start.
fn listed(event: &str, bots: &[(&str, &str)]) -> Value {
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

/// The usual meeting at rest, with its bot.
fn at_rest(event: &str) -> Decision {
    a_decision().with(|row| {
        row.key.event_id = EventId::parse(event).expect("an id");
        if let Wanted::Bot(bot) = &row.wanted {
            row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
        }
    })
}

/// What is found at half past nine.
async fn found(rows: Vec<Decision>, events: Vec<Value>) -> Drift {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let kept = state.write_record(&a_calendar_record()).await;
    kept.expect("memory");
    for row in rows {
        decisions.write(&row).await.expect("memory");
    }
    let calendars = connected(&state, &[]).await.expect("one is connected");
    let page = Listed {
        asked_at: at("09:30"),
        events: serde_json::from_value(Value::Array(events)).expect("any JSON"),
    };
    let compared = compare(&calendars, vec![page], &decisions).await;
    compared.expect("memory")
}

#[test_case(&[("ours", "10:00")], None; "its bot is there")]
#[test_case(&[], Some(("missing", 0)); "it is not")]
#[test_case(&[("ours", "10:00"), ("ours", "10:00")], Some(("duplicate", 2)); "it is there twice")]
#[test_case(&[("ours", "10:00"), ("ours", "12:00")], Some(("stale", 2)); "one is there for another time")]
#[test_case(&[("ours", "10:00"), ("theirs", "10:00"), ("theirs", "08:00")], Some(("foreign", 2)); "somebody scheduled one")]
#[tokio::test]
async fn what_recall_lists_is_held_against_the_row(
    bots: &[(&str, &str)],
    expected: Option<(&str, usize)>,
) {
    let found = found(vec![at_rest("event-1")], vec![listed("event-1", bots)]).await;
    let shown = found.drifted.first().map(|one| (one.kind, one.bots));
    assert_eq!(shown, expected);
    assert_eq!(found.evaluated, 1);
    assert_eq!(found.exit_code(), u8::from(expected.is_some()));
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
async fn what_cannot_be_said_is_counted_and_is_no_drift() {
    let changes: [fn(&mut Decision); 4] = [
        |row| row.applied = Applied::Nothing,
        |row| *row = row.clone().abandon("refused"),
        just_called,
        |row| row.inputs.event = at("08:00"),
    ];
    let name = |index: usize| format!("event-{index}");
    let rows = changes.into_iter().enumerate();
    let rows = rows.map(|(index, change)| at_rest(&name(index)).with(change));
    let mut events: Vec<_> = (0..5).map(|index| listed(&name(index), &[])).collect();
    let (mut over, mut deleted) = (listed("event-5", &[]), listed("event-6", &[]));
    over["start_time"] = json!(at("09:30"));
    deleted["is_deleted"] = json!(true);
    events.extend([over, deleted, json!({"id": "event-7"})]);
    let found = found(rows.collect(), events).await;
    assert_eq!((found.evaluated, found.exit_code()), (0, 0));
    assert_eq!(
        found.text(),
        "\
Recall has the bots of 0 upcoming meetings as it should.

5 more were not judged: 1 due, 1 given up on, 1 called about less than a minute before, \
2 not decided yet as listed.

1 event could not be read, and left out:
  event event-7: not in the published shape"
    );
}

#[tokio::test]
async fn is_shown_as_a_table_and_counts() {
    let found = found(vec![at_rest("event-1")], vec![listed("event-1", &[])]).await;
    assert_eq!(
        found.text(),
        "\
bot      start (UTC)       calendar                             meeting   event    bots
────────────────────────────────────────────────────────────────────────────────────────
missing  2090-03-06 10:00  sales@acme.example (calendar-sales)  Kick-off  event-1     0

1 of 1 upcoming meeting has drifted: 1 missing.
Nothing was changed. The next look at each mends it; `callsheet sweep --everything` has them \
looked at now."
    );
    let json = serde_json::to_value(&found).expect("it is JSON");
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
            "judged": 1,
            "not_judged": {"due": 0, "closed": 0, "just_called": 0, "undecided": 0},
            "unreadable": [],
        })
    );
}
