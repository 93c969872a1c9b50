//! Storage of what bots are counted with, for the caps on spending.

use std::collections::BTreeMap;
use std::future::Future;

use callsheet_domain::{Account, CountedBot, DeduplicationKey, Spent, Version};

use super::WriteOutcome;
use crate::PortError;

/// A value as it was read, with the version of its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The value.
    pub value: T,
    /// The version of its row; [`Version::NEW`] if there is none.
    pub version: Version,
}

/// Storage of counted bots, and of what is counted on each account. Rows are deleted some time
/// after their month.
pub trait Spending: Send + Sync {
    /// What a bot is counted with, by its deduplication key, as the latest write left it; none if
    /// it never was.
    fn counted_bot(
        &self,
        bot: &DeduplicationKey,
    ) -> impl Future<Output = Result<Versioned<Option<CountedBot>>, PortError>> + Send;

    /// What is counted on these accounts, as the latest writes left it.
    fn spent(
        &self,
        accounts: &[Account],
    ) -> impl Future<Output = Result<BTreeMap<Account, Versioned<Spent>>, PortError>> + Send;

    /// Writes a counted bot and the accounts that change with it, all or none of them, if their
    /// versions are still those that were read.
    fn write_spending(
        &self,
        bot: &DeduplicationKey,
        counted: &Versioned<CountedBot>,
        spent: &BTreeMap<Account, Versioned<Spent>>,
    ) -> impl Future<Output = Result<WriteOutcome, PortError>> + Send;
}
