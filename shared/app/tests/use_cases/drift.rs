//! Drift: the bots that Recall lists are compared with the known ones, and
//! differences are repaired.

use callsheet_domain::{
    Applied, BotEntry, BotId, CalendarEvent, Decision, DeduplicationKey, DriftKind, Wanted, drift,
    repaired,
};
use callsheet_testkit::{With as _, a_decision, an_applied_bot, an_event, at};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::Harness;

/// The usual meeting with its bot applied, synced at half past nine.
fn row() -> Decision {
    a_decision().with(|row| {
        if let Wanted::Bot(bot) = &row.wanted {
            row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
        }
    })
}

fn entry(number: u32, start: &str, key: &str) -> BotEntry {
    BotEntry {
        bot_id: BotId::parse(format!("bot-{number}")).expect("an id"),
        starts_at: at(start),
        deduplication_key: DeduplicationKey::parse(key).expect("a key"),
    }
}

fn key(row: &Decision) -> String {
    let Wanted::Bot(bot) = &row.wanted else {
        panic!("it wants a bot");
    };
    bot.deduplication_key.as_str().to_owned()
}

/// The usual event with its bot.
fn event() -> CalendarEvent {
    an_event().with(|event| event.bots = vec![entry(1, "10:00", &key(&row()))])
}

fn skips(row: &mut Decision) {
    row.wanted = Wanted::Nothing;
    row.applied = Applied::Nothing;
}

type ChangeRow = fn(&mut Decision);
type ChangeEvent = fn(&mut CalendarEvent);

#[test_case(|_| (), |_| (), None; "its bot is there")]
#[test_case(|_| (), |event| event.bots.clear(), Some(DriftKind::Missing); "its bot is missing")]
#[test_case(|_| (), |event| { event.bots.clear(); event.has_unreadable_bots = true; }, None; "it may be the one that cannot be read")]
#[test_case(|_| (), |event| { event.bots.push(entry(2, "12:00", "old")); event.has_unreadable_bots = true; }, Some(DriftKind::Stale); "one at another time, beside one that cannot be read")]
#[test_case(|_| (), |event| { let twice = event.bots[0].clone(); event.bots.push(twice); }, Some(DriftKind::Duplicate); "it is there twice")]
#[test_case(|_| (), |event| event.bots.push(entry(2, "12:00", "old")), Some(DriftKind::Stale); "one at another time to come")]
#[test_case(|_| (), |event| event.bots.push(entry(2, "08:00", "old")), None; "one of the past is an earlier occurrence's")]
#[test_case(|_| (), |event| event.bots.push(entry(2, "10:00", "theirs")), Some(DriftKind::Foreign); "one under another key")]
#[test_case(skips, |event| event.bots.clear(), None; "none is wanted and none is there")]
#[test_case(skips, |_| (), Some(DriftKind::Foreign); "none is wanted and one is there")]
#[test_case(|row| row.applied = Applied::Nothing, |event| event.bots.clear(), None; "a call will be made anyway")]
#[test_case(|row| *row = row.clone().abandon("refused"), |event| event.bots.clear(), None; "it was abandoned")]
#[test_case(|_| (), |event| { event.bots.clear(); event.starts_at = at("09:30"); }, None; "the meeting has begun")]
#[test_case(|_| (), |event| { event.bots.clear(); event.is_deleted = true; }, None; "a deleted event loses its bots")]
#[test_case(|_| (), |event| event.starts_at = at("09:30"), Some(DriftKind::Stale); "the meeting has begun, and its bot would join later")]
#[test_case(|_| (), |event| (event.starts_at, event.ends_at) = (at("08:00"), at("09:00")), Some(DriftKind::Stale); "the meeting is over, and its bot would join later")]
#[test_case(|row| *row = row.clone().abandon("over"), |event| event.starts_at = at("09:30"), Some(DriftKind::Stale); "it was abandoned, and a bot would join after the start")]
#[test_case(|_| (), |event| { event.bots[0].starts_at = at("09:00"); event.starts_at = at("09:20"); }, None; "the meeting has begun, and its bot was to join before")]
fn finds(row_changes: ChangeRow, event_changes: ChangeEvent, expected: Option<DriftKind>) {
    let (row, event) = (row().with(row_changes), event().with(event_changes));
    assert_eq!(drift(&row, &event, at("09:30")), expected);
    let Some(kind) = expected else { return };
    let repaired = repaired(row, kind, &event);
    assert!(
        repaired.is_due(),
        "a call must be made: {:?}",
        repaired.step()
    );
    assert_eq!(
        drift(&repaired, &event, at("09:30")),
        None,
        "the drift is known"
    );
}

/// A harness in which one meeting has had its bot for five minutes.
async fn harness() -> Harness {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    harness.clock.advance(SignedDuration::from_mins(5));
    harness
}

#[tokio::test]
async fn a_bot_that_was_removed_at_recall_is_scheduled_again() {
    let harness = harness().await;
    harness.recall.forget_bots();
    harness
        .see(an_event().with(|event| event.updated_at = at("09:33")))
        .await;
    assert!(harness.decision(&an_event().id).is_due());
    harness.drained().await.expect("a finished run");
    harness.assert_as_wanted();
}

#[tokio::test]
async fn unwanted_bots_are_unscheduled_and_the_right_one_is_scheduled() {
    let harness = harness().await;
    harness
        .recall
        .put_bot(&an_event().id, entry(9, "10:00", "theirs"));
    harness
        .see(an_event().with(|event| event.updated_at = at("09:33")))
        .await;
    harness.drained().await.expect("a finished run");
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 1);
}

#[tokio::test]
async fn a_listing_from_right_after_a_call_shows_no_drift() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    harness.recall.forget_bots();
    harness
        .see(an_event().with(|event| event.updated_at = at("09:30:01")))
        .await;
    assert!(!harness.decision(&an_event().id).is_due());
}
