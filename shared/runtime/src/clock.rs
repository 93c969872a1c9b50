//! The machine's clock, and the deadline of an invocation.

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
            reason = "the only place that reads the clock"
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

/// The instant at which an invocation should finish: `reserve` before Lambda's
/// deadline, which is in milliseconds since 1970.
///
/// A deadline in the past is ignored, since some local runtimes set one decades
/// back. The instant is then `usual` after `now`.
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

    #[test_case(1_000_060_000, 1_000_055; "before Lambda's deadline")]
    #[test_case(0, 1_000_030; "a deadline decades back is ignored")]
    #[test_case(u64::MAX, 1_000_030; "so is one out of range")]
    fn an_invocation_finishes_before_its_deadline(deadline_ms: u64, expected: i64) {
        let now = Timestamp::from_second(1_000_000).expect("in range");
        let (reserve, usual) = (Duration::from_secs(5), Duration::from_secs(30));
        assert_eq!(
            deadline(deadline_ms, now, reserve, usual).as_second(),
            expected
        );
    }
}
