//! An override of an event that the policy locks.

use callsheet_domain::{OverrideChoice, PolicyDocument, RuleName, SyncReason, Then};
use callsheet_testkit::an_event;
use test_case::test_case;

use super::with_bot;
use crate::harness::Harness;

/// A policy that locks what the usual one records.
fn locks_external(document: &mut PolicyDocument) {
    let rule = document
        .rules
        .iter_mut()
        .find(|rule| rule.name == "external");
    let rule = rule.expect("the built-in policy has it");
    rule.then = Then::Skip;
    rule.locked = true;
}

#[test_case(OverrideChoice::Skip; "a no")]
#[test_case(OverrideChoice::Record; "a yes")]
#[test_case(OverrideChoice::Clear; "the way back")]
#[tokio::test]
async fn a_row_that_a_lock_skips_stays_as_it_is(choice: OverrideChoice) {
    let harness = Harness::new();
    harness.push(locks_external).await;
    harness.see(an_event()).await;
    let before = harness.decision(&an_event().id);
    let set = harness.choose(&an_event().id, choice).await;
    assert_eq!(set.lock().map(RuleName::as_str), Some("external"));
    assert_eq!(harness.decision(&an_event().id), before);
    harness.settle().await;
    assert_eq!(harness.rule_on(&an_event().id), "skip external");
    assert!(harness.recall.bots().is_empty());
}

#[tokio::test]
async fn an_override_of_a_locked_event_counts_once_the_lock_is_gone() {
    let harness = Harness::new();
    harness.push(locks_external).await;
    harness.see(an_event()).await;
    harness.choose(&an_event().id, OverrideChoice::Record).await;
    harness.settle().await;
    harness
        .push(|document| {
            locks_external(document);
            for rule in &mut document.rules {
                rule.locked = false;
            }
        })
        .await;
    let calendar = &an_event().calendar_id;
    harness.request(calendar, SyncReason::FullSync).await;
    assert_eq!(harness.rule_on(&an_event().id), "record event-override");
}

#[tokio::test]
async fn a_lock_that_is_pushed_takes_the_bot_of_an_override_away() {
    let harness = with_bot().await;
    let set = harness.choose(&an_event().id, OverrideChoice::Record).await;
    assert_eq!(set.lock(), None);
    harness.settle().await;
    assert_eq!(harness.rule_on(&an_event().id), "record event-override");
    harness.push(locks_external).await;
    let calendar = &an_event().calendar_id;
    harness.request(calendar, SyncReason::FullSync).await;
    assert_eq!(harness.rule_on(&an_event().id), "skip external");
    harness.drained().await.expect("memory");
    assert!(harness.recall.bots().is_empty());
}
