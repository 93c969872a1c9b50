//! What the copies of a running meeting know of its bots, right before a call that would send
//! one more.

use callsheet_app::ports::Decisions as _;
use callsheet_domain::{
    Applied, AppliedBot, BotStatus, Decision, DeduplicationKey, DeduplicationScheme, MeetingResult,
    Operation, Outcome, Timestamp, Wanted,
};
use callsheet_testkit::{With as _, a_decision, an_applied_bot, at, id};
use test_case::test_case;

use super::{DENIED, FAULT, REMOVED, Status};
use crate::sharing::{copy, harness as sharing_harness};

const NOW: &str = "10:05";

/// Of a meeting at ten, a row that is due for its bot under the key of a retry.
fn due(retry: u32) -> Decision {
    a_decision().with(|row| {
        if let Wanted::Bot(bot) = &mut row.wanted {
            let key = bot.deduplication_key.of_retry(retry);
            bot.deduplication_key = key.expect("a key");
        }
    })
}

/// A copy that holds `bot-1` of a retry, of which `statuses` are known.
fn holder(retry: u32, statuses: &[Status]) -> Decision {
    due(retry).with(|row| {
        row.key.event_id = id("copy");
        if let Wanted::Bot(bot) = &row.wanted {
            row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
        }
        *row = seen(row.clone(), statuses, "10:03");
    })
}

fn seen(row: Decision, statuses: &[Status], from: &str) -> Decision {
    let known = statuses.iter().zip(0..).map(|((code, sub_code), second)| {
        let instant = at(from) + jiff::SignedDuration::from_secs(second);
        BotStatus::new(code, *sub_code, instant).expect("a code")
    });
    let known: Vec<_> = known.collect();
    row.with_statuses(&id("bot-1"), &known, true)
}

fn wished(row: Decision, instant: &str) -> Decision {
    row.with(|row| row.life.wished_at = Some(at(instant)))
}

fn of_another_meeting(row: Decision) -> Decision {
    row.with(|row| {
        if let Wanted::Bot(bot) = &mut row.wanted {
            bot.deduplication_key = id("11:00-another");
            row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
        }
    })
}

fn now() -> Timestamp {
    at(NOW)
}

#[test_case(due(0), holder(0, REMOVED) => true; "for the bot that a copy knows to be removed")]
#[test_case(due(0), holder(0, &REMOVED[..2]) => true; "before the removed bot has shut down")]
#[test_case(due(0), holder(0, &DENIED[..2]) => true; "for a bot that may not record")]
#[test_case(due(1), holder(0, REMOVED) => true; "for a retry that was decided before")]
#[test_case(due(0), holder(1, REMOVED) => true; "for the first bot, when one of a retry was removed")]
#[test_case(due(0), holder(0, FAULT) => false; "after a fault")]
#[test_case(due(0), holder(0, &[]) => false; "of whose bot nothing is known")]
#[test_case(due(0), of_another_meeting(holder(0, REMOVED)) => false; "of another meeting")]
#[test_case(wished(due(0), "10:04"), holder(0, REMOVED) => false; "that a person wished after the removal")]
#[test_case(wished(due(0), "10:02"), holder(0, REMOVED) => true; "that a person wished before the removal")]
#[test_case(due(1), wished(holder(0, REMOVED), "10:04") => false; "that the person of a copy wished after the removal")]
fn a_call_is_not_made(row: Decision, copy: Decision) -> bool {
    let before_start = row.turned_away(std::slice::from_ref(&copy), at("09:59"));
    assert_eq!(before_start, None, "nobody is in the call before its start");
    let Some(written) = row.turned_away(&[copy], now()) else {
        return false;
    };
    let class = written.bot_outcome().and_then(Outcome::class);
    assert_eq!(written.known_bot(), Some(&id("bot-1")));
    assert_eq!((written.is_due(), class.is_some()), (false, true));
    true
}

fn key_of_retry(row: &Decision) -> Option<u32> {
    row.wanted_key().map(DeduplicationKey::retry)
}

/// A copy that is due, and whose call under the key of a retry was not answered.
fn called(retry: u32) -> Decision {
    let row = due(retry).with(|row| row.key.event_id = id("copy"));
    row.calling(now()).expect("the meeting has begun")
}

/// A row that holds `bot-1` of the first key, and is due for a retry.
fn due_holding_first() -> Decision {
    due(1).with(|row| {
        if let Wanted::Bot(bot) = &due(0).wanted {
            row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
        }
    })
}

#[test_case(due(1), holder(0, &[]) => Some(0); "the bot of a copy that nothing is known of")]
#[test_case(due(1), holder(0, &REMOVED[..1]) => Some(0); "the bot of a copy that is in the call")]
#[test_case(due(0), holder(1, &[]) => Some(1); "the bot of a retry")]
#[test_case(due(1), called(0) => Some(0); "the bot of a copy whose call was not answered")]
#[test_case(due_holding_first(), due(1) => Some(0); "its own that has not ended")]
#[test_case(due_holding_first(), holder(0, FAULT) => None; "not its own whose end a copy knows")]
#[test_case(due_holding_first(), holder(1, &[]) => None; "not its own if the one that it wants is there")]
#[test_case(due(1), holder(0, FAULT) => None; "not one that has ended")]
#[test_case(due(1), holder(1, &[]) => None; "none but the one that it wants")]
#[test_case(due(1), of_another_meeting(holder(0, &[])) => None; "not that of another meeting")]
fn a_row_that_is_due_joins(row: Decision, copy: Decision) -> Option<u32> {
    let before_start = row.joining_present(std::slice::from_ref(&copy), at("09:59"));
    assert_eq!(before_start, None, "nobody is in the call before its start");
    let joining = row.joining_present(&[copy], now())?;
    // Its call shows which bot that is.
    assert!(joining.is_due());
    key_of_retry(&joining)
}

/// Two people have the meeting. The bot is removed while the copy of one of them is due for it,
/// and no status tells of that: the read of the other's copy does.
#[tokio::test]
async fn a_copy_that_is_due_when_another_learns_of_the_removal_sends_no_bot() {
    let harness = sharing_harness(DeduplicationScheme::Meeting).await;
    for number in 0..2 {
        harness.see(copy(number)).await;
    }
    harness.drained().await.expect("memory");
    harness.wait_until("10:01");
    let [first, second] = harness.decisions.all().try_into().expect("two copies");
    let bot = first.known_bot().expect("it is known").clone();
    let reported = harness.live(&bot, REMOVED);
    // The first copy has learned of it by a listing, which tells the others nothing.
    let knowing = harness.decision(&first.key.event_id);
    let knowing = knowing.with_statuses(&bot, &reported, true);
    harness.decisions.write(&knowing).await.expect("memory");
    let due = harness.decision(&second.key.event_id).with(|row| {
        if let Applied::Bot(bot) = &row.applied {
            let unknown = AppliedBot {
                bot_id: None,
                ..(**bot).clone()
            };
            row.applied = Applied::Uncertain(Box::new(unknown));
        }
    });
    harness.decisions.write(&due).await.expect("memory");
    let calls = harness.recall.count(Operation::ScheduleBot);
    harness.clock.advance(jiff::SignedDuration::from_secs(1));
    harness.drained().await.expect("memory");
    let after = harness.decision(&second.key.event_id);
    assert_eq!(harness.recall.count(Operation::ScheduleBot), calls);
    assert_eq!(after.known_bot(), Some(&bot));
    assert!(!after.is_due());
    assert_eq!(MeetingResult::of(&after), MeetingResult::of(&knowing));
    // A person may still want one.
    harness.send_bot(&after).await.expect("it is sent");
    harness.work_on_queue().await;
    assert_eq!(harness.recall.bots().len(), 1);
}
