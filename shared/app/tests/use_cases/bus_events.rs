//! What other systems are told of a decision, a calendar and the policy.

use std::collections::BTreeSet;

use callsheet_app::publish::{RowImages, StreamRecord, publish};
use callsheet_domain::{
    Alert, AlertKind, Alerts, Applied, BotStatus, BusContent, BusEvent, BusEventKind,
    CalendarStatus, Decision, Outcome, PolicyRevision, RuleName, Timestamp, Verdict, Wanted,
    calendar_events, decision_events, policy_events,
};
use callsheet_testkit::{
    Faults, Intercepted, ManualClock, MemoryBus, When, With as _, a_calendar_record, a_decision,
    an_applied_bot, at, id,
};
use proptest::prelude::*;
use test_case::test_case;

const NOW: &str = "09:00";

/// A decision to record, whose bot is there.
fn scheduled() -> Decision {
    a_decision().with(|row| {
        if let Wanted::Bot(wanted) = &row.wanted {
            row.applied = Applied::Bot(Box::new(an_applied_bot(wanted)));
        }
        row.had_bot = true;
    })
}

fn kinds(events: &[BusEvent]) -> Vec<&'static str> {
    let kinds = events.iter().map(|event| event.content.kind().as_str());
    kinds.collect()
}

fn skip(row: &mut Decision) {
    row.verdict = Verdict::skip(RuleName::named("internal"), "nobody from outside");
    row.wanted = Wanted::Nothing;
}

fn status(row: &mut Decision, code: &str, sub_code: Option<&str>) {
    let status = BotStatus::new(code, sub_code, at("10:05")).expect("it has a code");
    row.outcome = Some(match row.outcome.take() {
        None => Outcome::of(id("bot-1"), status),
        Some(outcome) => outcome.seen(status),
    });
}

fn alert(row: &mut Decision, kinds: &[AlertKind]) {
    row.life.alerts = Alerts::kept(kinds.iter().map(|kind| Alert {
        kind: *kind,
        bot_id: id("bot-1"),
        at: at("10:05"),
    }));
}

#[test_case(|_| (), &[]; "nothing")]
#[test_case(|row| alert(row, &[AlertKind::Waiting]), &["meeting.at_risk"]; "an alert")]
#[test_case(|row| alert(row, &[AlertKind::NotJoined, AlertKind::SecondBot]), &["meeting.at_risk", "meeting.at_risk"]; "two alerts at once")]
#[test_case(|row| row.title = Some("Another".to_owned()), &[]; "another title")]
#[test_case(|row| row.attempts.count += 1, &[]; "one more attempt")]
#[test_case(skip, &["decision.changed"]; "another verdict")]
#[test_case(|row| row.starts_at = at("09:45"), &["decision.changed"]; "another start")]
#[test_case(|row| row.ends_at = at("12:00"), &["decision.changed"]; "another end")]
#[test_case(|row| row.applied = Applied::Nothing, &["bot.removed"]; "no bot any more")]
#[test_case(|row| *row = row.clone().abandon("the link is wrong"), &["bot.abandoned"]; "abandoned")]
#[test_case(|row| status(row, "joining_call", None), &["outcome.changed"]; "a phase")]
#[test_case(|row| status(row, "a_status_of_tomorrow", None), &["outcome.changed"]; "a first status")]
#[test_case(|row| { skip(row); row.applied = Applied::Nothing; }, &["decision.changed", "bot.removed"]; "two at once")]
fn a_write_of_a_decision_is_told(change: fn(&mut Decision), expected: &[&str]) {
    let before = scheduled();
    let after = before.clone().with(change);
    let events = decision_events(Some(&before), &after, at(NOW));
    assert_eq!(kinds(&events), expected);
    let ids: BTreeSet<_> = events.iter().map(|event| &event.id).collect();
    assert_eq!(ids.len(), expected.len(), "each has an id of its own");
}

#[test]
fn an_alert_is_told_once() {
    let before = scheduled().with(|row| alert(row, &[AlertKind::Waiting]));
    let after = before
        .clone()
        .with(|row| alert(row, &[AlertKind::Waiting, AlertKind::Removed]));
    let events = decision_events(Some(&before), &after, at(NOW));
    let [BusContent::MeetingAtRisk { alert, .. }] = contents(&events)[..] else {
        panic!("{events:?}");
    };
    assert_eq!(alert.kind, AlertKind::Removed);
}

#[test]
fn a_first_decision_is_told_without_one_before() {
    let events = decision_events(None, &a_decision(), at(NOW));
    assert_eq!(kinds(&events), ["decision.changed"]);
    let BusContent::DecisionChanged {
        verdict, before, ..
    } = &events[0].content
    else {
        panic!("{events:?}");
    };
    assert_eq!((verdict.is_record, before), (true, &None));
}

#[test]
fn a_bot_that_joins_at_another_time_is_told_with_the_time_before() {
    let before = scheduled();
    let after = scheduled().with(|row| {
        let mut bot = before.applied.bot().expect("there is one").clone();
        bot.starts_at = at("10:30");
        row.applied = Applied::Bot(Box::new(bot));
    });
    let events = decision_events(Some(&before), &after, at(NOW));
    let [BusContent::BotMoved { bot, before, .. }] = contents(&events)[..] else {
        panic!("{events:?}");
    };
    assert_eq!([before.joins_at, bot.joins_at], [at("10:00"), at("10:30")]);
}

fn contents(events: &[BusEvent]) -> Vec<&BusContent> {
    events.iter().map(|event| &event.content).collect()
}

#[test]
fn a_row_that_another_one_supersedes_tells_nothing_and_the_other_takes_over() {
    let before = scheduled();
    let superseded = before.clone().with(|row| {
        row.verdict = Verdict::skip(RuleName::SUPERSEDED, "the event has another ical_uid now");
        row.wanted = Wanted::Nothing;
        row.applied = Applied::Nothing;
    });
    assert_eq!(decision_events(Some(&before), &superseded, at(NOW)), []);
    let over = decision_events(Some(&superseded), &before, at(NOW));
    assert_eq!(kinds(&over), ["decision.changed", "bot.scheduled"]);
}

#[test]
fn a_status_that_changes_neither_phase_nor_class_is_not_told() {
    let before = scheduled().with(|row| status(row, "joining_call", None));
    let after = before
        .clone()
        .with(|row| status(row, "a_status_of_tomorrow", None));
    assert_eq!(decision_events(Some(&before), &after, at(NOW)), []);
}

#[test_case("connected", "disconnected", &["calendar.lost"]; "lost")]
#[test_case("connecting", "deleted", &["calendar.lost"]; "deleted")]
#[test_case("disconnected", "deleted", &["calendar.lost"]; "lost for another reason")]
#[test_case("disconnected", "disconnected", &[]; "lost as before")]
#[test_case("disconnected", "connected", &["calendar.back"]; "back")]
#[test_case("connecting", "connected", &[]; "connected for the first time")]
fn a_calendar_that_is_lost_or_back_is_told(before: &str, after: &str, expected: &[&str]) {
    let [before, after] = [before, after].map(|status| {
        a_calendar_record().with(|record| {
            record.calendar.status = CalendarStatus::parse(status).expect("a status");
        })
    });
    let events = calendar_events(Some(&before), &after, at(NOW));
    assert_eq!(kinds(&events), expected);
    assert_eq!(
        calendar_events(None, &after, at(NOW)),
        [],
        "when first seen"
    );
}

#[test]
fn a_pushed_policy_is_told_once() {
    let revision = |number| Some(PolicyRevision(number));
    let first = policy_events(None, PolicyRevision(1), at(NOW));
    assert_eq!(kinds(&first), ["policy.pushed"]);
    assert_eq!(policy_events(revision(1), PolicyRevision(1), at(NOW)), []);
    let second = policy_events(revision(1), PolicyRevision(2), at(NOW));
    assert_ne!(first[0].id, second[0].id);
}

fn record(sequence: usize, before: Option<&Decision>, after: &Decision) -> StreamRecord {
    StreamRecord {
        sequence: sequence.to_string(),
        at: at(NOW),
        images: RowImages::Decision {
            before: before.cloned().map(Box::new),
            after: Box::new(after.clone()),
        },
    }
}

/// The records of the first decisions on so many events.
fn records(count: usize) -> Vec<StreamRecord> {
    let row = |number| a_decision().with(|row| row.key.event_id = id(format!("event-{number}")));
    (0..count)
        .map(|number| record(number, None, &row(number)))
        .collect()
}

#[tokio::test]
async fn events_that_the_bus_does_not_take_at_once_are_put_again() {
    let (bus, clock) = (MemoryBus::new(), ManualClock::at(at(NOW)));
    bus.take_not_now([false, true, false]);
    let published = publish(&bus, &clock, &records(3)).await;
    assert_eq!((published.taken, published.left), (3, 0));
    assert_eq!(published.again_from, None);
    assert_eq!(bus.taken().len(), 3, "nothing is put twice");
}

#[tokio::test]
async fn a_bus_that_does_not_answer_leaves_all_to_the_stream() {
    let (bus, clock) = (MemoryBus::new(), ManualClock::at(at(NOW)));
    let down = Faults::crash(0, When::Before);
    let published = publish(&Intercepted::new(bus.clone(), &down), &clock, &records(3)).await;
    assert_eq!((published.taken, published.left), (0, 3));
    assert_eq!(published.again_from.as_deref(), Some("0"));
    // The stream delivers all again once the bus answers.
    let again = publish(&bus, &clock, &records(3)).await;
    assert_eq!((again.taken, again.again_from), (3, None));
}

/// A write of a decision, by a number for each part that may change.
fn row_of((verdict, start, bot, version): (u8, u8, u8, u64)) -> Decision {
    let row = if verdict == 0 {
        scheduled()
    } else {
        scheduled().with(skip)
    };
    row.with(|row| {
        row.starts_at = [at("10:00"), at("10:15")][usize::from(start)];
        if bot == 0 {
            row.applied = Applied::Nothing;
        }
        row.version.0 = version;
    })
}

fn any_rows() -> impl Strategy<Value = Vec<Decision>> {
    let parts = prop::collection::vec((0_u8..2, 0_u8..2, 0_u8..2), 1..12);
    parts.prop_map(|parts| {
        let versions = 1_u64..;
        let rows = parts.into_iter().zip(versions);
        rows.map(|((verdict, start, bot), version)| row_of((verdict, start, bot, version)))
            .collect()
    })
}

fn events_of(rows: &[Decision], at: Timestamp) -> Vec<BusEvent> {
    let before = std::iter::once(None).chain(rows.iter().map(Some));
    let writes = before.zip(rows);
    writes
        .flat_map(|(before, after)| decision_events(before, after, at))
        .collect()
}

proptest! {
    #[test]
    fn a_write_that_is_told_twice_gives_the_same_events_and_two_writes_never_one_id(
        rows in any_rows(),
    ) {
        let once = events_of(&rows, at(NOW));
        prop_assert_eq!(&once, &events_of(&rows, at(NOW)));
        let mut ids: Vec<_> = once.iter().map(|event| event.id.clone()).collect();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), once.len());
        // A row that was deleted and written anew begins with version 1 again.
        let later = events_of(&rows, at("09:01"));
        let has = |event: &BusEvent| ids.contains(&event.id);
        prop_assert!(!later.iter().any(has));
    }

    #[test]
    fn a_write_that_changes_nothing_tells_nothing(rows in any_rows()) {
        for row in rows {
            let again = row.clone().with(|row| row.version = row.version.next());
            prop_assert_eq!(decision_events(Some(&row), &again, at(NOW)), []);
        }
    }

    #[test]
    fn whatever_the_bus_takes_each_event_is_there_once_the_stream_is_through(
        marks in prop::collection::vec(any::<bool>(), 0..60),
        count in 1_usize..12,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let (bus, clock) = (MemoryBus::new(), ManualClock::at(at(NOW)));
            bus.take_not_now(marks);
            let mut open = records(count);
            let expected: Vec<_> = open.iter().flat_map(StreamRecord::events).collect();
            while let Some(from) = publish(&bus, &clock, &open).await.again_from {
                let at = open.iter().position(|one| one.sequence == from);
                open.drain(..at.expect("it is one of them"));
            }
            let taken = bus.taken();
            for event in expected {
                assert!(taken.contains(&event), "{event:?}");
            }
        });
    }
}

#[test]
fn each_kind_of_event_is_told_by_some_write() {
    let lost = |status| a_calendar_record().with(|record| record.calendar.status = status);
    let moved = scheduled().with(|row| {
        if let Applied::Bot(bot) = &mut row.applied {
            bot.starts_at = at("10:30");
        }
    });
    let (row, at) = (scheduled(), at(NOW));
    let gone = row.clone().with(|row| row.applied = Applied::Nothing);
    let mut told = [
        decision_events(None, &row, at),
        decision_events(Some(&row), &moved, at),
        decision_events(Some(&row), &gone, at),
        decision_events(Some(&row), &row.clone().abandon("no"), at),
        decision_events(
            Some(&row),
            &row.clone().with(|row| status(row, "done", None)),
            at,
        ),
        decision_events(
            Some(&row),
            &row.clone().with(|row| alert(row, &[AlertKind::Waiting])),
            at,
        ),
        calendar_events(
            Some(&a_calendar_record()),
            &lost(CalendarStatus::Deleted),
            at,
        ),
        calendar_events(
            Some(&lost(CalendarStatus::Deleted)),
            &a_calendar_record(),
            at,
        ),
        policy_events(None, PolicyRevision(1), at),
    ]
    .concat()
    .iter()
    .map(|event| event.content.kind())
    .collect::<Vec<_>>();
    told.sort();
    told.dedup();
    assert_eq!(told, BusEventKind::ALL);
}
