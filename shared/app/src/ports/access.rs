//! Storage of a denial: whether Recall denies our API key, and since when.
//!
//! While Recall denies us, every call would fail until an operator restores
//! access. So no worker calls, except for one probe a minute: whoever claims it
//! makes one call, and the first call that Recall admits ends the denial for all.

use std::future::Future;

use callsheet_domain::Timestamp;

use crate::PortError;

/// A denial of our API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// When Recall first denied us.
    pub since: Timestamp,
    /// The reason, and so what the operator has to restore.
    pub reason: String,
    /// The next probe may be claimed from this instant on.
    pub next_probe_at: Timestamp,
}

/// Storage of the denial, one for the workspace.
pub trait Access: Send + Sync {
    /// The denial; none while Recall admits us.
    fn denial(&self) -> impl Future<Output = Result<Option<Denial>, PortError>> + Send;

    /// Stores a denial. If there is one already, its `since` stays, and its
    /// `next_probe_at` becomes the later of the two.
    fn deny(&self, denial: &Denial) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Claims the probe that is due at `now`, and sets the instant of the next
    /// one. False if none is due, if another worker claimed it first, or if there
    /// is no denial.
    fn claim_probe(
        &self,
        now: Timestamp,
        next_probe_at: Timestamp,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;

    /// Returns the probe that was claimed until `claimed_until` at the latest, and not made:
    /// the next one is due at `now`. Nothing if another worker has claimed a later one.
    fn return_probe(
        &self,
        now: Timestamp,
        claimed_until: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Ends the denial, if there is one.
    fn admit(&self) -> impl Future<Output = Result<(), PortError>> + Send;
}
