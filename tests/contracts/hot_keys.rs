//! The capacity of each write of a row or of an index's key that many writers share.
//!
//! A key takes a thousand units of writes a second. docs/scale.md computes from these units
//! how much of that is used at Recall's limits.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use callsheet_app::ports::{
    Calendars as _, Decisions as _, LeaseResult, Leases as _, OverrideStore as _, RateLimits as _,
    WriteOutcome,
};
use callsheet_domain::{
    Applied, BotStatus, CompletedSync, Decision, Operation, OverrideChoice, OverrideRevision,
    OverrideScope, OwnerCheck, PolicyRevision, RateLimit, UnreadableEvent, Version, Wanted,
};
use callsheet_testkit::{
    With as _, a_calendar_record, a_decision, an_actor, an_applied_bot, at, id,
};
use test_case::test_case;

use crate::meter::Meter;
use crate::servers::{local_dynamodb, second_opinion};
use crate::tables;

/// Units of a write, by the table or the index that takes them.
fn units(expected: &[(&str, f64)]) -> BTreeMap<String, f64> {
    let named = expected
        .iter()
        .map(|(place, units)| ((*place).to_owned(), *units));
    named.collect()
}

#[test_case(local_dynamodb(); "local")]
#[test_case(second_opinion(); "second opinion")]
#[tokio::test]
async fn a_calendar_is_written_to_an_index_only_if_that_shows_a_change(client: Client) {
    let meter = Meter::default();
    let state = tables::state(meter.on(&client)).await;
    let synced = |policy: u64| CompletedSync {
        began_at: at("09:00"),
        since: None,
        full_sync_at: Some(at("09:00")),
        policy: PolicyRevision(policy),
        overrides: OverrideRevision(0),
        holds_until: None,
    };
    let steps = [
        // It is stored, and has to be synced.
        (
            None,
            units(&[
                ("table", 1.0),
                ("calendars", 1.0),
                ("due-calendars", 1.0),
                ("owners", 1.0),
            ]),
        ),
        // It is synced.
        (
            Some(1),
            units(&[("table", 1.0), ("calendars", 1.0), ("due-calendars", 1.0)]),
        ),
        // It is credited with a sync of the workspace.
        (Some(2), units(&[("table", 1.0), ("calendars", 1.0)])),
    ];
    for (version, (policy, expected)) in steps.into_iter().enumerate() {
        let record = a_calendar_record().with(|record| {
            record.last_sync = policy.map(synced);
            record.version = Version(version as u64);
        });
        let written = state.write_record(&record).await;
        assert_eq!(written.expect("the table answers"), WriteOutcome::Written);
        assert_eq!(meter.take_written(), expected, "version {version}");
    }
}

/// Written when an event is found that cannot be read, and twice, as another key, when it was tried.
#[test_case(local_dynamodb(); "local")]
#[test_case(second_opinion(); "second opinion")]
#[tokio::test]
async fn a_calendar_is_written_to_the_index_of_unreadable_events_by_their_turn(client: Client) {
    let meter = Meter::default();
    let state = tables::state(meter.on(&client)).await;
    let steps = [
        (None, None),
        (Some("09:00"), Some(1.0)),
        (Some("09:00"), None),
        (Some("09:05"), Some(2.0)),
        (None, Some(1.0)),
    ];
    for (version, (tried, expected)) in steps.into_iter().enumerate() {
        let record = a_calendar_record().with(|record| {
            let named = tried.map(|time| UnreadableEvent {
                id: id("event-1"),
                problem: "its start is missing".to_owned(),
                since: at("08:00"),
                seen_at: at(time),
            });
            record.unreadable_events.named.extend(named);
            record.version = Version(version as u64);
        });
        let written = state.write_record(&record).await;
        assert_eq!(written.expect("the table answers"), WriteOutcome::Written);
        let units = meter.take_written();
        let of_index = units.get("untried-events").copied();
        assert_eq!(of_index, expected, "{version}: {units:?}");
    }
}

/// The rows of the override, of its entry in the log and of the head. The first two are of other
/// keys with each override.
#[test_case(local_dynamodb(); "local")]
#[test_case(second_opinion(); "second opinion")]
#[tokio::test]
async fn an_override_is_written_once_to_the_index_of_activity(client: Client) {
    let meter = Meter::default();
    let state = tables::state(meter.on(&client)).await;
    let owner = a_calendar_record().calendar.owner();
    for (choice, of_due) in [(OverrideChoice::Skip, 1.0), (OverrideChoice::Clear, 0.0)] {
        let scope = OverrideScope::Series(id("weekly"));
        let by = an_actor();
        let set = state.set_override(&owner, &scope, choice, &by, at("09:00"));
        set.await.expect("the table answers");
        let written = meter.take_written();
        let of = |index: &str| written.get(index).copied().unwrap_or_default();
        assert_eq!(
            (of("activity"), of("due-calendars")),
            (1.0, of_due),
            "{written:?}"
        );
    }
}

/// The decision with its bot at Recall.
fn applied(decision: &mut Decision) {
    if let Wanted::Bot(bot) = &decision.wanted {
        decision.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
    }
}

#[test_case(local_dynamodb(); "local")]
#[test_case(second_opinion(); "second opinion")]
#[tokio::test]
async fn a_decision_enters_and_leaves_each_part_of_the_index_of_due_rows_once(client: Client) {
    let meter = Meter::default();
    let decisions = tables::decisions(meter.on(&client)).await;
    let due = a_decision();
    let to_check = due.clone().with(|row| {
        applied(row);
        row.owner_check = Some(OwnerCheck {
            not_before: at("09:30"),
            left: Vec::new(),
        });
    });
    let checked = due.clone().with(applied);
    let first = [
        ("calendar", 1.0),
        ("event", 1.0),
        ("bot", 1.0),
        ("day", 1.0),
    ];
    let steps = [
        // It is decided, and has a call to make.
        (
            due,
            units(&[&first[..], &[("table", 1.0), ("due", 1.0)]].concat()),
        ),
        // Its bot is scheduled: the key `due` loses it, the key `check` gets it.
        (
            to_check,
            units(&[
                ("table", 2.0),
                ("due", 2.0),
                ("day", 1.0),
                ("calendar", 1.0),
                ("bot-id", 1.0),
            ]),
        ),
        // The owner of the bot is checked: the key `follow` gets the row.
        (checked.clone(), units(&[("table", 2.0), ("due", 2.0)])),
    ];
    // The bot lives. From when its silence counts is a whole minute; coverage counts that it is
    // followed, joined and recorded; an agenda shows each phase.
    let life = [
        ("joining_call", "10:00:01", [1.0, 1.0, 1.0]),
        ("in_waiting_room", "10:00:05", [0.0, 0.0, 1.0]),
        ("in_call_recording", "10:00:40", [1.0, 1.0, 1.0]),
        ("call_ended", "10:59", [1.0, 0.0, 1.0]),
        ("done", "10:59:10", [1.0, 0.0, 0.0]),
    ];
    let mut row = checked;
    let lived = life.map(|(code, time, of_indexes)| {
        let status = BotStatus::new(code, None, at(time));
        row = row
            .clone()
            .with_statuses(&id("bot-1"), status.as_slice(), true);
        let mut expected = units(&[("table", 2.0)]);
        let indexes = ["due", "day", "calendar"].into_iter();
        let indexes = indexes.zip(of_indexes).filter(|(_, units)| *units > 0.0);
        expected.extend(indexes.map(|(name, units)| (name.to_owned(), units)));
        (row.clone(), expected)
    });
    let steps = steps.into_iter().chain(lived);
    for (version, (decision, expected)) in steps.enumerate() {
        let decision = decision.with(|row| row.version = Version(version as u64));
        let written = decisions.write(&decision).await;
        assert_eq!(written.expect("the table answers"), WriteOutcome::Written);
        assert_eq!(meter.take_written(), expected, "version {version}");
    }
}

#[test_case(local_dynamodb(); "local")]
#[test_case(second_opinion(); "second opinion")]
#[tokio::test]
async fn a_permit_and_a_lease_cost_a_unit_a_write_and_are_in_no_index(client: Client) {
    let meter = Meter::default();
    let state = tables::state(meter.on(&client)).await;
    let (now, rate_limit) = (at("09:00"), RateLimit::per_minute(600, 1));
    let one = units(&[("table", 1.0)]);
    for _ in 0..2 {
        let acquired = state.acquire(Operation::ScheduleBot, rate_limit, 1, now, at("10:00"));
        acquired.await.expect("the table answers");
        assert_eq!(meter.take_written(), one);
    }
    let taken = state.take(now, at("09:01")).await;
    let LeaseResult::Held(held) = taken.expect("the table answers") else {
        panic!("nobody holds the lease");
    };
    assert_eq!(meter.take_written(), one);
    state.release(held).await.expect("the table answers");
    assert_eq!(meter.take_written(), one);
}
