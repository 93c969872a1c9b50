//! Remembers looks at the whole workspace.

use std::future::Future;

use callsheet_domain::WorkspaceSyncState;

use super::WriteOutcome;
use crate::PortError;

/// Remembers how far the workspace as a whole was looked at, and who is at it.
pub trait SyncStates: Send + Sync {
    /// What is remembered, as the latest write left it.
    fn workspace(&self) -> impl Future<Output = Result<WorkspaceSyncState, PortError>> + Send;

    /// Writes the mark if the stored version is still `mark.version`, and
    /// raises the version by one.
    fn write_workspace_state(
        &self,
        mark: &WorkspaceSyncState,
    ) -> impl Future<Output = Result<WriteOutcome, PortError>> + Send;
}
