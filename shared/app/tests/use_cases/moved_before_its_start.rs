//! The meeting of many people is moved shortly before its start: its copies get to the bot at the
//! new start one after the other, and the bot at the old one does not stay beside it.

use callsheet_domain::{BotStatus, Decision, DeduplicationScheme, EventId, Operation, Timestamp};
use callsheet_testkit::With as _;
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::Harness;
use crate::sharing::{copy, harness as sharing_harness};

const COPIES: usize = 3;

fn later(row: &Decision) -> Timestamp {
    row.starts_at + SignedDuration::from_mins(30)
}

impl Harness {
    /// A copy of the meeting is moved by half an hour.
    async fn move_to_later(&self, number: usize, from: &Decision) -> EventId {
        let moved = copy(number).with(|event| {
            event.starts_at = later(from);
            event.ends_at += SignedDuration::from_mins(30);
            event.updated_at = self.after(0);
        });
        let id = moved.id.clone();
        self.see(moved).await;
        id
    }

    /// A meeting of some people at ten, which is moved a minute before. The bot at ten has this
    /// status when the first copy alone has got to the bot at half past ten.
    async fn moved_while_copies_are_due(&self, code: &str) -> Decision {
        for number in 0..COPIES {
            self.see(copy(number)).await;
        }
        self.drained().await.expect("memory");
        self.wait_until("09:59");
        let old = self.decisions.all().remove(0);
        let first = self.move_to_later(0, &old).await;
        self.drained().await.expect("memory");
        assert_ne!(self.decision(&first).known_bot(), old.known_bot());
        for number in 1..COPIES {
            let moved = self.move_to_later(number, &old).await;
            assert!(self.decision(&moved).is_due());
        }
        let bot = old.known_bot().expect("it is known").clone();
        self.wait_until("10:00");
        let status = BotStatus::new(code, None, self.after(0)).expect("a code");
        self.recall.put_status(&bot, status.clone());
        self.send_statuses(&bot, &old, vec![status]).await;
        self.work_on_queue().await;
        old
    }
}

#[test_case("joining_call"; "when it joins")]
#[test_case("in_waiting_room"; "when it waits")]
#[test_case("in_call_recording"; "when it records")]
#[tokio::test]
async fn the_bot_at_the_old_start_leaves_by_one_call(code: &str) {
    let harness = sharing_harness(DeduplicationScheme::Meeting).await;
    let old = harness.moved_while_copies_are_due(code).await;
    let calls = harness.recall.calls();
    let left = calls
        .iter()
        .filter(|call| call.operation == Operation::LeaveCall)
        .map(|call| call.subject.as_str());
    let bot = old.known_bot().expect("it is known");
    assert_eq!(left.collect::<Vec<_>>(), [bot.as_str()]);
    let rows = harness.decisions.all();
    assert_eq!(rows.len(), COPIES);
    for row in rows {
        assert!(!row.is_due(), "{}", row.key.event_id);
        assert_ne!(row.known_bot(), Some(bot));
        assert_eq!(row.starts_at, later(&old));
    }
    let staying = harness.recall.bots();
    assert_eq!(staying.len(), 1, "{staying:?}");
}

/// Somebody has the meeting at the old start still: their bot stays.
#[tokio::test]
async fn a_bot_that_a_copy_at_the_old_start_wants_stays() {
    let harness = sharing_harness(DeduplicationScheme::Meeting).await;
    for number in 0..2 {
        harness.see(copy(number)).await;
    }
    harness.drained().await.expect("memory");
    let [first, second] = harness.decisions.all().try_into().expect("two copies");
    let bot = first.known_bot().expect("it is known").clone();
    harness.move_to_later(0, &first).await;
    harness.wait_until("10:00");
    let status = BotStatus::new("joining_call", None, harness.after(0)).expect("a code");
    harness.recall.put_status(&bot, status.clone());
    harness.send_statuses(&bot, &first, vec![status]).await;
    harness.work_on_queue().await;
    assert_eq!(harness.recall.count(Operation::LeaveCall), 0);
    let stays = harness.decision(&second.key.event_id);
    assert_eq!(stays.known_bot(), Some(&bot));
    let moved = harness.decision(&first.key.event_id);
    assert_ne!(moved.known_bot(), Some(&bot));
    assert!(!moved.is_due());
}
