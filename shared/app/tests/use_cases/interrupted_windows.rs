//! Full syncs of the workspace that an outage of Recall interrupts, or that follow one.

use callsheet_app::ports::{SyncStates as _, WriteOutcome};
use callsheet_app::{Handled, PortError, Service};
use callsheet_domain::{
    Operation, PolicyRevision, SyncInProgress, Window, WindowedEvents, WindowedSync,
    WindowedSyncState, plus,
};
use callsheet_testkit::Fault;
use jiff::SignedDuration;

use crate::harness::{Harness, skips_all};
use crate::windows::CALENDARS;

/// A pushed policy, of which some windows are listed.
async fn in_the_first_windows() -> Harness {
    let harness = Harness::of_calendars(CALENDARS, &[1, 60, 120, 600]).await;
    harness.recall.page_size(2);
    harness.push(skips_all).await;
    harness.resync(harness.deadline()).await;
    harness.forget_messages();
    assert_eq!(harness.policies_at(CALENDARS, 120), [0]);
    harness
}

/// The window that is being listed.
async fn window(harness: &Harness) -> Window {
    let in_progress = harness.windowed().await.in_progress;
    in_progress.expect("it goes on").mark.window
}

fn no_answer() -> Fault {
    Fault::Fails(PortError::Unavailable {
        service: Service::Recall,
        reason: "503".to_owned(),
        source: None,
    })
}

#[tokio::test]
async fn after_an_outage_the_meetings_that_start_next_are_listed_first() {
    let harness = in_the_first_windows().await;
    let interrupted = window(&harness).await;
    harness
        .clock
        .advance_to(interrupted.until.expect("more follow"));
    harness.recall.fault(Operation::ListEvents, no_answer());
    harness.recall.fault(Operation::ListEvents, no_answer());
    harness.resync(harness.deadline()).await;
    let now = harness.after(0);
    harness
        .resync(plus(now, SignedDuration::from_secs(20)))
        .await;
    assert!(window(&harness).await.from >= now);
    harness.forget_messages();
    harness.resynced_to_the_end().await;
    assert_eq!(harness.policies_at(CALENDARS, 120), [1]);
    assert_eq!(harness.policies_at(CALENDARS, 600), [1]);
    assert_eq!(harness.behind(CALENDARS, 1).await, [] as [usize; 0]);
}

/// The window is not over: what was listed of it need not be listed again.
#[tokio::test]
async fn after_a_short_outage_a_window_goes_on_where_it_stopped() {
    let harness = in_the_first_windows().await;
    let interrupted = window(&harness).await;
    harness.recall.fault(Operation::ListEvents, no_answer());
    harness.clock.advance(SignedDuration::from_mins(10));
    harness.resync(harness.deadline()).await;
    let calls = harness.recall.calls().len();
    let until = plus(harness.after(0), SignedDuration::from_secs(20));
    assert_eq!(harness.resync(until).await, Handled::default());
    assert!(window(&harness).await.from >= interrupted.from);
    harness.forget_messages();
    harness.resynced_to_the_end().await;
    assert_eq!(harness.policies_at(CALENDARS, 600), [1]);
    let lists = harness.lists_since(calls).len();
    assert!(
        lists < 75,
        "{lists} lists for the 60 pages of later meetings"
    );
}

/// Routine full syncs were in progress when too much had changed to list the changes.
#[tokio::test]
async fn full_syncs_that_are_requested_begin_anew() {
    let harness = Harness::of_calendars(CALENDARS, &[1, 60, 600]).await;
    harness.recall.page_size(2);
    harness.clock.advance(SignedDuration::from_hours(25));
    harness.resync(harness.deadline()).await;
    harness.forget_messages();
    let began_at = harness
        .windowed()
        .await
        .in_progress
        .expect("routine")
        .mark
        .began_at;
    harness.clock.advance(SignedDuration::from_hours(25));
    harness.resync(harness.deadline()).await;
    let workspace = harness.workspace_state().await;
    let requested_at = workspace.full_sync_requested_at;
    assert!(requested_at > Some(began_at), "the gap is too long");
    let state = harness.windowed().await;
    let anew_at = state
        .in_progress
        .as_ref()
        .expect("it goes on")
        .mark
        .began_at;
    assert!(Some(anew_at) >= requested_at, "{anew_at}");
    assert!(state.are_urgent(&workspace));
    harness.forget_messages();
    harness.resynced_to_the_end().await;
    let calls = harness.recall.calls().len();
    harness.resynced_to_the_end().await;
    assert_eq!(harness.lists_since(calls), [], "nothing is left to do");
    let workspace = harness.workspace_state().await;
    assert!(!harness.windowed().await.are_urgent(&workspace));
}

/// Most calendars were disconnected since, so that each of the others has a full sync of its own.
#[tokio::test]
async fn windows_of_an_older_policy_that_nothing_needs_have_no_resync_follow_at_once() {
    let few = 20;
    let harness = Harness::of_calendars(few, &[1, 60]).await;
    let sync = WindowedSync::begin(
        PolicyRevision(0),
        60,
        WindowedEvents::Coming,
        harness.after(0),
    );
    let state = WindowedSyncState {
        in_progress: Some(SyncInProgress {
            mark: sync,
            next: None,
            pages: 0,
            listed: 0,
            held_until: harness.after(0),
        }),
        ..harness.windowed().await
    };
    let written = harness.state.write_windowed_sync_state(&state).await;
    assert_eq!(written.expect("memory"), WriteOutcome::Written);
    harness.push(skips_all).await;
    let runs = harness.resynced_to_the_end().await;
    assert!(runs < 5, "{runs} runs");
    assert_eq!(harness.policies_at(few, 60), [1]);
}
