//! A mailbox that is connected again under another id.

use callsheet_app::Handled;
use callsheet_domain::{Calendar, Operation};
use callsheet_testkit::{With as _, a_calendar, an_email, an_event};
use jiff::SignedDuration;

use super::{event_id, harness, id};
use crate::harness::Harness;

/// The mailbox of the first calendar, connected under a new id.
fn connected_again(harness: &Harness) -> Calendar {
    a_calendar().with(|calendar| {
        calendar.id = id(7);
        calendar.updated_at = harness.after(0);
    })
}

/// One mailbox with a meeting, deleted at Recall without a webhook.
async fn deleted_silently() -> Harness {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("memory");
    harness.recall.delete_calendar(&a_calendar().id);
    harness.clock.advance(SignedDuration::from_secs(60));
    harness
}

#[tokio::test]
async fn a_mailbox_connected_again_under_another_id_has_its_old_calendar_retired_at_once() {
    let harness = deleted_silently().await;
    let again = connected_again(&harness);
    harness.recall.put_calendar(again.clone());
    harness.recall.put_event(an_event().with(|event| {
        event.id = event_id(7);
        event.calendar_id = again.id.clone();
    }));
    assert_eq!(
        harness.calendar_changed(&again.id).await,
        Handled::default()
    );
    let old = harness.decision(&an_event().id);
    assert_eq!(old.verdict.reason().rule.as_str(), "disconnected");
    harness.drained().await.expect("memory");
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 1);
    let reads = harness.recall.calls().into_iter();
    let reads = reads.filter(|call| {
        call.operation == Operation::GetCalendar && call.subject == a_calendar().id.as_str()
    });
    assert_eq!(reads.count(), 2, "once when it appeared, and once now");
}

#[tokio::test]
async fn an_old_calendar_is_checked_when_the_owners_address_arrives_late() {
    let harness = deleted_silently().await;
    let again = connected_again(&harness);
    let nameless = again.clone().with(|calendar| calendar.email = None);
    harness.recall.put_calendar(nameless);
    harness.calendar_changed(&again.id).await;
    assert_eq!(harness.retired(), 0, "whose it is was not known");
    harness.clock.advance(SignedDuration::from_secs(60));
    harness.recall.put_calendar(again.clone().with(|calendar| {
        calendar.updated_at = harness.after(0);
    }));
    harness.calendar_changed(&again.id).await;
    assert_eq!(harness.retired(), 1);
}

#[tokio::test]
async fn a_second_connection_of_a_mailbox_leaves_the_first_as_it_is() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.clock.advance(SignedDuration::from_secs(60));
    let before = harness.decision(&an_event().id);
    let again = connected_again(&harness);
    harness.recall.put_calendar(again.clone());
    harness.calendar_changed(&again.id).await;
    assert_eq!(harness.decision(&an_event().id), before);
}

#[tokio::test]
async fn a_calendar_of_another_owner_is_not_read_for_it() {
    let harness = harness(3).await;
    let reads = harness.recall.count(Operation::GetCalendar);
    harness.recall.put_calendar(a_calendar().with(|calendar| {
        calendar.id = id(9);
        calendar.email = Some(an_email("new@acme.example"));
    }));
    harness.calendar_changed(&id(9)).await;
    assert_eq!(harness.recall.count(Operation::GetCalendar), reads + 1);
}
