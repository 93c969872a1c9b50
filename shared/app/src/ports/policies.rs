//! Keeps every policy that was ever in force, and says which one is.

use std::fmt;
use std::future::Future;

use callsheet_domain::{Actor, PolicyRevision, Timestamp};

use crate::PortError;

/// A policy that is to come into force. Its `Debug` hides the document.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPolicy {
    /// What it says, as canonical JSON.
    pub document: String,
    /// Who pushes it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// What they say about it.
    pub note: Option<String>,
}

/// A policy that is or was in force. Its `Debug` hides the document.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredPolicy {
    /// The how-manieth it is.
    pub revision: PolicyRevision,
    /// What it says, as canonical JSON.
    pub document: String,
    /// Who pushed it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// What they said about it.
    pub note: Option<String>,
}

/// What became of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyWrite {
    /// It is in force, as this revision.
    Active(PolicyRevision),
    /// Somebody else pushed first: nothing was changed.
    Conflict,
}

/// Keeps policies.
pub trait Policies: Send + Sync {
    /// The revision of the policy in force; 0 if none was ever pushed.
    fn active_revision(&self) -> impl Future<Output = Result<PolicyRevision, PortError>> + Send;

    /// The policy of a revision; none if there is none, or if it is of an
    /// earlier build, which kept only a fingerprint.
    fn policy(
        &self,
        revision: PolicyRevision,
    ) -> impl Future<Output = Result<Option<StoredPolicy>, PortError>> + Send;

    /// Puts `policy` into force as the next revision, if `over` is in force.
    fn push(
        &self,
        policy: &NewPolicy,
        over: PolicyRevision,
    ) -> impl Future<Output = Result<PolicyWrite, PortError>> + Send;

    /// The last policies, newest first, at most `most`; those that an earlier
    /// build kept only a fingerprint of are left out.
    fn history(
        &self,
        most: usize,
    ) -> impl Future<Output = Result<Vec<StoredPolicy>, PortError>> + Send;
}

impl fmt::Debug for NewPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NewPolicy")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for StoredPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StoredPolicy")
            .field("revision", &self.revision)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}
