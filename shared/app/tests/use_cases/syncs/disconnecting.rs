//! Calendars that people disconnect: what is stored as wanted is carried out by a sync.

use callsheet_app::delete_at_recall::DeletionAtRecall;
use callsheet_app::notify::Notification;
use callsheet_app::ports::{CalendarEvents as _, Calendars as _, Removed};
use callsheet_app::request_disconnection::{AskedDisconnection, request_disconnection};
use callsheet_app::{Handled, PortError, Service, UseCaseError};
use callsheet_domain::{Actor, CalendarRecord, CalendarStatus, Operation, Timestamp};
use callsheet_testkit::{Fault, With as _, an_actor};
use jiff::SignedDuration;
use test_case::test_case;

use super::{event_id, harness, id};
use crate::harness::Harness;

/// A harness with two calendars, the second of which has a meeting that is recorded.
async fn with_a_meeting() -> Harness {
    let harness = harness(2).await;
    harness.change([1]).await;
    harness.handle_all().await;
    harness.drained().await.expect("it is scheduled");
    assert!(harness.decision(&event_id(1)).applied.bot().is_some());
    harness
}

impl Harness {
    async fn ask_for_disconnection(&self, by: &Actor) -> AskedDisconnection {
        let ports = (&self.state, Some(&self.queue));
        let asked = request_disconnection(ports, &id(1), by, self.after(0)).await;
        asked.expect("the calendar is known")
    }

    async fn record_of_second(&self) -> CalendarRecord {
        let record = self.state.record(&id(1)).await.expect("memory");
        record.expect("it is stored")
    }

    /// Whether the calendar is gone, here and at Recall, and with it what its meeting had.
    async fn is_disconnected(&self) -> bool {
        let at_recall = self.recall.calendar(&id(1)).await.expect("memory");
        let is_gone = at_recall.is_none_or(|one| one.status == CalendarStatus::Deleted);
        let is_stored = self.record_of_second().await.calendar.status == CalendarStatus::Deleted;
        is_gone && is_stored && self.decision(&event_id(1)).verdict.as_str() == "skip"
    }
}

fn unavailable() -> Fault {
    Fault::Fails(PortError::Unavailable {
        service: Service::Recall,
        reason: "503".to_owned(),
        source: None,
    })
}

#[tokio::test]
async fn a_sync_deletes_a_calendar_that_a_person_disconnected_and_retires_it() {
    let harness = with_a_meeting().await;
    let asked = harness.ask_for_disconnection(&an_actor()).await;
    assert!(matches!(asked.notification, Notification::Sent));
    assert_eq!(harness.recall.count(Operation::DeleteCalendar), 0);
    harness.handle_all().await;
    assert!(harness.is_disconnected().await);
    assert_eq!(harness.recall.count(Operation::DeleteCalendar), 1);
    let wanted = harness.record_of_second().await.disconnection;
    assert_eq!(wanted.expect("it is kept").by, an_actor());
    harness.assert_as_wanted();
}

#[tokio::test]
async fn a_resync_carries_out_a_disconnection_whose_request_was_lost() {
    let harness = with_a_meeting().await;
    harness.ask_for_disconnection(&an_actor()).await;
    drop(harness.queue.deliver(10));
    assert_eq!(
        harness.record_of_second().await.due_at(),
        Some(Timestamp::UNIX_EPOCH)
    );
    harness.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(harness.resync(harness.deadline()).await, Handled::default());
    assert!(harness.is_disconnected().await);
}

/// Whatever became of the first deletion, a later one finds the same state.
#[test_case(unavailable(); "before it had its effect")]
#[test_case(Fault::CutAfterEffect; "after it had its effect")]
#[tokio::test]
async fn a_disconnection_that_was_interrupted_is_carried_out_by_the_next_resync(fault: Fault) {
    let harness = with_a_meeting().await;
    harness.ask_for_disconnection(&an_actor()).await;
    harness.recall.fault(Operation::DeleteCalendar, fault);
    harness.clock.advance(SignedDuration::from_secs(1));
    let batch = harness.queue.deliver(10);
    harness.sync().handle(&batch, harness.deadline()).await;
    assert!(!harness.is_disconnected().await);
    harness.clock.advance(SignedDuration::from_mins(1));
    harness.resync(harness.deadline()).await;
    assert!(harness.is_disconnected().await);
    harness.assert_as_wanted();
}

#[tokio::test]
async fn whoever_asked_first_stays_the_one_who_asked() {
    let harness = with_a_meeting().await;
    let first = harness.ask_for_disconnection(&an_actor()).await.record;
    let other = Actor::parse("other@acme.example").expect("a name");
    harness.clock.advance(SignedDuration::from_mins(1));
    let again = harness.ask_for_disconnection(&other).await;
    assert_eq!(again.record.disconnection, first.disconnection);
    assert_eq!(
        harness.record_of_second().await.version,
        first.version.next()
    );
    assert!(matches!(again.notification, Notification::Sent));
}

#[tokio::test]
async fn a_calendar_that_is_deleted_is_not_disconnected_again() {
    let harness = with_a_meeting().await;
    let before = harness.record_of_second().await.with(|record| {
        record.calendar.status = CalendarStatus::Deleted;
    });
    harness.state.write_record(&before).await.expect("memory");
    let asked = harness.ask_for_disconnection(&an_actor()).await;
    assert!(matches!(asked.notification, Notification::NotNeeded));
    assert_eq!(harness.record_of_second().await.disconnection, None);
    assert!(harness.queue.deliver(10).is_empty());
}

/// The record is the only place for it, and a sync reads the record too.
#[tokio::test]
async fn a_calendar_whose_record_cannot_be_read_is_disconnected_only_at_recall() {
    let harness = with_a_meeting().await;
    harness.state.make_record_unreadable(&id(1));
    let ports = (&harness.state, Some(&harness.queue));
    let asked = request_disconnection(ports, &id(1), &an_actor(), harness.after(0)).await;
    let error = asked.expect_err("it cannot be read");
    let is_unreadable =
        |error: &UseCaseError| matches!(error, UseCaseError::Port(PortError::Unreadable { .. }));
    assert!(is_unreadable(&error), "{error}");
    assert!(harness.queue.deliver(10).is_empty());
    let deletion = DeletionAtRecall {
        state: &harness.state,
        recall: &harness.recall,
    };
    let found = deletion.find(id(1).as_str(), &harness.clock).await;
    let found = found.expect("Recall knows it");
    for expected in [Removed::Deleted, Removed::AlreadyGone] {
        let removed = deletion.delete(&found.id, &harness.clock).await;
        assert_eq!(removed.expect("memory"), expected);
    }
    let left = deletion.find(id(1).as_str(), &harness.clock).await;
    assert!(matches!(left, Err(UseCaseError::UnknownCalendar(_))));
    let other = deletion.find(id(0).as_str(), &harness.clock).await;
    assert!(matches!(other, Err(UseCaseError::ReadableCalendar(_))));
}
