//! What every implementation of `Decisions` must list as due.

use std::collections::HashSet;

use callsheet_app::ports::{Decisions, DueQuery, DueRows};
use callsheet_domain::{Applied, Decision, DeduplicationKey, Generation, Timestamp, Wanted, plus};
use jiff::SignedDuration;

use super::decision_rows::a_row;
use super::decisions::written;
use super::eventually;
use crate::{With, an_applied_bot, at, id};

/// A row that is due to claim a bot of its own.
fn due_row(event: &str, starts_at: &str) -> Decision {
    a_copy(event, event, starts_at)
}

/// A row that is due to claim the bot of a meeting.
fn a_copy(event: &str, meeting: &str, starts_at: &str) -> Decision {
    a_row(event).with(|row| {
        row.starts_at = at(starts_at);
        if let Wanted::Bot(bot) = &mut row.wanted {
            bot.deduplication_key = id(meeting);
        }
    })
}

fn waiting(mut row: Decision, not_before: Timestamp) -> Decision {
    row.attempts.not_before = Some(not_before);
    row
}

/// The row once its wanted bot is at Recall.
fn applied(mut row: Decision) -> Decision {
    if let Wanted::Bot(bot) = &row.wanted {
        row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
    }
    row
}

async fn due(decisions: &impl Decisions, now: Timestamp, most: usize) -> DueRows {
    let query = DueQuery::first(now, most);
    decisions.due(&query).await.expect("the store answers")
}

fn events(due: &DueRows) -> Vec<&str> {
    due.ready.iter().map(|key| key.event_id.as_str()).collect()
}

async fn assert_due(decisions: &impl Decisions, now: Timestamp, most: usize, expected: &[&str]) {
    eventually(&format!("{expected:?} are due"), async || {
        events(&due(decisions, now, most).await) == expected
    })
    .await;
}

/// Due rows come in order of start, in whatever order they were written, and no
/// more of them than were asked for. Rows of the same start come in any order.
///
/// # Panics
/// If the implementation does something else.
pub async fn due_rows_come_in_order_of_start(decisions: &impl Decisions) {
    let starts = [
        ("third", "10:00:00.000002"),
        ("first", "1969-12-31T23:00:00Z"),
        ("fourth", "23:00"),
        ("second", "10:00:00.000001"),
    ];
    for (event, start) in starts {
        written(decisions, &due_row(event, start)).await;
    }
    let now = at("09:00");
    assert_due(decisions, now, 10, &["first", "second", "third", "fourth"]).await;
    assert_due(decisions, now, 4, &["first", "second", "third", "fourth"]).await;
    assert_due(decisions, now, 3, &["first", "second", "third"]).await;
    assert_due(decisions, now, 1, &["first"]).await;
    assert_due(decisions, now, 0, &[]).await;
}

/// The row of a meeting that moves is listed at its new place, and only there.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_moved_meeting_changes_its_place_in_the_order(decisions: &impl Decisions) {
    let moving = written(decisions, &due_row("moving", "10:00")).await;
    written(decisions, &due_row("staying", "11:00")).await;
    assert_due(decisions, at("09:00"), 10, &["moving", "staying"]).await;
    let moved = moving.with(|row| row.starts_at = at("12:00"));
    written(decisions, &moved).await;
    assert_due(decisions, at("09:00"), 10, &["staying", "moving"]).await;
}

/// Ready rows are listed behind any number of rows that wait.
///
/// # Panics
/// If the implementation does something else.
pub async fn waiting_rows_hide_no_ready_row(decisions: &impl Decisions) {
    let (now, later) = (at("09:00"), at("09:05"));
    for index in 0..120 {
        let start = format!("10:00:00.{index:03}");
        let row = due_row(&format!("waiting-{index:03}"), &start);
        written(decisions, &waiting(row, later)).await;
    }
    written(decisions, &due_row("ready-1", "11:00")).await;
    // Ready from this very instant on.
    written(decisions, &waiting(due_row("ready-2", "12:00"), now)).await;
    written(decisions, &due_row("ready-3", "13:00")).await;
    assert_due(decisions, now, 10, &["ready-1", "ready-2", "ready-3"]).await;
    assert_due(decisions, now, 2, &["ready-1", "ready-2"]).await;
    let at_last = due(decisions, later, 200).await;
    assert_eq!(at_last.ready.len(), 123);
    assert_eq!(events(&at_last)[..2], ["waiting-000", "waiting-001"]);
}

/// The copies of a meeting hide no other: of each bot one row is ready, and some of its
/// others are behind.
///
/// # Panics
/// If the implementation does something else.
pub async fn further_rows_of_a_bot_are_behind_and_hide_no_other(decisions: &impl Decisions) {
    for copy in 0..120 {
        let start = format!("10:00:00.{copy:03}");
        let row = a_copy(&format!("copy-{copy:03}"), "all-hands", &start);
        written(decisions, &row).await;
    }
    written(decisions, &due_row("other", "10:01")).await;
    assert_due(decisions, at("09:00"), 2, &["copy-000", "other"]).await;
    let query = DueQuery {
        most_of_a_bot: 3,
        excluded: HashSet::from([a_row("copy-000").key]),
        ..DueQuery::first(at("09:00"), 2)
    };
    let due = decisions.due(&query).await.expect("the store answers");
    assert_eq!(events(&due), ["copy-001", "other"]);
    let behind = due.behind.iter().map(|key| key.event_id.as_str());
    let behind: Vec<_> = behind.collect();
    assert_eq!(behind, ["copy-002", "copy-003"], "no more than are ready");
    let all = DueQuery::all(at("09:00"));
    let all = decisions.due(&all).await.expect("the store answers");
    assert_eq!((all.ready.len(), all.behind.len()), (2, 119));
}

/// Of the rows of a bot that stands, a claim is behind, and any other call is not.
///
/// # Panics
/// If the implementation does something else.
pub async fn claims_of_a_bot_that_stands_are_behind(decisions: &impl Decisions) {
    let claim = a_copy("claim", "standing", "10:00");
    let unwanted = applied(a_copy("unwanted", "standing", "10:00:01"))
        .with(|row| row.wanted = Wanted::Nothing);
    let reconfigured = applied(a_copy("reconfigured", "standing too", "10:00:02")).with(|row| {
        if let Applied::Bot(bot) = &mut row.applied {
            bot.starts_at = at("11:00");
        }
    });
    let first = due_row("first", "10:01");
    for row in [&claim, &unwanted, &reconfigured, &first] {
        written(decisions, row).await;
    }
    let everything = ["claim", "reconfigured", "first"];
    assert_due(decisions, at("09:00"), 9, &everything).await;
    let keys = [&claim, &reconfigured].map(Decision::deduplication_key);
    let query = DueQuery {
        most_of_a_bot: 9,
        standing: keys
            .into_iter()
            .flatten()
            .map(DeduplicationKey::digest)
            .collect(),
        ..DueQuery::first(at("09:00"), 9)
    };
    let due = decisions.due(&query).await.expect("the store answers");
    assert_eq!(events(&due), ["unwanted", "reconfigured", "first"]);
    assert_eq!(due.behind, [claim.key]);
}

/// The end of the first row's wait is known if fewer rows are ready than were
/// asked for, and not otherwise.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_end_of_the_wait_is_known_only_if_all_ready_rows_are_listed(
    decisions: &impl Decisions,
) {
    let now = at("09:00");
    assert_eq!(due(decisions, now, 10).await, DueRows::default());
    let soon = plus(now, SignedDuration::from_micros(1));
    let rows = [
        waiting(due_row("later", "10:00"), at("09:30")),
        waiting(due_row("soon", "11:00"), soon),
        due_row("ready", "12:00"),
        waiting(due_row("latest", "13:00"), at("09:45")),
    ];
    for row in &rows {
        written(decisions, row).await;
    }
    assert_due(
        decisions,
        at("09:59"),
        10,
        &["later", "soon", "ready", "latest"],
    )
    .await;
    let two = due(decisions, now, 2).await;
    assert_eq!(
        (events(&two), two.waiting_until),
        (vec!["ready"], Some(soon))
    );
    let one = due(decisions, now, 1).await;
    assert_eq!((events(&one), one.waiting_until), (vec!["ready"], None));
    let then = due(decisions, soon, 10).await;
    assert_eq!(events(&then), ["soon", "ready"]);
    assert_eq!(then.waiting_until, Some(at("09:30")));
    assert_eq!(due(decisions, at("09:59"), 10).await.waiting_until, None);
}

/// A row is in the index exactly while it is due: not once it is applied or
/// abandoned, and again when its wanted bot changes.
///
/// # Panics
/// If the implementation does something else.
pub async fn rows_that_are_not_due_leave_the_index(decisions: &impl Decisions) {
    let now = at("09:00");
    let row = written(decisions, &due_row("row", "10:00")).await;
    assert_due(decisions, now, 10, &["row"]).await;

    let row = written(decisions, &applied(row)).await;
    assert_due(decisions, now, 10, &[]).await;

    let unwanted = row.with(|row| {
        row.wanted = Wanted::Nothing;
        row.generation = Generation(2);
    });
    let unwanted = written(decisions, &unwanted).await;
    assert_due(decisions, now, 10, &["row"]).await;

    let abandoned = written(
        decisions,
        &unwanted.abandon("the bot is already dispatched"),
    )
    .await;
    assert_due(decisions, now, 10, &[]).await;

    // The abandoned generation is an older one by now.
    let wanted_again = abandoned.with(|row| row.generation = Generation(3));
    written(decisions, &wanted_again).await;
    assert_due(decisions, now, 10, &["row"]).await;

    let never = due_row("never", "09:30").with(|row| row.wanted = Wanted::Nothing);
    written(decisions, &never).await;
    assert_due(decisions, now, 10, &["row"]).await;
}
