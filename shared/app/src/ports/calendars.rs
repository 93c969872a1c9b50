//! Remembers calendars, and how far each has been looked at.

use std::future::Future;

use callsheet_domain::{CalendarId, CalendarRecord, OverrideRevision};

use super::WriteOutcome;
use crate::PortError;

/// A calendar as the list of all shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCalendar {
    /// What is remembered of it.
    pub record: CalendarRecord,
    /// The revision of the latest thing said about it; 0 if nobody spoke.
    pub override_revision: OverrideRevision,
}

/// Remembers calendars.
pub trait Calendars: Send + Sync {
    /// What is remembered of a calendar.
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

    /// Every calendar that is remembered, in any order. The list may lag behind
    /// the writes by a moment, so a record must be read before anything is done
    /// about it.
    fn listed(&self) -> impl Future<Output = Result<Vec<ListedCalendar>, PortError>> + Send;
}
