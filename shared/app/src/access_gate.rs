//! Keeps workers from calling Recall while it denies our API key.
//!
//! Each batch and each run enters through the gate once, before its first call.
//! While there is a denial, one worker a minute may enter, with a single call as
//! the probe. The first call that Recall admits ends the denial, so recovery
//! follows the operator's repair within a minute, however long the outage was. A worker
//! that had no call to make returns the probe, or else those that never make one could
//! claim each.

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;

use crate::metrics::Metric;
use crate::ports::{Access, Clock, Denial};
use crate::{PortError, Service};

/// The time between two probes.
pub(crate) const PROBE_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// What a worker may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Call: no denial is known.
    Open,
    /// Make one call, as the probe of a denial; more only once Recall admits it.
    Probe,
    /// Make no call before the next probe.
    Held(Denial),
}

/// The gate, for one worker.
#[derive(Debug)]
pub struct AccessGate<'a, S, K> {
    /// Storage of the denial.
    pub access: &'a S,
    /// Source of the time.
    pub clock: &'a K,
}

impl<S: Access, K: Clock> AccessGate<'_, S, K> {
    /// Asks whether calls may be made.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn enter(&self) -> Result<Entry, PortError> {
        let Some(denial) = self.access.denial().await? else {
            return Ok(Entry::Open);
        };
        let now = self.clock.now();
        // By each worker, whether or not it has a call to make.
        Metric::DeniedSeconds.count(now.duration_since(denial.since).as_secs().max(0));
        if now < denial.next_probe_at || !self.access.claim_probe(now, next_probe(now)).await? {
            return Ok(Entry::Held(denial));
        }
        Ok(Entry::Probe)
    }

    /// Stores the denial that `error` tells of; other errors tell of none.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn note_failure(&self, error: &PortError) -> Result<(), PortError> {
        let PortError::Denied {
            service: Service::Recall,
            reason,
        } = error
        else {
            return Ok(());
        };
        let now = self.clock.now();
        let denial = Denial {
            since: now,
            reason: reason.clone(),
            next_probe_at: next_probe(now),
        };
        self.access.deny(&denial).await
    }

    /// Returns a probe that no call was made for, so that another worker may make it at once.
    pub async fn return_probe(&self) {
        let now = self.clock.now();
        if let Err(error) = self.access.return_probe(now, next_probe(now)).await {
            tracing::warn!(%error, "could not return a probe that was not made: {error}");
        }
    }

    /// Ends the denial after a probe that Recall admitted.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn note_admission(&self) -> Result<(), PortError> {
        self.access.admit().await
    }
}

fn next_probe(now: Timestamp) -> Timestamp {
    plus(now, PROBE_EVERY)
}
