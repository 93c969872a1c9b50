//! An event that could not be read is read again with the next sync.

use callsheet_app::ports::{Calendars as _, Queue as _, SyncStates as _, WriteOutcome};
use callsheet_app::{Handled, PortError, Service};
use callsheet_domain::{
    CalendarEvent, CalendarStatus, Operation, SyncJob, SyncReason, WorkspaceSyncState, plus,
};
use callsheet_testkit::{Fault, With as _, a_calendar};
use jiff::SignedDuration;
use test_case::test_case;

use super::{event, event_id, harness, id};
use crate::harness::Harness;

/// The `number`th event, in a calendar.
fn in_calendar(calendar: usize, number: usize, harness: &Harness) -> CalendarEvent {
    event(number, harness.after(0)).with(|event| event.calendar_id = id(calendar))
}

/// So many calendars; in the first one, events of these numbers that could not be read.
async fn with_unreadable(calendars: usize, numbers: impl Iterator<Item = usize>) -> Harness {
    let harness = harness(calendars).await;
    for number in numbers {
        harness.recall.put_event(in_calendar(0, number, &harness));
        harness.recall.make_unreadable(&event_id(number));
    }
    harness.sync_of([0]).await;
    harness.let_pass().await;
    harness
}

impl Harness {
    /// Requests syncs of these calendars, and handles them: more than one by a sync of the
    /// workspace.
    async fn sync_of(&self, calendars: impl IntoIterator<Item = usize>) {
        for calendar in calendars {
            self.tell(&id(calendar)).await;
        }
        self.handle_all().await;
    }

    /// Syncs of one calendar reach back to the one before, and those of the workspace to the
    /// latest catch-up, so the next but one lists no event that has not changed.
    async fn let_pass(&self) {
        self.clock.advance(SignedDuration::from_secs(60));
        self.sync_of([0]).await;
        let state = self.state.workspace().await.expect("memory");
        let caught_up = WorkspaceSyncState {
            synced_until: Some(self.after(0)),
            ..state
        };
        let written = self.state.write_workspace_state(&caught_up).await;
        assert_eq!(written.expect("memory"), WriteOutcome::Written);
        self.clock.advance(SignedDuration::from_secs(60));
    }

    /// Changes another event, of a calendar, and has these calendars synced.
    async fn sync_after_change(&self, calendar: usize, calendars: impl IntoIterator<Item = usize>) {
        self.recall.put_event(in_calendar(calendar, 900, self));
        self.sync_of(calendars).await;
    }

    fn repair(&self, numbers: impl IntoIterator<Item = usize>) {
        for number in numbers {
            self.recall.make_readable(&event_id(number));
        }
    }

    fn is_decided(&self, number: usize) -> bool {
        let rows = self.decisions.all();
        rows.iter().any(|row| row.key.event_id == event_id(number))
    }

    fn gets(&self) -> usize {
        self.recall.count(Operation::GetEvent)
    }

    async fn named_in(&self, calendar: usize) -> Vec<String> {
        let record = self.state.record(&id(calendar)).await.expect("memory");
        let events = record.expect("a record").unreadable_events;
        let named = events.named.into_iter();
        named.map(|event| event.id.to_string()).collect()
    }
}

const NOTHING: [String; 0] = [];

#[test_case(1; "by a sync of the calendar")]
#[test_case(2; "by a sync of the workspace")]
#[tokio::test]
async fn an_event_that_is_repaired_without_a_change_is_decided_by_the_next_sync(calendars: usize) {
    let harness = with_unreadable(calendars, 0..1).await;
    assert_eq!(harness.named_in(0).await, ["event-0"]);
    harness.repair([0]);
    harness.sync_after_change(0, 0..calendars).await;
    assert!(harness.is_decided(0) && harness.is_decided(900));
    assert_eq!(harness.named_in(0).await, NOTHING);
    assert_eq!(harness.gets(), 1);
    harness.sync_after_change(0, 0..calendars).await;
    assert_eq!(harness.gets(), 1, "no call once it is read");
}

/// A sync of the workspace covers it, though none of its events is on a page.
#[tokio::test]
async fn a_sync_of_the_workspace_reads_it_though_its_calendar_lists_nothing() {
    let harness = with_unreadable(3, 0..1).await;
    harness.repair([0]);
    harness.sync_after_change(1, 0..3).await;
    assert!(harness.is_decided(0));
    assert_eq!(harness.named_in(0).await, NOTHING);
}

/// No webhook came for its calendar, and none for the others.
#[tokio::test]
async fn catching_up_reads_it_though_no_sync_was_requested() {
    let harness = with_unreadable(2, 0..1).await;
    harness.repair([0]);
    harness.clock.advance(SignedDuration::from_mins(6));
    assert_eq!(harness.resync(harness.deadline()).await, Handled::default());
    assert!(harness.is_decided(0));
    assert_eq!(harness.named_in(0).await, NOTHING);
}

#[tokio::test]
async fn a_sync_of_the_workspace_reads_those_of_all_its_calendars() {
    let harness = harness(4).await;
    for number in 0..3 {
        harness
            .recall
            .put_event(in_calendar(number, number, &harness));
        harness.recall.make_unreadable(&event_id(number));
    }
    harness.sync_of(0..4).await;
    harness.clock.advance(SignedDuration::from_secs(60));
    harness.repair([0, 2]);
    harness.sync_after_change(3, 0..4).await;
    assert_eq!(
        [0, 1, 2].map(|number| harness.is_decided(number)),
        [true, false, true]
    );
    assert_eq!(harness.named_in(0).await, NOTHING);
    assert_eq!(harness.named_in(1).await, ["event-1"]);
    assert_eq!(harness.named_in(2).await, NOTHING);
}

#[test_case(1; "by a sync of the calendar")]
#[test_case(2; "by a sync of the workspace")]
#[tokio::test]
async fn an_event_that_still_cannot_be_read_keeps_its_decision_and_costs_no_write(
    calendars: usize,
) {
    let harness = harness(calendars).await;
    harness.recall.put_event(in_calendar(0, 0, &harness));
    harness.sync_of([0]).await;
    harness.clock.advance(SignedDuration::from_secs(60));
    harness.recall.put_event(in_calendar(0, 0, &harness));
    harness.recall.make_unreadable(&event_id(0));
    harness.sync_of([0]).await;
    let decided = harness.decision(&event_id(0));
    harness.let_pass().await;
    let unreadable = |harness: &Harness| {
        let state = harness.state.clone();
        async move {
            let record = state.record(&id(0)).await.expect("memory");
            record.expect("a record").unreadable_events
        }
    };
    let before = unreadable(&harness).await;
    harness.sync_after_change(0, 0..calendars).await;
    assert_eq!(harness.gets(), 1);
    assert_eq!(harness.decision(&event_id(0)), decided);
    assert_eq!(unreadable(&harness).await, before);
}

#[tokio::test]
async fn an_event_that_the_sync_has_listed_is_not_read_once_more() {
    let harness = with_unreadable(1, 0..2).await;
    harness.recall.put_event(in_calendar(0, 0, &harness));
    harness.sync_of([0]).await;
    let calls = harness.recall.calls().into_iter();
    let gets = calls.filter(|call| call.operation == Operation::GetEvent);
    let subjects: Vec<_> = gets.map(|call| call.subject).collect();
    assert_eq!(subjects, ["event-1"]);
}

#[test_case(true; "that was decided")]
#[test_case(false; "that was never decided")]
#[tokio::test]
async fn an_unreadable_event_that_recall_does_not_know_any_more_is_gone(was_decided: bool) {
    let harness = harness(1).await;
    harness.recall.put_event(in_calendar(0, 0, &harness));
    if was_decided {
        harness.sync_of([0]).await;
        harness.drained().await.expect("memory");
        assert_eq!(harness.recall.bots().len(), 1);
        harness.clock.advance(SignedDuration::from_secs(60));
        harness.recall.put_event(in_calendar(0, 0, &harness));
    }
    harness.recall.make_unreadable(&event_id(0));
    harness.sync_of([0]).await;
    harness.let_pass().await;
    harness.recall.remove_event(&event_id(0));
    harness.sync_after_change(0, [0]).await;
    assert_eq!(harness.named_in(0).await, NOTHING);
    assert_eq!(harness.is_decided(0), was_decided);
    if was_decided {
        let row = harness.decision(&event_id(0));
        assert_eq!(row.verdict.reason().rule.as_str(), "deleted");
    }
    harness.drained().await.expect("memory");
    harness.assert_as_wanted();
}

fn fails() -> PortError {
    PortError::Unavailable {
        service: Service::Recall,
        reason: "502".to_owned(),
        source: None,
    }
}

fn throttled() -> PortError {
    PortError::Throttled {
        service: Service::Recall,
        wait: std::time::Duration::from_secs(30),
    }
}

fn of_unknown_shape() -> PortError {
    PortError::Unreadable {
        service: Service::Recall,
        reason: "no JSON".to_owned(),
    }
}

#[test_case(fails, false; "as Recall fails")]
#[test_case(throttled, false; "as Recall throttles us")]
#[test_case(of_unknown_shape, true; "as its text is of unknown shape")]
#[tokio::test]
async fn a_failed_attempt_loses_nothing(error: fn() -> PortError, goes_on: bool) {
    let harness = with_unreadable(1, 0..2).await;
    harness.repair(0..2);
    harness
        .recall
        .fault(Operation::GetEvent, Fault::Fails(error()));
    harness.sync_after_change(0, [0]).await;
    assert!(harness.is_decided(900), "the sync is completed");
    assert!(!harness.is_decided(0));
    assert_eq!(
        harness.is_decided(1),
        goes_on,
        "whether it is for all events"
    );
    harness.clock.advance(SignedDuration::from_secs(60));
    harness.sync_after_change(0, [0]).await;
    assert!(harness.is_decided(0) && harness.is_decided(1));
    assert_eq!(harness.named_in(0).await, NOTHING);
}

/// Recall may fail for one event each time: the next turn begins with another.
#[tokio::test]
async fn an_event_that_recall_fails_for_keeps_no_other_waiting() {
    let harness = with_unreadable(1, 0..3).await;
    for _ in 0..3 {
        let fault = Fault::Fails(fails());
        harness.recall.fault(Operation::GetEvent, fault);
        harness.sync_after_change(0, [0]).await;
        harness.clock.advance(SignedDuration::from_secs(60));
    }
    let calls = harness.recall.calls().into_iter();
    let gets = calls.filter(|call| call.operation == Operation::GetEvent);
    let subjects: Vec<_> = gets.map(|call| call.subject).collect();
    assert_eq!(subjects, ["event-0", "event-1", "event-2"]);
    assert_eq!(harness.named_in(0).await.len(), 3);
}

/// Twenty a sync, and no event waits for ever though the first ones are never repaired.
#[tokio::test]
async fn many_unreadable_events_are_read_in_turn() {
    let harness = with_unreadable(1, 0..50).await;
    harness.repair(40..50);
    let mut gets = Vec::new();
    for _ in 0..5 {
        let before = harness.gets();
        harness.sync_after_change(0, [0]).await;
        gets.push(harness.gets() - before);
        harness.clock.advance(SignedDuration::from_secs(60));
    }
    assert!(gets.iter().all(|gets| (5..=20).contains(gets)), "{gets:?}");
    for _ in 0..5 {
        harness.sync_after_change(0, [0]).await;
        harness.clock.advance(SignedDuration::from_secs(60));
    }
    assert!((40..50).all(|number| harness.is_decided(number)));
    assert_eq!(harness.named_in(0).await.len(), 40);
}

/// A live sync waits for permits two seconds at most.
#[tokio::test]
async fn permits_that_others_need_are_not_taken() {
    use callsheet_app::ports::RateLimits as _;
    let harness = with_unreadable(1, 0..1).await;
    harness.repair([0]);
    harness.recall.put_event(in_calendar(0, 900, &harness));
    harness.tell(&id(0)).await;
    harness.clock.advance(SignedDuration::from_secs(1));
    let rate_limit = crate::harness::sync_settings().get_event;
    let (now, much_later) = (harness.after(0), harness.after(3_600));
    let taken = harness.state;
    taken
        .acquire(Operation::GetEvent, rate_limit, 300, now, much_later)
        .await
        .expect("memory");
    let harness = Harness {
        state: taken,
        ..harness
    };
    let batch = harness.queue.deliver(10);
    let handled = harness.sync().handle(&batch, harness.deadline()).await;
    assert_eq!(handled, Handled::default());
    assert!(harness.is_decided(900) && !harness.is_decided(0));
    assert_eq!(harness.gets(), 0);
    assert!(harness.after(0) <= plus(now, SignedDuration::from_secs(4)));
    assert_eq!(harness.named_in(0).await, ["event-0"]);
}

/// An event can be read again while the row of its decision cannot: then it is set aside.
#[tokio::test]
async fn an_event_with_an_unreadable_row_is_read_but_set_aside() {
    let harness = harness(1).await;
    for number in 0..2 {
        harness.recall.put_event(in_calendar(0, number, &harness));
    }
    harness.sync_of([0]).await;
    harness.clock.advance(SignedDuration::from_secs(60));
    for number in 0..2 {
        harness.recall.put_event(in_calendar(0, number, &harness));
        harness.recall.make_unreadable(&event_id(number));
    }
    harness.sync_of([0]).await;
    let changed_at = harness
        .recall
        .event(&event_id(1))
        .expect("it is there")
        .updated_at;
    let bad = harness.decision(&event_id(0)).key;
    harness.decisions.make_unreadable(&bad);
    harness.let_pass().await;
    harness.repair(0..2);
    harness.sync_after_change(0, [0]).await;
    assert_eq!(harness.decision(&event_id(1)).inputs.event, changed_at);
    assert_eq!(
        harness.named_in(0).await,
        NOTHING,
        "both events can be read"
    );
}

#[tokio::test]
async fn a_calendar_that_is_disconnected_reads_none() {
    let harness = with_unreadable(2, 0..1).await;
    harness.recall.put_calendar(a_calendar().with(|calendar| {
        calendar.id = id(0);
        calendar.status = CalendarStatus::Disconnected;
        calendar.updated_at = harness.after(0);
    }));
    harness.calendar_changed(&id(0)).await;
    harness.sync_after_change(1, [1]).await;
    harness.clock.advance(SignedDuration::from_mins(6));
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.gets(), 0);
}

/// A full sync lists whatever it could read by its id.
#[tokio::test]
async fn a_full_sync_reads_none_by_its_id() {
    let harness = with_unreadable(1, 0..2).await;
    harness.repair([1]);
    harness.request(&id(0), SyncReason::FullSync).await;
    assert_eq!(harness.gets(), 0);
    assert_eq!(harness.named_in(0).await, ["event-0"]);
}

/// Another worker's resync may have read it meanwhile.
#[tokio::test]
async fn a_resync_without_a_list_of_the_workspace_reads_none() {
    let harness = with_unreadable(2, 0..1).await;
    harness.clock.advance(SignedDuration::from_mins(6));
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.gets(), 1);
    harness.queue.send(&SyncJob::Resync).await.expect("memory");
    harness.clock.advance(SignedDuration::from_secs(60));
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.gets(), 1, "the next catch-up is not due");
}
