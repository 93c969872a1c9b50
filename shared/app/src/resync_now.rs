//! Starts a resync now, and not by its schedule.

use callsheet_domain::{SyncJob, Timestamp, needs_full_sync};

use crate::PortError;
use crate::ports::{Calendars, Policies, Queue, SyncStates, WriteOutcome};
use crate::use_case_error::UseCaseError;

/// How often the write of the workspace's sync state is attempted.
const MAX_ATTEMPTS: usize = 10;

/// A resync that was requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestedResync {
    /// Whether a full sync of every calendar was requested.
    pub is_full: bool,
    /// Number of calendars that need a full sync; none if no state is given.
    pub calendars: Option<usize>,
}

/// Requests a resync, which runs the full syncs that are needed.
///
/// # Errors
/// If a collaborator fails.
pub async fn resync_now<S, Q>(
    state: Option<&S>,
    queue: &Q,
    now: Timestamp,
) -> Result<RequestedResync, UseCaseError>
where
    S: Calendars + Policies,
    Q: Queue,
{
    let calendars = match state {
        Some(state) => Some(count_needing_full_sync(state, now).await?),
        None => None,
    };
    queue.send(&SyncJob::ResyncNow { sent_at: now }).await?;
    Ok(RequestedResync {
        is_full: false,
        calendars,
    })
}

/// Requests a full sync of every calendar, and a resync that begins with them.
///
/// # Errors
/// If running syncs keep changing the workspace's sync state, or a collaborator fails.
pub async fn resync_all<S, Q>(
    state: &S,
    queue: &Q,
    now: Timestamp,
) -> Result<RequestedResync, UseCaseError>
where
    S: Calendars + SyncStates,
    Q: Queue,
{
    request_full_syncs(state, now).await?;
    let calendars = Some(count_connected(state).await?);
    queue.send(&SyncJob::ResyncNow { sent_at: now }).await?;
    Ok(RequestedResync {
        is_full: true,
        calendars,
    })
}

/// Stores that a full sync that began before `now` is too old.
///
/// # Errors
/// If running syncs keep changing the workspace's sync state, or a collaborator fails.
pub async fn request_full_syncs<S: SyncStates>(
    state: &S,
    now: Timestamp,
) -> Result<(), UseCaseError> {
    for _ in 0..MAX_ATTEMPTS {
        let mut workspace = state.workspace().await?;
        workspace.full_sync_requested_at = workspace.full_sync_requested_at.max(Some(now));
        if state.write_workspace_state(&workspace).await? == WriteOutcome::Written {
            return Ok(());
        }
    }
    Err(UseCaseError::KeepsChanging(
        "the workspace's sync state".to_owned(),
    ))
}

/// Number of calendars that are synced.
async fn count_connected<S: Calendars>(state: &S) -> Result<usize, PortError> {
    let listed = state.listed().await?;
    let connected = listed
        .iter()
        .filter(|listed| listed.record.calendar.status.holds_bots());
    Ok(connected.count())
}

/// Number of calendars that need a full sync.
async fn count_needing_full_sync<S: Calendars + Policies>(
    state: &S,
    now: Timestamp,
) -> Result<usize, PortError> {
    let active_revision = state.active_revision().await?;
    let listed = state.listed().await?;
    let needing = listed.iter().filter(|listed| {
        let (record, override_revision) = (&listed.record, listed.override_revision);
        record.calendar.status.holds_bots()
            && needs_full_sync(
                record.last_sync.as_ref(),
                active_revision,
                override_revision,
                now,
            )
    });
    Ok(needing.count())
}
