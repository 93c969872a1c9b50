//! Reads the decisions about a meeting, about an event, and of a bot.
//!
//! A meeting's `ical_uid` is the partition of its decisions, so the copies in
//! many calendars are one query. An event and a bot have an index each, which
//! only locates the rows: they are then read as the latest writes left them.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use callsheet_app::PortError;
use callsheet_app::ports::DecisionRows;
use callsheet_domain::{DecisionKey, DeduplicationKey, EventId, IcalUid};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::batch::decisions_under;
use super::row::{BOT, EVENT_ID, ICAL_UID, keys_of, read_rows};
use super::table::Table;
use crate::attributes::{Attributes, text};
use crate::expressions::all_rows;

/// Meetings that are queried at once.
const AT_ONCE: usize = 16;

pub(super) async fn copies_of(
    table: &Table,
    meetings: &[IcalUid],
) -> Result<DecisionRows, PortError> {
    let meetings: BTreeSet<IcalUid> = meetings.iter().cloned().collect();
    let read: Vec<Vec<Attributes>> = stream::iter(meetings)
        .map(|meeting| rows_about(table, meeting))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(read_rows(read.into_iter().flatten()))
}

async fn rows_about(table: &Table, meeting: IcalUid) -> Result<Vec<Attributes>, PortError> {
    let query = table
        .client
        .query()
        .table_name(&table.name)
        .consistent_read(true)
        .key_condition_expression("#ical_uid = :ical_uid")
        .expression_attribute_names("#ical_uid", ICAL_UID)
        .expression_attribute_values(":ical_uid", text(meeting.as_str()));
    all_rows(query).await
}

/// The decisions about an event. An event that was given another `ical_uid` has
/// several: those that another one supersedes come first, and the one whose meeting ends
/// last comes last.
pub(super) async fn decisions_about(
    table: &Table,
    event: &EventId,
) -> Result<DecisionRows, PortError> {
    let index = index(table, "event", EVENT_ID, event.as_str());
    let keys = keys_of(all_rows(index).await?);
    let mut rows = decisions_under(table, &keys).await?;
    rows.decisions
        .sort_by_key(|decision| (!decision.is_superseded(), decision.ends_at));
    Ok(rows)
}

/// Keys of the decisions that want the bot of `key`.
pub(super) async fn keys_wanting(
    table: &Table,
    key: &DeduplicationKey,
) -> Result<Vec<DecisionKey>, PortError> {
    let index = index(table, "bot", BOT, &key.digest());
    Ok(keys_of(all_rows(index).await?))
}

/// The decisions that want the bot of `key`.
pub(super) async fn decisions_wanting(
    table: &Table,
    key: &DeduplicationKey,
) -> Result<DecisionRows, PortError> {
    let keys = keys_wanting(table, key).await?;
    let mut rows = decisions_under(table, &keys).await?;
    // Since the index was read, a row may have been written that wants another bot.
    rows.decisions
        .retain(|decision| decision.wanted_key() == Some(key));
    Ok(rows)
}

fn index(table: &Table, name: &str, attribute: &str, value: &str) -> QueryFluentBuilder {
    table
        .client
        .query()
        .table_name(&table.name)
        .index_name(name)
        .key_condition_expression("#attribute = :value")
        .expression_attribute_names("#attribute", attribute)
        .expression_attribute_values(":value", text(value))
}
