//! The active policy: cached by revision, so that a pushed policy takes effect
//! with the next batch.

use std::sync::{Arc, Mutex, PoisonError};

use callsheet_domain::{InvalidPolicy, Policy, PolicyDocument, PolicyRevision};

use crate::ports::Policies;
use crate::{PortError, Service};

/// A policy and its revision.
#[derive(Debug, Clone)]
pub struct ActivePolicy {
    /// The policy.
    pub policy: Arc<Policy>,
    /// Its revision.
    pub revision: PolicyRevision,
}

impl ActivePolicy {
    /// The policy that is active until one is pushed.
    #[must_use]
    pub fn built_in() -> Self {
        Self {
            policy: Arc::new(Policy::built_in()),
            revision: PolicyRevision::default(),
        }
    }
}

/// Reads the active policy, and compiles each revision once.
#[derive(Debug, Clone, Default)]
pub struct PolicyCache(Arc<Mutex<Option<ActivePolicy>>>);

impl PolicyCache {
    /// The active policy.
    ///
    /// # Errors
    /// If the store fails, or holds a policy of a later build.
    pub async fn current(&self, policies: &impl Policies) -> Result<ActivePolicy, PortError> {
        let revision = policies.active_revision().await?;
        let cached = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(cached) = cached
            && cached.revision == revision
        {
            return Ok(cached);
        }
        let policy = Arc::new(compiled(policies, revision).await?);
        let active = ActivePolicy { policy, revision };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(active.clone());
        Ok(active)
    }
}

/// The document of a revision; the built-in one before the first push, and for
/// revisions of earlier builds, which stored none.
///
/// # Errors
/// If the store fails, or holds a document of a later build.
pub async fn document(
    policies: &impl Policies,
    revision: PolicyRevision,
) -> Result<PolicyDocument, PortError> {
    match policies.policy(revision).await? {
        Some(stored) => {
            PolicyDocument::parse(&stored.document).map_err(|problem| unreadable(revision, problem))
        }
        None => Ok(PolicyDocument::built_in()),
    }
}

async fn compiled(policies: &impl Policies, revision: PolicyRevision) -> Result<Policy, PortError> {
    let document = document(policies, revision).await?;
    Policy::compile(&document)
        .map_err(|problems: InvalidPolicy| unreadable(revision, problems.to_string()))
}

pub(crate) fn unreadable(revision: PolicyRevision, problem: String) -> PortError {
    PortError::Unreadable {
        service: Service::DynamoDb,
        reason: format!("revision {}: {problem}", revision.0),
    }
}
