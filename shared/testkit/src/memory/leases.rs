//! The lease in memory.

use callsheet_app::ports::{Held, LeaseResult, Released};
use callsheet_domain::Timestamp;

/// The lease as a value: its fence, until when it is held, and the number of
/// wake-ups. [`MemoryState`](super::MemoryState) keeps one, and a model of the
/// scheduler may hold its own.
#[derive(Debug, Clone, Default)]
pub struct MemoryLease {
    fence: u64,
    wakeups: u64,
    held_until: Option<Timestamp>,
}

impl MemoryLease {
    /// Takes the lease until `until` if it is free at `now`; else counts a wake-up.
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

    /// Extends the lease until `until`; none if another holder has it.
    pub fn extend(&mut self, held: Held, until: Timestamp) -> Option<Held> {
        if self.fence != held.fence || self.held_until.is_none() {
            return None;
        }
        self.held_until = Some(until);
        Some(Held { until, ..held })
    }

    /// Releases the lease, unless there was a wake-up since `held` was read.
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
