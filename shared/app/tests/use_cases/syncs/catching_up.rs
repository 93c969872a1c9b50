//! What nobody told of is found all the same.

use std::collections::BTreeSet;

use callsheet_app::ports::{Calendars as _, Queue as _, SyncStates as _};
use callsheet_app::{Handled, PortError};
use callsheet_domain::{
    Operation, SyncInProgress, SyncJob, WorkspaceCoverage, WorkspaceSyncState, plus,
};
use callsheet_testkit::{But as _, Fault, a_calendar, an_event, at};
use jiff::SignedDuration;

use super::{event, harness, id};
use crate::harness::Harness;

#[tokio::test]
async fn a_change_whose_notice_never_came_is_found_by_the_next_sweep() {
    let harness = harness(3).await;
    harness.recall.put_event(event(2, harness.after(0)));
    harness.sweep(harness.deadline()).await;
    assert_eq!(harness.decided(), 0, "it is not time yet");
    harness.clock.advance(SignedDuration::from_mins(5));
    let before = harness.recall.calls().len();
    harness.sweep(harness.deadline()).await;
    assert_eq!(harness.decided(), 1);
    assert_eq!(harness.subjects_since(before), ["workspace"]);
    harness.sweep(harness.deadline()).await;
    assert_eq!(harness.subjects_since(before).len(), 1, "it was just done");
}

#[tokio::test]
async fn who_asks_for_a_sweep_gets_it_at_once() {
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

/// A house in which another worker is at a look at the workspace.
async fn house_with_a_look_under_way() -> Harness {
    let harness = harness(3).await;
    let now = harness.after(0);
    let mark = harness.state.workspace().await.expect("memory");
    let in_progress = SyncInProgress {
        mark: WorkspaceCoverage {
            began_at: now,
            since: Some(now),
            skipped: BTreeSet::new(),
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
async fn who_asks_for_a_sweep_while_one_looks_waits_for_another() {
    let harness = house_with_a_look_under_way().await;
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
async fn a_requested_sweep_that_is_an_hour_old_is_not_requeued() {
    let harness = house_with_a_look_under_way().await;
    let sent_at = harness.after(-61 * 60);
    let asked = SyncJob::ResyncNow { sent_at };
    harness.queue.send(&asked).await.expect("memory");
    let (sync, batch) = (harness.sync(), harness.queue.deliver(1));
    let handled = sync.handle(&batch, harness.deadline()).await;
    assert_eq!(handled.failed, [batch[0].message_id.clone()]);
    assert_eq!(harness.queue.delayed(), []);
}

#[tokio::test]
async fn the_periodic_sweep_is_not_requeued_since_the_schedule_sends_the_next() {
    let harness = house_with_a_look_under_way().await;
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
async fn where_the_workspace_cannot_be_listed_whole_a_sweep_looks_one_by_one() {
    let harness = harness(3).await;
    harness.sweep(harness.deadline()).await;
    harness.recall.put_event(event(2, harness.after(0)));
    harness.clock.advance(SignedDuration::from_mins(5));
    let refused = PortError::Unreadable {
        service: "Recall",
        reason: "unexpected status 400: calendar_id is required".to_owned(),
    };
    let refused = Fault::Fails(refused);
    harness.recall.fault(Operation::ListEvents, refused);
    let before = harness.recall.calls().len();
    harness.sweep(harness.deadline()).await;
    assert_eq!(harness.decided(), 1);
    let mut looked_at = harness.subjects_since(before);
    looked_at.sort();
    assert_eq!(
        looked_at,
        ["calendar-0", "calendar-1", "calendar-2", "workspace"]
    );
}

/// More calendars than can be looked at in half of the time between two sweeps.
#[tokio::test]
async fn one_calendar_at_a_time_takes_half_of_the_lists_at_most() {
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
    assert!(lists >= 200, "each is looked at: {lists}");
    assert!(lists <= 30 * minutes + 200, "{lists} in {minutes} minutes");
}

#[tokio::test]
async fn one_calendar_at_a_time_is_swept_too() {
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
    let mut looked_at = harness.subjects_since(before);
    looked_at.sort();
    assert_eq!(looked_at, ["calendar-0", "calendar-1", "calendar-2"]);
}

#[tokio::test]
async fn everything_is_looked_at_once_a_day() {
    let harness = harness(2).await;
    harness.recall.delete_calendar(&a_calendar().id);
    harness.clock.advance(SignedDuration::from_hours(23));
    harness.sweep(harness.deadline()).await;
    let before = harness.recall.calls().len();
    harness.clock.advance(SignedDuration::from_hours(1));
    harness.sweep(harness.deadline()).await;
    let mut looked_at = harness.subjects_since(before);
    looked_at.sort();
    assert_eq!(looked_at, ["calendar-0", "calendar-1", "workspace"]);
    harness.sweep(harness.deadline()).await;
    assert_eq!(harness.subjects_since(before).len(), 3);
}

#[tokio::test]
async fn a_calendar_that_nobody_knew_is_met_in_a_look_at_the_workspace() {
    let harness = harness(2).await;
    harness
        .recall
        .put_calendar(a_calendar().but(|calendar| calendar.id = id(7)));
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
    assert_eq!(record.last_sync, None, "it is owed a look at everything");
}

#[tokio::test]
async fn a_calendar_that_nobody_told_of_is_found_once_a_day() {
    let harness = harness(0).await;
    harness.recall.put_event(an_event());
    harness.clock.advance(SignedDuration::from_hours(24));
    harness.recall.put_event(an_event().but(|event| {
        event.starts_at = plus(event.starts_at, SignedDuration::from_hours(48));
        event.ends_at = plus(event.ends_at, SignedDuration::from_hours(48));
    }));
    harness.sweep(harness.deadline()).await;
    assert_eq!(harness.decided(), 1);
    assert_eq!(harness.recall.count(Operation::ListCalendars), 1);
}

#[tokio::test]
async fn a_calendar_that_was_deleted_without_a_word_is_missed_once_a_day() {
    let harness = Harness::new();
    let lasts =
        an_event().but(|event| event.ends_at = plus(at("10:00"), SignedDuration::from_hours(48)));
    harness.see(lasts).await;
    harness.drained().await.expect("drained");
    harness.recall.delete_calendar(&a_calendar().id);
    harness.sweep(harness.deadline()).await;
    harness.clock.advance(SignedDuration::from_hours(24));
    harness.sweep(harness.deadline()).await;
    let row = harness.decision(&an_event().id);
    assert_eq!(row.verdict.reason().rule.to_string(), "disconnected");
    assert!(!row.is_due(), "its bots are known to be gone");
}
