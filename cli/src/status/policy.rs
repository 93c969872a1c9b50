//! Status of the active policy.

use callsheet_app::PortError;
use callsheet_app::ports::Policies;
use callsheet_domain::Timestamp;
use serde::Serialize;

use crate::error::CliError;

/// The active policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PolicyStatus {
    /// 0 is the built-in policy.
    pub(crate) revision: u64,
    pub(crate) at: Option<Timestamp>,
    pub(crate) by: Option<String>,
    pub(crate) note: Option<String>,
    /// Why its row cannot be read.
    pub(crate) problem: Option<String>,
    /// Whether the row that names it is lost.
    pub(crate) is_head_missing: bool,
}

/// Reads the status of the active policy.
pub(super) async fn policy_status<S: Policies>(state: &S) -> Result<PolicyStatus, CliError> {
    let revision = state.active_revision().await?;
    let (stored, problem) = match state.policy(revision).await {
        Ok(stored) => (stored, None),
        Err(PortError::Unreadable { reason, .. }) => (None, Some(reason)),
        Err(error) => return Err(error.into()),
    };
    Ok(PolicyStatus {
        revision: revision.0,
        at: stored.as_ref().map(|policy| policy.at),
        by: stored.as_ref().map(|policy| policy.by.as_str().to_owned()),
        note: stored.and_then(|policy| policy.note),
        problem,
        is_head_missing: state.is_head_missing().await?,
    })
}
