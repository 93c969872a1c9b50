//! A calendar is deleted at Recall, and a sync is requested.

use std::cell::Cell;

use callsheet_api::disconnection::{Disconnected, Outcome};
use callsheet_app::{PortError, Service};
use callsheet_domain::{Operation, SyncJob, SyncReason, SyncRequest};
use callsheet_testkit::{Fault, Faults, Intercepted, When};

use super::*;
use crate::calendars::disconnect::disconnect;
use crate::calendars::text::description;
use crate::error::CliError;
use crate::render::{Render as _, assert_published};

/// A calendar that is stored and listed by Recall, with three meetings. One shares
/// its bot with another calendar.
async fn set_up(clock: &ManualClock) -> Harness {
    let harness = empty(clock);
    harness
        .store_calendar("sales", CalendarStatus::Connected)
        .await;
    harness.put_at_recall("sales", CalendarStatus::Connected);
    harness
        .store_decision("sales", "event-1", Some("key-1"))
        .await;
    harness
        .store_decision("sales", "event-2", Some("key-2"))
        .await;
    harness.store_decision("sales", "event-3", None).await;
    harness
        .store_decision("support", "event-4", Some("key-2"))
        .await;
    harness
}

async fn run_disconnect(harness: &Harness, name: &str) -> Result<Disconnected, CliError> {
    disconnect(harness, name, &clock(), |_| Ok(())).await
}

/// Reasons of the sync requests that were sent.
fn requested_syncs(harness: &Harness) -> Vec<SyncReason> {
    let reasons = harness.queue.sent().into_iter().map(|job| match job {
        SyncJob::Request(SyncRequest {
            calendar_id,
            reason,
            ..
        }) => {
            assert_eq!(calendar_id, id("calendar-sales"));
            reason
        }
        SyncJob::Event(_)
        | SyncJob::BotStatus(_)
        | SyncJob::KeepCoverage
        | SyncJob::Resync
        | SyncJob::ResyncNow { .. } => {
            panic!("a resync was requested")
        }
    });
    reasons.collect()
}

#[tokio::test]
async fn a_calendar_is_deleted_and_a_sync_is_requested() {
    let clock = clock();
    let harness = set_up(&clock).await;
    let asked = Cell::new(String::new());
    let disconnected = disconnect(&harness, "sales@acme.example", &clock, |question| {
        assert_eq!(harness.recall.count(Operation::DeleteCalendar), 0);
        asked.set(question.to_owned());
        Ok(())
    });
    let disconnected = disconnected.await.expect("it is deleted");
    assert_eq!(
        asked.take(),
        "sales@acme.example (calendar-sales) will be deleted at Recall. This cannot be undone: its owner \
         has to connect it again.\n\
         It has 3 upcoming meetings. 1 bot is removed with it. 1 bot stays, since it is shared with \
         other calendars."
    );
    assert_eq!(disconnected.outcome, Outcome::Deleted);
    assert_eq!(harness.recall.count(Operation::DeleteCalendar), 1);
    assert_eq!(requested_syncs(&harness), [SyncReason::CalendarChanged]);
    assert!(harness.state.next_free(Operation::DeleteCalendar).is_some());
    assert!(
        disconnected
            .text()
            .contains("1 bot of an upcoming meeting with it")
    );
}

#[tokio::test]
async fn a_repeated_disconnect_requests_a_sync_again() {
    let harness = set_up(&clock()).await;
    for expected in [Outcome::Deleted, Outcome::AlreadyDeleted] {
        let disconnected = run_disconnect(&harness, "calendar-sales")
            .await
            .expect("it is deleted");
        assert_eq!(disconnected.outcome, expected);
    }
    assert_eq!(requested_syncs(&harness), [SyncReason::CalendarChanged; 2]);
    let text = run_disconnect(&harness, "calendar-sales")
        .await
        .expect("still")
        .text();
    assert!(text.contains("was already deleted at Recall"), "{text}");
}

#[tokio::test]
async fn a_deleted_calendar_is_found_by_its_owner() {
    let harness = empty(&clock());
    harness
        .store_calendar("sales", CalendarStatus::Deleted)
        .await;
    let disconnected = run_disconnect(&harness, "sales@acme.example")
        .await
        .expect("it is deleted");
    assert_eq!(disconnected.outcome, Outcome::AlreadyDeleted);
    assert_published("calendars-disconnect", &disconnected);
    let text = description(&disconnected.removal);
    assert!(text.contains("is already deleted at Recall"), "{text}");
}

#[tokio::test]
async fn nothing_is_deleted_without_a_confirmation() {
    let harness = set_up(&clock()).await;
    let refuse = |_: &str| Err(CliError::Refused("nothing was changed".to_owned()));
    let result = disconnect(&harness, "calendar-sales", &clock(), refuse).await;
    assert_eq!(result.expect_err("not confirmed").exit_code(), 1);
    assert_eq!(harness.recall.calls(), []);
    assert_eq!(requested_syncs(&harness), []);
}

#[tokio::test]
async fn a_calendar_that_only_recall_knows_is_deleted() {
    let harness = empty(&clock());
    harness.put_at_recall("sales", CalendarStatus::Connected);
    let disconnected = run_disconnect(&harness, "calendar-sales")
        .await
        .expect("it is deleted");
    assert_eq!(disconnected.outcome, Outcome::Deleted);
    assert_eq!(disconnected.removal.meetings, 0);
}

#[tokio::test]
async fn an_unknown_calendar_is_refused() {
    let harness = set_up(&clock()).await;
    for name in ["calendar-unknown", "unknown@acme.example"] {
        let result = run_disconnect(&harness, name).await;
        let error = result.expect_err("it is unknown");
        assert!(
            error
                .report()
                .contains("no calendar has the id or the owner")
        );
        assert_eq!(error.exit_code(), 1);
    }
    assert_eq!(harness.recall.count(Operation::DeleteCalendar), 0);
}

#[tokio::test]
async fn an_owner_of_two_calendars_has_to_give_an_id() {
    let harness = set_up(&clock()).await;
    let another = with_name(a_calendar_record(), "sales").with(|record| {
        record.calendar.id = id("calendar-second");
    });
    harness.state.write_record(&another).await.expect("memory");
    let result = run_disconnect(&harness, "sales@acme.example").await;
    let error = result.expect_err("there are two calendars");
    assert!(error.report().contains("calendar-sales, calendar-second"));
}

#[tokio::test]
async fn a_deletion_without_a_response_is_repeated() {
    let harness = set_up(&clock()).await;
    harness
        .recall
        .fault(Operation::DeleteCalendar, Fault::CutAfterEffect);
    let disconnected = run_disconnect(&harness, "calendar-sales")
        .await
        .expect("it is deleted");
    // The first call had its effect, and its response was lost.
    assert_eq!(disconnected.outcome, Outcome::AlreadyDeleted);
    assert_eq!(requested_syncs(&harness), [SyncReason::CalendarChanged]);
}

#[tokio::test]
async fn no_sync_is_requested_if_recall_denies_the_deletion() {
    let harness = set_up(&clock()).await;
    let denied = PortError::Denied {
        service: Service::Recall,
        reason: "403".to_owned(),
    };
    harness
        .recall
        .fault(Operation::DeleteCalendar, Fault::Fails(denied));
    let result = run_disconnect(&harness, "calendar-sales").await;
    assert_eq!(result.expect_err("denied").exit_code(), 2);
    assert_eq!(requested_syncs(&harness), []);
}

#[tokio::test]
async fn a_disconnect_that_cannot_request_a_sync_is_to_be_run_again() {
    let clock = clock();
    let harness = set_up(&clock).await;
    let faults = Faults::once(0, When::Before);
    let ports = Ports {
        state: harness.state.clone(),
        decisions: harness.decisions.clone(),
        recall: harness.recall.clone(),
        queue: Intercepted::new(harness.queue.clone(), &faults),
    };
    let run = async || disconnect(&ports, "calendar-sales", &clock, |_| Ok(())).await;
    let report = run().await.expect_err("nothing was sent").report();
    assert!(report.contains("run this again"), "{report}");
    assert_eq!(
        run().await.expect("it is sent").outcome,
        Outcome::AlreadyDeleted
    );
    assert_eq!(requested_syncs(&harness), [SyncReason::CalendarChanged]);
}

/// The calendar's own record and one of its decisions cannot be read.
#[tokio::test]
async fn a_calendar_with_unreadable_rows_is_deleted_and_the_rows_are_named() {
    let clock = clock();
    let harness = set_up(&clock).await;
    let event = callsheet_testkit::id("event-1");
    let rows = harness.decisions.of_event(&event);
    let row = rows.await.expect("memory").decisions.pop().expect("a row");
    harness.decisions.make_unreadable(&row.key);
    harness.state.make_record_unreadable(&id("calendar-sales"));
    let asked = Cell::new(String::new());
    let disconnected = disconnect(&harness, "calendar-sales", &clock, |question| {
        asked.set(question.to_owned());
        Ok(())
    });
    let disconnected = disconnected.await.expect("it is deleted");
    assert_eq!(disconnected.exit_code(), 1);
    let named = "  event event-1: made unreadable on purpose";
    for text in [asked.take(), disconnected.text()] {
        assert!(text.contains(named), "{text}");
    }
}
