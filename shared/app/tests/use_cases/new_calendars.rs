//! Calendars that were never seen before.

use std::collections::BTreeSet;
use std::time::Duration;

use callsheet_app::ports::{Calendars as _, Clock as _, SyncStates as _, WriteOutcome};
use callsheet_app::{Handled, PortError, Service};
use callsheet_domain::{CalendarStatus, NewCalendarList, Operation, SyncJob, SyncReason};
use callsheet_testkit::{Fault, With as _};
use futures_util::FutureExt as _;
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::{Failing, Harness};
use crate::windows::{CALENDARS, id, meeting, new_calendar};

/// Connects a calendar with a meeting in an hour.
fn connect(harness: &Harness, number: usize) {
    let calendar = new_calendar(harness, number);
    let event = meeting(number, 1).with(|event| event.updated_at = calendar.updated_at);
    harness.recall.put_calendar(calendar);
    harness.recall.put_event(event);
}

/// Connects three calendars, and sends a request of each.
async fn connect_three(harness: &Harness) {
    for number in 0..3 {
        connect(harness, number);
        harness.send(&id(number), SyncReason::CalendarChanged).await;
    }
}

/// Handles a batch of so many messages, a second later.
async fn handle_after_a_moment(harness: &Harness, most: usize) -> Handled {
    harness.clock.advance(SignedDuration::from_secs(1));
    let batch = harness.queue.deliver(most);
    harness.sync().handle(&batch, harness.deadline()).await
}

/// The list has the calendars of all batches. Their own changes are reported later than it began,
/// and wait for the next one.
#[tokio::test]
async fn new_calendars_are_read_by_one_list_each_few_seconds() {
    let harness = Harness::new();
    for number in 0..CALENDARS {
        connect(&harness, number);
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
    assert_eq!(harness.recall.count(Operation::ListCalendars), 1);
    harness.clock.advance(SignedDuration::from_secs(15));
    loop {
        let batch = harness.queue.deliver(10);
        if batch.is_empty() {
            break;
        }
        let handled = harness.sync().handle(&batch, harness.deadline()).await;
        assert_eq!(handled, Handled::default());
    }
    assert_eq!(harness.recall.count(Operation::ListCalendars), 2);
    assert_eq!(harness.recall.count(Operation::GetCalendar), 0);
}

/// While they are few, their requests wait for the next list for a moment, and not on the queue.
#[tokio::test]
async fn a_second_new_calendar_waits_a_moment() {
    let harness = Harness::new();
    for number in 0..2 {
        let calendar = new_calendar(&harness, number);
        harness.recall.put_calendar(calendar);
        harness.recall.put_event(meeting(number, 1));
        let handled = harness.calendar_changed(&id(number)).await;
        assert_eq!(handled, Handled::default());
    }
    assert_eq!(harness.policies_at(2, 1), [0]);
    assert_eq!(harness.queue.delayed(), []);
}

/// Its events are on a page of the workspace before any request of its own.
#[tokio::test]
async fn a_page_waits_a_moment_for_a_calendar_that_is_newer_than_the_list() {
    let harness = Harness::new();
    for number in 0..3 {
        connect(&harness, number);
        if number == 1 {
            harness.calendar_changed(&id(0)).await;
            harness.clock.advance(SignedDuration::from_secs(1));
        }
    }
    for number in 0..2 {
        let since = harness.after(-30);
        let reason = SyncReason::EventsChanged { since };
        harness.send(&id(number), reason).await;
    }
    let handled = handle_after_a_moment(&harness, 2).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.policies_at(3, 1), [0]);
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
    let handled = handle_after_a_moment(&harness, 2).await;
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

/// Its own webhook is lost. The lists of a burst are seconds apart, so the syncs between them come
/// across its event again and again.
#[tokio::test]
async fn a_calendar_that_is_newer_than_a_burst_is_requested_once_and_loses_no_event() {
    let harness = Harness::new();
    (0..12).for_each(|number| connect(&harness, number));
    harness.calendar_changed(&id(0)).await;
    harness.clock.advance(SignedDuration::from_secs(1));
    connect(&harness, 12);
    for _ in 0..2 {
        harness.clock.advance(SignedDuration::from_secs(1));
        for number in 0..2 {
            let since = harness.after(-30);
            harness
                .send(&id(number), SyncReason::EventsChanged { since })
                .await;
        }
        let batch = harness.queue.deliver(2);
        let handled = harness.sync().handle(&batch, harness.deadline()).await;
        assert_eq!(handled, Handled::default());
    }
    // One that waits for the list is sent anew, as it was.
    let requested_at = harness
        .queue
        .sent()
        .into_iter()
        .filter_map(|job| match job {
            SyncJob::Request(request) if request.calendar_id == id(12) => Some(request.sent_at),
            _ => None,
        });
    assert_eq!(requested_at.collect::<BTreeSet<_>>().len(), 1);
    let calendar_calls = || {
        let operations = [Operation::ListCalendars, Operation::GetCalendar];
        operations.map(|operation| harness.recall.count(operation))
    };
    assert_eq!(calendar_calls(), [1, 0]);

    harness.clock.advance(SignedDuration::from_secs(12));
    let batch = harness.queue.deliver(10);
    let handled = harness.sync().handle(&batch, harness.deadline()).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.policies_at(13, 1), [0]);
    assert_eq!(calendar_calls(), [2, 0]);
}

/// Recall answers other calls.
#[test_case(|service| PortError::Unavailable { service, reason: "cut".to_owned(), source: None }; "it fails")]
#[test_case(|service| PortError::Throttled { service, wait: Duration::from_secs(30) }; "it is limited")]
#[test_case(|service| PortError::Unreadable { service, reason: "odd".to_owned() }; "it cannot be read")]
#[tokio::test]
async fn without_a_list_of_new_calendars_each_is_read_by_itself(error: fn(Service) -> PortError) {
    let harness = Harness::new();
    connect_three(&harness).await;
    let fails = || Fault::Fails(error(Service::Recall));
    (0..9).for_each(|_| harness.recall.fault(Operation::ListCalendars, fails()));
    let handled = handle_after_a_moment(&harness, 3).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.policies_at(3, 1), [0]);
    assert_eq!(harness.recall.count(Operation::GetCalendar), 3);
}

/// A row of a later build cannot be read.
#[tokio::test]
async fn a_calendar_that_cannot_be_stored_costs_no_other_its_place_on_the_list() {
    let harness = Harness::new();
    connect_three(&harness).await;
    harness.state.make_record_unreadable(&id(0));
    let handled = handle_after_a_moment(&harness, 3).await;
    assert_ne!(handled, Handled::default(), "the unreadable one waits");
    let decided = |number| harness.decisions.any(|row| row.calendar_id == id(number));
    assert_eq!([0, 1, 2].map(decided), [false, true, true]);
    assert_eq!(harness.recall.count(Operation::GetCalendar), 0);
}

/// The worker that began it has failed.
#[tokio::test]
async fn a_list_of_new_calendars_that_is_never_stored_is_made_again() {
    let harness = Harness::new();
    let abandoned = NewCalendarList {
        began_at: Some(harness.after(0)),
        ..NewCalendarList::default()
    };
    let written = harness.state.write_new_calendar_list(&abandoned).await;
    assert_eq!(written.expect("memory"), WriteOutcome::Written);
    harness.recall.put_calendar(new_calendar(&harness, 0));
    harness.recall.put_event(meeting(0, 1));
    let began_at = harness.after(0);
    let handled = harness.calendar_changed(&id(0)).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.policies_at(1, 1), [0]);
    let waited = harness.after(0).duration_since(began_at);
    assert!(waited <= SignedDuration::from_secs(4), "{waited}");
}

/// Several pages take longer than other workers wait. If each list lost what it had to the next
/// one, none would ever count.
#[tokio::test]
async fn a_list_during_which_another_one_begins_counts_all_the_same() {
    let harness = Harness::new();
    connect(&harness, 0);
    harness.send(&id(0), SyncReason::CalendarChanged).await;
    let (state, clock) = (harness.state.clone(), harness.clock.clone());
    let another_begins = Failing::with(move |call| {
        if call == "CalendarDirectory::calendars" {
            clock.advance(SignedDuration::from_secs(4));
            let list = state.new_calendar_list().now_or_never();
            let begun = NewCalendarList {
                began_at: Some(clock.now()),
                ..list.expect("memory").expect("memory")
            };
            let written = state.write_new_calendar_list(&begun).now_or_never();
            written.expect("memory").expect("memory");
        }
        None
    });
    let began_at = harness.after(0);
    let sync = harness.failing_sync(&another_begins);
    let handled = sync
        .handle(&harness.queue.deliver(1), harness.deadline())
        .await;
    assert_eq!(handled, Handled::default());
    let list = harness.state.new_calendar_list().await.expect("memory");
    assert_eq!(list.listed_at, Some(began_at));
    assert!(list.began_at > list.listed_at, "the other one goes on");
}
