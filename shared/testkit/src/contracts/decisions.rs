//! What every implementation of `Decisions` must do with rows.

use callsheet_app::ports::{Decisions, WriteOutcome};
use callsheet_domain::{
    Attempts, CalendarId, Decision, DecisionKey, ListedIds, RuleName, Timestamp, Verdict, Version,
    Wanted,
};
use futures_util::future::join_all;

use super::decision_rows::{a_row, odd_shapes, plain_shapes};
use super::eventually;
use crate::{With, a_decision, at, id};

/// Writes a row without a concurrent writer, and returns it as it is then stored.
pub(super) async fn written(decisions: &impl Decisions, row: &Decision) -> Decision {
    let outcome = decisions.write(row).await.expect("the store answers");
    assert_eq!(outcome, WriteOutcome::Written);
    row.clone().with(|row| row.version = row.version.next())
}

async fn stored(decisions: &impl Decisions, key: &DecisionKey) -> Option<Decision> {
    let keys = std::slice::from_ref(key);
    let mut rows = decisions
        .decisions(keys)
        .await
        .expect("the store answers")
        .decisions;
    assert!(rows.len() <= 1, "one key is one row at most");
    rows.pop()
}

/// A row is read as it was written, with the next version.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_decision_is_read_as_it_was_written(decisions: &impl Decisions) {
    for row in plain_shapes().into_iter().chain(odd_shapes()) {
        let expected = written(decisions, &row).await;
        assert_eq!(expected.version, Version(1));
        assert_eq!(stored(decisions, &row.key).await, Some(expected));
    }
}

/// The latest write replaces the whole row: no field of the one before is left.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_latest_write_replaces_the_whole_row(decisions: &impl Decisions) {
    let first = a_row("latest").with(|row| row.attempts.last_error = Some("busy".to_owned()));
    let first = written(decisions, &first).await;
    let second = first.clone().with(|row| {
        row.title = None;
        row.wanted = Wanted::Nothing;
        row.attempts = Attempts::default();
    });
    let second = written(decisions, &second).await;
    assert_eq!(second.version, Version(2));
    assert_eq!(stored(decisions, &first.key).await, Some(second));
}

/// A write over a version other than the stored one changes nothing, whether
/// the row was missing, older or never there.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_write_over_another_version_is_a_conflict(decisions: &impl Decisions) {
    let fresh = a_row("raced");
    let first = written(decisions, &fresh).await;
    let second = written(decisions, &first).await;
    let unseen = a_row("never-there").with(|row| row.version = Version(1));
    let ahead = second.clone().with(|row| row.version = Version(9));
    for late in [&fresh, &first, &ahead, &unseen] {
        let late = late.clone().with(|row| row.title = Some("late".to_owned()));
        let outcome = decisions.write(&late).await.expect("the store answers");
        assert_eq!(
            outcome,
            WriteOutcome::Conflict,
            "under version {}",
            late.version.0
        );
    }
    assert_eq!(stored(decisions, &fresh.key).await, Some(second));
    assert_eq!(stored(decisions, &unseen.key).await, None);
}

/// Of concurrent writes over the same version one succeeds.
///
/// # Panics
/// If the implementation does something else.
pub async fn of_concurrent_writes_one_succeeds(decisions: &impl Decisions) {
    let mut row = a_row("concurrent");
    for _ in 0..3 {
        let writers = (0..8).map(|writer| {
            let ours = row.clone().with(|row| row.attempts.count = writer);
            async move { (decisions.write(&ours).await, ours) }
        });
        let mut winners = Vec::new();
        for (outcome, ours) in join_all(writers).await {
            if outcome.expect("the store answers") == WriteOutcome::Written {
                winners.push(ours.with(|row| row.version = row.version.next()));
            }
        }
        assert_eq!(winners.len(), 1);
        assert_eq!(stored(decisions, &row.key).await, winners.first().cloned());
        row = winners.remove(0);
    }
}

/// Unknown keys give no rows, a key given twice gives its row once, and no keys
/// give no rows.
///
/// # Panics
/// If the implementation does something else.
pub async fn unknown_keys_give_no_rows(decisions: &impl Decisions) {
    let row = written(decisions, &a_row("there")).await;
    let other_event = a_row("not-there").key;
    let other_meeting = DecisionKey {
        ical_uid: id("another"),
        ..row.key.clone()
    };
    let keys = [row.key.clone(), other_event, other_meeting, row.key.clone()];
    let rows = decisions
        .decisions(&keys)
        .await
        .expect("the store answers")
        .decisions;
    assert_eq!(rows, [row]);
    assert_eq!(
        decisions
            .decisions(&[])
            .await
            .expect("the store answers")
            .decisions,
        []
    );
}

/// More rows than one request takes are read, of one meeting and of several.
///
/// # Panics
/// If the implementation does something else.
pub async fn more_rows_than_one_request_takes_are_read(decisions: &impl Decisions) {
    let mut expected = Vec::new();
    for index in 0..230 {
        let row = a_row(&format!("many-{index:03}")).with(|row| {
            row.key.ical_uid = id(format!("meeting-{}", index % 3));
        });
        expected.push(written(decisions, &row).await);
    }
    let keys: Vec<_> = expected.iter().map(|row| row.key.clone()).collect();
    let mut rows = decisions
        .decisions(&keys)
        .await
        .expect("the store answers")
        .decisions;
    rows.sort_by(|a, b| a.key.event_id.cmp(&b.key.event_id));
    assert_eq!(rows, expected);
}

/// Rows are read that are larger together than the sixteen megabytes of one
/// response.
///
/// # Panics
/// If the implementation does something else.
pub async fn rows_larger_than_one_response_are_read(decisions: &impl Decisions) {
    let mut expected = Vec::new();
    for index in 0..50 {
        let row = a_row(&format!("large-{index:02}"));
        expected.push(
            written(
                decisions,
                &row.with(|row| row.title = Some("t".repeat(350_000))),
            )
            .await,
        );
    }
    let keys: Vec<_> = expected.iter().map(|row| row.key.clone()).collect();
    let mut rows = decisions
        .decisions(&keys)
        .await
        .expect("the store answers")
        .decisions;
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    assert!(
        rows == expected,
        "{} of {} rows",
        rows.len(),
        expected.len()
    );
}

/// Writes meetings into a calendar: (event, start, end).
async fn written_calendar(
    decisions: &impl Decisions,
    calendar: &CalendarId,
    meetings: &[(&str, &str, &str)],
) {
    for (event, start, end) in meetings {
        let row = a_row(event).with(|row| {
            row.calendar_id = calendar.clone();
            row.starts_at = at(start);
            row.ends_at = at(end);
        });
        written(decisions, &row).await;
    }
}

async fn assert_of_calendar(
    decisions: &impl Decisions,
    calendar: &CalendarId,
    after: Timestamp,
    expected: &[&str],
) {
    eventually("a calendar's meetings are listed", async || {
        let keys = decisions.of_calendar(calendar, after).await;
        let keys = keys.expect("the store answers");
        keys.iter()
            .map(|key| key.event_id.as_str())
            .eq(expected.iter().copied())
    })
    .await;
}

/// The decisions of a calendar are listed in order of start, only those that
/// end after the instant, due or not.
///
/// # Panics
/// If the implementation does something else.
pub async fn decisions_of_a_calendar_are_listed_in_order_of_start(decisions: &impl Decisions) {
    let calendar = |name| id(name);
    let (ours, theirs) = (calendar("calendar-ours"), calendar("calendar-theirs"));
    let meetings = [
        ("noon", "12:00", "13:00"),
        ("early", "08:00", "09:00"),
        ("all-day", "00:00", "23:00"),
        ("late", "17:00", "17:00:00.000001"),
    ];
    written_calendar(decisions, &ours, &meetings).await;
    written_calendar(decisions, &theirs, &[("other", "12:00", "13:00")]).await;
    let skipped = a_row("skipped-at-two").with(|row| {
        row.calendar_id = ours.clone();
        row.starts_at = at("14:00");
        row.ends_at = at("15:00");
        row.wanted = Wanted::Nothing;
    });
    let skipped = written(decisions, &skipped).await;

    let all = ["all-day", "early", "noon", "skipped-at-two", "late"];
    assert_of_calendar(decisions, &ours, at("07:00"), &all).await;
    let after_nine = ["all-day", "noon", "skipped-at-two", "late"];
    assert_of_calendar(decisions, &ours, at("09:00"), &after_nine).await;
    assert_of_calendar(decisions, &ours, at("17:00"), &["all-day", "late"]).await;
    assert_of_calendar(decisions, &theirs, at("07:00"), &["other"]).await;
    assert_of_calendar(decisions, &calendar("calendar-unknown"), at("07:00"), &[]).await;

    let moved = skipped.with(|row| row.starts_at = at("06:00"));
    written(decisions, &moved).await;
    let all = ["all-day", "skipped-at-two", "early", "noon", "late"];
    assert_of_calendar(decisions, &ours, at("07:00"), &all).await;
}

/// The decisions of a calendar are listed by start, both ends included.
///
/// # Panics
/// If the implementation does something else.
pub async fn decisions_of_a_calendar_are_listed_by_start(decisions: &impl Decisions) {
    let (ours, theirs) = (id("calendar-ours"), id("calendar-theirs"));
    let meetings = [
        ("noon", "12:00", "13:00"),
        ("early", "08:00", "23:00"),
        ("late", "17:00", "18:00"),
    ];
    written_calendar(decisions, &ours, &meetings).await;
    written_calendar(decisions, &theirs, &[("other", "12:00", "13:00")]).await;
    for (from, until, expected) in [
        ("08:00", "17:00", &["early", "noon", "late"] as &[_]),
        ("08:00:00.000001", "16:59:59.999999", &["noon"]),
        ("12:00", "12:00", &["noon"]),
        ("18:00", "20:00", &[]),
    ] {
        eventually("a calendar's meetings are listed by start", async || {
            let entries = decisions.starting(&ours, at(from), at(until)).await;
            let entries = entries.expect("the store answers");
            let starts = meetings.map(|(event, start, _)| (event, at(start)));
            let has_start = |event: &str, start| starts.contains(&(event, start));
            let ids = entries.iter().map(|entry| entry.key.event_id.as_str());
            ids.eq(expected.iter().copied())
                && entries
                    .iter()
                    .all(|entry| has_start(entry.key.event_id.as_str(), entry.starts_at))
        })
        .await;
    }
}

/// The decisions of all calendars about meetings that start in a span, over a midnight too, are
/// found if their events are not among those listed.
///
/// # Panics
/// If the implementation does something else.
pub async fn unlisted_decisions_are_found_in_all_calendars(decisions: &impl Decisions) {
    let evening = [
        ("evening", "2090-04-03T23:30:00Z", "2090-04-04T00:00:00Z"),
        ("listed", "2090-04-03T23:40:00Z", "2090-04-04T00:00:00Z"),
    ];
    let night = [("night", "2090-04-04T00:30:00Z", "2090-04-04T01:00:00Z")];
    written_calendar(decisions, &id("calendar-ours"), &evening).await;
    written_calendar(decisions, &id("calendar-theirs"), &night).await;
    let mut listed = ListedIds::default();
    listed.add(&"listed");
    let ([(_, evening, _), _], [(_, night, _)]) = (evening, night);
    for (from, until, expected) in [
        (evening, night, &["evening", "night"] as &[_]),
        (evening, "2090-04-04T00:29:59.999999Z", &["evening"]),
        ("2090-04-03T23:30:00.000001Z", night, &["night"]),
        ("2090-04-05T00:00:00Z", "2090-04-06T00:00:00Z", &[]),
    ] {
        eventually("unlisted meetings are found by day", async || {
            let entries = decisions.unlisted(at(from), at(until), &listed).await;
            let found = entries.expect("the store answers");
            found
                .iter()
                .map(|entry| entry.key.event_id.as_str())
                .eq(expected.iter().copied())
        })
        .await;
    }
}

/// The next start of a calendar is that of its first row from an instant on, whatever is
/// decided about it.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_next_start_of_a_calendar_is_found(decisions: &impl Decisions) {
    let (ours, theirs) = (id("calendar-ours"), id("calendar-theirs"));
    let meetings = [("noon", "12:00", "13:00"), ("early", "08:00", "23:00")];
    written_calendar(decisions, &ours, &meetings).await;
    written_calendar(decisions, &theirs, &[("other", "11:00", "13:00")]).await;
    for (from, expected) in [
        ("07:00", Some("08:00")),
        ("08:00", Some("08:00")),
        ("08:00:00.000001", Some("12:00")),
        ("12:00:00.000001", None),
    ] {
        eventually("the next start is found", async || {
            let next = decisions.next_start(&ours, at(from)).await;
            next.expect("the store answers") == expected.map(at)
        })
        .await;
    }
}

/// Rows of a calendar are listed behind more rows of past meetings than one
/// response holds.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_calendar_with_many_meetings_is_listed_to_the_end(decisions: &impl Decisions) {
    // A response ends after a megabyte of projected attributes; reasons are projected.
    let reason = "r".repeat(30_000);
    for index in 0..50 {
        let row = a_row(&format!("long-{index:02}")).with(|row| {
            row.starts_at = at(&format!("10:00:{index:02}"));
            row.ends_at = at(&format!("11:00:{index:02}"));
            row.verdict = Verdict::record(RuleName::DEFAULT, reason.clone());
        });
        written(decisions, &row).await;
    }
    let calendar = a_decision().calendar_id;
    let expected = ["long-47", "long-48", "long-49"];
    assert_of_calendar(decisions, &calendar, at("11:00:46"), &expected).await;
}
