//! The scheduler's lease: one run at a time, and no wake-up is lost.
//!
//! A caller that cannot take the lease counts a wake-up in it. The holder cannot
//! release the lease while it holds a wake-up that the holder has not seen. So
//! either the caller runs, or a run checks for due rows again after the caller came.
//!
//! # What the fence guarantees, and what it cannot
//!
//! A holder that stands still, for however long, finds out on its next write of
//! the lease: its fence number is an older one. Its writes of rows are protected
//! by the rows' versions: it loads the row that the other holder has written, and
//! applies its result as unconfirmed if another bot is wanted by then (see
//! `apply_result`).
//!
//! Recall does not check the fence. A call of an old holder cannot be refused
//! there, so it must not be made: a holder starts no call in the last two fifths
//! of its lease, by its own clock ([`Held::calls_until`]). This is longer than a
//! call takes and than clocks differ. So two holders never have calls in flight
//! at once, unless a process stands still for longer than this between that check
//! and its sending. Then a late call may move a bot that another holder has moved
//! since. Its result leaves the row uncertain, and if the result is lost too, the
//! bots that Recall lists with the event show it.

use std::future::Future;
use std::time::Duration;

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;

use crate::PortError;

/// A lease that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Fence number: grows with each holder. A write with an older one is refused.
    pub fence: u64,
    /// Number of wake-ups that the holder has seen.
    pub wakeups: u64,
    /// When the lease ends.
    pub until: Timestamp,
}

impl Held {
    /// The latest instant to start a call, under a lease that is taken for `lease`
    /// at a time.
    #[must_use]
    pub fn calls_until(&self, lease: Duration) -> Timestamp {
        let margin = SignedDuration::try_from(lease * 2 / 5).unwrap_or(SignedDuration::MAX);
        plus(self.until, -margin)
    }
}

/// The result of taking the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseResult {
    /// The caller holds it.
    Held(Held),
    /// Another run holds it, and its wake-ups are counted up.
    AlreadyHeld,
}

/// The result of releasing the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Released {
    /// The lease is free.
    Free,
    /// A wake-up came meanwhile: the lease is still held, until the same instant.
    Woken(Held),
    /// It ended, and another run holds it.
    Lost,
}

/// The scheduler's lease.
pub trait Leases: Send + Sync {
    /// Takes the lease until `until` if it is free at `now`, or else counts a
    /// wake-up.
    fn take(
        &self,
        now: Timestamp,
        until: Timestamp,
    ) -> impl Future<Output = Result<LeaseResult, PortError>> + Send;

    /// Extends the lease until `until`; none if another run holds it.
    fn extend(
        &self,
        held: Held,
        until: Timestamp,
    ) -> impl Future<Output = Result<Option<Held>, PortError>> + Send;

    /// Releases the lease, unless a wake-up was counted since `held` was read.
    fn release(&self, held: Held) -> impl Future<Output = Result<Released, PortError>> + Send;
}
