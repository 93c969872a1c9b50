//! One drain at a time, and no bell unheard.
//!
//! Whoever cannot have the lease rings for its holder; the holder cannot give
//! it back while there is a ring it has not heard. So either the caller works,
//! or somebody who works looks again after the caller came.
//!
//! # What the fence gives, and what it cannot
//!
//! A holder that stands still, for however long, finds out on its next write of
//! the lease: its fence is an older one. What it writes to rows is fenced by
//! their versions: it loads what the other has written, and folds its answer
//! in as hearsay if the wish is another by then (see `apply_result`).
//!
//! Recall knows no fence. A call of an old holder cannot be turned away there,
//! so it must not be made: a holder starts no call in the last two fifths of
//! its lease, by its own clock ([`Held::calls_until`]), which is longer than a
//! call takes and clocks differ. So two holders never have calls in flight at
//! once, unless a process stands still between that check and its sending for
//! longer than this. Then a late call may move a bot that another has moved
//! since; its answer leaves the row in doubt, and if that is lost too, what
//! Recall lists with the event shows it.

use std::future::Future;
use std::time::Duration;

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;

use crate::PortError;

/// A lease that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Grows with each holder: a write under an older one is refused.
    pub fence: u64,
    /// How often others have rung, as far as the holder knows.
    pub wakeups: u64,
    /// Until when it is held.
    pub until: Timestamp,
}

impl Held {
    /// Until when a call may be started under a lease that is taken for `lease`
    /// at a time.
    #[must_use]
    pub fn calls_until(&self, lease: Duration) -> Timestamp {
        let margin = SignedDuration::try_from(lease * 2 / 5).unwrap_or(SignedDuration::MAX);
        plus(self.until, -margin)
    }
}

/// Whether the lease was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseResult {
    /// It is ours.
    Held(Held),
    /// Another holds it, and has been rung for.
    AlreadyHeld,
}

/// Whether the lease was given back, or extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Released {
    /// It is free.
    Free,
    /// Somebody rang meanwhile: it is still held, until the instant it was.
    Woken(Held),
    /// It ran out and another has it.
    Lost,
}

/// The lease on draining.
pub trait Leases: Send + Sync {
    /// Takes the lease until `until` if nobody holds it at `now`, else rings.
    fn take(
        &self,
        now: Timestamp,
        until: Timestamp,
    ) -> impl Future<Output = Result<LeaseResult, PortError>> + Send;

    /// Holds it until `until`; none if another has it.
    fn extend(
        &self,
        held: Held,
        until: Timestamp,
    ) -> impl Future<Output = Result<Option<Held>, PortError>> + Send;

    /// Gives it back, unless somebody rang since `held` was read.
    fn release(&self, held: Held) -> impl Future<Output = Result<Released, PortError>> + Send;
}
