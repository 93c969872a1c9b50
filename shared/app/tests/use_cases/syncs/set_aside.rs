//! A row that cannot be read or written costs only its event.

use callsheet_app::ports::{Calendars as _, Queue as _, SyncStates as _};
use callsheet_app::{Handled, PortError, Service};
use callsheet_domain::{CalendarEvent, CalendarStatus, Decision, SyncJob, SyncReason, Timestamp};
use callsheet_testkit::{MemoryDecisions, With as _, a_calendar};
use jiff::SignedDuration;
use test_case::test_case;

use super::throttling::first_calls;
use super::{event, event_id, harness, id};
use crate::harness::{Failing, Harness, skips_all};

/// Makes the row of a decision bad.
type Spoil = fn(&MemoryDecisions, &Decision);

fn unreadable(decisions: &MemoryDecisions, row: &Decision) {
    decisions.make_unreadable(&row.key);
}

fn unwritable(decisions: &MemoryDecisions, row: &Decision) {
    decisions.make_unwritable(&row.key);
}

/// The `number`th event in the first calendar.
fn in_first(number: usize, harness: &Harness) -> CalendarEvent {
    event(number, harness.after(0)).with(|event| event.calendar_id = id(0))
}

impl Harness {
    /// The stored times of the events' last changes, but that of one.
    fn changed_at_but(&self, spoilt: usize) -> Vec<Timestamp> {
        let rows = self.decisions.all().into_iter();
        let rows = rows.filter(|row| row.key.event_id != event_id(spoilt));
        rows.map(|row| row.inputs.event).collect()
    }
}

#[test_case(unreadable; "a row that cannot be read")]
#[test_case(unwritable; "a row that cannot be written")]
#[tokio::test]
async fn a_bad_row_costs_a_sync_of_its_calendar_only_its_event(spoil: Spoil) {
    let harness = harness(1).await;
    for number in 0..3 {
        harness.recall.put_event(in_first(number, &harness));
    }
    harness.events_changed(&id(0), harness.after(-60)).await;
    spoil(&harness.decisions, &harness.decision(&event_id(1)));
    harness.clock.advance(SignedDuration::from_secs(60));
    for number in 0..3 {
        harness.recall.put_event(in_first(number, &harness));
    }
    let now = harness.after(0);
    let handled = harness.events_changed(&id(0), now).await;
    assert_eq!(handled, Handled::default(), "the sync completes");
    assert_eq!(harness.changed_at_but(1), [now; 2]);
    let record = harness.state.record(&id(0)).await.expect("memory");
    let last_sync = record.and_then(|record| record.last_sync);
    assert!(last_sync.expect("a completed sync").began_at > now);
}

#[test_case(unreadable; "a row that cannot be read")]
#[test_case(unwritable; "a row that cannot be written")]
#[tokio::test]
async fn a_bad_row_costs_a_sync_of_the_workspace_only_its_event(spoil: Spoil) {
    let harness = harness(3).await;
    harness.change(0..3).await;
    harness
        .recall
        .put_event(event(7, harness.after(0)).with(|event| {
            event.calendar_id = id(1);
        }));
    harness.handle_all().await;
    assert_eq!(harness.decided(), 4);
    spoil(&harness.decisions, &harness.decision(&event_id(1)));
    harness.clock.advance(SignedDuration::from_secs(60));
    let now = harness.after(0);
    harness.recall.put_event(event(7, now).with(|event| {
        event.calendar_id = id(1);
    }));
    harness.change(0..3).await;
    harness.handle_all().await;
    assert_eq!(harness.changed_at_but(1), [now; 3]);
    let state = harness.state.workspace().await.expect("memory");
    let latest = state.latest.expect("a completed sync");
    assert!(latest.reach.skipped.is_empty(), "no calendar is skipped");
}

/// One person's unreadable row is no matter of a colleague's.
#[tokio::test]
async fn a_bad_copy_in_another_calendar_stops_no_event() {
    let harness = harness(2).await;
    let copy = |number: usize, harness: &Harness| {
        let ical_uid = event(0, harness.after(0)).ical_uid;
        event(number, harness.after(0)).with(|event| event.ical_uid = ical_uid)
    };
    for number in 0..2 {
        harness.recall.put_event(copy(number, &harness));
        harness
            .events_changed(&id(number), harness.after(-60))
            .await;
    }
    harness
        .decisions
        .make_unreadable(&harness.decision(&event_id(0)).key);
    harness.clock.advance(SignedDuration::from_secs(60));
    let now = harness.after(0);
    harness.recall.put_event(copy(1, &harness));
    let handled = harness.events_changed(&id(1), now).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.decision(&event_id(1)).inputs.event, now);
}

#[test_case(unreadable; "a row that cannot be read")]
#[test_case(unwritable; "a row that cannot be written")]
#[tokio::test]
async fn a_lost_calendar_is_retired_but_for_its_bad_row(spoil: Spoil) {
    let harness = harness(1).await;
    for number in 0..3 {
        harness.recall.put_event(in_first(number, &harness));
    }
    harness.events_changed(&id(0), harness.after(-60)).await;
    spoil(&harness.decisions, &harness.decision(&event_id(1)));
    harness.recall.put_calendar(a_calendar().with(|calendar| {
        calendar.id = id(0);
        calendar.status = CalendarStatus::Disconnected;
        calendar.updated_at = harness.after(0);
    }));
    assert_eq!(harness.calendar_changed(&id(0)).await, Handled::default());
    let rows = harness.decisions.all().into_iter();
    let rules = rows
        .filter(|row| row.key.event_id != event_id(1))
        .map(|row| row.verdict.reason().rule.to_string());
    assert_eq!(rules.collect::<Vec<_>>(), ["disconnected"; 2]);
}

/// A row of state that no build can read.
fn unreadable_state(name: &'static str) -> Failing {
    Failing::with(move |call| (call == name).then(unreadable_row))
}

fn unreadable_row() -> PortError {
    PortError::Unreadable {
        service: Service::DynamoDb,
        reason: "in a row, the version 2 is unknown".to_owned(),
    }
}

#[tokio::test]
async fn without_a_readable_sync_state_of_the_workspace_calendars_are_synced_one_by_one() {
    let harness = harness(3).await;
    harness.change(0..3).await;
    harness.clock.advance(SignedDuration::from_secs(1));
    let failing = unreadable_state("SyncStates::workspace");
    let sync = harness.failing_sync(&failing);
    let handled = sync
        .handle(&harness.queue.deliver(10), harness.deadline())
        .await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.decided(), 3);

    harness.push(skips_all).await;
    let resync = harness.queue.send(&SyncJob::Resync);
    resync.await.expect("memory");
    let handled = sync
        .handle(&harness.queue.deliver(10), harness.deadline())
        .await;
    assert_eq!(handled, Handled::default());
    let rows = harness.decisions.all().into_iter();
    let revisions = rows.map(|row| row.inputs.policy.0);
    assert_eq!(revisions.collect::<Vec<_>>(), [1; 3]);
}

#[tokio::test]
async fn a_calendar_whose_record_cannot_be_read_keeps_no_other_from_being_found() {
    let harness = harness(3).await;
    harness
        .recall
        .put_calendar(a_calendar().with(|calendar| calendar.id = id(9)));
    harness.clock.advance(SignedDuration::from_hours(24));
    let failing = first_calls("Calendars::record", 1, unreadable_row);
    let resync = harness.queue.send(&SyncJob::Resync);
    resync.await.expect("memory");
    let sync = harness.failing_sync(&failing);
    sync.handle(&harness.queue.deliver(10), harness.deadline())
        .await;
    let found = harness.state.record(&id(9)).await.expect("memory");
    assert!(found.is_some());
    let state = harness.state.workspace().await.expect("memory");
    assert!(state.listed_calendars_at > Some(harness.after(-3600)));
}

/// A person's no outlives an event that cannot be read any more, and a policy
/// that would record it.
#[tokio::test]
async fn a_known_no_stays_while_its_event_cannot_be_read() {
    let harness = harness(1).await;
    harness.push(skips_all).await;
    harness.recall.put_event(in_first(0, &harness));
    harness.request(&id(0), SyncReason::FullSync).await;
    let before = harness.decision(&event_id(0));
    assert_eq!(before.verdict.as_str(), "skip");
    harness.recall.make_unreadable(&event_id(0));
    harness.push(|_| ()).await;
    harness.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(harness.resync(harness.deadline()).await, Handled::default());
    assert_eq!(harness.decision(&event_id(0)), before);
}

impl Harness {
    /// The events of the first calendar that its record says cannot be read.
    async fn unreadable_events(&self) -> Vec<String> {
        let record = self.state.record(&id(0)).await.expect("memory");
        let events = record.expect("a record").unreadable_events;
        assert_eq!(events.count(), events.named.len());
        let named = events.named.into_iter();
        named.map(|event| event.id.to_string()).collect()
    }

    /// Lists the events that changed now, in a sync of the first calendar or of the
    /// workspace.
    async fn sync_first(&self, is_workspace: bool) {
        self.tell(&id(0)).await;
        if is_workspace {
            self.tell(&id(1)).await;
        }
        self.handle_all().await;
    }
}

#[test_case(false; "by a sync of the calendar")]
#[test_case(true; "by a sync of the workspace")]
#[tokio::test]
async fn an_event_that_cannot_be_read_is_named_in_its_calendars_record_until_it_is(
    is_workspace: bool,
) {
    let harness = harness(2).await;
    for number in 0..3 {
        harness.recall.put_event(in_first(number, &harness));
    }
    harness.recall.make_unreadable(&event_id(1));
    harness.sync_first(is_workspace).await;
    assert_eq!(harness.unreadable_events().await, ["event-1"]);
    assert_eq!(harness.decided(), 2);

    harness.clock.advance(SignedDuration::from_secs(60));
    harness.recall.make_readable(&event_id(1));
    harness.recall.put_event(in_first(1, &harness));
    harness.sync_first(is_workspace).await;
    assert_eq!(harness.unreadable_events().await, [] as [&str; 0]);
    assert_eq!(harness.decided(), 3);
}

/// Its record names a hundred; the others are only counted, and cannot be read by their ids.
#[tokio::test]
async fn events_that_could_not_be_read_and_are_not_named_are_listed_again_within_the_hour() {
    let harness = harness(1).await;
    for number in 0..101 {
        harness.recall.put_event(in_first(number, &harness));
        harness.recall.make_unreadable(&event_id(number));
    }
    harness.sync_first(false).await;
    harness.clock.advance(SignedDuration::from_mins(6));
    harness.resync(harness.deadline()).await;
    harness.clock.advance(SignedDuration::from_mins(1));
    harness.sync_first(false).await;
    for number in 0..101 {
        harness.recall.make_readable(&event_id(number));
    }
    for _ in 0..20 {
        harness.clock.advance(SignedDuration::from_mins(1));
        harness.sync_first(false).await;
    }
    assert_eq!(harness.decided(), 100, "the last one has not changed");
    harness.clock.advance(SignedDuration::from_mins(41));
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.decided(), 101);
    assert_eq!(harness.unreadable_events().await, [] as [&str; 0]);
}

#[tokio::test]
async fn an_unreadable_event_that_a_full_sync_no_longer_lists_is_forgotten() {
    let harness = harness(1).await;
    for number in 0..2 {
        harness.recall.put_event(in_first(number, &harness));
        harness.recall.make_unreadable(&event_id(number));
    }
    harness.sync_first(false).await;
    assert_eq!(harness.unreadable_events().await, ["event-0", "event-1"]);
    harness
        .recall
        .put_event(in_first(0, &harness).with(|event| event.calendar_id = id(5)));
    harness.request(&id(0), SyncReason::FullSync).await;
    assert_eq!(harness.unreadable_events().await, ["event-1"]);
}

#[tokio::test]
async fn an_event_that_still_cannot_be_read_costs_a_sync_of_the_workspace_no_write() {
    let harness = harness(2).await;
    harness.recall.put_event(in_first(0, &harness));
    harness.recall.make_unreadable(&event_id(0));
    harness.sync_first(true).await;
    let before = harness.state.record(&id(0)).await.expect("memory");
    harness.clock.advance(SignedDuration::from_secs(60));
    harness.recall.put_event(in_first(0, &harness));
    harness.sync_first(true).await;
    assert_eq!(harness.unreadable_events().await, ["event-0"]);
    assert_eq!(harness.state.record(&id(0)).await.expect("memory"), before);
}
