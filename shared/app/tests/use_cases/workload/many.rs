//! Many calendars that have something to do at once have no other one read.

use callsheet_app::ports::{Calendars as _, DueWork, OverrideStore as _, SyncStates as _};
use callsheet_domain::{
    CalendarRecord, OverrideChoice, OverrideScope, PolicyRevision, SyncInProgress, UnreadableEvent,
    WindowedEvents, WindowedSync,
};
use callsheet_testkit::{an_actor, an_event, id};
use jiff::SignedDuration;
use test_case::test_case;

use super::calendar;
use crate::harness::Harness;

/// Such events are read in turn when the workspace was listed, however many calendars have some.
#[test_case(1)]
#[test_case(600; "more than are read by key as due")]
#[tokio::test]
async fn calendars_with_events_that_cannot_be_read_have_no_other_read(unreadable: usize) {
    let harness = Harness::of_synced(unreadable + 1).await;
    let since = harness.after(0);
    for number in 1..=unreadable {
        harness
            .change_record(number, |record| {
                record.unreadable_events.named.push(UnreadableEvent {
                    id: id(format!("event-{number}")),
                    problem: "its start is missing".to_owned(),
                    since,
                    seen_at: since,
                });
            })
            .await;
    }
    for _ in 0..unreadable.div_ceil(20) {
        harness.clock.advance(SignedDuration::from_mins(5));
        let calls = harness.counted_resync().await;
        assert_eq!(calls("Calendars::listed"), 0);
        assert!(calls("Calendars::record") <= 50, "of those in their turn");
    }
    for number in 1..=unreadable {
        assert_eq!(harness.rule_of_record(number), "external", "{number}");
    }
    assert_eq!(harness.state.untried(1).await.expect("memory"), []);
}

impl Harness {
    /// The same, of which so many were never synced.
    async fn of_new(calendars: usize) -> Self {
        let harness = Self::of_synced(calendars + 1).await;
        for number in 1..=calendars {
            let change = |record: &mut CalendarRecord| record.last_sync = None;
            harness.change_record(number, change).await;
        }
        harness
    }
}

/// In a large workspace each still gets a full sync of its own.
#[tokio::test]
async fn new_calendars_that_get_a_full_sync_each_have_no_other_read() {
    const NEW: usize = 600;
    let harness = Harness::of_new(NEW).await;
    for _ in 0..NEW.div_ceil(50) {
        harness.clock.advance(SignedDuration::from_mins(1));
        let calls = harness.counted_resync().await;
        assert_eq!(calls("Calendars::listed"), 0);
    }
    let due = harness.state.due(harness.after(0), 1).await;
    assert_eq!(due.expect("memory"), DueWork::default());
    for number in [1, NEW] {
        assert_eq!(harness.rule_of_record(number), "external");
    }
}

/// While windows are listed for them, which takes hours in a large workspace, their list is not read
/// each minute, and they do not hide what is due at once.
#[tokio::test]
async fn new_calendars_that_wait_for_windows_have_no_other_read() {
    const NEW: usize = 600;
    let harness = Harness::of_new(NEW).await;
    let now = harness.after(0);
    let all = WindowedEvents::All;
    let mut state = harness.state.windowed_sync_state().await.expect("memory");
    state.in_progress = Some(SyncInProgress {
        mark: WindowedSync::begin(PolicyRevision(0), 601, all, now),
        next: None,
        pages: 0,
        listed: 0,
        held_until: harness.after(300),
    });
    (state.connected, state.needing) = (601, 600);
    let written = harness.state.write_windowed_sync_state(&state);
    written.await.expect("memory");
    let (owner, by) = (harness.state.owner_of(&calendar(0)), an_actor());
    let scope = OverrideScope::Event(an_event().platform_id.expect("a known event"));
    let events = [(calendar(0), id("event-0"))];
    let choice = OverrideChoice::Skip;
    let set = harness
        .state
        .set_event_override(&owner, &scope, &events, choice, &by, now);
    set.await.expect("memory");
    for minute in 1..5 {
        harness.clock.advance(SignedDuration::from_mins(1));
        let calls = harness.counted_resync().await;
        assert_eq!(calls("Calendars::listed"), 0, "in minute {minute}");
        assert_eq!(harness.rule_of_record(0), "event-override");
        assert_eq!(harness.synced_record(NEW).await.last_sync, None);
    }
    // The worker that held the windows has ended: they are listed to their end, and credited.
    let mut reads = 0;
    for _ in 5..10 {
        harness.clock.advance(SignedDuration::from_mins(1));
        reads += harness.counted_resync().await("Calendars::listed");
    }
    assert!((1..=3).contains(&reads), "{reads}");
    let due = harness.state.due(harness.after(0), 1).await;
    assert_eq!(due.expect("memory"), DueWork::default());
    assert_eq!(harness.rule_of_record(NEW), "external");
}
