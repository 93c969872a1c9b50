//! What every implementation of `DecisionOverview` must do.

use callsheet_app::bot_state::BotState;
use callsheet_app::ports::{AlertEntry, DayEntry, DecisionOverview, Decisions, DueStart, First};
use callsheet_domain::{
    Applied, Attempts, BotStatus, Decision, RuleName, Timestamp, Verdict, Wanted,
};
use jiff::SignedDuration;

use super::decision_rows::a_row;
use super::decisions::written;
use super::eventually;
use crate::{With, an_applied_bot, at, id};

/// A row whose meeting starts then, and lasts for an hour.
fn starting(event: &str, starts_at: &str) -> Decision {
    a_row(event).with(|row| {
        row.calendar_id = id(format!("calendar-of-{event}"));
        row.starts_at = at(starts_at);
        row.ends_at = callsheet_domain::plus(row.starts_at, SignedDuration::from_hours(1));
    })
}

async fn between(overview: &impl DecisionOverview, from: &str, until: &str) -> Vec<DayEntry> {
    let read = overview.starting_between(at(from), at(until)).await;
    let read = read.expect("the store answers");
    assert_eq!(read.unreadable, []);
    let mut entries = read.entries;
    entries.sort_by_key(|entry| entry.starts_at);
    entries
}

/// Each meeting is in the span in which it starts, over midnights in UTC too, with its verdict
/// and the state of its bot.
///
/// # Panics
/// If the implementation does something else.
pub async fn meetings_of_all_calendars_are_read_by_start(
    store: &(impl Decisions + DecisionOverview),
) {
    let skipped = |row: &mut Decision| {
        row.verdict = Verdict::skip(RuleName::DEFAULT, "no rule records it");
        row.wanted = Wanted::Nothing;
    };
    let rows = [
        starting("before", "2090-03-05T22:59:59.999999Z"),
        starting("first", "2090-03-05T23:00:00Z").with(skipped),
        starting("waiting", "2090-03-06T10:00:00Z").with(|row| {
            row.attempts = Attempts {
                not_before: Some(at("09:45")),
                ..Attempts::default()
            };
        }),
        starting("last", "2090-03-07T22:59:59.999999Z"),
        starting("after", "2090-03-07T23:00:00Z"),
    ];
    for row in &rows {
        written(store, row).await;
    }
    let expected: Vec<_> = rows[1..4].iter().filter_map(DayEntry::of).collect();
    let states: Vec<_> = expected
        .iter()
        .map(|entry| entry.bot_at(at("09:30")))
        .collect();
    assert_eq!(states, [BotState::None, BotState::Retrying, BotState::Due]);
    let (from, until) = ("2090-03-05T23:00:00Z", "2090-03-07T23:00:00Z");
    eventually("the span has its meetings", async || {
        between(store, from, until).await == expected
    })
    .await;
    assert_eq!(between(store, until, from).await, []);
    assert_eq!(between(store, from, from).await, []);
}

/// A meeting is counted once, though its event was given another `ical_uid`.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_superseded_row_is_of_no_day(store: &(impl Decisions + DecisionOverview)) {
    let row = written(store, &starting("event", "2090-03-06T10:00:00Z")).await;
    let (from, until) = ("2090-03-06T00:00:00Z", "2090-03-07T00:00:00Z");
    eventually("it is of the day", async || {
        between(store, from, until).await.len() == 1
    })
    .await;
    let superseded = row.with(|row| {
        row.wanted = Wanted::Nothing;
        row.verdict = Verdict::skip(RuleName::SUPERSEDED, "the event has another ical_uid now");
    });
    written(store, &superseded).await;
    eventually("it is of no day", async || {
        between(store, from, until).await.is_empty()
    })
    .await;
}

/// Each copy has the alert, with the bot that they share.
///
/// # Panics
/// If the implementation does something else.
pub async fn alerts_are_read_by_start_until_their_cause_is_gone(
    store: &(impl Decisions + DecisionOverview),
) {
    let status = |code, second: &str| BotStatus::new(code, None, at(second)).expect("a code");
    let waits = |row: Decision| {
        let row = row.with(|row| {
            if let Wanted::Bot(wanted) = &row.wanted {
                row.applied = Applied::Bot(Box::new(an_applied_bot(wanted)));
            }
        });
        row.with_statuses(&id("bot-1"), &[status("in_waiting_room", "10:00:10")], true)
            .with_alerts(Some(SignedDuration::ZERO), at("10:05"))
    };
    let copies = ["one", "other"].map(|event| waits(starting(event, "2090-03-06T10:00:00Z")));
    let mut rows = Vec::new();
    for row in &copies {
        rows.push(written(store, row).await);
    }
    written(store, &starting("quiet", "2090-03-06T10:00:00Z")).await;
    let shows = async |expected: &[Decision]| {
        let mut expected: Vec<_> = expected.iter().flat_map(AlertEntry::all_of).collect();
        expected.sort_by(|one, other| one.key.cmp(&other.key));
        eventually("the alerts are read", async || {
            let (from, until) = (at("09:00"), at("11:00"));
            let read = store.starting_between(from, until).await;
            let read = read.expect("the store answers");
            let mut alerts = read.alerts;
            alerts.sort_by(|one, other| one.key.cmp(&other.key));
            read.entries.len() == 3 && alerts == expected
        })
        .await;
    };
    assert_eq!(rows.iter().flat_map(AlertEntry::all_of).count(), 2);
    shows(&rows).await;
    let admitted = rows.remove(1);
    let joined = [status("in_call_not_recording", "10:05:10")];
    let admitted = admitted.with_statuses(&id("bot-1"), &joined, true);
    written(store, &admitted).await;
    shows(&rows).await;
}

fn start_of(row: &Decision) -> DueStart {
    DueStart {
        key: row.key.clone(),
        starts_at: row.starts_at,
        not_before: row.attempts.not_before,
    }
}

/// Waiting rows are among them, in order of start.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_first_due_decisions_are_read_with_their_starts(
    store: &(impl Decisions + DecisionOverview),
) {
    let waits = |row: &mut Decision| row.attempts.not_before = Some(at("09:45"));
    let rows = [
        starting("first", "10:00"),
        starting("second", "11:00").with(waits),
        starting("third", "2090-03-09T10:00:00Z"),
    ];
    for row in rows.iter().rev() {
        written(store, row).await;
    }
    let expected: Vec<_> = rows.iter().map(start_of).collect();
    for (most, has_more) in [(3, false), (9, false), (2, true), (1, true), (0, true)] {
        let expected = First {
            first: expected.iter().take(most).cloned().collect(),
            has_more,
        };
        eventually("the first ones are read", async || {
            store.first_due(most).await.expect("the store answers") == expected
        })
        .await;
    }
}

/// # Panics
/// If the implementation does something else.
pub async fn abandoned_decisions_are_read_until_they_are_reopened(
    store: &(impl Decisions + DecisionOverview),
) {
    let abandoned = |event, start| starting(event, start).abandon("no bot was free");
    let early = written(store, &abandoned("early", "08:00")).await;
    let first = written(store, &abandoned("first", "10:00")).await;
    let second = written(store, &abandoned("second", "11:00")).await;
    written(store, &starting("due", "10:30")).await;
    let shows = async |from: Timestamp, most: usize, expected: &[&Decision], has_more: bool| {
        let expected = First {
            first: expected.iter().map(|row| row.key.clone()).collect(),
            has_more,
        };
        eventually("the abandoned ones are read", async || {
            store
                .abandoned(from, most)
                .await
                .expect("the store answers")
                == expected
        })
        .await;
    };
    shows(at("08:00"), 9, &[&early, &first, &second], false).await;
    shows(at("08:00:01"), 2, &[&first, &second], false).await;
    shows(at("08:00:01"), 1, &[&first], true).await;
    written(store, &first.clone().with(|row| row.abandoned = None)).await;
    shows(at("08:00:01"), 9, &[&second], false).await;
}
