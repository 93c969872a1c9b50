//! The lease in memory.

use callsheet_app::PortError;
use callsheet_app::ports::{Held, LeaseResult, Leases, Released};
use callsheet_domain::Timestamp;

use super::MemoryState;

/// Who holds the lease, until when, and how often others have rung, as a
/// value: [`MemoryState`] keeps one, and models may hold their own.
#[derive(Debug, Clone, Default)]
pub struct MemoryLease {
    fence: u64,
    wakeups: u64,
    held_until: Option<Timestamp>,
}

impl MemoryLease {
    /// Takes it until `until` if nobody holds it at `now`, else rings.
    pub fn take(&mut self, now: Timestamp, until: Timestamp) -> LeaseResult {
        if self.held_until.is_some_and(|instant| instant > now) {
            self.wakeups += 1;
            return LeaseResult::AlreadyHeld;
        }
        self.fence += 1;
        self.held_until = Some(until);
        LeaseResult::Held(Held {
            fence: self.fence,
            wakeups: self.wakeups,
            until,
        })
    }

    /// Holds it until `until`; none if another has it.
    pub fn extend(&mut self, held: Held, until: Timestamp) -> Option<Held> {
        if self.fence != held.fence || self.held_until.is_none() {
            return None;
        }
        self.held_until = Some(until);
        Some(Held { until, ..held })
    }

    /// Gives it back, unless somebody rang since `held` was read.
    pub fn release(&mut self, held: Held) -> Released {
        match self.held_until {
            _ if self.fence != held.fence => Released::Lost,
            Some(until) if self.wakeups != held.wakeups => Released::Woken(Held {
                wakeups: self.wakeups,
                until,
                ..held
            }),
            _ => {
                self.held_until = None;
                Released::Free
            }
        }
    }
}

impl Leases for MemoryState {
    async fn take(&self, now: Timestamp, until: Timestamp) -> Result<LeaseResult, PortError> {
        Ok(self.lease(|lease| lease.take(now, until)))
    }

    async fn extend(&self, held: Held, until: Timestamp) -> Result<Option<Held>, PortError> {
        Ok(self.lease(|lease| lease.extend(held, until)))
    }

    async fn release(&self, held: Held) -> Result<Released, PortError> {
        Ok(self.lease(|lease| lease.release(held)))
    }
}
