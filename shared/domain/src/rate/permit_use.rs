//! How much of a rate limit is used: the permits of the last minutes, counted when they are
//! acquired.

use jiff::{SignedDuration, Timestamp};

use super::RateLimit;
use crate::time::plus;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// The permits of a rate limit that were acquired in a minute of the clock, and in the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PermitUse {
    /// When the minute begins.
    pub minute: Timestamp,
    /// Permits that were acquired in it.
    pub permits: u32,
    /// Permits that were acquired in the minute before.
    pub before: u32,
    /// The most permits of any minute, as the last caller was set up.
    pub limit: u32,
}

impl PermitUse {
    /// The use after `count` more permits were acquired at `now`. What a clock that is behind
    /// acquires counts for the latest minute.
    #[must_use]
    pub fn after(known: Option<Self>, rate_limit: RateLimit, count: u32, now: Timestamp) -> Self {
        let minute = begin_of_minute(now);
        let (minute, permits, before) = match known {
            Some(known) if known.minute >= minute => (known.minute, known.permits, known.before),
            Some(known) if plus(known.minute, MINUTE) == minute => (minute, 0, known.permits),
            _ => (minute, 0, 0),
        };
        Self {
            minute,
            permits: permits.saturating_add(count),
            before,
            limit: rate_limit.limit(),
        }
    }

    /// The permits that were acquired in the last whole minute before `now`.
    #[must_use]
    pub fn of_last_minute(self, now: Timestamp) -> u32 {
        let minute = begin_of_minute(now);
        if self.minute >= minute {
            self.before
        } else if plus(self.minute, MINUTE) == minute {
            self.permits
        } else {
            0
        }
    }
}

fn begin_of_minute(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(60)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn at(text: &str) -> Timestamp {
        let instant = format!("2090-03-06T{text}Z").parse();
        instant.expect("an instant")
    }

    fn used(permits: &[(&str, u32)]) -> PermitUse {
        let limit = RateLimit::per_minute(60, 3);
        let used = permits.iter().fold(None, |known, (now, count)| {
            Some(PermitUse::after(known, limit, *count, at(now)))
        });
        used.expect("some permits")
    }

    #[test_case(&[("10:00:01", 3), ("10:00:59", 4)], "10:00:59", 0; "those of this minute are not whole")]
    #[test_case(&[("10:00:01", 3), ("10:00:59", 4)], "10:01:00", 7; "those of the last minute")]
    #[test_case(&[("10:00:01", 3), ("10:01:30", 4)], "10:01:40", 3; "those before the latest ones")]
    #[test_case(&[("10:00:01", 3), ("10:01:30", 4)], "10:02:00", 4; "the latest ones")]
    #[test_case(&[("10:00:01", 3)], "10:02:00", 0; "nothing in the last minute")]
    #[test_case(&[("10:00:01", 3), ("10:02:00", 1)], "10:02:30", 0; "a minute without any")]
    #[test_case(&[("10:01:01", 3), ("10:00:59", 2)], "10:02:00", 5; "a clock that is behind")]
    fn permits_are_counted_by_minutes(permits: &[(&str, u32)], now: &str, expected: u32) {
        let used = used(permits);
        assert_eq!((used.of_last_minute(at(now)), used.limit), (expected, 60));
    }
}
