//! Storage of the workspace's sync state.

use std::future::Future;

use callsheet_domain::WorkspaceSyncState;

use super::WriteOutcome;
use crate::PortError;

/// Storage of how far the workspace as a whole is synced.
pub trait SyncStates: Send + Sync {
    /// The sync state, as the latest write left it.
    fn workspace(&self) -> impl Future<Output = Result<WorkspaceSyncState, PortError>> + Send;

    /// Writes the sync state if the stored version is still `state.version`, and
    /// raises the version by one.
    fn write_workspace_state(
        &self,
        state: &WorkspaceSyncState,
    ) -> impl Future<Output = Result<WriteOutcome, PortError>> + Send;
}
