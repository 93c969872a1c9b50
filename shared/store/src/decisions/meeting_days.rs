//! Reads the decisions of a day, page by page, from the index by day.

use callsheet_app::PortError;
use callsheet_app::ports::{DayPage, DayPosition, MeetingDays, UnreadableRow};
use callsheet_domain::{CalendarId, EventId, IcalUid, MeetingCopy, RuleName, Timestamp};
use jiff::civil::Date;
use jiff::fmt::serde::timestamp::microsecond;
use serde::Deserialize;

use super::DecisionTable;
use super::counted::CountedRow;
use super::key::{STARTS_AT, calendar_of, key_attributes, key_of, log_unreadable_key};
use crate::attributes::{Attributes, Unreadable, instant, read_attributes, read_row, text};
use crate::error::failed;
use crate::stored_text;

/// Key of the index.
const DAY: &str = "day";

impl MeetingDays for DecisionTable {
    async fn page_of_day(
        &self,
        day: Date,
        after: Option<&DayPosition>,
        most: usize,
    ) -> Result<DayPage, PortError> {
        let table = &self.0;
        let response = table
            .client
            .query()
            .table_name(&table.name)
            .index_name("day")
            .key_condition_expression("#day = :day")
            .expression_attribute_names("#day", DAY)
            .expression_attribute_values(":day", text(day.to_string()))
            .limit(i32::try_from(most.max(1)).unwrap_or(i32::MAX))
            .set_exclusive_start_key(after.map(|after| key_in_index(day, after)))
            .send()
            .await
            .map_err(failed)?;
        let mut page = DayPage::default();
        for entry in response.items.unwrap_or_default() {
            add_entry(&mut page, entry);
        }
        let last = response.last_evaluated_key.map(position).transpose();
        page.next =
            last.map_err(|problem| crate::error::unreadable("the index by day", problem))?;
        Ok(page)
    }
}

/// The key that an entry has in the index.
fn key_in_index(day: Date, position: &DayPosition) -> Attributes {
    let mut key = key_attributes(&position.key);
    key.insert(DAY.to_owned(), text(day.to_string()));
    key.insert(STARTS_AT.to_owned(), instant(position.starts_at));
    key
}

#[derive(Deserialize)]
struct PositionRow {
    #[serde(with = "microsecond::required")]
    starts_at: Timestamp,
}

fn position(key: Attributes) -> Result<DayPosition, Unreadable> {
    Ok(DayPosition {
        key: key_of(&key)?,
        starts_at: read_attributes::<PositionRow>(key)?.starts_at,
    })
}

/// An entry of the index by day, as far as coverage needs it.
#[derive(Deserialize)]
struct CopyRow {
    #[serde(with = "stored_text")]
    ical_uid: IcalUid,
    #[serde(with = "stored_text")]
    event_id: EventId,
    #[serde(with = "stored_text")]
    calendar_id: CalendarId,
    #[serde(with = "microsecond::required")]
    starts_at: Timestamp,
    #[serde(with = "microsecond::required")]
    ends_at: Timestamp,
    #[serde(with = "stored_text")]
    rule: RuleName,
    #[serde(default)]
    platform: Option<String>,
    counted: CountedRow,
}

impl From<CopyRow> for MeetingCopy {
    fn from(row: CopyRow) -> Self {
        Self {
            key: callsheet_domain::DecisionKey {
                ical_uid: row.ical_uid,
                event_id: row.event_id,
            },
            calendar_id: row.calendar_id,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            rule: row.rule,
            policy: row.counted.policy(),
            platform: row.platform,
            result: row.counted.result,
            joined_at: row.counted.joined_at,
        }
    }
}

fn add_entry(page: &mut DayPage, entry: Attributes) {
    let (key, calendar_id) = (key_of(&entry), calendar_of(&entry));
    match (read_row::<CopyRow>(entry), key) {
        (Ok(row), _) => page.copies.push(row.into()),
        (Err(problem), Ok(key)) => page.unreadable.push(UnreadableRow {
            key,
            calendar_id,
            problem: problem.to_string(),
        }),
        (Err(_), Err(problem)) => log_unreadable_key("the index by day", &problem),
    }
}
