//! Remembers calendars, and how far each has been looked at.

use std::future::Future;

use callsheet_domain::{CalendarId, CalendarRecord};

use super::Kept;
use crate::PortError;

/// Remembers calendars.
pub trait Calendars: Send + Sync {
    /// What is remembered of a calendar.
    fn record(
        &self,
        id: &CalendarId,
    ) -> impl Future<Output = Result<Option<CalendarRecord>, PortError>> + Send;

    /// Writes the record if the stored version is still `record.version`, and
    /// raises the version by one.
    fn keep_record(
        &self,
        record: &CalendarRecord,
    ) -> impl Future<Output = Result<Kept, PortError>> + Send;
}
