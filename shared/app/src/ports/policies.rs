//! Storage of policies: every revision, and which one is active.

use std::fmt;
use std::future::Future;

use callsheet_domain::{Actor, LinkComparison, PolicyRevision, Timestamp};

use crate::PortError;

/// A policy to push. Its `Debug` hides the document.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPolicy {
    /// The document, as canonical JSON.
    pub document: String,
    /// The author of the push.
    pub by: Actor,
    /// Time of the push.
    pub at: Timestamp,
    /// The author's note.
    pub note: Option<String>,
    /// The newest revision that is known to have decided: the policy becomes a later one.
    pub newest_used: PolicyRevision,
}

/// A policy that is or was active. Its `Debug` hides the document.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredPolicy {
    /// Its revision.
    pub revision: PolicyRevision,
    /// The document, as canonical JSON.
    pub document: String,
    /// The author of the push.
    pub by: Actor,
    /// Time of the push.
    pub at: Timestamp,
    /// The author's note.
    pub note: Option<String>,
}

/// The result of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyWrite {
    /// The policy is active, as this revision.
    Active(PolicyRevision),
    /// Another push was first: nothing has changed.
    Conflict,
}

/// Storage of policies, and of the one choice that the built-in policy leaves to the stack.
pub trait Policies: Send + Sync {
    /// Revision of the active policy; 0 if none was ever pushed. If the row that names
    /// it is lost, the newest stored revision is active.
    fn active_revision(&self) -> impl Future<Output = Result<PolicyRevision, PortError>> + Send;

    /// Whether revisions are stored, but the row that names the active one is lost.
    fn is_head_missing(&self) -> impl Future<Output = Result<bool, PortError>> + Send;

    /// The policy of a revision; none if there is none, or if it is of an earlier
    /// build, which stored only a fingerprint.
    fn policy(
        &self,
        revision: PolicyRevision,
    ) -> impl Future<Output = Result<Option<StoredPolicy>, PortError>> + Send;

    /// Makes `policy` active as the next revision, if `over` is the active one. A
    /// revision that was ever stored, or is known to have decided, is not used again.
    fn push(
        &self,
        policy: &NewPolicy,
        over: PolicyRevision,
    ) -> impl Future<Output = Result<PolicyWrite, PortError>> + Send;

    /// The last policies before a revision, or of all, newest first, at most `most`. Those of
    /// earlier builds, which stored only a fingerprint, are left out.
    fn history(
        &self,
        before: Option<PolicyRevision>,
        most: usize,
    ) -> impl Future<Output = Result<Vec<StoredPolicy>, PortError>> + Send;

    /// How the built-in policy compares links; none if that was not decided yet.
    fn built_in_links(
        &self,
    ) -> impl Future<Output = Result<Option<LinkComparison>, PortError>> + Send;

    /// Decides how the built-in policy compares links, unless it is decided. Gives what is
    /// decided.
    fn decide_built_in_links(
        &self,
        links: LinkComparison,
    ) -> impl Future<Output = Result<LinkComparison, PortError>> + Send;
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
