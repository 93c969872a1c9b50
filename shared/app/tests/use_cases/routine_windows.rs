//! Routine full syncs of the workspace, while changes are left to windows.

use callsheet_app::ports::{SyncStates as _, WriteOutcome};
use callsheet_domain::{
    DistantChanges, Timestamp, WindowedEvents, WindowedSync, WorkspaceSyncState, plus,
};
use callsheet_testkit::With as _;
use jiff::SignedDuration;

use crate::harness::{Harness, skips_all};
use crate::windows::{CALENDARS, event_id, meeting};

/// Hours of the meetings of each calendar. Those of an hour have 30 pages.
const MEETINGS: [i64; 3] = [100, 150, 600];

impl Harness {
    /// The second routine full sync has listed the meetings of the first days.
    async fn in_routine_windows() -> (Self, WindowedSync) {
        let harness = Self::of_calendars(CALENDARS, &MEETINGS).await;
        harness.recall.page_size(2);
        // The first one was completed after a day, and the second one is due after another.
        for _ in 0..9 {
            harness.clock.advance(SignedDuration::from_hours(5));
            harness.resynced_to_the_end().await;
        }
        harness.clock.advance(SignedDuration::from_hours(5));
        for _ in 0..20 {
            // The time of each run is up after some pages.
            harness.resync(harness.after(20)).await;
            harness.forget_messages();
            let state = harness.windowed().await;
            assert!(state.completed.is_some());
            let routine = state.in_progress.map(|sync| sync.mark);
            if let Some(routine) = routine.filter(|routine| routine.pages_before >= 30) {
                return (harness, routine);
            }
        }
        panic!("no window is listed");
    }

    /// Lists of the workspace leave changes from now on to windows.
    async fn leave_changes(&self) {
        let state = WorkspaceSyncState {
            distant: Some(DistantChanges {
                since: self.after(0),
                near: SignedDuration::from_hours(5),
            }),
            ..self.workspace_state().await
        };
        let written = self.state.write_workspace_state(&state).await;
        assert_eq!(written.expect("memory"), WriteOutcome::Written);
    }

    /// The last meeting of a calendar changes.
    fn change_last(&self, number: usize) -> Timestamp {
        let changed_at = self.after(1);
        let changed = meeting(number, 600).with(|event| event.updated_at = changed_at);
        self.recall.put_event(changed);
        self.clock.advance(SignedDuration::from_mins(2));
        changed_at
    }

    fn knows_last(&self, number: usize, changed_at: Timestamp) -> bool {
        self.decision(&event_id(number, 600)).inputs.event == changed_at
    }
}

#[tokio::test]
async fn a_change_that_was_left_to_windows_does_not_wait_for_a_routine_full_sync() {
    let (harness, routine) = Harness::in_routine_windows().await;
    harness.leave_changes().await;
    let changed_at = harness.change_last(3);
    let calls = harness.recall.calls().len();
    harness.resync(harness.deadline()).await;
    assert!(harness.knows_last(3, changed_at));
    let lists = harness.lists_since(calls).len();
    assert!(lists < 20, "{lists} lists");
    let full = harness.windowed().await;
    let full = full.full_sync().expect("it goes on");
    assert_eq!(
        (full.began_at, full.window),
        (routine.began_at, routine.window)
    );
}

#[tokio::test]
async fn a_routine_full_sync_goes_on_where_it_was_interrupted() {
    let (harness, routine) = Harness::in_routine_windows().await;
    harness.leave_changes().await;
    harness.change_last(3);
    let calls = harness.recall.calls().len();
    harness.resynced_to_the_end().await;
    assert_eq!(harness.workspace_state().await.distant, None);
    let state = harness.windowed().await;
    let completed = state.completed.expect("it is");
    assert_eq!(completed.sync.began_at, routine.began_at);
    assert_eq!((state.in_progress, completed.is_credited), (None, true));
    let left = usize::try_from(completed.pages - routine.pages_before).expect("few");
    let lists = harness.lists_since(calls).len();
    // A month has some windows of changes, and one window of the full sync is listed anew.
    assert!((left..left + 40).contains(&lists), "{lists} for {left}");
}

/// Changes are left again before those of the first time are listed, and by an earlier one.
#[tokio::test]
async fn a_routine_full_sync_waits_once() {
    let (harness, routine) = Harness::in_routine_windows().await;
    harness.leave_changes().await;
    harness.change_last(3);
    harness.resync(harness.after(20)).await;
    harness.forget_messages();
    let mut state = harness.workspace_state().await;
    let distant = state.distant.as_mut().expect("not all are listed");
    distant.since = plus(distant.since, -SignedDuration::from_mins(1));
    let since = distant.since;
    let written = harness.state.write_workspace_state(&state).await;
    assert_eq!(written.expect("memory"), WriteOutcome::Written);
    harness.resync(harness.after(20)).await;
    let in_progress = harness.windowed().await.in_progress.expect("it goes on");
    let sync = in_progress.mark;
    assert_eq!(sync.events, WindowedEvents::ChangedSince(since));
    let full = sync.waiting.expect("it is kept");
    assert_eq!((full.began_at, full.waiting), (routine.began_at, None));
}

/// Lists beside the windows of a policy are of the nearest events, and what they leave comes with
/// the windows.
#[tokio::test]
async fn windows_of_a_policy_are_not_interrupted() {
    let (harness, _) = Harness::in_routine_windows().await;
    harness.push(skips_all).await;
    harness.resync(harness.after(20)).await;
    harness.forget_messages();
    let pushed = harness
        .windowed()
        .await
        .in_progress
        .expect("of the policy")
        .mark;
    harness.leave_changes().await;
    harness.resync(harness.after(20)).await;
    let sync = harness
        .windowed()
        .await
        .in_progress
        .expect("it goes on")
        .mark;
    assert_eq!((sync.began_at, sync.waiting), (pushed.began_at, None));
}
