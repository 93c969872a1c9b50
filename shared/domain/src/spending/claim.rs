//! Counts a bot, unless a cap leaves no room for it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::account::{Account, CountedBot, Period, Spent, day_of};
use super::caps::{CapReached, SpendingCaps};
use crate::id::DeduplicationKey;
use crate::time::plus;

/// How long a bot that was asked for needs no new note of it: the copies of a meeting are
/// mostly decided on together.
const NOTED: SignedDuration = SignedDuration::from_secs(10);

/// How long after it was asked for last, a bot that nothing wants stays counted: a copy that
/// asked may still be written, and the index of bots lags behind it.
const SETTLED: SignedDuration = SignedDuration::from_secs(90);

/// A bot that is to be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendingClaim {
    /// Its deduplication key.
    pub bot: DeduplicationKey,
    /// When it joins.
    pub starts_at: Timestamp,
    /// When its meeting ends.
    pub ends_at: Timestamp,
    /// The named policy that its calendar is under; none for the main one.
    pub policy: Option<String>,
    /// The caps that the calendar is under.
    pub caps: SpendingCaps,
    /// It is counted even beyond the caps: it stands already, or a person asks for it.
    pub is_exempt: bool,
    /// When the bot joins in whose place it is wanted: the event was moved. The caps of the day
    /// and of the month that it stays in do not keep it out.
    pub moved_from: Option<Timestamp>,
}

/// What is to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendingChange {
    /// The bot.
    pub bot: CountedBot,
    /// The accounts that change.
    pub spent: BTreeMap<Account, Spent>,
}

impl SpendingClaim {
    /// The day on which the bot joins, in UTC.
    #[must_use]
    pub fn day(&self) -> Date {
        day_of(self.starts_at)
    }

    /// The minutes that its meeting takes, a begun one included.
    #[must_use]
    pub fn minutes(&self) -> u64 {
        let seconds = self.ends_at.duration_since(self.starts_at).as_secs();
        u64::try_from(seconds).unwrap_or_default().div_ceil(60)
    }

    /// The accounts that it is to be counted on.
    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        Account::of(self.day(), self.policy.as_deref())
    }

    /// Whether the caps of a period cannot keep it out.
    fn is_exempt_from(&self, period: Period) -> bool {
        let before = self.moved_from.map(day_of);
        self.is_exempt
            || before
                .is_some_and(|day| period == Period::Day(day) || period == Period::month_of(day))
    }
}

/// Counts the bot of `claim` at `now`. `counted` is what is stored of it, and `spent` what is
/// counted on its accounts: those of the counted bot, else of the claim. None if nothing is to
/// be stored.
///
/// A bot that is counted stays on its accounts, whatever policy the next copy is under. If its
/// meeting gets longer or shorter, its accounts follow, even beyond the caps.
///
/// # Errors
/// The first cap that leaves no room for it.
pub fn count(
    claim: &SpendingClaim,
    counted: Option<&CountedBot>,
    spent: &BTreeMap<Account, Spent>,
    now: Timestamp,
) -> Result<Option<SpendingChange>, CapReached> {
    let of = |account: &Account| spent.get(account).copied().unwrap_or_default();
    let minutes = claim.minutes();
    if let Some(counted) = counted.filter(|counted| counted.is_counted) {
        let is_noted = plus(counted.asked_at, NOTED) > now;
        if counted.minutes == minutes && is_noted {
            return Ok(None);
        }
        let changed = counted.accounts().into_iter().map(|account| {
            let Spent { bots, minutes: all } = of(&account);
            let minutes = all.saturating_sub(counted.minutes) + minutes;
            (account, Spent { bots, minutes })
        });
        let changed = changed.filter(|_| counted.minutes != minutes);
        return Ok(Some(SpendingChange {
            spent: changed.collect(),
            bot: CountedBot {
                minutes,
                asked_at: counted.asked_at.max(now),
                ..counted.clone()
            },
        }));
    }
    let accounts = claim.accounts();
    for account in &accounts {
        let reached = claim.caps.reached(account, of(account), minutes);
        if let Some(reached) = reached.filter(|_| !claim.is_exempt_from(account.period)) {
            return Err(reached);
        }
    }
    let more = |account: Account| {
        let before = of(&account);
        let after = Spent {
            bots: before.bots + 1,
            minutes: before.minutes + minutes,
        };
        (account, after)
    };
    Ok(Some(SpendingChange {
        spent: accounts.into_iter().map(more).collect(),
        bot: CountedBot {
            day: claim.day(),
            policy: claim.policy.clone(),
            minutes,
            is_counted: true,
            asked_at: now,
        },
    }))
}

/// What became of a bot that nothing wants any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uncounted {
    /// This is to be stored.
    Change(SpendingChange),
    /// It is not counted.
    NotCounted,
    /// A copy asked for it a moment ago, and may still be written.
    NotSettled,
}

/// Takes a bot that nothing wants any more from its accounts, of which `spent` is what is
/// counted on them.
#[must_use]
pub fn uncount(
    counted: Option<&CountedBot>,
    spent: &BTreeMap<Account, Spent>,
    now: Timestamp,
) -> Uncounted {
    let Some(counted) = counted.filter(|counted| counted.is_counted) else {
        return Uncounted::NotCounted;
    };
    if plus(counted.asked_at, SETTLED) > now {
        return Uncounted::NotSettled;
    }
    let fewer = |account: Account| {
        let before = spent.get(&account).copied().unwrap_or_default();
        let after = Spent {
            bots: before.bots.saturating_sub(1),
            minutes: before.minutes.saturating_sub(counted.minutes),
        };
        (account, after)
    };
    Uncounted::Change(SpendingChange {
        spent: counted.accounts().into_iter().map(fewer).collect(),
        bot: CountedBot {
            is_counted: false,
            ..counted.clone()
        },
    })
}
