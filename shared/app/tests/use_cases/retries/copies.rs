//! The copies of a meeting share the bots that are sent in place of others.

use callsheet_domain::{Decision, DeduplicationScheme, MeetingResult, Operation};
use callsheet_testkit::With as _;
use test_case::test_case;

use super::{FAULT, RECORDED, REMOVED, Status, retry_of};
use crate::sharing::{copy, harness as sharing_harness};

/// Three people have the meeting. All go to the same bot, at one call each.
#[tokio::test]
async fn the_copies_of_a_meeting_agree_on_one_retry() {
    let harness = sharing_harness(DeduplicationScheme::Meeting).await;
    for number in 0..3 {
        harness.see(copy(number)).await;
    }
    harness.drained().await.expect("memory");
    harness.wait_until("10:01");
    let row = harness.decisions.all().remove(0);
    harness.lives(&row, FAULT).await;
    let rows = harness.decisions.all();
    let bots: Vec<_> = rows.iter().filter_map(Decision::known_bot).collect();
    assert_eq!(bots.len(), 3);
    assert!(bots.iter().all(|bot| *bot == bots[0]));
    assert_ne!(row.known_bot(), Some(bots[0]));
    assert_eq!(harness.recall.bots().len(), 1);
    assert!(rows.iter().all(|row| !row.is_due()));
}

/// Who is invited to the running meeting shares the bot that it has come to.
#[tokio::test]
async fn a_copy_that_comes_later_shares_the_bot_of_the_retry() {
    let harness = sharing_harness(DeduplicationScheme::Meeting).await;
    harness.see(copy(0)).await;
    harness.drained().await.expect("memory");
    harness.wait_until("10:01");
    let row = harness.decisions.all().remove(0);
    harness.lives(&row, FAULT).await;
    let late = copy(1).with(|event| event.updated_at = harness.after(0));
    harness.see(late).await;
    harness.drained().await.expect("memory");
    let rows = harness.decisions.all();
    assert_eq!(rows.iter().map(retry_of).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(rows[0].known_bot(), rows[1].known_bot());
    assert_eq!(harness.recall.bots().len(), 1);
}

/// To be invited is no wish for another bot: the copy shares the end of the one that was there.
/// A person may still send one.
#[test_case(REMOVED; "removed")]
#[test_case(RECORDED; "recorded")]
#[tokio::test]
async fn a_copy_that_comes_after_the_end_shares_it(life: &'static [Status]) {
    let harness = sharing_harness(DeduplicationScheme::Meeting).await;
    harness.see(copy(0)).await;
    harness.drained().await.expect("memory");
    harness.wait_until("10:01");
    let row = harness.decisions.all().remove(0);
    harness.lives(&row, life).await;
    let calls = harness.recall.count(Operation::ScheduleBot);
    let late = copy(1).with(|event| event.updated_at = harness.after(0));
    harness.see(late.clone()).await;
    harness.drained().await.expect("memory");
    let (first, late) = (
        harness.decision(&row.key.event_id),
        harness.decision(&late.id),
    );
    assert_eq!(harness.recall.count(Operation::ScheduleBot), calls);
    assert_eq!(late.known_bot(), row.known_bot());
    assert_eq!(MeetingResult::of(&late), MeetingResult::of(&first));
    assert!(!late.is_due());
    harness.send_bot(&late).await.expect("it is sent");
    harness.work_on_queue().await;
    assert_eq!(retry_of(&harness.decision(&late.key.event_id)), 1);
    assert_eq!(harness.recall.bots().len(), 1);
}
