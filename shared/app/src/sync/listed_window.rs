//! Lists one window of a sync of the workspace.
//!
//! A window that is listed knows which events it came across. The events with a bot that
//! should have been among them are read by id, see
//! [`UnlistedEvents`](super::unlisted::UnlistedEvents).
//!
//! Before it, what changed in the windows before is listed each few minutes, as long as lists of
//! the workspace leave changes to distant events: see
//! [`Revisits`](callsheet_domain::Revisits).

use std::collections::BTreeSet;

use callsheet_domain::{
    ListedIds, SyncInProgress, WindowedSync, WindowedSyncState, WorkspaceCoverage,
    WorkspaceSyncState, plus,
};

use crate::event_pages::{EventList, HOLD, PageHandler as _};
use crate::ports::{Clock as _, EventQuery, SyncStates as _};
use crate::sync::page_intake::ListedCalendars;
use crate::sync::window_run::{WindowContext, WindowRun, changed_since};
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;

/// Lists the rest of the window of a sync, over the stored `state`. True if it was the last
/// one.
///
/// # Errors
/// If it is not listed to its end. It then goes on where it stopped.
pub(super) async fn list_window<P: SyncPorts>(
    context: &WindowContext<'_, P>,
    state: WindowedSyncState,
    in_progress: SyncInProgress<WindowedSync>,
) -> Result<bool, SyncError> {
    let in_progress = revisiting(context, in_progress).await?;
    let query = query(&in_progress.mark);
    let (list, listed) = if in_progress.next.is_some() {
        let listed = state.listed_so_far.clone();
        (EventList::resumed(query, &in_progress), listed)
    } else {
        (EventList::new(query), Some(ListedIds::default()))
    };
    // A list of changes lacks the events that did not change.
    let listed = listed.filter(|_| changed_since(&in_progress.mark).is_none());
    let revisit = in_progress.mark.revisits.current;
    let coverage = WorkspaceCoverage {
        began_at: revisit.map_or(in_progress.mark.began_at, |revisit| revisit.began_at),
        since: changed_since(&in_progress.mark),
        starts_until: None,
        skipped: in_progress.mark.skipped.clone(),
        policy: in_progress.mark.policy,
    };
    let mut calendars = ListedCalendars::new(&coverage, BTreeSet::new(), context.policy);
    calendars.try_skipped_again();
    let mut run = WindowRun {
        context,
        state,
        calendars,
        sync: in_progress.mark,
        listed,
    };
    let held_until = plus(context.clock().now(), HOLD);
    run.save(list.position(held_until)).await?;
    run.finish(list).await
}

/// The sync with a list of what changed in the windows before, if one is due before the first
/// page of this one.
async fn revisiting<P: SyncPorts>(
    context: &WindowContext<'_, P>,
    in_progress: SyncInProgress<WindowedSync>,
) -> Result<SyncInProgress<WindowedSync>, SyncError> {
    let now = context.clock().now();
    if in_progress.next.is_some() || !in_progress.mark.may_revisit(now) {
        return Ok(in_progress);
    }
    let workspace = match context.store.workspace().await.map_err(SyncError::from) {
        // A row that cannot be read keeps no window from being listed.
        Err(error) if error.is_of_content() => WorkspaceSyncState::default(),
        workspace => workspace?,
    };
    Ok(match in_progress.mark.revisiting(&workspace, now) {
        Some(mark) => SyncInProgress {
            mark,
            ..in_progress
        },
        None => in_progress,
    })
}

fn query(sync: &WindowedSync) -> EventQuery {
    let (starts_from, starts_until) = match sync.revisits.current {
        Some(revisit) => (revisit.starts_from, Some(sync.window.from)),
        None => (sync.window.from, sync.window.until),
    };
    EventQuery {
        calendar_id: None,
        updated_since: changed_since(sync),
        starts_from: Some(starts_from),
        starts_until,
    }
}
