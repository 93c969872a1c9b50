//! What nobody told of is found all the same.

use std::collections::BTreeSet;

use callsheet_app::ports::{Calendars as _, Queue as _, SyncStates as _};
use callsheet_app::{Handled, PortError};
use callsheet_domain::{
    Operation, SyncInProgress, SyncJob, WorkspaceCoverage, WorkspaceSyncState, plus,
};
use callsheet_testkit::{But as _, Fault, a_calendar, an_event, at};
use jiff::SignedDuration;

use super::{event, house, id};
use crate::house::House;

#[tokio::test]
async fn a_change_whose_notice_never_came_is_found_by_the_next_sweep() {
    let house = house(3).await;
    house.recall.put_event(event(2, house.after(0)));
    house.sweep(house.deadline()).await;
    assert_eq!(house.decided(), 0, "it is not time yet");
    house.clock.advance(SignedDuration::from_mins(5));
    let before = house.recall.calls().len();
    house.sweep(house.deadline()).await;
    assert_eq!(house.decided(), 1);
    assert_eq!(house.subjects_since(before), ["workspace"]);
    house.sweep(house.deadline()).await;
    assert_eq!(house.subjects_since(before).len(), 1, "it was just done");
}

#[tokio::test]
async fn who_asks_for_a_sweep_gets_it_at_once() {
    let house = house(3).await;
    house.recall.put_event(event(2, house.after(0)));
    let before = house.recall.calls().len();
    house.queue.send(&SyncJob::ResyncNow).await.expect("memory");
    let (sync, batch) = (house.sync(), house.queue.deliver(1));
    let handled = sync.handle(&batch, house.deadline()).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(house.decided(), 1);
    assert_eq!(house.subjects_since(before), ["workspace"]);
}

#[tokio::test]
async fn who_asks_for_a_sweep_while_one_looks_waits_for_another() {
    let house = house(3).await;
    let now = house.after(0);
    let mark = house.state.workspace().await.expect("memory");
    let in_progress = SyncInProgress {
        mark: WorkspaceCoverage {
            began_at: now,
            since: Some(now),
            skipped: BTreeSet::new(),
        },
        next: None,
        pages: 0,
        listed: 0,
        held_until: house.after(10),
    };
    let held = WorkspaceSyncState {
        in_progress: Some(in_progress),
        ..mark
    };
    house
        .state
        .write_workspace_state(&held)
        .await
        .expect("memory");
    let (before, sent) = (house.recall.calls().len(), house.queue.sent().len());
    house.queue.send(&SyncJob::ResyncNow).await.expect("memory");
    let sync = house.sync();
    sync.handle(&house.queue.deliver(1), house.deadline()).await;
    assert_eq!(house.recall.calls().len(), before);
    let again = house.queue.sent().split_off(sent + 1);
    assert_eq!(again, [SyncJob::ResyncNow], "it is asked for anew");
}

#[tokio::test]
async fn where_the_workspace_cannot_be_listed_whole_a_sweep_looks_one_by_one() {
    let house = house(3).await;
    house.sweep(house.deadline()).await;
    house.recall.put_event(event(2, house.after(0)));
    house.clock.advance(SignedDuration::from_mins(5));
    let refused = PortError::Unreadable {
        service: "Recall",
        reason: "unexpected status 400: calendar_id is required".to_owned(),
    };
    let refused = Fault::Fails(refused);
    house.recall.fault(Operation::ListEvents, refused);
    let before = house.recall.calls().len();
    house.sweep(house.deadline()).await;
    assert_eq!(house.decided(), 1);
    let mut looked_at = house.subjects_since(before);
    looked_at.sort();
    assert_eq!(
        looked_at,
        ["calendar-0", "calendar-1", "calendar-2", "workspace"]
    );
}

/// More calendars than can be looked at in half of the time between two sweeps.
#[tokio::test]
async fn one_calendar_at_a_time_takes_half_of_the_lists_at_most() {
    let house = house(200).await;
    let began = house.after(0);
    let before = house.recall.calls().len();
    let mut sync = house.sync();
    sync.settings.is_workspace_listed = false;
    for _ in 0..30 {
        house.queue.send(&SyncJob::Resync).await.expect("memory");
        sync.handle(&house.queue.deliver(1), house.deadline()).await;
        house.clock.advance(SignedDuration::from_secs(20));
    }
    let minutes = house.after(0).duration_since(began).as_secs() / 60;
    let lists = i64::try_from(house.subjects_since(before).len()).expect("few");
    assert!(lists >= 200, "each is looked at: {lists}");
    assert!(lists <= 30 * minutes + 200, "{lists} in {minutes} minutes");
}

#[tokio::test]
async fn one_calendar_at_a_time_is_swept_too() {
    let house = house(3).await;
    house.recall.put_event(event(2, house.after(0)));
    house.clock.advance(SignedDuration::from_mins(5));
    let before = house.recall.calls().len();
    house.queue.send(&SyncJob::Resync).await.expect("memory");
    let mut sync = house.sync();
    sync.settings.is_workspace_listed = false;
    sync.handle(&house.queue.deliver(1), house.deadline()).await;
    assert_eq!(house.decided(), 1);
    let mut looked_at = house.subjects_since(before);
    looked_at.sort();
    assert_eq!(looked_at, ["calendar-0", "calendar-1", "calendar-2"]);
}

#[tokio::test]
async fn everything_is_looked_at_once_a_day() {
    let house = house(2).await;
    house.recall.delete_calendar(&a_calendar().id);
    house.clock.advance(SignedDuration::from_hours(23));
    house.sweep(house.deadline()).await;
    let before = house.recall.calls().len();
    house.clock.advance(SignedDuration::from_hours(1));
    house.sweep(house.deadline()).await;
    let mut looked_at = house.subjects_since(before);
    looked_at.sort();
    assert_eq!(looked_at, ["calendar-0", "calendar-1", "workspace"]);
    house.sweep(house.deadline()).await;
    assert_eq!(house.subjects_since(before).len(), 3);
}

#[tokio::test]
async fn a_calendar_that_nobody_knew_is_met_in_a_look_at_the_workspace() {
    let house = house(2).await;
    house
        .recall
        .put_calendar(a_calendar().but(|calendar| calendar.id = id(7)));
    house.recall.put_event(event(7, house.after(0)));
    house.change(0..2).await;
    house.handle_all().await;
    assert_eq!(house.decided(), 3);
    let record = house
        .state
        .record(&id(7))
        .await
        .expect("memory")
        .expect("a record");
    assert_eq!(record.last_sync, None, "it is owed a look at everything");
}

#[tokio::test]
async fn a_calendar_that_nobody_told_of_is_found_once_a_day() {
    let house = house(0).await;
    house.recall.put_event(an_event());
    house.clock.advance(SignedDuration::from_hours(24));
    house.recall.put_event(an_event().but(|event| {
        event.starts_at = plus(event.starts_at, SignedDuration::from_hours(48));
        event.ends_at = plus(event.ends_at, SignedDuration::from_hours(48));
    }));
    house.sweep(house.deadline()).await;
    assert_eq!(house.decided(), 1);
    assert_eq!(house.recall.count(Operation::ListCalendars), 1);
}

#[tokio::test]
async fn a_calendar_that_was_deleted_without_a_word_is_missed_once_a_day() {
    let house = House::new();
    let lasts =
        an_event().but(|event| event.ends_at = plus(at("10:00"), SignedDuration::from_hours(48)));
    house.see(lasts).await;
    house.drained().await.expect("drained");
    house.recall.delete_calendar(&a_calendar().id);
    house.sweep(house.deadline()).await;
    house.clock.advance(SignedDuration::from_hours(24));
    house.sweep(house.deadline()).await;
    let row = house.decision(&an_event().id);
    assert_eq!(row.verdict.reason().rule.to_string(), "disconnected");
    assert!(!row.is_due(), "its bots are known to be gone");
}
