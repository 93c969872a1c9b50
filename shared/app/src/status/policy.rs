//! State of the active policy.

use callsheet_domain::PolicyRevision;

use crate::PortError;
use crate::ports::{Policies, StoredPolicy};

/// The active policy.
#[derive(Debug, Clone)]
pub struct PolicyState {
    /// Its revision; 0 is the built-in policy.
    pub revision: PolicyRevision,
    /// Its row; none if it is not stored, or cannot be read.
    pub stored: Option<StoredPolicy>,
    /// Why its row cannot be read.
    pub problem: Option<String>,
    /// Whether the row that names it is lost.
    pub is_head_missing: bool,
}

/// Reads the state of the active policy.
pub(super) async fn policy_state<S: Policies>(state: &S) -> Result<PolicyState, PortError> {
    let revision = state.active_revision().await?;
    let (stored, problem) = match state.policy(revision).await {
        Ok(stored) => (stored, None),
        Err(PortError::Unreadable { reason, .. }) => (None, Some(reason)),
        Err(error) => return Err(error),
    };
    Ok(PolicyState {
        revision,
        stored,
        problem,
        is_head_missing: state.is_head_missing().await?,
    })
}
