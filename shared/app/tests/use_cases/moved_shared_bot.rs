//! A call for one copy of a meeting gives the shared bot the start that this copy has at Recall,
//! which no sync may have seen yet: the other copies get their bot back at its time.

use callsheet_domain::{Applied, CalendarEvent, EventId, Operation, Wanted};
use callsheet_testkit::{Fault, With as _, an_event, at};
use jiff::SignedDuration;
use test_case::{test_case, test_matrix};

use crate::harness::Harness;

/// The copies, of which the first owns the bot.
const COPIES: [&str; 2] = ["event-a", "event-b"];

fn copy(id: &str) -> CalendarEvent {
    an_event().with(|event| event.id = EventId::parse(id).expect("an id"))
}

/// A harness in which both copies have the bot.
async fn harness() -> Harness {
    let harness = Harness::new();
    for id in COPIES {
        harness.see(copy(id)).await;
    }
    harness.drained().await.expect("a finished run");
    harness
}

impl Harness {
    /// The copy, moved to noon just now.
    fn moved(&self, id: &str) -> CalendarEvent {
        copy(id).with(|event| {
            event.starts_at = at("12:00");
            event.ends_at = at("12:30");
            event.updated_at = self.after(0);
        })
    }

    /// The copy moves at Recall. Before a sync knows, its call is made once more, and the
    /// connection breaks if the answer is lost.
    async fn called_after_a_move(&self, id: &str, is_answer_lost: bool) {
        let row = self.decision(&copy(id).id);
        self.decisions.put(row.with(|row| {
            if let Applied::Bot(bot) = row.applied.clone() {
                row.applied = Applied::Uncertain(bot);
            }
        }));
        self.recall.put_event(self.moved(id));
        if is_answer_lost {
            let cut = Fault::CutAfterEffect;
            self.recall.fault(Operation::ScheduleBot, cut);
        }
        let run = self.drain().run(self.after(1)).await;
        run.expect("a finished run");
    }

    async fn sync_the_move(&self, id: &str) {
        self.clock.advance(SignedDuration::from_secs(1));
        self.see(self.moved(id)).await;
        for _ in 0..3 {
            self.clock.advance(SignedDuration::from_secs(30));
            self.drained().await.expect("a finished run");
        }
    }
}

#[test_matrix(["event-a", "event-b"], [false, true])]
#[tokio::test]
async fn a_shared_bot_that_a_call_moved_is_moved_back_for_the_other_copy(
    id: &str,
    is_answer_lost: bool,
) {
    let harness = harness().await;
    harness.called_after_a_move(id, is_answer_lost).await;
    harness.sync_the_move(id).await;
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 2);
}

#[test_case("event-a"; "the owner's event moved")]
#[test_case("event-b"; "the other event moved")]
#[tokio::test]
async fn a_shared_bot_is_moved_back_before_the_move_is_synced(id: &str) {
    let harness = harness().await;
    harness.called_after_a_move(id, false).await;
    harness.drained().await.expect("a finished run");
    let bots = harness.recall.bots();
    let starts: Vec<_> = bots.values().map(|bot| bot.entry.starts_at).collect();
    assert_eq!(starts, [at("10:00")]);
    harness.sync_the_move(id).await;
    harness.assert_as_wanted();
}

/// The other copy makes no call if the bot was not moved.
#[tokio::test]
async fn a_copy_makes_no_call_for_a_bot_at_its_time() {
    let harness = harness().await;
    harness.sync_the_move("event-b").await;
    assert_eq!(harness.recall.count(Operation::ScheduleBot), 3);
    harness.assert_as_wanted();
}

/// A meeting that has begun keeps its bot.
#[tokio::test]
async fn a_copy_in_its_call_makes_no_call_for_a_bot_that_was_moved() {
    let harness = harness().await;
    harness.clock.advance_to(at("10:05"));
    harness.called_after_a_move("event-b", true).await;
    harness.sync_the_move("event-b").await;
    let of_a: Vec<_> = harness.recall.calls();
    let of_a = of_a.iter().filter(|call| call.subject == "event-a");
    assert_eq!(of_a.count(), 1);
    let wanted = harness.decision(&copy("event-a").id).wanted;
    assert!(matches!(wanted, Wanted::Bot(_)));
}
