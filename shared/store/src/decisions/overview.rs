//! Reads of the decisions of all calendars together: by day, and the first ones that are due or
//! abandoned.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use callsheet_app::PortError;
use callsheet_app::bot_state::BotState;
use callsheet_app::ports::{
    AlertEntry, DayEntries, DayEntry, DecisionOverview, DueStart, First, UnreadableRow,
};
use callsheet_domain::{DecisionKey, Timestamp};
use jiff::fmt::serde::timestamp::microsecond;
use serde::Deserialize;

use super::DecisionTable;
use super::counted::CountedAlerts;
use super::day::{by_day, days_of};
use super::index::due_index;
use super::key::{
    ABANDONED, DUE, DueRow, STARTS_AT, calendar_of, key_of, keys_of, log_unreadable_key,
};
use crate::attributes::{Attributes, Unreadable, instant, read_attributes, read_row};
use crate::error::failed;
use crate::expressions::for_each_row;

/// The most entries that a page is requested with.
const PAGE: usize = 1_000;

impl DecisionOverview for DecisionTable {
    async fn starting_between(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<DayEntries, PortError> {
        let mut read = DayEntries::default();
        for day in days_of(from, until) {
            let query = by_day(&self.0, day, from, until);
            for_each_row(query, |entry| add_entry(&mut read, entry)).await?;
        }
        Ok(read)
    }

    async fn first_due(&self, most: usize) -> Result<First<DueStart>, PortError> {
        let entries = first_entries(due_index(&self.0, DUE), most).await?;
        let read = |entry| match read_attributes::<DueRow>(entry) {
            Ok(row) => Some(row.into()),
            Err(problem) => {
                log_unreadable_key("due rows", &problem);
                None
            }
        };
        Ok(First {
            first: entries.first.into_iter().filter_map(read).collect(),
            has_more: entries.has_more,
        })
    }

    async fn abandoned(
        &self,
        from: Timestamp,
        most: usize,
    ) -> Result<First<DecisionKey>, PortError> {
        let query = due_index(&self.0, ABANDONED)
            .key_condition_expression("#due = :due AND #starts_at >= :from")
            .expression_attribute_names("#starts_at", STARTS_AT)
            .expression_attribute_values(":from", instant(from));
        let entries = first_entries(query, most).await?;
        Ok(First {
            first: keys_of(entries.first),
            has_more: entries.has_more,
        })
    }
}

/// The first `most` entries that the query finds.
async fn first_entries(
    query: QueryFluentBuilder,
    most: usize,
) -> Result<First<Attributes>, PortError> {
    let (mut entries, mut from) = (Vec::new(), None);
    // One more than asked for shows whether there are more.
    while entries.len() <= most {
        let missing = (most + 1 - entries.len()).min(PAGE);
        let page = query
            .clone()
            .limit(i32::try_from(missing).unwrap_or(i32::MAX))
            .set_exclusive_start_key(from)
            .send()
            .await
            .map_err(failed)?;
        entries.extend(page.items.unwrap_or_default());
        from = page.last_evaluated_key;
        if from.is_none() {
            break;
        }
    }
    let has_more = entries.len() > most;
    entries.truncate(most);
    Ok(First {
        first: entries,
        has_more,
    })
}

/// An entry of the index by day.
#[derive(Deserialize)]
struct DayRow {
    #[serde(with = "microsecond::required")]
    starts_at: Timestamp,
    #[serde(with = "microsecond::required")]
    ends_at: Timestamp,
    verdict: String,
    bot_state: String,
    #[serde(with = "microsecond::optional", default)]
    not_before: Option<Timestamp>,
    #[serde(default)]
    counted: CountedAlerts,
}

impl DayRow {
    fn alerts(&self, key: &DecisionKey) -> Vec<AlertEntry> {
        let alerts = self.counted.known().map(|(kind, bot_id)| AlertEntry {
            key: key.clone(),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            kind,
            bot_id,
        });
        alerts.collect()
    }

    fn entry(self) -> Result<DayEntry, Unreadable> {
        let malformed = |name: &str| Unreadable::Malformed(name.to_owned());
        Ok(DayEntry {
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            is_recorded: match self.verdict.as_str() {
                "record" => true,
                "skip" => false,
                _ => return Err(malformed("verdict")),
            },
            bot: BotState::parse(&self.bot_state).ok_or_else(|| malformed("bot_state"))?,
            not_before: self.not_before,
        })
    }
}

fn add_entry(read: &mut DayEntries, entry: Attributes) {
    let (key, calendar_id) = (key_of(&entry), calendar_of(&entry));
    let row = read_row::<DayRow>(entry);
    let entry = row.and_then(|row| {
        let alerts = key.as_ref().map(|key| row.alerts(key));
        Ok((alerts.unwrap_or_default(), row.entry()?))
    });
    match (entry, key) {
        (Ok((alerts, entry)), _) => {
            read.entries.push(entry);
            read.alerts.extend(alerts);
        }
        (Err(problem), Ok(key)) => read.unreadable.push(UnreadableRow {
            key,
            calendar_id,
            problem: problem.to_string(),
        }),
        (Err(_), Err(problem)) => log_unreadable_key("the index by day", &problem),
    }
}
