//! Changes of the workspace's sync state that depend on nothing but what is stored.

use callsheet_domain::WorkspaceSyncState;

use crate::ports::{SyncStates, WriteOutcome};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync_error::SyncError;

/// Changes the state as it is stored, whoever else writes it meanwhile. What changes nothing is not
/// written.
///
/// # Errors
/// If the store fails, or others were first each time.
pub(super) async fn change_workspace_state(
    store: &impl SyncStates,
    change: impl Fn(WorkspaceSyncState) -> WorkspaceSyncState,
) -> Result<(), SyncError> {
    retry_on_conflict(async || {
        let state = store.workspace().await?;
        let changed = change(state.clone());
        let is_done = changed == state
            || store.write_workspace_state(&changed).await? == WriteOutcome::Written;
        Ok(if is_done {
            Attempt::Done(())
        } else {
            Attempt::Conflict
        })
    })
    .await
}
