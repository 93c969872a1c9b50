//! What every implementation of `SyncStates` must do.

use callsheet_app::ports::{SyncStates, WriteOutcome};
use callsheet_domain::{
    CalendarId, LatestSync, PageCursor, SyncInProgress, Version, WorkspaceCoverage,
    WorkspaceSyncState,
};
use futures_util::future::join_all;

use crate::at;

async fn remembered(sync_states: &impl SyncStates) -> WorkspaceSyncState {
    sync_states.workspace().await.expect("the store answers")
}

async fn kept(sync_states: &impl SyncStates, mark: &WorkspaceSyncState) -> WriteOutcome {
    sync_states
        .write_workspace_state(mark)
        .await
        .expect("the store answers")
}

fn full() -> WorkspaceSyncState {
    let reach = WorkspaceCoverage {
        began_at: at("09:00:00.123456"),
        since: Some(at("08:55:30.000001")),
        skipped: ["calendar-odd", "calendar-sales"]
            .map(|id| CalendarId::parse(id).expect("an id"))
            .into(),
    };
    WorkspaceSyncState {
        latest: Some(LatestSync {
            reach: reach.clone(),
            until: at("09:00:03.000002"),
            pages: 2,
            listed: 150,
        }),
        synced_until: Some(at("08:59:59.999999")),
        full_sync_requested_at: Some(at("07:00")),
        listed_calendars_at: Some(at("06:00:00.000009")),
        in_progress: Some(SyncInProgress {
            mark: WorkspaceCoverage {
                since: None,
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

/// A workspace that was never looked at has an empty mark.
///
/// # Panics
/// If the law does not hold.
pub async fn nothing_is_remembered_of_a_workspace_at_first(sync_states: &impl SyncStates) {
    assert_eq!(remembered(sync_states).await, WorkspaceSyncState::default());
}

/// What is written is what is read, but for the version, which has grown by
/// one; what is taken out is gone.
///
/// # Panics
/// If the law does not hold.
pub async fn a_mark_comes_back_as_written(sync_states: &impl SyncStates) {
    assert_eq!(kept(sync_states, &full()).await, WriteOutcome::Written);
    let first = WorkspaceSyncState {
        version: Version(1),
        ..full()
    };
    assert_eq!(remembered(sync_states).await, first);
    let emptied = WorkspaceSyncState {
        version: Version(1),
        ..WorkspaceSyncState::default()
    };
    assert_eq!(kept(sync_states, &emptied).await, WriteOutcome::Written);
    let second = WorkspaceSyncState {
        version: Version(2),
        ..WorkspaceSyncState::default()
    };
    assert_eq!(remembered(sync_states).await, second);
}

/// A write stands only over the version that it states.
///
/// # Panics
/// If the law does not hold.
pub async fn a_mark_is_written_over_the_one_that_was_read(sync_states: &impl SyncStates) {
    let unseen = WorkspaceSyncState {
        version: Version(4),
        ..full()
    };
    assert_eq!(kept(sync_states, &unseen).await, WriteOutcome::Conflict);
    assert_eq!(kept(sync_states, &full()).await, WriteOutcome::Written);
    assert_eq!(kept(sync_states, &full()).await, WriteOutcome::Conflict);
}

/// Of many who write over the same version at once, one does.
///
/// # Panics
/// If the law does not hold.
pub async fn of_many_that_claim_a_look_at_once_one_does(sync_states: &impl SyncStates) {
    let mark = full();
    let writers = join_all((0..8).map(|_| kept(sync_states, &mark))).await;
    let winners = writers
        .iter()
        .filter(|kept| **kept == WriteOutcome::Written);
    assert_eq!(winners.count(), 1);
}
