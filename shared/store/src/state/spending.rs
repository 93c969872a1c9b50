//! Counted bots, and what is counted on the accounts of days and months: one row for each.
//!
//! A bot and its accounts are written in one transaction, each on condition that its version is
//! the one that was read. So of two workers that count at the same moment one reads again.

use std::collections::BTreeMap;

use callsheet_app::PortError;
use callsheet_app::ports::{Spending, Versioned, WriteOutcome};
use callsheet_domain::{Account, CountedBot, DeduplicationKey, Period, Spent, Timestamp, Version};
use futures_util::future::try_join_all;
use jiff::civil::Date;
use jiff::fmt::serde::timestamp::microsecond;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::StateTable;
use super::place::Place;
use super::row_at;
use crate::attributes::write_row;
use crate::expressions::Unchanged;

/// How long rows are kept after their month, in seconds.
const KEPT: i64 = 40 * 24 * 60 * 60;

#[derive(Serialize, Deserialize)]
pub(super) struct CountedBotRow {
    day: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    minutes: u64,
    is_counted: bool,
    #[serde(with = "microsecond::required")]
    asked_at: Timestamp,
    version: u64,
    /// In seconds, as DynamoDB's time-to-live requires.
    expires_at: i64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct SpentRow {
    bots: u64,
    minutes: u64,
    version: u64,
    /// In seconds, as DynamoDB's time-to-live requires.
    expires_at: i64,
}

impl Spending for StateTable {
    async fn counted_bot(
        &self,
        bot: &DeduplicationKey,
    ) -> Result<Versioned<Option<CountedBot>>, PortError> {
        let row: Option<CountedBotRow> =
            row_at(self, Place::counted_bot(bot), "a counted bot").await?;
        let version = row
            .as_ref()
            .map_or(Version::NEW, |row| Version(row.version));
        Ok(Versioned {
            value: row.map(CountedBotRow::bot),
            version,
        })
    }

    async fn spent(
        &self,
        accounts: &[Account],
    ) -> Result<BTreeMap<Account, Versioned<Spent>>, PortError> {
        let reads = accounts.iter().map(async |account| {
            let name = format!("what is counted of {}", account.period);
            let row: Option<SpentRow> = row_at(self, Place::spent(account), name).await?;
            let version = row
                .as_ref()
                .map_or(Version::NEW, |row| Version(row.version));
            let value = row.map_or_else(Spent::default, |row| Spent {
                bots: row.bots,
                minutes: row.minutes,
            });
            Ok::<_, PortError>((account.clone(), Versioned { value, version }))
        });
        Ok(try_join_all(reads).await?.into_iter().collect())
    }

    async fn write_spending(
        &self,
        bot: &DeduplicationKey,
        counted: &Versioned<CountedBot>,
        spent: &BTreeMap<Account, Versioned<Spent>>,
    ) -> Result<WriteOutcome, PortError> {
        let row = write_row(CountedBotRow::of(counted));
        let put = self.put(Place::counted_bot(bot), row);
        let mut puts = vec![Unchanged::version(counted.version).on(put)];
        for (account, spent) in spent {
            let row = write_row(SpentRow {
                bots: spent.value.bots,
                minutes: spent.value.minutes,
                version: spent.version.next().0,
                expires_at: expiry(account.period),
            });
            let put = self.put(Place::spent(account), row);
            puts.push(Unchanged::version(spent.version).on(put));
        }
        let is_written = self.write_together(puts).await?;
        Ok(if is_written {
            WriteOutcome::Written
        } else {
            WriteOutcome::Conflict
        })
    }
}

impl CountedBotRow {
    fn of(counted: &Versioned<CountedBot>) -> Self {
        let CountedBot {
            day,
            policy,
            minutes,
            is_counted,
            asked_at,
        } = counted.value.clone();
        Self {
            day,
            policy,
            minutes,
            is_counted,
            asked_at,
            version: counted.version.next().0,
            expires_at: expiry(Period::month_of(day)),
        }
    }

    fn bot(self) -> CountedBot {
        CountedBot {
            day: self.day,
            policy: self.policy,
            minutes: self.minutes,
            is_counted: self.is_counted,
            asked_at: self.asked_at,
        }
    }
}

/// When a row of a period is deleted, in seconds.
fn expiry(period: Period) -> i64 {
    let end = period.last_day().to_zoned(TimeZone::UTC);
    let end = end.expect("UTC has every date").timestamp();
    end.as_second().saturating_add(KEPT)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;
    use crate::attributes::{Attributes, read_row};

    /// Every build that reads version 1 reads these rows.
    #[test]
    fn rows_as_written_by_hand_are_read_and_written() {
        let row = json!({
            "v": 1, "day": "2026-11-27", "policy": "sales", "minutes": 30, "is_counted": true,
            "asked_at": 5, "version": 3, "expires_at": 1_799_452_800_i64,
        });
        let row: Attributes = serde_dynamo::to_item(row).expect("a row");
        let read: CountedBotRow = read_row(row.clone()).expect("readable");
        let bot = Versioned {
            value: read.bot(),
            version: Version(2),
        };
        assert_eq!(bot.value.day, date(2026, 11, 27));
        assert_eq!(write_row(CountedBotRow::of(&bot)), row);
        let row = json!({"v": 1, "bots": 2, "minutes": 90, "version": 4, "expires_at": 7});
        let row: Attributes = serde_dynamo::to_item(row).expect("a row");
        let read: SpentRow = read_row(row.clone()).expect("readable");
        assert_eq!((read.bots, read.minutes, read.version), (2, 90, 4));
        assert_eq!(write_row(read), row);
    }
}
