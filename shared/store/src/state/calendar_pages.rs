//! The list of calendars, page by page: a query of the index of all calendars that begins at an
//! id, and ends when enough calendars are read.

use callsheet_app::PortError;
use callsheet_app::ports::{CalendarPages, RecordPage, UnreadableRecord};
use callsheet_domain::{CalendarId, CalendarRecord};
use futures_util::future::try_join_all;

use super::StateTable;
use super::calendar_row::CalendarRow;
use super::place::{CALENDAR, PARTITION, RECORD, SORT, calendar_of, lists};
use crate::attributes::{Attributes, read_row, text};
use crate::error::failed;

/// The name that follows all partitions of calendars.
const AFTER_CALENDARS: &str = "calendar$";
/// The most entries that a page of the index is requested with.
const LONGEST_PAGE: usize = 1_000;

/// A calendar of the index, or the problem of its row.
type Entry = (CalendarId, Result<CalendarRecord, String>);

impl CalendarPages for StateTable {
    async fn records_after(
        &self,
        after: Option<&CalendarId>,
        most: usize,
    ) -> Result<RecordPage, PortError> {
        let lists = lists().map(|list| self.list_after(list, after, most));
        let mut entries: Vec<Entry> = try_join_all(lists).await?.into_iter().flatten().collect();
        entries.sort_by(|one, other| one.0.cmp(&other.0));
        let has_more = entries.len() > most;
        entries.truncate(most);
        let mut page = RecordPage {
            next: entries.last().filter(|_| has_more).map(|one| one.0.clone()),
            ..RecordPage::default()
        };
        for (calendar_id, record) in entries {
            match record {
                Ok(record) => page.records.push(record),
                Err(problem) => page.unreadable.push(UnreadableRecord {
                    calendar_id,
                    problem,
                }),
            }
        }
        Ok(page)
    }
}

impl StateTable {
    /// The first calendars of a list after an id: one more than `most`, if there are so many.
    async fn list_after(
        &self,
        list: String,
        after: Option<&CalendarId>,
        most: usize,
    ) -> Result<Vec<Entry>, PortError> {
        let begin = format!("{CALENDAR}{}", after.map_or("", CalendarId::as_str));
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("calendars")
            .key_condition_expression("#listed = :listed AND #partition BETWEEN :begin AND :end")
            .expression_attribute_names("#listed", "listed")
            .expression_attribute_names("#partition", PARTITION)
            .expression_attribute_values(":listed", text(list))
            .expression_attribute_values(":begin", text(begin))
            .expression_attribute_values(":end", text(AFTER_CALENDARS));
        let (mut entries, mut from) = (Vec::new(), None);
        while entries.len() <= most {
            // The first may be `after` itself.
            let missing = (most - entries.len()).saturating_add(2).min(LONGEST_PAGE);
            let page = query
                .clone()
                .limit(i32::try_from(missing).unwrap_or(i32::MAX))
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(failed)?;
            let found = page.items.unwrap_or_default().into_iter().filter_map(entry);
            entries.extend(found.filter(|(id, _)| after != Some(id)));
            from = page.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        Ok(entries)
    }
}

/// The calendar of a row; none of a head of overrides.
fn entry(row: Attributes) -> Option<Entry> {
    let name = |attribute: &str| row.get(attribute)?.as_s().ok();
    let id = calendar_of(name(PARTITION)?)?;
    if name(SORT)? != RECORD {
        return None;
    }
    let record = read_row::<CalendarRow>(row).map(CalendarRow::record);
    Some((id, record.map_err(|problem| problem.to_string())))
}
