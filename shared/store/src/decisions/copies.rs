//! Reads all decisions about a meeting: its `ical_uid` is their partition, so
//! the copies in many calendars are one query.

use std::collections::BTreeSet;

use callsheet_app::PortError;
use callsheet_domain::{Decision, EventId, IcalUid};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::batch::decisions_under;
use super::row::{EVENT_ID, ICAL_UID, KeyRow, read_decision};
use super::table::Table;
use crate::attributes::{read_attributes, text};
use crate::error::unreadable;
use crate::expressions::all_rows;

/// Meetings that are queried at once.
const AT_ONCE: usize = 16;

pub(super) async fn copies_of(
    table: &Table,
    meetings: &[IcalUid],
) -> Result<Vec<Decision>, PortError> {
    let meetings: BTreeSet<IcalUid> = meetings.iter().cloned().collect();
    let read: Vec<Vec<Decision>> = stream::iter(meetings)
        .map(|meeting| decisions_about(table, meeting))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(read.into_iter().flatten().collect())
}

async fn decisions_about(table: &Table, meeting: IcalUid) -> Result<Vec<Decision>, PortError> {
    let query = table
        .client
        .query()
        .table_name(&table.name)
        .consistent_read(true)
        .key_condition_expression("#ical_uid = :ical_uid")
        .expression_attribute_names("#ical_uid", ICAL_UID)
        .expression_attribute_values(":ical_uid", text(meeting.as_str()));
    let rows = all_rows(query).await?;
    rows.into_iter().map(read_decision).collect()
}

/// The decision about an event, by the index of events. An event that was given
/// another `ical_uid` has several rows; the one whose meeting ends last counts.
pub(super) async fn decision_about(
    table: &Table,
    event: &EventId,
) -> Result<Option<Decision>, PortError> {
    let query = table
        .client
        .query()
        .table_name(&table.name)
        .index_name("event")
        .key_condition_expression("#event_id = :event_id")
        .expression_attribute_names("#event_id", EVENT_ID)
        .expression_attribute_values(":event_id", text(event.as_str()));
    let entries = all_rows(query).await?.into_iter();
    let keys: Vec<_> = entries
        .map(|entry| read_attributes::<KeyRow>(entry).map(Into::into))
        .collect::<Result<_, _>>()
        .map_err(|problem| unreadable("the index of events", problem))?;
    let decisions = decisions_under(table, &keys).await?;
    Ok(decisions
        .into_iter()
        .max_by_key(|decision| decision.ends_at))
}
