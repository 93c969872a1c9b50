//! A part of the calendars of a large workspace, by their ids.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::id::CalendarId;

/// A part has about so many connected calendars: with those that are not connected, their
/// [listed ids](super::ListedIds) fit into a row.
const CALENDARS: u32 = 40_000;
const DAY: i64 = 24 * 3_600;

/// A part of the calendars. Which one a calendar belongs to follows from its id, so that all parts
/// are about as large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartOfCalendars {
    /// Its number, from zero on.
    pub number: u32,
    /// The number of parts.
    pub of: u32,
}

impl Default for PartOfCalendars {
    /// All calendars.
    fn default() -> Self {
        Self { number: 0, of: 1 }
    }
}

impl PartOfCalendars {
    /// The part whose turn it is on the day of `now`, of so many `calendars`. Up to 40,000 are one
    /// part.
    #[must_use]
    pub fn on_day_of(now: Timestamp, calendars: u32) -> Self {
        let of = calendars.div_ceil(CALENDARS).max(1);
        let day = now.as_second().div_euclid(DAY).rem_euclid(i64::from(of));
        Self {
            number: u32::try_from(day).unwrap_or(0),
            of,
        }
    }

    /// Whether a calendar belongs to it.
    #[must_use]
    pub fn contains(&self, calendar: &CalendarId) -> bool {
        let digest = Sha256::digest(calendar.to_string());
        // The first bytes tell listed ids apart.
        let [.., a, b, c, d] = <[u8; 32]>::from(digest);
        u32::from_be_bytes([a, b, c, d]) % self.of.max(1) == self.number
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;
    use crate::time::plus;
    use jiff::SignedDuration;

    #[test_case(0, 1; "an empty workspace")]
    #[test_case(40_000, 1; "as many as fit")]
    #[test_case(40_001, 2; "one more")]
    #[test_case(1_000_000, 25; "a million")]
    fn each_calendar_has_its_turn_once_in_as_many_days_as_there_are_parts(calendars: u32, of: i32) {
        let now = Timestamp::from_second(1_800_000_123).expect("in range");
        let days = (0..of).map(|day| plus(now, SignedDuration::from_hours(24) * day));
        let parts: Vec<_> = days
            .map(|day| PartOfCalendars::on_day_of(day, calendars))
            .collect();
        for number in 0..200 {
            let calendar = CalendarId::parse(format!("calendar-{number}")).expect("an id");
            let turns = parts.iter().filter(|part| part.contains(&calendar));
            assert_eq!(turns.count(), 1, "{calendar}");
        }
    }
}
