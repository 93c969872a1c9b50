//! The bots that Recall lists are compared with the decisions, and meetings that are not
//! compared are counted.

use callsheet_app::UseCaseError;
use callsheet_app::drift::{FoundDrift, NotCompared, find_drift};
use callsheet_app::ports::{Calendars as _, Decisions as _, UnreadableEvent};
use callsheet_domain::{
    Applied, BotEntry, CalendarEvent, CalendarStatus, CallRecord, Cause, Decision,
    DeduplicationKey, DriftKind, History, Operation, RecordedResult, Wanted,
};
use callsheet_testkit::{
    ManualClock, MemoryDecisions, MemoryState, With as _, a_calendar, a_calendar_record,
    a_decision, an_applied_bot, an_event, at, id,
};
use test_case::test_case;

use crate::listed_recall::ListedRecall;

/// An event with `bots`: the deduplication key of each, `ours` or another, and its start.
fn a_listed_event(event: &str, bots: &[(&str, &str)]) -> CalendarEvent {
    let entry = |(number, (key, start)): (usize, &(&str, &str))| BotEntry {
        bot_id: id(format!("bot-{number}")),
        starts_at: at(start),
        deduplication_key: match *key {
            "ours" => ours(),
            other => id(other),
        },
    };
    an_event().with(|one| {
        one.id = id(event);
        one.bots = bots.iter().enumerate().map(entry).collect();
    })
}

fn ours() -> DeduplicationKey {
    let Wanted::Bot(bot) = a_decision().wanted else {
        panic!("it wants a bot");
    };
    bot.deduplication_key
}

/// A decision whose wanted bot is applied.
fn an_applied_decision(event: &str) -> Decision {
    a_decision().with(|row| {
        row.key.event_id = id(event);
        if let Wanted::Bot(bot) = &row.wanted {
            row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
        }
    })
}

/// Compares what Recall lists with `rows` at 09:30, where the row of `bad` cannot be read.
async fn found(recall: ListedRecall, rows: &[Decision], bad: Option<&str>) -> FoundDrift {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let written = state.write_record(&a_calendar_record()).await;
    written.expect("memory");
    for row in rows {
        decisions.write(row).await.expect("memory");
        if bad == Some(row.key.event_id.as_str()) {
            decisions.make_unreadable(&row.key);
        }
    }
    let found = find_drift(&recall.lister(&state), &decisions, &[]).await;
    found.expect("memory")
}

/// Lists events of a calendar that is connected.
fn listing(events: Vec<CalendarEvent>) -> ListedRecall {
    let recall = ListedRecall::new(&ManualClock::at(at("09:30")), vec![events]);
    ListedRecall {
        calendars: vec![a_calendar()],
        ..recall
    }
}

#[test_case(&[("ours", "10:00")], None; "its bot exists")]
#[test_case(&[], Some((DriftKind::Missing, 0)); "no bot")]
#[test_case(&[("ours", "10:00"), ("ours", "10:00")], Some((DriftKind::Duplicate, 2)); "its bot exists twice")]
#[test_case(&[("ours", "10:00"), ("ours", "12:00")], Some((DriftKind::Stale, 2)); "a bot at another time")]
#[test_case(&[("ours", "10:00"), ("theirs", "10:00"), ("theirs", "08:00")], Some((DriftKind::Foreign, 2)); "a bot of another program")]
#[tokio::test]
async fn the_listed_bots_are_compared_with_the_decision(
    bots: &[(&str, &str)],
    expected: Option<(DriftKind, usize)>,
) {
    let recall = listing(vec![a_listed_event("event-1", bots)]);
    let result = found(recall, &[an_applied_decision("event-1")], None).await;
    let shown = result.drifted.first().map(|one| (one.kind, one.bots));
    assert_eq!((shown, result.compared), (expected, 1));
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
    let rows: Vec<_> = rows.collect();
    let mut events: Vec<_> = (0..7)
        .map(|index| a_listed_event(&name(index), &[]))
        .collect();
    events[5].starts_at = at("09:30");
    events[6].is_deleted = true;
    let unreadable = UnreadableEvent {
        id: Some(id("event-7")),
        calendar_id: None,
        problem: "not in the published shape".to_owned(),
    };
    let recall = ListedRecall {
        unreadable: vec![unreadable.clone()],
        ..listing(events)
    };
    let result = found(recall, &rows, None).await;
    let expected = NotCompared {
        due: 1,
        abandoned: 1,
        just_called: 1,
        undecided: 2,
    };
    assert_eq!((result.not_compared, result.compared), (expected, 0));
    assert_eq!(result.unreadable, [unreadable]);
}

#[tokio::test]
async fn a_decision_that_cannot_be_read_is_named_and_the_others_are_compared() {
    let events = ["event-1", "event-2"].map(|event| a_listed_event(event, &[]));
    let rows = ["event-1", "event-2"].map(an_applied_decision);
    let result = found(listing(events.to_vec()), &rows, Some("event-2")).await;
    assert_eq!((result.compared, result.drifted.len()), (1, 1));
    assert_eq!(result.not_compared, NotCompared::default());
    let bad = result
        .unreadable_decisions
        .first()
        .map(|row| &row.key.event_id);
    assert_eq!(bad, Some(&id("event-2")));
}

#[test_case(None, true; "not listed by Recall")]
#[test_case(Some(CalendarStatus::Disconnected), true; "disconnected at Recall")]
#[test_case(Some(CalendarStatus::Connected), false; "connected at Recall")]
#[tokio::test]
async fn a_calendar_that_is_gone_at_recall_is_found_and_its_events_are_not_listed(
    at_recall: Option<CalendarStatus>,
    is_gone: bool,
) {
    let calendars = at_recall.map(|status| a_calendar().with(|one| one.status = status));
    let recall = ListedRecall {
        calendars: calendars.into_iter().collect(),
        ..listing(vec![a_listed_event("event-1", &[("ours", "10:00")])])
    };
    let result = found(recall, &[an_applied_decision("event-1")], None).await;
    let gone: Vec<_> = result.gone.iter().map(|one| one.at_recall).collect();
    let expected: &[_] = if is_gone { &[at_recall] } else { &[] };
    assert_eq!(gone, expected);
    assert_eq!(result.compared, usize::from(!is_gone));
}

#[tokio::test]
async fn a_selection_without_a_connected_calendar_is_refused() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let recall = listing(Vec::new());
    let found = find_drift(&recall.lister(&state), &decisions, &[]).await;
    assert!(matches!(found, Err(UseCaseError::NoneConnected)));
}
