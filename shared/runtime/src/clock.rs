//! The machine's time.

use std::time::Duration;

use callsheet_app::ports::Clock;
use callsheet_domain::{Timestamp, plus, whole_microseconds};
use jiff::SignedDuration;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the clock"
        )]
        let now = Timestamp::now();
        whole_microseconds(now)
    }

    async fn sleep_until(&self, instant: Timestamp) {
        let wait = instant.duration_since(self.now());
        if wait.is_positive() {
            tokio::time::sleep(Duration::try_from(wait).unwrap_or_default()).await;
        }
    }
}

/// When an invocation should be finished: `reserve` before the function's own
/// deadline, in milliseconds since 1970.
///
/// A deadline that has passed already is none at all (some local runtimes give
/// one decades back); then `usual` after `now` is taken.
#[must_use]
pub fn deadline(deadline_ms: u64, now: Timestamp, reserve: Duration, usual: Duration) -> Timestamp {
    let signed = |duration| SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
    let given = i64::try_from(deadline_ms)
        .ok()
        .and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok())
        .filter(|deadline| *deadline > now);
    given.map_or_else(
        || plus(now, signed(usual)),
        |deadline| plus(deadline, -signed(reserve)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(1_000_060_000, 1_000_055; "before the function's own deadline")]
    #[test_case(0, 1_000_030; "a deadline decades back is none")]
    #[test_case(u64::MAX, 1_000_030; "nor is one beyond time")]
    fn leaves_a_reserve(deadline_ms: u64, expected: i64) {
        let now = Timestamp::from_second(1_000_000).expect("in range");
        let (reserve, usual) = (Duration::from_secs(5), Duration::from_secs(30));
        assert_eq!(
            deadline(deadline_ms, now, reserve, usual).as_second(),
            expected
        );
    }
}
