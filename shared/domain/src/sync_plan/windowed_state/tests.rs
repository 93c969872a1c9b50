//! When full syncs are made, and which requests wait for them.

use test_case::test_case;

use super::*;
use crate::revision::OverrideRevision;
use crate::sync_plan::distant_changes::DistantChanges;

fn at(seconds: i64) -> Timestamp {
    plus(
        Timestamp::UNIX_EPOCH,
        SignedDuration::from_secs(1_000_000_000 + seconds),
    )
}

fn last_sync() -> CompletedSync {
    CompletedSync {
        began_at: at(-60),
        since: Some(at(-90)),
        full_sync_at: Some(at(-7_200)),
        policy: PolicyRevision(1),
        overrides: OverrideRevision(3),
        holds_until: None,
    }
}

fn sync() -> WindowedSync {
    WindowedSync::begin(PolicyRevision(2), 100, WindowedEvents::All, at(0))
}

#[test_case(0, 0, true; "nothing is known yet")]
#[test_case(30, 30, true; "a small workspace")]
#[test_case(31, 0, false; "a policy concerns more calendars")]
#[test_case(1_000, 41, false; "many changed")]
fn a_request_waits_for_its_full_sync_if_few_calendars_need_one(
    connected: u32,
    needing: u32,
    is_awaited: bool,
) {
    let state = WindowedSyncState {
        connected,
        needing,
        ..WindowedSyncState::default()
    };
    let last = last_sync();
    assert_eq!(
        state.is_full_sync_awaited(Some(&last), PolicyRevision(2)),
        is_awaited
    );
    // For a reason of its own the number of those that have one too counts.
    let own = state.is_full_sync_awaited(Some(&last), PolicyRevision(1));
    assert_eq!(own, needing <= 40);
}

#[test_case(100, None => 24; "a day, if that is long enough")]
#[test_case(20_000, None => 24; "twenty thousand calendars")]
#[test_case(100_000, None => 112; "half of the limit for a hundred thousand calendars")]
#[test_case(100_000, Some(60_000) => 33; "by the pages of the last sync of the workspace")]
#[test_case(3_000_000, None => 336; "two weeks at most")]
fn a_routine_full_sync_takes_half_of_the_limit(connected: u32, pages: Option<u32>) -> i64 {
    let state = WindowedSyncState {
        completed: pages.map(|pages| CompletedWindows {
            sync: sync(),
            pages,
            is_credited: true,
        }),
        ..WindowedSyncState::default()
    };
    let interval = SignedDuration::from_millis(1_013);
    state.routine_period(connected, interval).as_hours()
}

#[test_case(|_| (), 299, false; "a moment ago")]
#[test_case(|_| (), 300, true; "as long ago as it may be in a small workspace")]
#[test_case(|state| state.connected = 20_000, 1_199, false; "not so long ago in a large one")]
#[test_case(|state| state.connected = 20_000, 1_200, true; "long ago in a large one")]
#[test_case(|state| state.all_read = None, 0, true; "never")]
#[test_case(|state| state.in_progress = Some(window_in_progress()), 0, false; "while windows are listed")]
#[test_case(|state| state.completed = Some(completed(false)), 0, true; "while windows are not credited")]
#[test_case(|state| state.completed = Some(completed(true)), 0, false; "after windows were credited")]
fn all_calendars_are_read_where_all_are_meant_and_seldom(
    change: impl FnOnce(&mut WindowedSyncState),
    seconds: i64,
    expected: bool,
) {
    let mut state = all_read();
    change(&mut state);
    let now = at(seconds);
    let shortest = SignedDuration::from_mins(5);
    let needs_all = state.needs_all_calendars(PolicyRevision(2), None, shortest, now);
    assert_eq!(needs_all, expected);
}

#[test_case(2, None => false; "by neither")]
#[test_case(1, None => false; "by a worker that does not know the policy yet")]
#[test_case(3, None => true; "by a newer policy")]
#[test_case(2, Some(60) => true; "by a request")]
#[test_case(2, Some(-240) => true; "by a request of an operator whose clock is late")]
#[test_case(2, Some(-301) => false; "by a request before that")]
fn all_calendars_are_meant(policy: u64, requested: Option<i64>) -> bool {
    let requested_at = requested.map(at);
    let (shortest, now) = (SignedDuration::from_mins(5), at(90));
    let policy = PolicyRevision(policy);
    all_read().needs_all_calendars(policy, requested_at, shortest, now)
}

fn all_read() -> WindowedSyncState {
    WindowedSyncState {
        all_read: Some(AllCalendarsRead {
            at: at(0),
            policy: PolicyRevision(2),
        }),
        ..WindowedSyncState::default()
    }
}

fn completed(is_credited: bool) -> CompletedWindows {
    CompletedWindows {
        sync: sync(),
        pages: 1,
        is_credited,
    }
}

fn window_in_progress() -> SyncInProgress<WindowedSync> {
    SyncInProgress {
        mark: sync(),
        next: None,
        pages: 0,
        listed: 0,
        held_until: at(0),
    }
}

/// Full syncs were requested at an instant.
fn workspace(requested_at: Option<i64>) -> WorkspaceSyncState {
    WorkspaceSyncState {
        full_sync_requested_at: requested_at.map(at),
        ..WorkspaceSyncState::default()
    }
}

fn with_distant() -> WorkspaceSyncState {
    WorkspaceSyncState {
        distant: Some(DistantChanges {
            since: at(-90),
            near: SignedDuration::from_hours(25),
        }),
        ..workspace(None)
    }
}

#[test_case(4_000, 0, None => true; "each gets a full sync of its own")]
#[test_case(4_001, 0, Some(WindowedEvents::All) => false; "they were few")]
#[test_case(4_001, 4_000, Some(WindowedEvents::All) => false; "they were still few")]
#[test_case(4_001, 4_001, Some(WindowedEvents::All) => true; "they were many")]
#[test_case(4_001, 4_001, Some(WindowedEvents::Coming) => true; "they were many, and a policy was pushed")]
#[test_case(4_001, 4_001, Some(WindowedEvents::ChangedSince(at(-90))) => false; "only changes are listed")]
#[test_case(4_001, 4_001, None => false; "no windows are in progress")]
fn what_becomes_of_the_due_is_known(
    due: usize,
    needing: u32,
    events: Option<WindowedEvents>,
) -> bool {
    let in_progress = events.map(|events| {
        let mut in_progress = window_in_progress();
        in_progress.mark.events = events;
        in_progress
    });
    let state = WindowedSyncState {
        connected: 100_000,
        needing,
        in_progress,
        ..WindowedSyncState::default()
    };
    let is_known = state.are_due_known(due, true);
    // Others that get a full sync each get it in order of their meetings.
    let is_listed = state.are_due_known(due, false);
    assert_eq!(is_listed, is_known && due > 4_000);
    is_known
}

/// A routine full sync of policy 2, which one of what changed interrupts.
fn interrupted() -> SyncInProgress<WindowedSync> {
    let events = WindowedEvents::ChangedSince(at(50));
    let changed = WindowedSync::begin(PolicyRevision(2), 100, events, at(60));
    SyncInProgress {
        mark: sync().interrupted_by(changed),
        ..window_in_progress()
    }
}

/// It, as it goes on.
fn waiting() -> WindowedSync {
    WindowedSync {
        revisits: sync().revisits.none_follow(),
        ..sync()
    }
}

#[test]
fn a_full_sync_that_waits_is_still_in_progress() {
    let state = WindowedSyncState {
        connected: 100_000,
        needing: 4_001,
        in_progress: Some(interrupted()),
        ..WindowedSyncState::default()
    };
    assert_eq!(state.full_sync(), Some(&waiting()));
    assert!(state.are_due_known(4_001, false));
}

#[test]
fn a_sync_of_changes_that_begins_anew_keeps_the_full_sync_that_waits() {
    let events = WindowedEvents::ChangedSince(at(40));
    let earlier = WindowedSync::begin(PolicyRevision(2), 100, events, at(90));
    let anew = interrupted().mark.interrupted_by(earlier.clone());
    assert_eq!(anew.full(), Some(&waiting()));
    assert_eq!((anew.events, anew.began_at), (events, at(90)));
    let alone = earlier.clone().interrupted_by(earlier.clone());
    assert_eq!((alone.full(), &alone), (None, &earlier));
}

#[test_case(WindowedEvents::All, Some(2), None => true; "every calendar had one")]
#[test_case(WindowedEvents::All, None, None => false; "the first")]
#[test_case(WindowedEvents::All, Some(1), None => false; "the first of its policy")]
#[test_case(WindowedEvents::All, Some(2), Some(-30) => true; "requested before the last one")]
#[test_case(WindowedEvents::All, Some(2), Some(30) => false; "requested since")]
#[test_case(WindowedEvents::Coming, Some(2), None => false; "a pushed policy")]
#[test_case(WindowedEvents::ChangedSince(at(-90)), Some(2), None => false; "what changed")]
fn a_full_sync_is_routine(
    events: WindowedEvents,
    completed_policy: Option<u64>,
    requested_at: Option<i64>,
) -> bool {
    let mut in_progress = sync();
    in_progress.events = events;
    let state = WindowedSyncState {
        completed: completed_policy.map(|policy| {
            let mut completed = completed(true);
            completed.sync.policy = PolicyRevision(policy);
            completed
        }),
        ..WindowedSyncState::default()
    };
    state.is_routine(&in_progress, requested_at.map(at))
}

#[test_case(WindowedEvents::Coming, None, workspace(None) => true; "a pushed policy")]
#[test_case(WindowedEvents::ChangedSince(at(-90)), None, workspace(None) => true; "changes that were left to them")]
#[test_case(WindowedEvents::All, None, workspace(None) => false; "routine")]
#[test_case(WindowedEvents::All, None, with_distant() => true; "routine, and changes are left to them")]
#[test_case(WindowedEvents::All, None, workspace(Some(-30)) => true; "requested full syncs")]
#[test_case(WindowedEvents::All, Some(-60), workspace(Some(-30)) => true; "requested after the last ones")]
#[test_case(WindowedEvents::All, Some(-30), workspace(Some(-30)) => false; "routine after requested ones")]
fn windows_are_urgent(
    events: WindowedEvents,
    completed: Option<i64>,
    workspace: WorkspaceSyncState,
) -> bool {
    let begin = |events, began| WindowedSync::begin(PolicyRevision(1), 100, events, at(began));
    let in_progress = SyncInProgress {
        mark: begin(events, 0),
        next: None,
        pages: 0,
        listed: 0,
        held_until: at(30),
    };
    let state = WindowedSyncState {
        in_progress: Some(in_progress),
        completed: completed.map(|began| CompletedWindows {
            sync: begin(WindowedEvents::All, began),
            pages: 9,
            is_credited: true,
        }),
        ..WindowedSyncState::default()
    };
    state.are_urgent(&workspace)
}
