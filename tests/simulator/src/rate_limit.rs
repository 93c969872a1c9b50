//! Rate limit: a maximum number of calls in any sliding minute, separately for each operation.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::operation::Operation;

const WINDOW: SignedDuration = SignedDuration::from_mins(1);

/// Sliding-window rate limiter: the arrival times of the calls admitted in the last minute.
#[derive(Debug, Default)]
pub(crate) struct SlidingWindowLimiter {
    admitted: BTreeMap<Operation, VecDeque<Timestamp>>,
}

impl SlidingWindowLimiter {
    /// Admits a call, or returns the number of seconds to wait. A rejected call does not count.
    pub(crate) fn admit(
        &mut self,
        operation: Operation,
        limit: u32,
        now: Timestamp,
    ) -> Result<(), u64> {
        let window = self.admitted.entry(operation).or_default();
        while window
            .front()
            .is_some_and(|first| now.duration_since(*first) >= WINDOW)
        {
            window.pop_front();
        }
        if window.len() < limit as usize {
            window.push_back(now);
            return Ok(());
        }
        // After a limit was lowered the window can hold more calls than the limit allows.
        let blocking = window.get(window.len().saturating_sub(limit.max(1) as usize));
        let wait = blocking.map_or(WINDOW, |first| WINDOW - now.duration_since(*first));
        let seconds = wait.as_millis().max(1).unsigned_abs().div_ceil(1_000);
        Err(u64::try_from(seconds).unwrap_or(60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(milliseconds).unwrap()
    }

    #[test]
    fn rejects_calls_over_the_limit_of_a_sliding_minute_with_the_seconds_to_wait() {
        let mut limiter = SlidingWindowLimiter::default();
        let mut admit = |ms| limiter.admit(Operation::ListEvents, 2, at(ms));
        assert_eq!(admit(0), Ok(()));
        assert_eq!(admit(30_000), Ok(()));
        assert_eq!(admit(30_500), Err(30));
        assert_eq!(admit(59_999), Err(1));
        assert_eq!(
            admit(60_000),
            Ok(()),
            "the first call is out of the window and the rejected call did not count"
        );
        assert_eq!(admit(60_001), Err(30));
    }

    #[test]
    fn each_operation_has_its_own_rate_limit() {
        let mut limiter = SlidingWindowLimiter::default();
        assert_eq!(limiter.admit(Operation::ScheduleBot, 1, at(0)), Ok(()));
        assert_eq!(limiter.admit(Operation::UnscheduleBot, 1, at(0)), Ok(()));
    }
}
