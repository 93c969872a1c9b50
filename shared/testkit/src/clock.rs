//! A clock that advances only when a test, or a sleep, advances it.

use std::sync::{Arc, Mutex, PoisonError};

use callsheet_app::ports::Clock;
use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;

/// A clock that stands still until it is advanced. Clones show the same time.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<Timestamp>>);

impl ManualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Advances the time by a duration.
    pub fn advance(&self, by: SignedDuration) {
        self.change(|now| plus(now, by));
    }

    /// Advances the time to `instant`, unless that is past.
    pub fn advance_to(&self, instant: Timestamp) {
        self.change(|now| now.max(instant));
    }

    fn change(&self, change: impl FnOnce(Timestamp) -> Timestamp) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = change(*now);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Advances the time to `instant` without waiting. Other tasks run first, so
    /// that whatever needs no time to pass happens before.
    async fn sleep_until(&self, instant: Timestamp) {
        tokio::task::yield_now().await;
        self.advance_to(instant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EvenJitter, at};

    crate::clock_contract!(async || ManualClock::at(at("10:00")), EvenJitter(0.5));

    #[tokio::test]
    async fn a_sleep_advances_the_time_and_never_sets_it_back() {
        let clock = ManualClock::at(at("10:00"));
        clock.sleep_until(at("10:05")).await;
        assert_eq!(clock.now(), at("10:05"));
        clock.sleep_until(at("10:01")).await;
        assert_eq!(clock.now(), at("10:05"));
    }
}
