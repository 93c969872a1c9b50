//! What bots are counted on: a day or a month, of the workspace or of a named policy.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A day or a month, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// A day.
    Day(Date),
    /// The month of a date, which is its first day.
    Month(Date),
}

impl Period {
    /// The month of a day.
    #[must_use]
    pub fn month_of(day: Date) -> Self {
        Self::Month(day.first_of_month())
    }

    /// The last day.
    #[must_use]
    pub fn last_day(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Month(first) => first.last_of_month(),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(formatter, "{day}"),
            Self::Month(first) => write!(formatter, "{:04}-{:02}", first.year(), first.month()),
        }
    }
}

/// What bots are counted on: a period, of all calendars or of those of one named policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account {
    /// The named policy; none for all calendars together.
    pub policy: Option<String>,
    /// The day or the month.
    pub period: Period,
}

impl Account {
    /// The accounts of a bot that joins on a `day`, of a calendar under `policy`.
    #[must_use]
    pub fn of(day: Date, policy: Option<&str>) -> Vec<Self> {
        let policies = [None].into_iter().chain(policy.map(Some));
        let periods = [Period::Day(day), Period::month_of(day)];
        let accounts = policies.flat_map(|policy| {
            periods.map(|period| Self {
                policy: policy.map(str::to_owned),
                period,
            })
        });
        accounts.collect()
    }
}

/// What is counted on an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// Number of bots.
    pub bots: u64,
    /// The minutes that their meetings take.
    pub minutes: u64,
}

/// A bot, and what it is counted with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedBot {
    /// The day on which it joins, in UTC.
    pub day: Date,
    /// The named policy of the copy that was first; none for the main one.
    pub policy: Option<String>,
    /// The minutes that its meeting takes.
    pub minutes: u64,
    /// Whether it is counted. Otherwise it was, and nothing wants it any more.
    pub is_counted: bool,
    /// When a copy asked for it last, about.
    pub asked_at: Timestamp,
}

impl CountedBot {
    /// The accounts that it is counted on.
    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        Account::of(self.day, self.policy.as_deref())
    }
}

/// The day of an instant, in UTC.
pub(super) fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_bot_is_counted_for_all_calendars_and_for_its_named_policy() {
        let accounts = Account::of(date(2026, 11, 27), Some("sales"));
        let shown = accounts.iter().map(|account| {
            let policy = account.policy.as_deref().unwrap_or("all");
            format!("{policy} {}", account.period)
        });
        let expected = [
            "all 2026-11-27",
            "all 2026-11",
            "sales 2026-11-27",
            "sales 2026-11",
        ];
        assert!(shown.eq(expected));
        assert_eq!(Account::of(date(2026, 11, 27), None).len(), 2);
        assert_eq!(accounts[1].period.last_day(), date(2026, 11, 30));
    }
}
