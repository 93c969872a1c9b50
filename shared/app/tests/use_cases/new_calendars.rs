//! Calendars that were never seen before.

use callsheet_app::Handled;
use callsheet_app::ports::Calendars as _;
use callsheet_domain::{CalendarStatus, Operation, SyncReason};
use callsheet_testkit::With as _;
use jiff::SignedDuration;

use crate::harness::Harness;
use crate::windows::{CALENDARS, id, meeting, new_calendar};

/// Calendars of one minute are read together, whatever their number.
#[tokio::test]
async fn new_calendars_are_read_by_one_list() {
    let harness = Harness::new();
    for number in 0..CALENDARS {
        let calendar = new_calendar(&harness, number);
        let event = meeting(number, 1).with(|event| event.updated_at = calendar.updated_at);
        harness.recall.put_calendar(calendar);
        harness.recall.put_event(event);
    }
    for batch in 0..CALENDARS / 10 {
        for number in batch * 10..batch * 10 + 10 {
            harness.send(&id(number), SyncReason::CalendarChanged).await;
        }
        harness.clock.advance(SignedDuration::from_secs(1));
        let batch = harness.queue.deliver(10);
        let handled = harness.sync().handle(&batch, harness.deadline()).await;
        assert_eq!(handled, Handled::default());
    }
    assert_eq!(harness.policies_at(CALENDARS, 1), [0]);
    // Their own changes are reported later than the first list, and read by one list a batch.
    assert_eq!(
        harness.recall.count(Operation::ListCalendars),
        CALENDARS / 10
    );
    assert_eq!(harness.recall.count(Operation::GetCalendar), 0);
}

/// It is not on the list by which the others of its batch are read.
#[tokio::test]
async fn a_new_calendar_that_is_deleted_is_not_taken_for_listed() {
    let harness = Harness::new();
    for number in 0..2 {
        harness.recall.put_calendar(new_calendar(&harness, number));
    }
    let deleted = harness.calendar_changed(&id(0)).await;
    assert_eq!(deleted, Handled::default());
    harness.recall.delete_calendar(&id(0));
    for number in 0..2 {
        harness.send(&id(number), SyncReason::CalendarChanged).await;
    }
    harness.clock.advance(SignedDuration::from_secs(1));
    let batch = harness.queue.deliver(2);
    let handled = harness.sync().handle(&batch, harness.deadline()).await;
    assert_eq!(handled, Handled::default());
    let record = harness.state.record(&id(0)).await.expect("memory");
    let status = record.map(|record| record.calendar.status);
    assert_eq!(status, Some(CalendarStatus::Deleted));
}

/// A list of what changed since the calendars were created has all their events.
#[tokio::test]
async fn new_calendars_are_synced_by_one_list() {
    let harness = Harness::new();
    for number in 0..CALENDARS {
        harness.recall.put_calendar(new_calendar(&harness, number));
        let created_at = harness.after(0);
        let event = meeting(number, 30).with(|event| event.updated_at = created_at);
        harness.recall.put_event(event);
        let reason = SyncReason::EventsChanged { since: created_at };
        harness.send(&id(number), reason).await;
    }
    harness.clock.advance(SignedDuration::from_secs(1));
    loop {
        let batch = harness.queue.deliver(10);
        if batch.is_empty() {
            break;
        }
        let handled = harness.sync().handle(&batch, harness.deadline()).await;
        assert_eq!(handled, Handled::default());
    }
    assert_eq!(harness.policies_at(CALENDARS, 30), [0]);
    assert_eq!(harness.behind(CALENDARS, 0).await, [] as [usize; 0]);
    assert_eq!(harness.recall.count(Operation::ListEvents), 1);
    let calls = harness.recall.calls().len();
    harness.resynced_to_the_end().await;
    assert_eq!(harness.lists_since(calls), [], "none needs a full sync");
}
