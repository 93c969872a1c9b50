//! Reads all decisions about a meeting: its `ical_uid` is their partition, so
//! the copies in many calendars are one query.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use callsheet_app::PortError;
use callsheet_domain::{Decision, EventId, IcalUid};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::index::page_of;
use super::{DecisionTable, row};
use crate::attributes::{Attributes, Reading, text};
use crate::error::unreadable;

/// Meetings that are asked for at once.
const AT_ONCE: usize = 16;

impl DecisionTable {
    pub(super) async fn read_copies(
        &self,
        meetings: &[IcalUid],
    ) -> Result<Vec<Decision>, PortError> {
        let meetings: BTreeSet<IcalUid> = meetings.iter().cloned().collect();
        let read: Vec<Vec<Decision>> = stream::iter(meetings)
            .map(|meeting| async move { self.meeting(&meeting).await })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(read.into_iter().flatten().collect())
    }

    async fn meeting(&self, meeting: &IcalUid) -> Result<Vec<Decision>, PortError> {
        let mut decisions = Vec::new();
        let mut query = Some(self.partition(meeting));
        while let Some(asked) = query {
            let (rows, rest) = page_of(asked).await?;
            for attributes in &rows {
                decisions.push(read(attributes)?);
            }
            query = rest.map(|from| self.partition(meeting).set_exclusive_start_key(Some(from)));
        }
        Ok(decisions)
    }

    fn partition(&self, meeting: &IcalUid) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#ical_uid = :ical_uid")
            .expression_attribute_names("#ical_uid", row::ICAL_UID)
            .expression_attribute_values(":ical_uid", text(meeting.as_str()))
    }

    /// By the index that knows no more than an event's id. Of an event that
    /// was given another `ical_uid` there are several rows; the one whose
    /// meeting ends last is meant.
    pub(super) async fn read_event(&self, event: &EventId) -> Result<Option<Decision>, PortError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("event")
            .key_condition_expression("#event_id = :event_id")
            .expression_attribute_names("#event_id", row::EVENT_ID)
            .expression_attribute_values(":event_id", text(event.as_str()));
        let (entries, _) = page_of(query).await?;
        let keys = entries
            .iter()
            .map(|entry| row::key_of(Reading::entry(entry)));
        let keys: Vec<_> = keys
            .collect::<Result<_, _>>()
            .map_err(|problem| unreadable("the index of events", problem))?;
        let decisions = self.read(&keys).await?;
        Ok(decisions
            .into_iter()
            .max_by_key(|decision| decision.ends_at))
    }
}

fn read(attributes: &Attributes) -> Result<Decision, PortError> {
    row::decision(attributes).map_err(|problem| unreadable(row::name(attributes), problem))
}
