//! Reads two indexes: the due rows, and the rows of a calendar.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use callsheet_app::PortError;
use callsheet_app::ports::DueRows;
use callsheet_domain::{CalendarId, DecisionKey, Timestamp};

use super::row::{CALENDAR_ID, DUE, DueEntry, ENDS_AT, keys_of, log_unreadable_key};
use super::table::Table;
use crate::attributes::{instant, read_attributes, text};
use crate::error::failed;
use crate::expressions::all_rows;

/// The fewest rows that a page of the index of due rows is requested with: rows
/// that are waiting take room in it too.
const PAGE: usize = 50;
/// The most: as many as one response may hold.
const LONGEST_PAGE: usize = 1_000;

/// Reads due rows from the earliest start, past those that are waiting, until
/// `most` are ready.
pub(super) async fn due_rows(
    table: &Table,
    now: Timestamp,
    most: usize,
) -> Result<DueRows, PortError> {
    let mut due = DueRows::default();
    if most == 0 {
        return Ok(due);
    }
    let mut waiting_until: Option<Timestamp> = None;
    let page = i32::try_from(most.clamp(PAGE, LONGEST_PAGE)).unwrap_or(i32::MAX);
    let query = due_index(table).limit(page);
    let mut entries = query.into_paginator().items().send();
    while let Some(entry) = entries.next().await {
        let entry: DueEntry = match read_attributes(entry.map_err(failed)?) {
            Ok(entry) => entry,
            Err(problem) => {
                log_unreadable_key("due rows", &problem);
                continue;
            }
        };
        match entry.not_before.filter(|instant| *instant > now) {
            Some(instant) => {
                waiting_until = Some(waiting_until.map_or(instant, |least| least.min(instant)));
            }
            None => due.ready.push(entry.key()),
        }
        if due.ready.len() == most {
            return Ok(due);
        }
    }
    due.waiting_until = waiting_until;
    Ok(due)
}

fn due_index(table: &Table) -> QueryFluentBuilder {
    table
        .client
        .query()
        .table_name(&table.name)
        .index_name("due")
        .key_condition_expression("#due = :due")
        .expression_attribute_names("#due", DUE)
        .expression_attribute_values(":due", text(DUE))
        .scan_index_forward(true)
}

/// The keys of a calendar's rows whose meetings end after an instant, in order of start.
pub(super) async fn keys_of_calendar(
    table: &Table,
    calendar: &CalendarId,
    after: Timestamp,
) -> Result<Vec<DecisionKey>, PortError> {
    let query = table
        .client
        .query()
        .table_name(&table.name)
        .index_name("calendar")
        .key_condition_expression("#calendar_id = :calendar_id")
        .filter_expression("#ends_at > :after")
        .expression_attribute_names("#calendar_id", CALENDAR_ID)
        .expression_attribute_names("#ends_at", ENDS_AT)
        .expression_attribute_values(":calendar_id", text(calendar.as_str()))
        .expression_attribute_values(":after", instant(after))
        .scan_index_forward(true);
    Ok(keys_of(all_rows(query).await?))
}
