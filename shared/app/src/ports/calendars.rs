//! Storage of calendars and of how far each is synced.

use std::future::Future;

use callsheet_domain::{
    CalendarId, CalendarOwner, CalendarRecord, OverrideRevision, Timestamp, UnappliedOverride,
};

use super::WriteOutcome;
use crate::PortError;

/// A calendar as the list of all calendars shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCalendar {
    /// Record of the calendar.
    pub record: CalendarRecord,
    /// Its owner, by the name that all connections of the person have in common.
    pub person: CalendarOwner,
    /// The latest revision of its owner's overrides and pauses that only a full sync applies; 0
    /// if there is none.
    pub override_revision: OverrideRevision,
    /// Overrides of its events that no sync has applied yet.
    pub unapplied: Vec<UnappliedOverride>,
}

/// A calendar with a stored row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnreadableRecord {
    /// Its id.
    pub calendar_id: CalendarId,
    /// The problem, without the row's content.
    pub problem: String,
}

/// Storage of calendars.
pub trait Calendars: Send + Sync {
    /// The record of a calendar, if there is one.
    fn record(
        &self,
        id: &CalendarId,
    ) -> impl Future<Output = Result<Option<CalendarRecord>, PortError>> + Send;

    /// Writes the record if the stored version is still `record.version`, and
    /// raises the version by one.
    fn write_record(
        &self,
        record: &CalendarRecord,
    ) -> impl Future<Output = Result<WriteOutcome, PortError>> + Send;

    /// The records of all calendars, in any order, except those that cannot be
    /// read. The list may lag behind the writes by a moment, so a record must be
    /// read before it is acted upon.
    fn listed(&self) -> impl Future<Output = Result<Vec<ListedCalendar>, PortError>> + Send;

    /// Has all rows of a calendar deleted after `at`.
    fn expire(
        &self,
        id: &CalendarId,
        at: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// The calendars whose record, or the head of whose owner's overrides, cannot be read.
    fn unreadable(&self) -> impl Future<Output = Result<Vec<UnreadableRecord>, PortError>> + Send;
}
