//! A clock that shows the runtime's paused time.

use std::time::Duration;

use callsheet_app::ports::Clock;
use callsheet_domain::{Timestamp, plus};
use callsheet_testkit::at;
use jiff::SignedDuration;
use tokio::time::Instant;

/// The paused clock of the runtime, which advances to the next timer when every
/// task waits. It starts at 09:30.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PausedClock(Instant);

impl PausedClock {
    pub(crate) fn now() -> Self {
        Self(Instant::now())
    }
}

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        let micros = i64::try_from(self.0.elapsed().as_micros()).expect("a short test");
        plus(at("09:30"), SignedDuration::from_micros(micros))
    }

    async fn sleep_until(&self, instant: Timestamp) {
        let left = instant.duration_since(self.now());
        tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
    }
}
