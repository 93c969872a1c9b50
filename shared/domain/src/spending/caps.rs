//! The caps that a policy sets: the most bots, and hours of them, of a day and of a month.

use std::fmt;

use super::account::{Account, Period, Spent};

/// The most that a period may hold; none for as much as there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Number of bots.
    pub bots: Option<u64>,
    /// Hours of their meetings.
    pub hours: Option<u64>,
}

/// The caps that a calendar is under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpendingCaps {
    /// Those of a day of all calendars together.
    pub day: Limits,
    /// Those of a month of all calendars together.
    pub month: Limits,
    /// Those of a day of the calendars of its named policy.
    pub policy_day: Limits,
    /// Those of a month of the calendars of its named policy.
    pub policy_month: Limits,
}

/// A cap that leaves no room for a bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapReached {
    /// The account that is full.
    pub account: Account,
    /// The most of it.
    pub most: Most,
}

/// The most of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Most {
    /// So many bots.
    Bots(u64),
    /// So many hours.
    Hours(u64),
}

impl SpendingCaps {
    /// The limits of an account of the calendar.
    fn of(&self, account: &Account) -> Limits {
        match (&account.policy, account.period) {
            (None, Period::Day(_)) => self.day,
            (None, Period::Month(_)) => self.month,
            (Some(_), Period::Day(_)) => self.policy_day,
            (Some(_), Period::Month(_)) => self.policy_month,
        }
    }

    /// Whether more is `spent` on an account than its caps allow.
    #[must_use]
    pub fn exceeds(&self, account: &Account, spent: Spent) -> bool {
        let limits = self.of(account);
        limits.bots.is_some_and(|most| spent.bots > most)
            || limits
                .hours
                .is_some_and(|most| spent.minutes > most.saturating_mul(60))
    }

    /// The cap by which `account` has no room for one more bot of so many minutes, if one of
    /// them is reached.
    pub(super) fn reached(
        &self,
        account: &Account,
        spent: Spent,
        minutes: u64,
    ) -> Option<CapReached> {
        let limits = self.of(account);
        let bots = limits.bots.filter(|most| spent.bots >= *most);
        let is_over = |most: &u64| spent.minutes + minutes > most.saturating_mul(60);
        let hours = limits.hours.filter(is_over);
        let most = bots.map(Most::Bots).or(hours.map(Most::Hours))?;
        Some(CapReached {
            account: account.clone(),
            most,
        })
    }
}

/// A sentence that stays the same as long as the same cap is reached.
impl fmt::Display for CapReached {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account, most } = self;
        let policy = match &account.policy {
            None => "the policy".to_owned(),
            Some(name) => format!("the policy \"{name}\""),
        };
        let unit = match account.period {
            Period::Day(_) => "day",
            Period::Month(_) => "month",
        };
        let (amount, left) = match most {
            Most::Bots(1) => ("1 bot".to_owned(), "it is taken"),
            Most::Bots(bots) => (format!("{bots} bots"), "they are taken"),
            Most::Hours(1) => (
                "1 hour of bots".to_owned(),
                "it does not fit in what is left",
            ),
            Most::Hours(hours) => (
                format!("{hours} hours of bots"),
                "it does not fit in what is left",
            ),
        };
        let period = account.period;
        match most {
            Most::Bots(_) => write!(
                formatter,
                "{policy} allows {amount} a {unit}, and {left} in {period} (UTC)"
            ),
            Most::Hours(_) => {
                write!(
                    formatter,
                    "{policy} allows {amount} a {unit}, and {left} of {period} (UTC)"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use test_case::test_case;

    use super::*;

    fn caps(bots: Option<u64>, hours: Option<u64>) -> SpendingCaps {
        SpendingCaps {
            day: Limits { bots, hours },
            ..SpendingCaps::default()
        }
    }

    const FULL: &str = "the policy allows 3 bots a day, and they are taken in 2026-11-27 (UTC)";
    const LONG: &str = "the policy allows 2 hours of bots a day, and it does not fit in what is left of 2026-11-27 (UTC)";

    #[test_case(None, None, 60 => None; "no cap")]
    #[test_case(Some(4), None, 60 => None; "room for one more bot")]
    #[test_case(Some(3), None, 60 => Some(FULL.to_owned()); "as many bots as there may be")]
    #[test_case(None, Some(2), 30 => None; "what is left of the hours")]
    #[test_case(None, Some(2), 31 => Some(LONG.to_owned()); "a minute more than is left")]
    #[test_case(Some(3), Some(2), 31 => Some(FULL.to_owned()); "both")]
    #[test_case(Some(0), None, 0 => matches Some(_); "nothing allowed")]
    fn a_cap_is_reached(bots: Option<u64>, hours: Option<u64>, minutes: u64) -> Option<String> {
        let spent = Spent {
            bots: 3,
            minutes: 90,
        };
        let account = &Account::of(date(2026, 11, 27), None)[0];
        let reached = caps(bots, hours).reached(account, spent, minutes);
        reached.map(|reached| reached.to_string())
    }

    #[test]
    fn each_account_has_its_own_caps() {
        let of = |bots| Limits {
            bots: Some(bots),
            hours: None,
        };
        let caps = SpendingCaps {
            day: of(1),
            month: of(2),
            policy_day: of(3),
            policy_month: of(4),
        };
        let accounts = Account::of(date(2026, 11, 27), Some("sales"));
        let limits = accounts.iter().map(|account| caps.of(account).bots);
        assert!(limits.eq([Some(1), Some(2), Some(3), Some(4)]));
    }
}
