//! Reads two indexes: what is due, and what a calendar's meetings are.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use callsheet_app::PortError;
use callsheet_app::ports::DueRows;
use callsheet_domain::{CalendarId, DecisionKey, Timestamp};

use super::{DecisionTable, row};
use crate::attributes::{Attributes, Reading, Unreadable, instant, text};
use crate::error::{failed, unreadable};

/// The fewest rows that a page of the index of due rows is asked for: those
/// that wait take room in it too.
const PAGE: usize = 50;
/// The most: what one answer may hold.
const LONGEST_PAGE: usize = 1_000;

impl DecisionTable {
    /// Reads due rows from the earliest start until `most` are ready, past
    /// those that wait.
    pub(super) async fn due_rows(&self, now: Timestamp, most: usize) -> Result<DueRows, PortError> {
        let mut due = DueRows::default();
        if most == 0 {
            return Ok(due);
        }
        let mut waiting_until: Option<Timestamp> = None;
        let page = i32::try_from(most.clamp(PAGE, LONGEST_PAGE)).unwrap_or(i32::MAX);
        let mut query = Some(self.due_index().limit(page));
        while let Some(asked) = query {
            let (entries, rest) = page_of(asked).await?;
            for entry in &entries {
                let (key, not_before) = due_entry(entry)
                    .map_err(|problem| unreadable("the index of due rows", problem))?;
                match not_before.filter(|instant| *instant > now) {
                    Some(instant) => {
                        waiting_until =
                            Some(waiting_until.map_or(instant, |least| least.min(instant)));
                    }
                    None => due.ready.push(key),
                }
                if due.ready.len() == most {
                    return Ok(due);
                }
            }
            query = rest.map(|from| {
                self.due_index()
                    .limit(page)
                    .set_exclusive_start_key(Some(from))
            });
        }
        due.waiting_until = waiting_until;
        Ok(due)
    }

    fn due_index(&self) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.table)
            .index_name("due")
            .key_condition_expression("#due = :due")
            .expression_attribute_names("#due", row::DUE)
            .expression_attribute_values(":due", text(row::DUE))
            .scan_index_forward(true)
    }

    pub(super) async fn keys_of_calendar(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> Result<Vec<DecisionKey>, PortError> {
        let mut keys = Vec::new();
        let mut query = Some(self.calendar_index(calendar, after));
        while let Some(asked) = query {
            let (entries, rest) = page_of(asked).await?;
            for entry in &entries {
                let key = row::key_of(Reading::entry(entry))
                    .map_err(|problem| unreadable("the index of calendars", problem))?;
                keys.push(key);
            }
            query = rest.map(|from| {
                self.calendar_index(calendar, after)
                    .set_exclusive_start_key(Some(from))
            });
        }
        Ok(keys)
    }

    fn calendar_index(&self, calendar: &CalendarId, after: Timestamp) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.table)
            .index_name("calendar")
            .key_condition_expression("#calendar_id = :calendar_id")
            .filter_expression("#ends_at > :after")
            .expression_attribute_names("#calendar_id", row::CALENDAR_ID)
            .expression_attribute_names("#ends_at", row::ENDS_AT)
            .expression_attribute_values(":calendar_id", text(calendar.as_str()))
            .expression_attribute_values(":after", instant(after))
            .scan_index_forward(true)
    }
}

/// One page, and where the next one starts.
pub(super) async fn page_of(
    query: QueryFluentBuilder,
) -> Result<(Vec<Attributes>, Option<Attributes>), PortError> {
    let page = query.send().await.map_err(failed)?;
    let rest = page.last_evaluated_key.filter(|key| !key.is_empty());
    Ok((page.items.unwrap_or_default(), rest))
}

fn due_entry(entry: &Attributes) -> Result<(DecisionKey, Option<Timestamp>), Unreadable> {
    let entry = Reading::entry(entry);
    Ok((row::key_of(entry)?, entry.instant_if_any(row::NOT_BEFORE)?))
}
