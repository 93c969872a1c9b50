//! What every implementation of `SyncStates` must do.

use callsheet_app::ports::{SyncStates, WriteOutcome};
use callsheet_domain::{
    AllCalendarsRead, CalendarId, CalendarListProgress, CompletedWindows, DistantChanges, EventId,
    LatestSync, ListedIds, NewCalendarList, PageCursor, PartOfCalendars, PolicyRevision, Revisit,
    Revisits, SyncInProgress, Version, Window, WindowedEvents, WindowedSync, WindowedSyncState,
    WorkspaceCoverage, WorkspaceSyncState,
};
use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::{at, id};

async fn stored(sync_states: &impl SyncStates) -> WorkspaceSyncState {
    sync_states.workspace().await.expect("the store answers")
}

async fn write(sync_states: &impl SyncStates, state: &WorkspaceSyncState) -> WriteOutcome {
    sync_states
        .write_workspace_state(state)
        .await
        .expect("the store answers")
}

fn full() -> WorkspaceSyncState {
    let reach = WorkspaceCoverage {
        began_at: at("09:00:00.123456"),
        since: Some(at("08:55:30.000001")),
        starts_until: None,
        skipped: ["calendar-odd", "calendar-sales"].map(id).into(),
        policy: PolicyRevision(6),
    };
    WorkspaceSyncState {
        latest: Some(LatestSync {
            reach: reach.clone(),
            until: at("09:00:03.000002"),
            pages: 2,
            listed: 150,
        }),
        latest_long: Some(LatestSync {
            reach: WorkspaceCoverage {
                began_at: at("08:50:00.000001"),
                ..reach.clone()
            },
            until: at("08:50:20.000004"),
            pages: 12,
            listed: 1_150,
        }),
        synced_until: Some(at("08:59:59.999999")),
        answered_since: Some(at("08:30:00.000001")),
        listed_again: 130,
        full_sync_requested_at: Some(at("07:00")),
        listed_calendars_at: Some(at("06:00:00.000009")),
        distant: Some(DistantChanges {
            since: at("05:00:00.000001"),
            near: SignedDuration::from_hours(5),
        }),
        changed_since: Some(at("08:55:30.000007")),
        in_progress: Some(SyncInProgress {
            mark: WorkspaceCoverage {
                since: None,
                starts_until: Some(at("12:00:00.000007")),
                ..reach
            },
            next: Some(PageCursor(
                "https://recall.example/?cursor=a%2Bb".to_owned(),
            )),
            pages: 7,
            listed: 700,
            held_until: at("09:02:00.000003"),
        }),
        version: Version::NEW,
    }
}

/// A workspace that was never synced has an empty sync state.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_workspace_has_no_sync_state_at_first(sync_states: &impl SyncStates) {
    assert_eq!(stored(sync_states).await, WorkspaceSyncState::default());
}

/// A sync state is read as it was written, with the next version; a field that
/// was written as absent is absent.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_sync_state_is_read_as_it_was_written(sync_states: &impl SyncStates) {
    assert_eq!(write(sync_states, &full()).await, WriteOutcome::Written);
    let first = WorkspaceSyncState {
        version: Version(1),
        ..full()
    };
    assert_eq!(stored(sync_states).await, first);
    let emptied = WorkspaceSyncState {
        version: Version(1),
        ..WorkspaceSyncState::default()
    };
    assert_eq!(write(sync_states, &emptied).await, WriteOutcome::Written);
    let second = WorkspaceSyncState {
        version: Version(2),
        ..WorkspaceSyncState::default()
    };
    assert_eq!(stored(sync_states).await, second);
}

/// A write succeeds only if the stored version is the one that was read.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_sync_state_is_written_only_over_the_version_that_was_read(
    sync_states: &impl SyncStates,
) {
    let unseen = WorkspaceSyncState {
        version: Version(4),
        ..full()
    };
    assert_eq!(write(sync_states, &unseen).await, WriteOutcome::Conflict);
    assert_eq!(write(sync_states, &full()).await, WriteOutcome::Written);
    assert_eq!(write(sync_states, &full()).await, WriteOutcome::Conflict);
}

/// Of concurrent writes over the same version one succeeds.
///
/// # Panics
/// If the implementation does something else.
pub async fn of_concurrent_writes_of_a_sync_state_one_succeeds(sync_states: &impl SyncStates) {
    let state = full();
    let writers = join_all((0..8).map(|_| write(sync_states, &state))).await;
    let winners = writers
        .iter()
        .filter(|written| **written == WriteOutcome::Written);
    assert_eq!(winners.count(), 1);
}

fn full_windowed() -> WindowedSyncState {
    let sync = WindowedSync {
        began_at: at("09:00:00.000001"),
        policy: PolicyRevision(3),
        events: WindowedEvents::ChangedSince(at("08:00:00.000004")),
        connected: 12_000,
        window: Window {
            from: at("10:00:00.000002"),
            until: Some(at("11:00:00.000003")),
        },
        pages_before: 70,
        busiest: 9,
        revisits: Revisits {
            listed_until: Some(at("09:30:00.000005")),
            before: Some(at("09:50:00.000007")),
            latest: Some(Revisit {
                began_at: at("09:34:00.000009"),
                since: at("09:28:30.000005"),
                starts_from: at("14:28:00.000005"),
                near: SignedDuration::from_hours(5),
                reached: at("09:30:00.000005"),
            }),
            current: Some(Revisit {
                began_at: at("09:40:00.000006"),
                since: at("09:29:30.000005"),
                starts_from: at("14:29:00.000005"),
                near: SignedDuration::from_hours(25),
                reached: at("09:39:10.000008"),
            }),
        },
        skipped: ["calendar-odd", "calendar-sales"].map(id).into(),
        waiting: None,
    };
    let waiting = WindowedSync {
        began_at: at("07:00:00.000010"),
        events: WindowedEvents::All,
        pages_before: 3_000,
        ..sync.clone()
    };
    let mut listed = ListedIds::default();
    listed.add(&id::<EventId>("event-1"));
    WindowedSyncState {
        in_progress: Some(SyncInProgress {
            mark: waiting.interrupted_by(sync.clone()),
            next: Some(PageCursor("https://recall.example/?cursor=b".to_owned())),
            pages: 7,
            listed: 700,
            held_until: at("09:02:00.000003"),
        }),
        listed_so_far: Some(listed),
        completed: Some(CompletedWindows {
            sync: WindowedSync {
                events: WindowedEvents::All,
                window: Window {
                    until: None,
                    ..sync.window
                },
                revisits: Revisits {
                    listed_until: None,
                    before: None,
                    latest: None,
                    current: None,
                },
                ..sync
            },
            pages: 90,
            is_credited: true,
        }),
        connected: 12_345,
        needing: 17,
        all_read: Some(AllCalendarsRead {
            at: at("09:01:00.000004"),
            policy: PolicyRevision(3),
        }),
        version: Version::NEW,
    }
}

async fn write_windowed(sync_states: &impl SyncStates, state: &WindowedSyncState) -> WriteOutcome {
    let written = sync_states.write_windowed_sync_state(state).await;
    written.expect("the store answers")
}

/// The state of full syncs of the workspace is empty at first, is read as it was written, and
/// is written only over the version that was read. The other sync state is not touched.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_windowed_sync_state_is_read_as_it_was_written(sync_states: &impl SyncStates) {
    let read = async || {
        let state = sync_states.windowed_sync_state().await;
        state.expect("the store answers")
    };
    assert_eq!(read().await, WindowedSyncState::default());
    let state = full_windowed();
    assert_eq!(
        write_windowed(sync_states, &state).await,
        WriteOutcome::Written
    );
    assert_eq!(
        write_windowed(sync_states, &state).await,
        WriteOutcome::Conflict
    );
    let first = WindowedSyncState {
        version: Version(1),
        ..state
    };
    assert_eq!(read().await, first);
    let emptied = WindowedSyncState {
        version: Version(1),
        ..WindowedSyncState::default()
    };
    assert_eq!(
        write_windowed(sync_states, &emptied).await,
        WriteOutcome::Written
    );
    let second = WindowedSyncState {
        version: Version(2),
        ..emptied
    };
    assert_eq!(read().await, second);
    assert_eq!(stored(sync_states).await, WorkspaceSyncState::default());
}

/// The comparison of the lists of calendars that is left is read as it was written, and is
/// written only over the version that was read.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_calendar_list_that_is_left_is_read_as_it_was_written(sync_states: &impl SyncStates) {
    let read = async || {
        sync_states
            .calendar_list()
            .await
            .expect("the store answers")
    };
    let write = async |progress: &CalendarListProgress| {
        let written = sync_states.write_calendar_list(progress).await;
        written.expect("the store answers")
    };
    assert_eq!(read().await, CalendarListProgress::default());
    let mut listed = ListedIds::default();
    listed.add(&id::<CalendarId>("calendar-sales"));
    let left = CalendarListProgress {
        began_at: Some(at("09:00:00.000001")),
        next: Some(PageCursor("https://recall.example/?cursor=c".to_owned())),
        pages: 45,
        part: PartOfCalendars { number: 1, of: 3 },
        listed: Some(listed),
        version: Version::NEW,
    };
    assert_eq!(write(&left).await, WriteOutcome::Written);
    assert_eq!(write(&left).await, WriteOutcome::Conflict);
    let first = CalendarListProgress {
        version: Version(1),
        ..left
    };
    assert_eq!(read().await, first);
    let done = CalendarListProgress {
        version: Version(1),
        ..CalendarListProgress::default()
    };
    assert_eq!(write(&done).await, WriteOutcome::Written);
    let second = CalendarListProgress {
        version: Version(2),
        ..done
    };
    assert_eq!(read().await, second);
}

/// When new calendars were listed is read as it was written, and is written only over the version
/// that was read.
///
/// # Panics
/// If the implementation does something else.
pub async fn of_concurrent_lists_of_new_calendars_one_is_noted(sync_states: &impl SyncStates) {
    let read = async || {
        let list = sync_states.new_calendar_list().await;
        list.expect("the store answers")
    };
    let write = async |list: &NewCalendarList| {
        let written = sync_states.write_new_calendar_list(list).await;
        written.expect("the store answers")
    };
    assert_eq!(read().await, NewCalendarList::default());
    let mut listed_before = ListedIds::default();
    listed_before.add(&id::<CalendarId>("calendar-sales"));
    let first = NewCalendarList {
        began_at: Some(at("09:00:00.000001")),
        ..NewCalendarList::default()
    };
    let second = NewCalendarList {
        began_at: Some(at("09:00:08.000002")),
        listed_at: first.began_at,
        listed: listed_before,
        is_burst: true,
        version: Version(1),
    };
    for listed in [first, second] {
        assert_eq!(write(&listed).await, WriteOutcome::Written);
        assert_eq!(write(&listed).await, WriteOutcome::Conflict);
        let stored = NewCalendarList {
            version: listed.version.next(),
            ..listed
        };
        assert_eq!(read().await, stored);
    }
}
