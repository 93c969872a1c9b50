//! What bots cost.

use std::collections::BTreeMap;

use callsheet_app::PortError;
use callsheet_app::ports::{Spending, Versioned, WriteOutcome};
use callsheet_domain::{Account, CountedBot, DeduplicationKey, Spent, Version};

use super::{MemoryState, State};

impl State {
    pub(super) fn spent_on(&self, account: &Account) -> Versioned<Spent> {
        self.spent.get(account).cloned().unwrap_or(Versioned {
            value: Spent::default(),
            version: Version::NEW,
        })
    }
}

impl Spending for MemoryState {
    async fn counted_bot(
        &self,
        bot: &DeduplicationKey,
    ) -> Result<Versioned<Option<CountedBot>>, PortError> {
        Ok(self.read(|state| {
            let counted = state.counted_bots.get(bot);
            Versioned {
                value: counted.map(|counted| counted.value.clone()),
                version: counted.map_or(Version::NEW, |counted| counted.version),
            }
        }))
    }

    async fn spent(
        &self,
        accounts: &[Account],
    ) -> Result<BTreeMap<Account, Versioned<Spent>>, PortError> {
        Ok(self.read(|state| {
            let accounts = accounts.iter();
            accounts
                .map(|account| (account.clone(), state.spent_on(account)))
                .collect()
        }))
    }

    async fn write_spending(
        &self,
        bot: &DeduplicationKey,
        counted: &Versioned<CountedBot>,
        spent: &BTreeMap<Account, Versioned<Spent>>,
    ) -> Result<WriteOutcome, PortError> {
        Ok(self.write(|state| {
            let version = state.counted_bots.get(bot).map(|stored| stored.version);
            let is_unchanged = version.unwrap_or(Version::NEW) == counted.version
                && spent
                    .iter()
                    .all(|(account, read)| state.spent_on(account).version == read.version);
            if !is_unchanged {
                return WriteOutcome::Conflict;
            }
            state.counted_bots.insert(bot.clone(), written(counted));
            let changed = spent.iter();
            let changed = changed.map(|(account, spent)| (account.clone(), written(spent)));
            state.spent.extend(changed);
            WriteOutcome::Written
        }))
    }
}

/// A value as it is stored by a write.
fn written<T: Clone>(read: &Versioned<T>) -> Versioned<T> {
    Versioned {
        value: read.value.clone(),
        version: read.version.next(),
    }
}
