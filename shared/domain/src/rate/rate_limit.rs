//! Spaces calls so that no sliding minute ever holds more than the limit.
//!
//! The generic cell rate algorithm, as a value: what has been spent is one
//! instant, and drawing gives the instants at which the calls may go. Anybody
//! may draw who can write that instant back on condition that it is unchanged,
//! so one budget serves every caller of a workspace.
//!
//! Recall counts calls as they arrive, and calls do not arrive as they are
//! sent: one is made a little later than its instant, another is longer on its
//! way. With a spread of up to [`SPREAD`] between the quickest and the slowest,
//! those that arrive within a minute were due within a minute and that spread.
//! Of calls spaced by `interval`, of which `burst` may go at once, a window
//! holds at most `burst + window / interval`. So the interval is what makes
//! that the limit: `(minute + spread) / (limit + 1 - burst)`, and a hair more.
//!
//! With a burst of one this uses a minute over a minute and a spread of any
//! limit, 98.8 %, and none of it is lost to the burst: at 60 a minute a burst
//! of five would cost four calls. What is given up is also what a straggler
//! needs: a call that is much longer on its way than the spread comes to a
//! window that has room for one in eighty more.

use jiff::SignedDuration;

use crate::time::plus;
use jiff::Timestamp;

/// How much longer one call may take from its instant to Recall than another:
/// a quarter of a second until it is sent (a later one is not made, see the
/// drain's lanes), and the rest on the way.
const SPREAD: SignedDuration = SignedDuration::from_millis(750);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// How fast calls may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    interval: SignedDuration,
    burst: u32,
}

/// How much has been spent: the instant from which the next call is free of
/// debt. The only state there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NextFree(pub Timestamp);

/// Calls that may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permits {
    /// When the first may go.
    pub first_at: Timestamp,
    /// How much later each next one may go.
    pub interval: SignedDuration,
    /// How many there are.
    pub count: u32,
}

impl Permits {
    /// When each call may go, in order; some may be past, and go at once.
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
    /// The pace of `limit` calls in any sliding minute, of which a tenth, at
    /// most `burst`, may go at once. A limit below two is taken as two.
    #[must_use]
    pub fn per_minute(limit: u32, burst: u32) -> Self {
        let limit = limit.max(2);
        let burst = burst.clamp(1, (limit / 10).max(1));
        // Whole microseconds, as stored, and rounded up: the limit is never overdrawn.
        let window = i64::try_from((MINUTE + SPREAD).as_micros()).unwrap_or(i64::MAX);
        let interval = SignedDuration::from_micros(window / i64::from(limit + 1 - burst) + 1);
        Self { interval, burst }
    }

    /// How much later each next call goes.
    #[must_use]
    pub fn interval(self) -> SignedDuration {
        self.interval
    }

    /// How long before now a call must have been free so that, once it is
    /// drawn, `calls` more are free at once, as far as the burst allows. Who
    /// comes after others draws no later than this before now.
    #[must_use]
    pub fn reserve(self, calls: u32) -> SignedDuration {
        let calls = calls.min(self.burst - 1);
        self.interval * i32::try_from(calls).unwrap_or(i32::MAX)
    }

    /// How many calls go in a second, at least one.
    #[must_use]
    pub fn a_second(self) -> u32 {
        let nanos = self.interval.as_nanos().max(1);
        u32::try_from(1_000_000_000 / nanos)
            .unwrap_or(u32::MAX)
            .max(1)
    }

    /// Draws `count` calls at `now`, and says what is spent after.
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
        let draw = Permits {
            first_at,
            interval: self.interval,
            count,
        };
        let after = plus(
            first_at,
            self.interval * i32::try_from(count).unwrap_or(i32::MAX),
        );
        (draw, NextFree(after))
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
        draws: &[(i64, u32)],
        mut later: impl FnMut() -> i64,
    ) -> Vec<Timestamp> {
        let (mut next_free, mut now, mut calls) = (None, 0, Vec::new());
        for (pause, count) in draws {
            now += pause;
            let (draw, after) = rate_limit.acquire(next_free, *count, at(now));
            next_free = Some(after);
            for instant in draw.instants() {
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
            draws in prop::collection::vec((0_i64..3_000_000, 1_u32..6), 1..120),
            ways in prop::collection::vec(0_i64..=750, 1..40),
        ) {
            let mut ways = ways.into_iter().cycle();
            let calls = calls(RateLimit::per_minute(limit, burst), &draws, || ways.next().unwrap_or(0));
            prop_assert!(most_in_a_minute(&calls) <= limit as usize);
        }
    }

    /// The worst that calls can do: the early ones are slow and the late ones quick.
    #[test_case(60; "as events are listed")]
    #[test_case(600; "as bots are scheduled")]
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

    #[test_case(60; "as events are listed")]
    #[test_case(600; "as bots are scheduled")]
    #[test_case(6_000; "ten times as fast")]
    fn a_backlog_uses_the_limit_up(limit: u32) {
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
    fn after_a_pause_a_burst_goes_at_once() {
        let calls = calls(RateLimit::per_minute(60, 5), &[(0, 5)], || 0);
        assert!(calls.iter().all(|call| *call == at(0)));
    }
}
