//! One drain at a time, and no bell unheard.
//!
//! Whoever cannot have the lease rings for its holder; the holder cannot give
//! it back while there is a ring it has not heard. So either the caller works,
//! or somebody who works looks again after the caller came.

use std::future::Future;

use callsheet_domain::Timestamp;

use crate::PortError;

/// A lease that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Grows with each holder: a write under an older one is refused.
    pub fence: u64,
    /// How often others have rung, as far as the holder knows.
    pub rung: u64,
    /// Until when it is held.
    pub until: Timestamp,
}

/// Whether the lease was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is ours.
    Held(Held),
    /// Another holds it, and has been rung for.
    Rung,
}

/// Whether the lease was given back, or extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Released {
    /// It is free.
    Free,
    /// Somebody rang meanwhile: it is still held, until the instant it was.
    Rung(Held),
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
    ) -> impl Future<Output = Result<Taken, PortError>> + Send;

    /// Holds it until `until`; none if another has it.
    fn extend(
        &self,
        held: Held,
        until: Timestamp,
    ) -> impl Future<Output = Result<Option<Held>, PortError>> + Send;

    /// Gives it back, unless somebody rang since `held` was read.
    fn release(&self, held: Held) -> impl Future<Output = Result<Released, PortError>> + Send;
}
