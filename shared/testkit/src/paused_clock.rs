//! A clock that shows the runtime's paused time.

use std::time::Duration;

use callsheet_app::ports::Clock;
use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;
use tokio::time::Instant;

/// The paused clock of the runtime, which advances to the next timer when every task waits.
#[derive(Debug, Clone, Copy)]
pub struct PausedClock {
    began_at: Timestamp,
    began: Instant,
}

impl PausedClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self {
            began_at: now,
            began: Instant::now(),
        }
    }
}

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        let micros = i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX);
        plus(self.began_at, SignedDuration::from_micros(micros))
    }

    async fn sleep_until(&self, instant: Timestamp) {
        let left = instant.duration_since(self.now());
        tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::at;

    #[tokio::test(start_paused = true)]
    async fn a_sleep_advances_the_time_without_waiting() {
        let clock = PausedClock::at(at("10:00"));
        clock.sleep_until(at("11:00")).await;
        assert_eq!(clock.now(), at("11:00"));
        clock.sleep_until(at("10:30")).await;
        assert_eq!(clock.now(), at("11:00"));
    }
}
