//! Reads two indexes: the due rows with those to be checked and those whose bot is followed, and
//! the rows of a calendar.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use callsheet_app::PortError;
use callsheet_app::ports::{DueQuery, DueRows, DueSelection, StartEntry};
use callsheet_domain::{CalendarId, DecisionKey, Timestamp};

use super::key::{
    CALENDAR_ID, CHECK_AT, DUE, DueRow, ENDS_AT, FOLLOWED, SILENT_FROM, STARTS_AT, TO_CHECK,
    key_of, keys_of, log_unreadable_key,
};
use super::table::Table;
use crate::attributes::{Attributes, instant, read_attributes, text};
use crate::error::failed;
use crate::expressions::all_rows;

/// The fewest rows that a page of the index of due rows is requested with: rows
/// that are waiting take room in it too.
const PAGE: usize = 50;
/// The most: as many as one response may hold.
const LONGEST_PAGE: usize = 1_000;

/// Reads due rows from the earliest start, past those that are waiting and those of bots
/// that have one, until enough are ready.
pub(super) async fn due_rows(table: &Table, query: &DueQuery) -> Result<DueRows, PortError> {
    let mut selection = DueSelection::new(query);
    let mut page = query.most.clamp(PAGE, LONGEST_PAGE);
    let mut from = None;
    while !selection.is_full() {
        let limit = i32::try_from(page).unwrap_or(i32::MAX);
        let request = due_index(table, DUE)
            .limit(limit)
            .set_exclusive_start_key(from);
        let response = request.send().await.map_err(failed)?;
        for entry in response.items.unwrap_or_default() {
            add_entry(&mut selection, entry);
        }
        from = response.last_evaluated_key;
        if from.is_none() {
            break;
        }
        // What hides the others is many: the copies of a large meeting.
        page = LONGEST_PAGE;
    }
    Ok(selection.rows())
}

fn add_entry(selection: &mut DueSelection<'_>, entry: Attributes) {
    if selection.is_full() {
        return;
    }
    match read_attributes::<DueRow>(entry) {
        Ok(row) => selection.add(row.into()),
        Err(problem) => log_unreadable_key("due rows", &problem),
    }
}

/// One part of the index of due rows.
pub(super) fn due_index(table: &Table, part: &str) -> QueryFluentBuilder {
    table
        .client
        .query()
        .table_name(&table.name)
        .index_name("due")
        .key_condition_expression("#due = :due")
        .expression_attribute_names("#due", DUE)
        .expression_attribute_values(":due", text(part))
        .scan_index_forward(true)
}

/// Keys of rows that are not due and whose owner check can be made.
pub(super) async fn keys_to_check(
    table: &Table,
    now: Timestamp,
    most: usize,
) -> Result<Vec<DecisionKey>, PortError> {
    let query = due_index(table, TO_CHECK)
        .filter_expression("#check_at <= :now")
        .expression_attribute_names("#check_at", CHECK_AT)
        .expression_attribute_values(":now", instant(now));
    first_keys(query, most).await
}

/// Keys of rows whose meeting has started and whose bot has been silent since an instant.
pub(super) async fn keys_of_silent(
    table: &Table,
    since: Timestamp,
    most: usize,
) -> Result<Vec<DecisionKey>, PortError> {
    let query = due_index(table, FOLLOWED)
        .key_condition_expression("#due = :due AND #starts_at <= :since")
        .filter_expression("#silent_from <= :since")
        .expression_attribute_names("#starts_at", STARTS_AT)
        .expression_attribute_names("#silent_from", SILENT_FROM)
        .expression_attribute_values(":since", instant(since));
    first_keys(query, most).await
}

/// The keys of the first entries that a filtered query finds, page by page.
async fn first_keys(query: QueryFluentBuilder, most: usize) -> Result<Vec<DecisionKey>, PortError> {
    let mut entries = Vec::new();
    let mut from = None;
    while entries.len() < most {
        let request = query.clone().set_exclusive_start_key(from);
        let response = request.send().await.map_err(failed)?;
        entries.extend(response.items.unwrap_or_default());
        from = response.last_evaluated_key;
        if from.is_none() {
            break;
        }
    }
    entries.truncate(most);
    Ok(keys_of(entries))
}

/// The keys of a calendar's rows whose meetings end after an instant, in order of start.
pub(super) async fn keys_of_calendar(
    table: &Table,
    calendar: &CalendarId,
    after: Timestamp,
) -> Result<Vec<DecisionKey>, PortError> {
    let query = coming_of_calendar(table, calendar, after);
    Ok(keys_of(all_rows(query).await?))
}

/// The rows of a calendar whose meetings end after an instant, in order of start.
pub(super) fn coming_of_calendar(
    table: &Table,
    calendar: &CalendarId,
    after: Timestamp,
) -> QueryFluentBuilder {
    calendar_index(table, calendar)
        .filter_expression("#ends_at > :after")
        .expression_attribute_names("#ends_at", ENDS_AT)
        .expression_attribute_values(":after", instant(after))
}

/// The entries of a calendar's rows whose meetings start from one instant to another, in order
/// of start.
pub(super) async fn entries_starting(
    table: &Table,
    calendar: &CalendarId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<StartEntry>, PortError> {
    let query = calendar_index(table, calendar)
        .key_condition_expression(
            "#calendar_id = :calendar_id AND #starts_at BETWEEN :from AND :until",
        )
        .expression_attribute_names("#starts_at", STARTS_AT)
        .expression_attribute_values(":from", instant(from))
        .expression_attribute_values(":until", instant(until));
    let entries = all_rows(query).await?;
    Ok(entries.iter().filter_map(start_entry).collect())
}

/// The start and the key in an entry of an index; none if they cannot be read.
pub(super) fn start_entry(entry: &Attributes) -> Option<StartEntry> {
    let starts_at = start_of(entry)?;
    match key_of(entry) {
        Ok(key) => Some(StartEntry { starts_at, key }),
        Err(problem) => {
            log_unreadable_key("an index", &problem);
            None
        }
    }
}

/// The earliest start of a calendar's rows from an instant on.
pub(super) async fn next_start(
    table: &Table,
    calendar: &CalendarId,
    from: Timestamp,
) -> Result<Option<Timestamp>, PortError> {
    let response = calendar_index(table, calendar)
        .key_condition_expression("#calendar_id = :calendar_id AND #starts_at >= :from")
        .expression_attribute_names("#starts_at", STARTS_AT)
        .expression_attribute_values(":from", instant(from))
        .limit(1)
        .send()
        .await
        .map_err(failed)?;
    Ok(response.items().first().and_then(start_of))
}

/// The rows of a calendar, in order of start.
pub(super) fn calendar_index(table: &Table, calendar: &CalendarId) -> QueryFluentBuilder {
    table
        .client
        .query()
        .table_name(&table.name)
        .index_name("calendar")
        .key_condition_expression("#calendar_id = :calendar_id")
        .expression_attribute_names("#calendar_id", CALENDAR_ID)
        .expression_attribute_values(":calendar_id", text(calendar.as_str()))
        .scan_index_forward(true)
}

/// The start in an entry of an index.
fn start_of(entry: &Attributes) -> Option<Timestamp> {
    let micros = entry.get(STARTS_AT)?.as_n().ok()?.parse();
    Timestamp::from_microsecond(micros.ok()?).ok()
}
