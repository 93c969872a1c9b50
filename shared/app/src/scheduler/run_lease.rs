//! The lease that a run holds, and when it is extended.

use std::time::Duration;

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;

use crate::ports::Held;

/// When a lease ends that is taken or extended at `now`.
pub(super) fn lease_end(now: Timestamp, length: Duration) -> Timestamp {
    plus(
        now,
        SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX),
    )
}

/// The state of the lease, as far as the run knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeaseState {
    /// The run holds it.
    Held,
    /// The run holds it, and it is being extended.
    Extending,
    /// Another worker has it.
    Lost,
}

/// The lease that a run holds.
#[derive(Debug)]
pub(super) struct RunLease {
    /// The lease as it was last taken, extended or kept.
    pub(super) held: Held,
    length: Duration,
    state: LeaseState,
}

impl RunLease {
    pub(super) fn new(held: Held, length: Duration) -> Self {
        Self {
            held,
            length,
            state: LeaseState::Held,
        }
    }

    /// Whether it is lost at `now`.
    pub(super) fn is_lost(&self, now: Timestamp) -> bool {
        self.state == LeaseState::Lost || now >= self.held.until
    }

    /// No call may start at or after this instant.
    pub(super) fn calls_until(&self) -> Timestamp {
        self.held.calls_until(self.length)
    }

    /// Begins to extend it once a third of it is over: until the end returned.
    pub(super) fn begin_extension(&mut self, now: Timestamp) -> Option<Timestamp> {
        let third = SignedDuration::try_from(self.length / 3).unwrap_or(SignedDuration::MAX);
        let until = lease_end(now, self.length);
        if self.state != LeaseState::Held || until < plus(self.held.until, third) {
            return None;
        }
        self.state = LeaseState::Extending;
        Some(until)
    }

    /// Ends an extension; none if another worker has the lease.
    pub(super) fn end_extension(&mut self, held: Option<Held>) {
        self.state = held.map_or(LeaseState::Lost, |_| LeaseState::Held);
        self.held = held.unwrap_or(self.held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_testkit::at;

    fn after(seconds: i64) -> Timestamp {
        plus(at("09:30"), SignedDuration::from_secs(seconds))
    }

    fn lease() -> RunLease {
        let held = Held {
            fence: 1,
            wakeups: 0,
            until: after(30),
        };
        RunLease::new(held, Duration::from_secs(30))
    }

    #[test]
    fn a_lease_is_extended_once_a_third_of_it_is_over_and_by_one_write_at_a_time() {
        let mut lease = lease();
        assert_eq!(lease.begin_extension(after(9)), None);
        assert_eq!(lease.begin_extension(after(10)), Some(after(40)));
        assert_eq!(lease.begin_extension(after(11)), None, "it is in progress");
        lease.end_extension(Some(Held {
            until: after(40),
            ..lease.held
        }));
        assert_eq!(lease.calls_until(), after(28));
        assert_eq!(lease.begin_extension(after(20)), Some(after(50)));
    }

    #[test]
    fn a_lease_is_lost_at_its_end_or_when_another_worker_has_it() {
        let mut lease = lease();
        assert!(!lease.is_lost(after(29)));
        assert!(lease.is_lost(after(30)));
        lease.end_extension(None);
        assert!(lease.is_lost(after(1)));
    }
}
