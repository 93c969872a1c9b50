//! Counts bots under the caps on spending, by compare-and-swap.
//!
//! A bot is counted before the row that wants it is written, and taken off the books by the
//! check of the row that left it, once no copy wants it. So a crash in between may leave a bot
//! counted that nothing wants, until its month is over; it never leaves a bot that is not
//! counted.

use std::collections::BTreeMap;

use callsheet_domain::{
    Account, CapReached, CountedBot, DeduplicationKey, SpendingChange, SpendingClaim, Spent,
    Timestamp, Uncounted, Version, count, uncount,
};

use crate::PortError;
use crate::ports::{Spending, Versioned, WriteOutcome};

/// How often a bot is counted anew while other workers count theirs: each time one of them
/// succeeded, so this is how many workers may come at the same moment.
const TRIES: usize = 20;

/// Whether a bot is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Counting {
    /// It is.
    Counted,
    /// A cap leaves no room for it.
    OverCap(CapReached),
    /// Other workers kept counting theirs.
    Conflict,
}

/// Whether a bot that nothing wants is off the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// It is.
    Uncounted,
    /// A copy asked for it a moment ago, or other workers kept counting theirs: try again later.
    Later,
}

/// The books: counted bots, and what they amount to.
#[derive(Debug)]
pub(crate) struct SpendingBooks<'a, S> {
    pub(crate) spending: &'a S,
}

impl<S: Spending> SpendingBooks<'_, S> {
    /// Counts a bot, unless a cap leaves no room for it.
    pub(crate) async fn count(
        &self,
        claim: &SpendingClaim,
        now: Timestamp,
    ) -> Result<Counting, PortError> {
        for _ in 0..TRIES {
            let counted = self.spending.counted_bot(&claim.bot).await?;
            let is_counted = counted.value.as_ref().filter(|bot| bot.is_counted);
            let accounts = is_counted.map_or_else(|| claim.accounts(), CountedBot::accounts);
            let spent = self.spending.spent(&accounts).await?;
            match count(claim, counted.value.as_ref(), &values(&spent), now) {
                Err(reached) => return Ok(Counting::OverCap(reached)),
                Ok(None) => return Ok(Counting::Counted),
                Ok(Some(change)) => {
                    let read = Read {
                        bot: counted.version,
                        spent,
                    };
                    if self.write(&claim.bot, change, read).await? {
                        return Ok(Counting::Counted);
                    }
                }
            }
        }
        Ok(Counting::Conflict)
    }

    /// Whether a bot is counted.
    pub(crate) async fn is_counted(&self, bot: &DeduplicationKey) -> Result<bool, PortError> {
        let counted = self.spending.counted_bot(bot).await?;
        Ok(counted.value.is_some_and(|bot| bot.is_counted))
    }

    /// Takes a bot that nothing wants any more off the books.
    pub(crate) async fn leave(
        &self,
        bot: &DeduplicationKey,
        now: Timestamp,
    ) -> Result<Left, PortError> {
        for _ in 0..TRIES {
            let counted = self.spending.counted_bot(bot).await?;
            let accounts = counted.value.as_ref().map(CountedBot::accounts);
            let spent = self.spending.spent(&accounts.unwrap_or_default()).await?;
            match uncount(counted.value.as_ref(), &values(&spent), now) {
                Uncounted::NotCounted => return Ok(Left::Uncounted),
                Uncounted::NotSettled => return Ok(Left::Later),
                Uncounted::Change(change) => {
                    let read = Read {
                        bot: counted.version,
                        spent,
                    };
                    if self.write(bot, change, read).await? {
                        return Ok(Left::Uncounted);
                    }
                }
            }
        }
        Ok(Left::Later)
    }

    /// Whether the change was written.
    async fn write(
        &self,
        bot: &DeduplicationKey,
        change: SpendingChange,
        read: Read,
    ) -> Result<bool, PortError> {
        let counted = Versioned {
            value: change.bot,
            version: read.bot,
        };
        let changed = change.spent.into_iter().map(|(account, value)| {
            let read = read.spent.get(&account).map(|read| read.version);
            let version = read.unwrap_or_default();
            (account, Versioned { value, version })
        });
        let spent = changed.collect();
        let written = self.spending.write_spending(bot, &counted, &spent).await?;
        Ok(written == WriteOutcome::Written)
    }
}

/// The versions that a change was made from.
struct Read {
    bot: Version,
    spent: BTreeMap<Account, Versioned<Spent>>,
}

fn values(spent: &BTreeMap<Account, Versioned<Spent>>) -> BTreeMap<Account, Spent> {
    let values = spent.iter();
    values
        .map(|(account, spent)| (account.clone(), spent.value))
        .collect()
}
