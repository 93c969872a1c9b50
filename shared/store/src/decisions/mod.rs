//! Keeps decisions, one row each, by meeting and event.
//!
//! A row is always written whole, on condition that nobody wrote since it was
//! read, so what the indexes show of it is of one writing too. The index
//! of due rows is sparse: a row carries the attribute `due` only while there is
//! something to be done, so reading the index is reading the work, in order.

mod batch;
mod bots;
mod copies;
mod facts;
mod history;
mod index;
mod row;

use aws_sdk_dynamodb::Client;
use callsheet_app::PortError;
use callsheet_app::ports::{Decisions, DueRows, WriteOutcome};
use callsheet_domain::{CalendarId, Decision, DecisionKey, EventId, IcalUid, Timestamp, Version};

use crate::attributes::number;
use crate::error::if_held;

/// The table of decisions.
#[derive(Debug, Clone)]
pub struct DecisionTable {
    client: Client,
    table: String,
}

impl DecisionTable {
    /// The table of this name, reached through `client`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }
}

impl Decisions for DecisionTable {
    async fn decisions(&self, keys: &[DecisionKey]) -> Result<Vec<Decision>, PortError> {
        self.read(keys).await
    }

    async fn copies(&self, meetings: &[IcalUid]) -> Result<Vec<Decision>, PortError> {
        self.read_copies(meetings).await
    }

    async fn of_event(&self, event: &EventId) -> Result<Option<Decision>, PortError> {
        self.read_event(event).await
    }

    async fn write(&self, decision: &Decision) -> Result<WriteOutcome, PortError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(row::attributes(decision)));
        let put = if decision.version == Version::NEW {
            put.condition_expression("attribute_not_exists(#ical_uid)")
                .expression_attribute_names("#ical_uid", row::ICAL_UID)
        } else {
            put.condition_expression("#version = :read")
                .expression_attribute_names("#version", row::VERSION)
                .expression_attribute_values(":read", number(decision.version.0))
        };
        let written = if_held(put.send().await)?;
        Ok(written.map_or(WriteOutcome::Conflict, |_| WriteOutcome::Written))
    }

    async fn due(&self, now: Timestamp, most: usize) -> Result<DueRows, PortError> {
        self.due_rows(now, most).await
    }

    async fn of_calendar(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> Result<Vec<DecisionKey>, PortError> {
        self.keys_of_calendar(calendar, after).await
    }
}
