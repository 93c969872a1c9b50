//! Spaces calls so that no sliding minute ever holds more than the limit.
//!
//! The generic cell rate algorithm, as a value: what has been spent is one
//! instant, and drawing gives the instants at which the calls may go. Anybody
//! may draw who can write that instant back on condition that it is unchanged,
//! so one budget serves every caller of a workspace.
//!
//! Of calls spaced by `interval` with a burst of `burst`, any window of a
//! minute holds at most `burst + minute / interval`. The interval is therefore
//! a minute over `limit - burst`, and not a minute over `limit`.

use jiff::SignedDuration;

use crate::Timestamp;
use crate::time::plus;

/// A kind of call that Recall limits on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// A page of events.
    ListEvents,
    /// One calendar.
    GetCalendar,
    /// A bot onto an event.
    ScheduleBot,
    /// A bot off an event.
    UnscheduleBot,
    /// A page of calendars.
    ListCalendars,
    /// A calendar away.
    DeleteCalendar,
}

impl Operation {
    /// The name it is kept and logged under.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ListEvents => "list-events",
            Self::GetCalendar => "get-calendar",
            Self::ScheduleBot => "schedule-bot",
            Self::UnscheduleBot => "unschedule-bot",
            Self::ListCalendars => "list-calendars",
            Self::DeleteCalendar => "delete-calendar",
        }
    }
}

/// How fast calls may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    interval: SignedDuration,
    burst: u32,
}

/// How much has been spent: the instant from which the next call is free of
/// debt. The only state there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spent(pub Timestamp);

/// Calls that may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// When the first may go.
    pub first_at: Timestamp,
    /// How much later each next one may go.
    pub interval: SignedDuration,
    /// How many there are.
    pub count: u32,
}

impl Draw {
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

impl Pace {
    /// The pace of `limit` calls in any sliding minute, of which a tenth, at
    /// most `burst`, may go at once. A limit below two is taken as two.
    #[must_use]
    pub fn per_minute(limit: u32, burst: u32) -> Self {
        let limit = limit.max(2);
        let burst = burst.clamp(1, (limit / 10).max(1));
        // Whole microseconds, as stored, and rounded up: the limit is never overdrawn.
        let interval = SignedDuration::from_micros(60_000_000 / i64::from(limit - burst) + 1);
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
    pub fn leaving(self, calls: u32) -> SignedDuration {
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
    pub fn draw(self, spent: Option<Spent>, count: u32, now: Timestamp) -> (Draw, Spent) {
        let allowance = self.interval * i32::try_from(self.burst - 1).unwrap_or(i32::MAX);
        let earliest = plus(now, -allowance);
        let first_at = spent.map_or(earliest, |Spent(at)| at.max(earliest));
        let draw = Draw {
            first_at,
            interval: self.interval,
            count,
        };
        let after = plus(
            first_at,
            self.interval * i32::try_from(count).unwrap_or(i32::MAX),
        );
        (draw, Spent(after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_microsecond(1_800_000_000_000_000 + micros).expect("in range")
    }

    /// Draws as callers would, each call going when it may; gives the times of all calls.
    fn calls(pace: Pace, draws: &[(i64, u32)]) -> Vec<Timestamp> {
        let (mut spent, mut now, mut calls) = (None, 0, Vec::new());
        for (pause, count) in draws {
            now += pause;
            let (draw, after) = pace.draw(spent, *count, at(now));
            spent = Some(after);
            calls.extend(draw.instants().map(|instant| instant.max(at(now))));
        }
        calls.sort();
        calls
    }

    fn most_in_a_minute(calls: &[Timestamp]) -> usize {
        let minute = SignedDuration::from_secs(60);
        let within = |from: Timestamp| {
            let window = from..=plus(from, minute);
            calls.iter().filter(|call| window.contains(call)).count()
        };
        calls.iter().map(|from| within(*from)).max().unwrap_or(0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn no_sliding_minute_holds_more_than_the_limit(
            limit in 2_u32..120,
            burst in 1_u32..20,
            draws in prop::collection::vec((0_i64..3_000_000, 1_u32..6), 1..120),
        ) {
            let calls = calls(Pace::per_minute(limit, burst), &draws);
            prop_assert!(most_in_a_minute(&calls) <= limit as usize);
        }
    }

    #[test]
    fn a_backlog_uses_the_limit_up() {
        let calls = calls(Pace::per_minute(600, 6), &[(0, 3_000)]);
        let span = calls
            .last()
            .expect("some")
            .duration_since(calls[0])
            .as_secs_f64();
        assert!((3_000.0 / span * 60.0) / 600.0 >= 0.98, "took {span} s");
    }

    #[test]
    fn after_a_pause_a_burst_goes_at_once() {
        let calls = calls(Pace::per_minute(60, 5), &[(0, 5)]);
        assert!(calls.iter().all(|call| *call == at(0)));
    }
}
