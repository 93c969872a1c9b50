//! Changes to events whose window is listed already, while windows pass for hours.

use std::collections::BTreeSet;

use callsheet_app::ports::{SyncStates as _, WriteOutcome};
use callsheet_domain::{
    AllCalendarsRead, DistantChanges, LatestSync, PolicyRevision, SyncInProgress, Timestamp,
    Window, WindowedEvents, WindowedSync, WindowedSyncState, WorkspaceCoverage, WorkspaceSyncState,
    plus,
};
use callsheet_testkit::With as _;
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::{Harness, skips_all};
use crate::windows::{CALENDARS, event_id, id, meeting};

/// The hour of the first window that is not listed yet.
const WINDOW: i64 = 60;

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

impl Harness {
    /// A policy was pushed ten minutes ago, and its windows have come to the meetings of the third
    /// day. Lists of the workspace leave changes to events that start in more than an hour.
    async fn in_the_windows_of_the_third_day(meetings: &[i64]) -> (Self, Timestamp) {
        let harness = Self::of_calendars(CALENDARS, meetings).await;
        harness.push(skips_all).await;
        let began_at = harness.after(0);
        let policy = PolicyRevision(1);
        let calendars = u32::try_from(CALENDARS).expect("few");
        let starts_at = meeting(0, WINDOW).starts_at;
        let sync = WindowedSync {
            window: Window {
                from: plus(starts_at, -hours(1)),
                until: Some(plus(starts_at, hours(1))),
            },
            ..WindowedSync::begin(policy, calendars, WindowedEvents::Coming, began_at)
        };
        let stored = harness.windowed().await;
        let state = WindowedSyncState {
            in_progress: Some(SyncInProgress {
                mark: sync,
                next: None,
                pages: 0,
                listed: 0,
                held_until: began_at,
            }),
            ..stored
        };
        let written = harness.state.write_windowed_sync_state(&state).await;
        assert_eq!(written.expect("memory"), WriteOutcome::Written);
        let state = WorkspaceSyncState {
            distant: Some(DistantChanges {
                since: began_at,
                near: hours(1),
            }),
            synced_until: Some(plus(began_at, SignedDuration::from_mins(10))),
            ..harness.workspace_state().await
        };
        let written = harness.state.write_workspace_state(&state).await;
        assert_eq!(written.expect("memory"), WriteOutcome::Written);
        (harness, began_at)
    }

    /// So many events changed in the last minute, as the latest list of the workspace says.
    async fn listed_in_the_last_minute(&self, listed: u32) {
        let now = self.after(0);
        let state = WorkspaceSyncState {
            latest: Some(LatestSync {
                reach: WorkspaceCoverage {
                    began_at: now,
                    since: Some(plus(now, -SignedDuration::from_mins(1))),
                    starts_until: None,
                    skipped: BTreeSet::new(),
                    policy: PolicyRevision(0),
                },
                until: now,
                pages: listed.div_ceil(100),
                listed,
            }),
            synced_until: Some(now),
            ..self.workspace_state().await
        };
        let written = self.state.write_workspace_state(&state).await;
        assert_eq!(written.expect("memory"), WriteOutcome::Written);
    }

    /// A meeting changes so many minutes after the push, which no list of near events has.
    fn change_after(
        &self,
        number: usize,
        hour: i64,
        (pushed_at, minutes): (Timestamp, i64),
    ) -> Timestamp {
        let changed_at = plus(pushed_at, SignedDuration::from_mins(minutes));
        self.recall
            .put_event(meeting(number, hour).with(|event| event.updated_at = changed_at));
        changed_at
    }

    fn knows_change(&self, number: usize, hour: i64, changed_at: Timestamp) -> bool {
        self.decision(&event_id(number, hour)).inputs.event == changed_at
    }
}

#[tokio::test]
async fn a_change_behind_the_current_window_does_not_wait_for_the_last_one() {
    let (harness, pushed_at) = Harness::in_the_windows_of_the_third_day(&[5, WINDOW, 600]).await;
    let changed_at = harness.change_after(3, 5, (pushed_at, 2));
    harness.clock.advance(SignedDuration::from_mins(4));
    // The time of this run is up after one page.
    harness.resync(harness.after(1)).await;
    assert!(!harness.knows_change(3, 5, changed_at), "each five minutes");
    harness.clock.advance(SignedDuration::from_mins(6));
    let calls = harness.recall.calls().len();
    harness.resync(harness.deadline()).await;
    assert!(harness.knows_change(3, 5, changed_at));
    let lists = harness.lists_since(calls);
    let subjects: BTreeSet<_> = lists.iter().map(|call| call.subject.as_str()).collect();
    assert_eq!(subjects, BTreeSet::from(["workspace"]));
}

#[tokio::test]
async fn near_becomes_longer_again_once_few_changes_are_left_behind_the_window() {
    let (harness, pushed_at) = Harness::in_the_windows_of_the_third_day(&[5, WINDOW, 600]).await;
    harness.change_after(3, 5, (pushed_at, 2));
    harness.clock.advance(SignedDuration::from_mins(10));
    harness.recall.page_size(1);
    harness.resync(harness.after(30)).await;
    let distant = harness.workspace_state().await.distant;
    assert_eq!(distant.map(|distant| distant.near), Some(hours(25)));
}

/// The windows have the events of the next hours anyway, and lists of all that changes would take the
/// pages that they need.
#[test_case(1_000 => Some(hours(1)); "ten pages a minute")]
#[test_case(100 => None; "one")]
#[tokio::test]
async fn lists_beside_the_windows_of_a_policy_are_of_the_nearest_events_where_many_change(
    listed: u32,
) -> Option<SignedDuration> {
    let harness = Harness::of_calendars(CALENDARS, &[5, WINDOW, 600]).await;
    harness.push(skips_all).await;
    harness.listed_in_the_last_minute(listed).await;
    // The time of this run is up after one page.
    harness.resync(harness.after(1)).await;
    let near = harness.workspace_state().await.distant;
    let changed_at = harness.change_after(3, 600, (harness.after(0), 1));
    harness.clock.advance(SignedDuration::from_mins(2));
    for _ in 0..10 {
        harness.resynced_to_the_end().await;
        harness.clock.advance(SignedDuration::from_mins(6));
    }
    for hour in [5, WINDOW, 600] {
        assert_eq!(harness.policies_at(CALENDARS, hour), [1], "at {hour}");
    }
    assert!(harness.knows_change(3, 600, changed_at));
    assert_eq!(harness.workspace_state().await.distant, None);
    near.map(|distant| distant.near)
}

/// At 100,000 calendars a window of meetings that start soon may pass before it is listed. Which
/// calendars need the policy is not read each minute.
#[tokio::test]
async fn windows_of_a_policy_begin_anew_as_such_when_one_has_passed() {
    let (harness, pushed_at) = Harness::in_the_windows_of_the_third_day(&[5, WINDOW, 600]).await;
    let mut state = harness.windowed().await;
    let sync = state.in_progress.as_mut().expect("it is in progress");
    sync.mark.window = Window {
        from: pushed_at,
        until: Some(plus(pushed_at, SignedDuration::from_mins(2))),
    };
    harness.clock.advance(SignedDuration::from_mins(4));
    state.all_read = Some(AllCalendarsRead {
        at: harness.after(0),
        policy: PolicyRevision(1),
    });
    let written = harness.state.write_windowed_sync_state(&state).await;
    assert_eq!(written.expect("memory"), WriteOutcome::Written);
    harness.resynced_to_the_end().await;
    for hour in [5, WINDOW, 600] {
        assert_eq!(harness.policies_at(CALENDARS, hour), [1], "at {hour}");
    }
    assert_eq!(harness.behind(CALENDARS, 1).await, [] as [usize; 0]);
}

/// A list has a thousand pages at most.
#[tokio::test]
async fn too_many_changes_behind_the_current_window_are_left_to_the_next_windows() {
    let meetings: Vec<i64> = (2..42).step_by(2).chain([WINDOW, 600]).collect();
    let (harness, pushed_at) = Harness::in_the_windows_of_the_third_day(&meetings).await;
    harness.recall.page_size(1);
    let mut changed_at = pushed_at;
    for number in 0..CALENDARS {
        for hour in (2..42).step_by(2) {
            changed_at = harness.change_after(number, hour, (pushed_at, 2));
        }
    }
    harness.clock.advance(SignedDuration::from_mins(10));
    harness.resynced_to_the_end().await;
    for _ in 0..60 {
        if harness.workspace_state().await.distant.is_none() {
            break;
        }
        harness.clock.advance(SignedDuration::from_mins(1));
        harness.resynced_to_the_end().await;
    }
    assert_eq!(harness.workspace_state().await.distant, None);
    for number in 0..CALENDARS {
        assert!(
            harness.knows_change(number, 40, changed_at),
            "{}",
            id(number)
        );
    }
}
