//! Another bot is sent when a person wishes it, and none after a no.

use callsheet_domain::{Operation, OverrideChoice};
use callsheet_testkit::an_event;
use test_case::test_case;

use super::{FAULT, REMOVED, retry_of};
use crate::harness::{Harness, skips_all};

/// A bot that was removed from the call says no for those that are sent after it, too.
#[tokio::test]
async fn a_fault_after_a_removal_is_not_retried() {
    let harness = Harness::new();
    let row = harness.running().await;
    harness.lives(&row, REMOVED).await;
    harness.send_bot(&row).await.expect("it is sent");
    harness.drained().await.expect("memory");
    let sent = harness.decision(&row.key.event_id);
    assert_eq!(retry_of(&sent), 1);
    let failed = harness.lives_again(&row, FAULT).await;
    assert_eq!((retry_of(&failed), failed.is_due()), (1, false));
}

/// A person's no keeps the next bot out, also one that no sync has taken in yet.
#[test_case(true; "of the event")]
#[test_case(false; "of the series")]
#[tokio::test]
async fn no_other_bot_is_sent_for_who_said_no(is_of_event: bool) {
    let harness = Harness::new();
    let row = harness.running().await;
    harness
        .choose_for(&row, OverrideChoice::Skip, is_of_event)
        .await;
    let calls = harness.recall.count(Operation::ScheduleBot);
    harness.lives(&row, FAULT).await;
    let after = harness.decision(&row.key.event_id);
    assert_eq!(retry_of(&after), 0);
    assert_eq!(harness.recall.count(Operation::ScheduleBot), calls);
}

#[tokio::test]
async fn a_person_sends_a_bot_after_one_was_removed() {
    let harness = Harness::new();
    let row = harness.running().await;
    harness.lives(&row, REMOVED).await;
    harness.send_bot(&row).await.expect("it is sent");
    harness.work_on_queue().await;
    let sent = harness.decision(&row.key.event_id);
    assert_eq!((retry_of(&sent), sent.is_due()), (1, false));
    assert_eq!(harness.recall.bots().len(), 1);
    assert!(harness.send_bot(&row).await.is_err(), "two would be there");
}

#[tokio::test]
async fn a_person_sends_a_bot_to_a_meeting_that_was_not_to_be_recorded() {
    let harness = Harness::new();
    harness.push(skips_all).await;
    let event = an_event();
    let id = event.id.clone();
    harness.see(event).await;
    harness.wait_until("10:05");
    let row = harness.decision(&id);
    assert_eq!(row.wanted_key(), None);
    harness.send_bot(&row).await.expect("it is sent");
    harness.work_on_queue().await;
    assert_eq!(harness.recall.bots().len(), 1);
    assert!(harness.decision(&id).known_bot().is_some());
}
