//! Recall refuses the configuration of the copy that owns a shared bot: the other copies have
//! theirs all the same, in the configuration of the next copy.

use callsheet_app::ports::BotReply;
use callsheet_domain::{CalendarEvent, DeduplicationScheme, Operation};
use callsheet_testkit::{Fault, With as _};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::Harness;
use crate::sharing::{copy, harness};

/// The number of the organizer's copy, which owns the bot.
const OWNER: usize = 1;

impl Harness {
    /// Has the copy synced with a title, and makes the calls that are due meanwhile.
    async fn titled(&self, number: usize, title: &str) {
        self.clock.advance(SignedDuration::from_secs(1));
        self.see(copy(number).with(|event: &mut CalendarEvent| {
            event.facts.title = Some(title.to_owned());
            event.updated_at = self.after(0);
        }))
        .await;
        self.called().await;
    }

    async fn called(&self) {
        for _ in 0..4 {
            self.drained().await.expect("a finished run");
            self.clock.advance(SignedDuration::from_secs(10));
        }
    }

    /// One bot has this name, every copy shares it, and no call is left to be made.
    fn assert_settled(&self, name: &str) {
        assert_eq!(self.bot_names(), [name]);
        let bots = self.recall.bots();
        let copies = bots.values().map(|bot| bot.events.len());
        assert_eq!(copies.sum::<usize>(), self.decisions.all().len());
        self.assert_as_wanted();
        let rows = self.decisions.all();
        assert_eq!(rows.iter().find(|row| row.is_due()), None);
    }
}

/// Recall's firewall blocks a bot of this name.
const BLOCKED: &str = "Demo of http://localhost:3000";

#[test_case([0, 1, 2]; "the organizer's in between")]
#[test_case([1, 2, 0]; "the organizer's first")]
#[test_case([2, 0, 1]; "the organizer's last")]
#[tokio::test]
async fn a_blocked_configuration_of_the_owner_gives_way_to_that_of_another_copy(order: [usize; 3]) {
    let harness = harness(DeduplicationScheme::Meeting).await;
    for number in order {
        let title = if number == OWNER { BLOCKED } else { "Review" };
        harness.titled(number, title).await;
    }
    harness.assert_settled("Review");
}

#[tokio::test]
async fn a_blocked_change_of_the_owner_leaves_the_other_copies_a_bot_that_is_as_they_want_it() {
    let harness = harness(DeduplicationScheme::Meeting).await;
    for number in 0..3 {
        harness.titled(number, "Review").await;
    }
    harness.titled(OWNER, BLOCKED).await;
    harness.assert_settled("Review");
    let calls = harness.recall.count(Operation::ScheduleBot);
    harness.titled(0, "Review").await;
    assert_eq!(harness.recall.count(Operation::ScheduleBot), calls);
    harness.titled(OWNER, "Renamed").await;
    harness.assert_settled("Renamed");
}

#[tokio::test]
async fn a_refused_change_of_the_owner_leaves_the_other_copies_a_bot_that_is_as_they_want_it() {
    let harness = harness(DeduplicationScheme::Meeting).await;
    for number in 0..3 {
        harness.titled(number, "Review").await;
    }
    let refused = BotReply::Refused("bot_name is odd".to_owned());
    let refused = Fault::Answers(refused);
    harness.recall.fault(Operation::ScheduleBot, refused);
    harness.titled(OWNER, "Odd").await;
    harness.assert_settled("Review");
    let calls = harness.recall.count(Operation::ScheduleBot);
    harness.titled(0, "Review").await;
    harness.titled(2, "Review").await;
    assert_eq!(harness.recall.count(Operation::ScheduleBot), calls);
    harness.titled(OWNER, "Renamed").await;
    harness.assert_settled("Renamed");
}

/// There is no configuration that Recall takes: all rows stay due, and say so.
#[tokio::test]
async fn copies_that_are_all_blocked_stay_due() {
    let harness = harness(DeduplicationScheme::Meeting).await;
    for number in 0..3 {
        harness.titled(number, BLOCKED).await;
    }
    let rows = harness.decisions.all();
    assert!(rows.iter().all(|row| row.is_due() && row.is_blocked()));
    harness.titled(2, "Review").await;
    // The others are called again once they have waited, with the new owner's configuration.
    harness.clock.advance(SignedDuration::from_mins(10));
    harness.drained().await.expect("a finished run");
    harness.assert_settled("Review");
}
