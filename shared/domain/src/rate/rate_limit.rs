//! Spaces calls so that no sliding minute ever has more than the limit.
//!
//! This is the generic cell rate algorithm, as a value: its state is one instant, and
//! acquiring permits returns the instants at which the calls may be made. A caller that acquires
//! permits writes the new instant on condition that the old one is unchanged, so all
//! callers of a workspace share one limit.
//!
//! Recall counts calls as they arrive, and calls do not arrive at the instants of their
//! permits: they are sent a little later, and travel for different times. Let [`SPREAD`] be
//! the difference between the quickest and the slowest. Calls that arrive within a minute
//! then have permits within a minute and the spread. If calls are spaced by `interval`, and
//! `burst` of them may be made at once, a window has at most `burst + window / interval`
//! calls. So the limit holds if the interval is `(minute + spread) / (limit + 1 - burst)`,
//! rounded up.
//!
//! With a burst of one, this uses 98.8 % of any limit (a minute over a minute and the
//! spread). A larger burst costs calls: at 60 a minute, a burst of five would cost four.
//! The unused part also has room for a few stragglers, about one in eighty calls.

use jiff::SignedDuration;

use crate::time::plus;
use jiff::Timestamp;

/// The difference between the times that two calls may take from their permits to Recall: a
/// quarter of a second until they are sent (the scheduler drops permits that are older), and
/// the rest in transit.
const SPREAD: SignedDuration = SignedDuration::from_millis(750);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// How fast calls may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    interval: SignedDuration,
    burst: u32,
    limit: u32,
}

/// The state of a rate limit: the instant from which the next call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NextFree(pub Timestamp);

/// Permits for calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permits {
    /// When the first call may be made.
    pub first_at: Timestamp,
    /// The time between two calls.
    pub interval: SignedDuration,
    /// The number of calls.
    pub count: u32,
}

impl Permits {
    /// When each call may be made, in order; at once if the instant is past.
    pub fn instants(self) -> impl Iterator<Item = Timestamp> {
        (0..self.count).map(move |index| {
            plus(
                self.first_at,
                self.interval * i32::try_from(index).unwrap_or(i32::MAX),
            )
        })
    }
}

impl RateLimit {
    /// A limit of `limit` calls in any sliding minute, of which a tenth, but at most `burst`,
    /// may be made at once. A limit below two is taken as two.
    #[must_use]
    pub fn per_minute(limit: u32, burst: u32) -> Self {
        let limit = limit.max(2);
        let burst = burst.clamp(1, (limit / 10).max(1));
        // Whole microseconds, as stored, and rounded up: the limit is never exceeded.
        let window = i64::try_from((MINUTE + SPREAD).as_micros()).unwrap_or(i64::MAX);
        let interval = SignedDuration::from_micros(window / i64::from(limit + 1 - burst) + 1);
        Self {
            interval,
            burst,
            limit,
        }
    }

    /// The most calls in any sliding minute.
    #[must_use]
    pub fn limit(self) -> u32 {
        self.limit
    }

    /// The time between two calls.
    #[must_use]
    pub fn interval(self) -> SignedDuration {
        self.interval
    }

    /// How long ago the next call must have been free so that, after it is made, `calls` more
    /// may be made at once, as far as the burst allows. Background work acquires permits only
    /// if this time has passed, and so leaves `calls` permits unused.
    #[must_use]
    pub fn reserve(self, calls: u32) -> SignedDuration {
        let calls = calls.min(self.burst - 1);
        self.interval * i32::try_from(calls).unwrap_or(i32::MAX)
    }

    /// How many calls may be made in a second, at least one.
    #[must_use]
    pub fn a_second(self) -> u32 {
        let nanos = self.interval.as_nanos().max(1);
        u32::try_from(1_000_000_000 / nanos)
            .unwrap_or(u32::MAX)
            .max(1)
    }

    /// Acquires `count` permits at `now`. Returns them with the new state.
    #[must_use]
    pub fn acquire(
        self,
        next_free: Option<NextFree>,
        count: u32,
        now: Timestamp,
    ) -> (Permits, NextFree) {
        let allowance = self.interval * i32::try_from(self.burst - 1).unwrap_or(i32::MAX);
        let earliest = plus(now, -allowance);
        let first_at = next_free.map_or(earliest, |NextFree(at)| at.max(earliest));
        let permits = Permits {
            first_at,
            interval: self.interval,
            count,
        };
        let after = plus(
            first_at,
            self.interval * i32::try_from(count).unwrap_or(i32::MAX),
        );
        (permits, NextFree(after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use test_case::test_case;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_microsecond(1_800_000_000_000_000 + micros).expect("in range")
    }

    /// Draws as callers would, each call going when it may and arriving so many
    /// milliseconds later; gives when all calls arrive.
    fn calls(
        rate_limit: RateLimit,
        acquired: &[(i64, u32)],
        mut later: impl FnMut() -> i64,
    ) -> Vec<Timestamp> {
        let (mut next_free, mut now, mut calls) = (None, 0, Vec::new());
        for (pause, count) in acquired {
            now += pause;
            let (permits, after) = rate_limit.acquire(next_free, *count, at(now));
            next_free = Some(after);
            for instant in permits.instants() {
                let way = SignedDuration::from_micros(later() * 1_000);
                calls.push(plus(instant.max(at(now)), way));
            }
        }
        calls.sort();
        calls
    }

    fn most_in_a_minute(calls: &[Timestamp]) -> usize {
        let within = |(index, from): (usize, &Timestamp)| {
            let end = plus(*from, MINUTE);
            calls[index..].partition_point(|call| *call <= end)
        };
        calls.iter().enumerate().map(within).max().unwrap_or(0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn no_sliding_minute_holds_more_than_the_limit(
            limit in 2_u32..120,
            burst in 1_u32..20,
            acquired in prop::collection::vec((0_i64..3_000_000, 1_u32..6), 1..120),
            ways in prop::collection::vec(0_i64..=750, 1..40),
        ) {
            let mut ways = ways.into_iter().cycle();
            let calls = calls(RateLimit::per_minute(limit, burst), &acquired, || ways.next().unwrap_or(0));
            prop_assert!(most_in_a_minute(&calls) <= limit as usize);
        }
    }

    /// The worst that calls can do: the early ones are slow and the late ones quick.
    #[test_case(60; "listing events")]
    #[test_case(600; "scheduling bots")]
    #[test_case(6_000; "ten times as fast")]
    fn calls_that_are_sent_apart_and_arrive_together_stay_within_the_limit(limit: u32) {
        let mut index = 0;
        let slow_then_quick = || {
            index += 1;
            if index <= limit / 2 { 750 } else { 0 }
        };
        let calls = calls(
            RateLimit::per_minute(limit, 1),
            &[(0, limit * 3)],
            slow_then_quick,
        );
        assert!(most_in_a_minute(&calls) <= limit as usize);
    }

    #[test_case(60; "listing events")]
    #[test_case(600; "scheduling bots")]
    #[test_case(6_000; "ten times as fast")]
    fn a_backlog_uses_the_whole_limit(limit: u32) {
        let calls = calls(RateLimit::per_minute(limit, 1), &[(0, 5 * limit)], || 0);
        let span = calls
            .last()
            .expect("some")
            .duration_since(calls[0])
            .as_secs_f64();
        let share = f64::from(5 * limit) / span * 60.0 / f64::from(limit);
        assert!(share >= 0.98, "took {span} s, {share} of the limit");
    }

    #[test]
    fn after_a_pause_a_burst_is_allowed_at_once() {
        let calls = calls(RateLimit::per_minute(60, 5), &[(0, 5)], || 0);
        assert!(calls.iter().all(|call| *call == at(0)));
    }
}
