//! Storage of calendars and of how far each is synced.

use std::future::Future;

use callsheet_domain::{CalendarId, CalendarRecord, OverrideRevision};

use super::WriteOutcome;
use crate::PortError;

/// A calendar as the list of all calendars shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCalendar {
    /// Record of the calendar.
    pub record: CalendarRecord,
    /// Revision of its latest override or pause; 0 if there is none.
    pub override_revision: OverrideRevision,
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

    /// The records of all calendars, in any order. The list may lag behind the
    /// writes by a moment, so a record must be read before it is acted upon.
    fn listed(&self) -> impl Future<Output = Result<Vec<ListedCalendar>, PortError>> + Send;
}
