//! Remembers looks at the whole workspace.

use std::future::Future;

use callsheet_domain::WorkspaceMark;

use super::Kept;
use crate::PortError;

/// Remembers how far the workspace as a whole was looked at, and who is at it.
pub trait Marks: Send + Sync {
    /// What is remembered, as the latest write left it.
    fn workspace(&self) -> impl Future<Output = Result<WorkspaceMark, PortError>> + Send;

    /// Writes the mark if the stored version is still `mark.version`, and
    /// raises the version by one.
    fn keep_workspace(
        &self,
        mark: &WorkspaceMark,
    ) -> impl Future<Output = Result<Kept, PortError>> + Send;
}
