//! Catch-up: changes without a webhook are found all the same.

use std::collections::BTreeSet;

use callsheet_app::ports::{Calendars as _, Queue as _, SyncStates as _};
use callsheet_app::{Handled, PortError, Service};
use callsheet_domain::{
    Operation, SyncInProgress, SyncJob, WorkspaceCoverage, WorkspaceSyncState, plus,
};
use callsheet_testkit::{Fault, With as _, a_calendar, an_event, at};
use jiff::SignedDuration;

use super::{event, harness, id};
use crate::harness::Harness;

#[tokio::test]
async fn a_change_whose_webhook_never_came_is_found_by_the_next_resync() {
    let harness = harness(3).await;
    harness.recall.put_event(event(2, harness.after(0)));
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.decided(), 0, "it is not time yet");
    harness.clock.advance(SignedDuration::from_mins(5));
    let before = harness.recall.calls().len();
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.decided(), 1);
    assert_eq!(harness.subjects_since(before), ["workspace"]);
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.subjects_since(before).len(), 1, "it was just done");
}

#[tokio::test]
async fn a_requested_resync_catches_up_at_once() {
    let harness = harness(3).await;
    harness.recall.put_event(event(2, harness.after(0)));
    let before = harness.recall.calls().len();
    let sent_at = harness.after(0);
    let asked = SyncJob::ResyncNow { sent_at };
    harness.queue.send(&asked).await.expect("memory");
    let (sync, batch) = (harness.sync(), harness.queue.deliver(1));
    let handled = sync.handle(&batch, harness.deadline()).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.decided(), 1);
    assert_eq!(harness.subjects_since(before), ["workspace"]);
}

/// A harness in which another worker has a sync of the workspace in progress.
async fn harness_with_a_sync_in_progress() -> Harness {
    let harness = harness(3).await;
    let now = harness.after(0);
    let mark = harness.state.workspace().await.expect("memory");
    let in_progress = SyncInProgress {
        mark: WorkspaceCoverage {
            began_at: now,
            since: Some(now),
            starts_until: None,
            skipped: BTreeSet::new(),
            policy: callsheet_domain::PolicyRevision(0),
        },
        next: None,
        pages: 0,
        listed: 0,
        held_until: harness.after(10),
    };
    let held = WorkspaceSyncState {
        in_progress: Some(in_progress),
        ..mark
    };
    harness
        .state
        .write_workspace_state(&held)
        .await
        .expect("memory");
    harness
}

#[tokio::test]
async fn a_requested_resync_waits_for_a_sync_in_progress() {
    let harness = harness_with_a_sync_in_progress().await;
    let (before, sent) = (harness.recall.calls().len(), harness.queue.sent().len());
    let sent_at = harness.after(-59 * 60);
    let asked = SyncJob::ResyncNow { sent_at };
    harness.queue.send(&asked).await.expect("memory");
    let sync = harness.sync();
    sync.handle(&harness.queue.deliver(1), harness.deadline())
        .await;
    assert_eq!(harness.recall.calls().len(), before);
    let again = harness.queue.sent().split_off(sent + 1);
    assert_eq!(again, [asked], "it is asked for anew");
}

#[tokio::test]
async fn a_requested_resync_that_is_an_hour_old_is_not_requeued() {
    let harness = harness_with_a_sync_in_progress().await;
    let sent_at = harness.after(-61 * 60);
    let asked = SyncJob::ResyncNow { sent_at };
    harness.queue.send(&asked).await.expect("memory");
    let (sync, batch) = (harness.sync(), harness.queue.deliver(1));
    let handled = sync.handle(&batch, harness.deadline()).await;
    assert_eq!(handled.failed, [batch[0].message_id.clone()]);
    assert_eq!(harness.queue.delayed(), []);
}

#[tokio::test]
async fn the_periodic_resync_is_not_requeued_since_the_schedule_sends_the_next() {
    let harness = harness_with_a_sync_in_progress().await;
    let sent_at = harness.after(0);
    let asked = SyncJob::ResyncNow { sent_at };
    for job in [&SyncJob::Resync, &asked] {
        harness.queue.send(job).await.expect("memory");
    }
    let (sync, batch) = (harness.sync(), harness.queue.deliver(2));
    let handled = sync.handle(&batch, harness.deadline()).await;
    assert_eq!(handled, Handled::default());
    let delayed = harness.queue.delayed();
    let requeued: Vec<_> = delayed.iter().map(|(job, _)| job).collect();
    assert_eq!(requeued, [&asked]);
}

#[tokio::test]
async fn a_resync_syncs_one_calendar_at_a_time_where_the_workspace_cannot_be_listed() {
    let harness = harness(3).await;
    harness.resync(harness.deadline()).await;
    harness.recall.put_event(event(2, harness.after(0)));
    harness.clock.advance(SignedDuration::from_mins(5));
    let refused = PortError::Unreadable {
        service: Service::Recall,
        reason: "unexpected status 400: calendar_id is required".to_owned(),
    };
    let refused = Fault::Fails(refused);
    harness.recall.fault(Operation::ListEvents, refused);
    let before = harness.recall.calls().len();
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.decided(), 1);
    let mut synced = harness.subjects_since(before);
    synced.sort();
    assert_eq!(
        synced,
        ["calendar-0", "calendar-1", "calendar-2", "workspace"]
    );
}

/// More calendars than can be synced in half of the time between two resyncs.
#[tokio::test]
async fn syncing_one_calendar_at_a_time_takes_half_of_the_rate_limit_at_most() {
    let harness = harness(200).await;
    let began = harness.after(0);
    let before = harness.recall.calls().len();
    let mut sync = harness.sync();
    sync.settings.is_workspace_listed = false;
    for _ in 0..30 {
        harness.queue.send(&SyncJob::Resync).await.expect("memory");
        sync.handle(&harness.queue.deliver(1), harness.deadline())
            .await;
        harness.clock.advance(SignedDuration::from_secs(20));
    }
    let minutes = harness.after(0).duration_since(began).as_secs() / 60;
    let lists = i64::try_from(harness.subjects_since(before).len()).expect("few");
    assert!(lists >= 200, "each is synced: {lists}");
    assert!(lists <= 30 * minutes + 200, "{lists} in {minutes} minutes");
}

#[tokio::test]
async fn a_resync_catches_up_one_calendar_at_a_time_too() {
    let harness = harness(3).await;
    harness.recall.put_event(event(2, harness.after(0)));
    harness.clock.advance(SignedDuration::from_mins(5));
    let before = harness.recall.calls().len();
    harness.queue.send(&SyncJob::Resync).await.expect("memory");
    let mut sync = harness.sync();
    sync.settings.is_workspace_listed = false;
    sync.handle(&harness.queue.deliver(1), harness.deadline())
        .await;
    assert_eq!(harness.decided(), 1);
    let mut synced = harness.subjects_since(before);
    synced.sort();
    assert_eq!(synced, ["calendar-0", "calendar-1", "calendar-2"]);
}

#[tokio::test]
async fn every_calendar_gets_a_full_sync_once_a_day() {
    let harness = harness(2).await;
    harness.recall.delete_calendar(&a_calendar().id);
    harness.clock.advance(SignedDuration::from_hours(23));
    harness.resync(harness.deadline()).await;
    let before = harness.recall.calls().len();
    harness.clock.advance(SignedDuration::from_hours(1));
    harness.resync(harness.deadline()).await;
    let mut synced = harness.subjects_since(before);
    synced.sort();
    assert_eq!(synced, ["calendar-0", "calendar-1", "workspace"]);
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.subjects_since(before).len(), 3);
}

#[tokio::test]
async fn an_unknown_calendar_is_found_by_a_sync_of_the_workspace() {
    let harness = harness(2).await;
    harness
        .recall
        .put_calendar(a_calendar().with(|calendar| calendar.id = id(7)));
    harness.recall.put_event(event(7, harness.after(0)));
    harness.change(0..2).await;
    harness.handle_all().await;
    assert_eq!(harness.decided(), 3);
    let record = harness
        .state
        .record(&id(7))
        .await
        .expect("memory")
        .expect("a record");
    assert_eq!(record.last_sync, None, "it needs a full sync");
}

#[tokio::test]
async fn a_calendar_without_any_webhook_is_found_once_a_day() {
    let harness = harness(0).await;
    harness.recall.put_event(an_event());
    harness.clock.advance(SignedDuration::from_hours(24));
    harness.recall.put_event(an_event().with(|event| {
        event.starts_at = plus(event.starts_at, SignedDuration::from_hours(48));
        event.ends_at = plus(event.ends_at, SignedDuration::from_hours(48));
    }));
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.decided(), 1);
    assert_eq!(harness.recall.count(Operation::ListCalendars), 1);
}

#[tokio::test]
async fn a_calendar_that_was_deleted_without_a_webhook_is_found_once_a_day() {
    let harness = Harness::new();
    let lasts =
        an_event().with(|event| event.ends_at = plus(at("10:00"), SignedDuration::from_hours(48)));
    harness.see(lasts).await;
    harness.drained().await.expect("drained");
    harness.recall.delete_calendar(&a_calendar().id);
    harness.resync(harness.deadline()).await;
    harness.clock.advance(SignedDuration::from_hours(24));
    harness.resync(harness.deadline()).await;
    let row = harness.decision(&an_event().id);
    assert_eq!(row.verdict.reason().rule.to_string(), "disconnected");
    assert!(!row.is_due(), "its bots are known to be gone");
}
