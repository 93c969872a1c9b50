//! Limits: so many calls in any sliding minute, for each operation on its own.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::operation::Operation;

const WINDOW: SignedDuration = SignedDuration::from_mins(1);

/// The calls let in during the last minute.
#[derive(Debug)]
pub(crate) struct Limiter {
    admitted: BTreeMap<Operation, VecDeque<Timestamp>>,
}

impl Limiter {
    pub(crate) const fn new(admitted: BTreeMap<Operation, VecDeque<Timestamp>>) -> Self {
        Self { admitted }
    }

    /// Lets a call in, or says how many seconds to wait. A call that is turned away does not
    /// count.
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
        // A limit lowered while running leaves more in the window than now fit.
        let in_the_way = window.get(window.len().saturating_sub(limit.max(1) as usize));
        let wait = in_the_way.map_or(WINDOW, |first| WINDOW - now.duration_since(*first));
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
    fn the_window_slides_and_says_how_long_to_wait() {
        let mut limiter = Limiter::new(BTreeMap::new());
        let mut admit = |ms| limiter.admit(Operation::ListEvents, 2, at(ms));
        assert_eq!(admit(0), Ok(()));
        assert_eq!(admit(30_000), Ok(()));
        assert_eq!(admit(30_500), Err(30));
        assert_eq!(admit(59_999), Err(1));
        assert_eq!(
            admit(60_000),
            Ok(()),
            "the first has left, the rejected never counted"
        );
        assert_eq!(admit(60_001), Err(30));
    }

    #[test]
    fn operations_do_not_share_a_limit() {
        let mut limiter = Limiter::new(BTreeMap::new());
        assert_eq!(limiter.admit(Operation::ScheduleBot, 1, at(0)), Ok(()));
        assert_eq!(limiter.admit(Operation::UnscheduleBot, 1, at(0)), Ok(()));
    }
}
