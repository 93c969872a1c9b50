//! The lease: one scheduler run at a time, and no wake-up is lost.
//!
//! A run that cannot take the lease leaves a wake-up for the holder, which
//! cannot release the lease before it has seen each wake-up. So either the
//! second run does the work, or the holder reads the due rows again after the
//! second run came.
//!
//! # What the fence guarantees, and what it cannot
//!
//! A holder that was suspended, for however long, finds out on its next write
//! of the lease: its fence is an older one. Its writes of rows are checked by
//! their versions: it loads the row as another worker wrote it, and applies the
//! result of its call as uncertain if something else is wanted by then (see
//! `apply_result`).
//!
//! Recall knows no fence and cannot refuse a call of an old holder, so that call
//! must not be made: a holder starts no call in the last two fifths of its
//! lease, by its own clock ([`Held::calls_until`]). That is longer than a call
//! takes plus the difference of the clocks. So two holders never have calls in
//! flight at once, unless a process is suspended for longer than this between
//! that check and the call. Then a late call may move a bot that another run has
//! moved since. Its result leaves the row uncertain; if the result is lost, too,
//! the next sync finds the drift.

use std::future::Future;
use std::time::Duration;

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;

use crate::PortError;

/// A lease that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Sequence number of the holder. A write under an older one is refused.
    pub fence: u64,
    /// Number of wake-ups that the holder has seen.
    pub wakeups: u64,
    /// When the lease ends.
    pub until: Timestamp,
}

impl Held {
    /// No call may start at or after this instant, under a lease that lasts for
    /// `lease`.
    #[must_use]
    pub fn calls_until(&self, lease: Duration) -> Timestamp {
        let margin = SignedDuration::try_from(lease * 2 / 5).unwrap_or(SignedDuration::MAX);
        plus(self.until, -margin)
    }
}

/// The result of taking the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseResult {
    /// It was taken.
    Held(Held),
    /// Another run holds it, and the wake-up is left for that run.
    AlreadyHeld,
}

/// Whether the lease was released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Released {
    /// The lease is free.
    Free,
    /// A wake-up came meanwhile: the lease is still held, until the same instant.
    Woken(Held),
    /// It expired, and another run has taken it.
    Lost,
}

/// The lease of the scheduler.
pub trait Leases: Send + Sync {
    /// Takes the lease until `until` if it is free at `now`, else leaves a wake-up
    /// for its holder.
    fn take(
        &self,
        now: Timestamp,
        until: Timestamp,
    ) -> impl Future<Output = Result<LeaseResult, PortError>> + Send;

    /// Extends it until `until`; none if another run has taken it.
    fn extend(
        &self,
        held: Held,
        until: Timestamp,
    ) -> impl Future<Output = Result<Option<Held>, PortError>> + Send;

    /// Releases it, unless a wake-up came since `held` was read.
    fn release(&self, held: Held) -> impl Future<Output = Result<Released, PortError>> + Send;
}
