//! Reads the decisions about a meeting, about an event, and of a bot.
//!
//! An event and a bot have an index each, which only locates the rows: they are then read as
//! the latest writes left them. The index of bots is in the order of the rows' ranks, so the
//! owner of a bot is its first entry. The copies that have one `ical_uid` are one partition of
//! the table, with every instance of a series: it is only read for a person's question.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use callsheet_app::PortError;
use callsheet_app::ports::{CopiesPage, DecisionRows, FirstRows};
use callsheet_domain::{
    BotId, Decision, DecisionKey, DeduplicationKey, EventId, IcalUid, Timestamp,
};

use super::batch::decisions_under;
use super::key::{BOT, BOT_ID, EVENT_ID, ICAL_UID, STARTS_AT, key_attributes, keys_of};
use super::row::read_rows;
use super::table::Table;
use crate::attributes::{Attributes, instant, text};
use crate::error::failed;
use crate::expressions::all_rows;

/// The decisions of an `ical_uid` about a meeting at one start. This reads the whole partition.
pub(super) async fn copies_at(
    table: &Table,
    meeting: &IcalUid,
    starts_at: Timestamp,
) -> Result<DecisionRows, PortError> {
    let query = table
        .client
        .query()
        .table_name(&table.name)
        .consistent_read(true)
        .key_condition_expression("#ical_uid = :ical_uid")
        .filter_expression("#starts_at = :starts_at")
        .expression_attribute_names("#ical_uid", ICAL_UID)
        .expression_attribute_names("#starts_at", STARTS_AT)
        .expression_attribute_values(":ical_uid", text(meeting.as_str()))
        .expression_attribute_values(":starts_at", instant(starts_at));
    Ok(read_rows(all_rows(query).await?))
}

/// A page of the decisions of an `ical_uid`: as much as DynamoDB gives at once, a megabyte.
pub(super) async fn copies_page(
    table: &Table,
    meeting: &IcalUid,
    after: Option<&EventId>,
) -> Result<CopiesPage, PortError> {
    let after = after.map(|event| {
        key_attributes(&DecisionKey {
            ical_uid: meeting.clone(),
            event_id: event.clone(),
        })
    });
    let query = table
        .client
        .query()
        .table_name(&table.name)
        .consistent_read(true)
        .key_condition_expression("#ical_uid = :ical_uid")
        .expression_attribute_names("#ical_uid", ICAL_UID)
        .expression_attribute_values(":ical_uid", text(meeting.as_str()))
        .set_exclusive_start_key(after);
    let read = query.send().await.map_err(failed)?;
    let last = read.last_evaluated_key.map(|key| keys_of(vec![key]));
    let last = last.and_then(|mut keys| keys.pop());
    Ok(CopiesPage {
        rows: read_rows(read.items.unwrap_or_default()),
        next: last.map(|key| key.event_id),
    })
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

/// The first decisions that want the bot of `key`, or another retry of its meeting.
pub(super) async fn first_wanting(
    table: &Table,
    key: &DeduplicationKey,
    most: usize,
) -> Result<FirstRows, PortError> {
    let is_of_meeting = |wanted: &DeduplicationKey| wanted.is_of_same_meeting(key);
    let wants = |decision: &Decision| decision.wanted_key().is_some_and(is_of_meeting);
    first_rows(table, index(table, "bot", BOT, &key.digest()), most, wants).await
}

/// The keys of all decisions that want the bot of `key`, in the order of their ranks.
pub(super) async fn keys_wanting(
    table: &Table,
    key: &DeduplicationKey,
) -> Result<Vec<DecisionKey>, PortError> {
    let index = index(table, "bot", BOT, &key.digest());
    Ok(keys_of(first_entries(index, usize::MAX).await?.0))
}

/// The keys of the first decisions whose applied bot has this id.
pub(super) async fn keys_holding(
    table: &Table,
    bot: &BotId,
    most: usize,
) -> Result<Vec<DecisionKey>, PortError> {
    let index = index(table, "bot-id", BOT_ID, bot.as_str());
    Ok(keys_of(first_entries(index, most).await?.0))
}

/// The rows of the first entries of an index, those that it still has.
async fn first_rows(
    table: &Table,
    index: QueryFluentBuilder,
    most: usize,
    is_sought: impl Fn(&Decision) -> bool,
) -> Result<FirstRows, PortError> {
    let (entries, has_more) = first_entries(index, most).await?;
    let mut rows = decisions_under(table, &keys_of(entries)).await?;
    // Since the index was read, a row may have been written that has another bot.
    rows.decisions.retain(is_sought);
    Ok(FirstRows { rows, has_more })
}

/// The first entries of an index, and whether there are more.
async fn first_entries(
    index: QueryFluentBuilder,
    most: usize,
) -> Result<(Vec<Attributes>, bool), PortError> {
    let mut entries: Vec<Attributes> = Vec::new();
    let mut from = None;
    // DynamoDB stops at the limit before it knows whether there are more.
    let enough = most.saturating_add(1);
    loop {
        let left = enough.saturating_sub(entries.len());
        let limit = i32::try_from(left).unwrap_or(i32::MAX);
        let request = index.clone().limit(limit);
        let response = request.set_exclusive_start_key(from).send().await;
        let response = response.map_err(failed)?;
        entries.extend(response.items.unwrap_or_default());
        from = response.last_evaluated_key;
        if from.is_none() || entries.len() >= enough {
            break;
        }
    }
    let has_more = entries.len() > most;
    entries.truncate(most);
    Ok((entries, has_more))
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
