//! Decisions, one row each, by meeting and event.
//!
//! A row is always written whole, on condition that it has not been written
//! since it was read, so an index shows values of one write too. The index of
//! due rows is sparse: a row has the attribute `due` only while there is work,
//! so reading the index is reading the work, in order. Its other parts have the rows with an
//! owner check that are not due, those whose bot is followed, and those that are abandoned.

mod agenda;
mod batch;
mod bots;
mod copies;
mod counted;
mod day;
mod discard;
mod facts;
mod history;
mod index;
mod key;
mod life;
mod meeting_days;
mod outcome;
mod overview;
mod parts;
mod row;
mod table;
mod tested;
mod verdicts;

use aws_sdk_dynamodb::Client;
use callsheet_app::PortError;
use callsheet_app::ports::{
    CopiesPage, DecisionRows, Decisions, DueQuery, DueRows, FirstRows, StartEntry, WriteOutcome,
};
use callsheet_domain::{
    BotId, CalendarId, Decision, DecisionKey, DeduplicationKey, EventId, IcalUid, ListedIds,
    Timestamp,
};

use crate::expressions::{Unchanged, put_if};
use batch::decisions_under;
use copies::{copies_at, copies_page, decisions_about, first_wanting, keys_holding, keys_wanting};
use day::unlisted_entries;
use index::{
    due_rows, entries_starting, keys_of_calendar, keys_of_silent, keys_to_check, next_start,
};
#[cfg(test)]
pub(crate) use row::attributes_of_decision;
pub(crate) use row::{decision_of as read_decision, is_decision, written_decision};
use table::Table;

/// The table of decisions.
#[derive(Debug, Clone)]
pub struct DecisionTable(Table);

impl DecisionTable {
    /// The table of this name, reached through `client`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        let name = table.into();
        Self(Table { client, name })
    }
}

impl Decisions for DecisionTable {
    async fn decisions(&self, keys: &[DecisionKey]) -> Result<DecisionRows, PortError> {
        decisions_under(&self.0, keys).await
    }

    async fn copies_at(
        &self,
        meeting: &IcalUid,
        starts_at: Timestamp,
    ) -> Result<DecisionRows, PortError> {
        copies_at(&self.0, meeting, starts_at).await
    }

    async fn copies_page(
        &self,
        meeting: &IcalUid,
        after: Option<&EventId>,
    ) -> Result<CopiesPage, PortError> {
        copies_page(&self.0, meeting, after).await
    }

    async fn of_event(&self, event: &EventId) -> Result<DecisionRows, PortError> {
        decisions_about(&self.0, event).await
    }

    async fn wanting(&self, key: &DeduplicationKey, most: usize) -> Result<FirstRows, PortError> {
        first_wanting(&self.0, key, most).await
    }

    async fn keys_wanting(&self, key: &DeduplicationKey) -> Result<Vec<DecisionKey>, PortError> {
        keys_wanting(&self.0, key).await
    }

    async fn keys_holding(&self, bot: &BotId, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        keys_holding(&self.0, bot, most).await
    }

    async fn silent(&self, since: Timestamp, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        keys_of_silent(&self.0, since, most).await
    }

    async fn to_check(&self, now: Timestamp, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        keys_to_check(&self.0, now, most).await
    }

    async fn discard(&self, key: &DecisionKey) -> Result<bool, PortError> {
        discard::discard_unreadable(&self.0, key).await
    }

    async fn write(&self, decision: &Decision) -> Result<WriteOutcome, PortError> {
        let Table { client, name } = &self.0;
        let put = client
            .put_item()
            .table_name(name)
            .set_item(Some(written_decision(decision)));
        put_if(Unchanged::version(decision.version), put).await
    }

    async fn due(&self, query: &DueQuery) -> Result<DueRows, PortError> {
        due_rows(&self.0, query).await
    }

    async fn of_calendar(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> Result<Vec<DecisionKey>, PortError> {
        keys_of_calendar(&self.0, calendar, after).await
    }

    async fn starting(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<StartEntry>, PortError> {
        entries_starting(&self.0, calendar, from, until).await
    }

    async fn unlisted(
        &self,
        from: Timestamp,
        until: Timestamp,
        listed: &ListedIds,
    ) -> Result<Vec<StartEntry>, PortError> {
        unlisted_entries(&self.0, (from, until), listed).await
    }

    async fn next_start(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
    ) -> Result<Option<Timestamp>, PortError> {
        next_start(&self.0, calendar, from).await
    }
}
