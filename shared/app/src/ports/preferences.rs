//! Remembers what people said about their meetings.

use std::future::Future;

use callsheet_domain::{CalendarId, IcalUid, PreferenceRevision, Preferences, Timestamp, Word};

use crate::PortError;

/// Remembers people's words, by calendar.
pub trait PreferenceBook: Send + Sync {
    /// Everything said about a calendar's meetings.
    fn preferences(
        &self,
        calendar: &CalendarId,
    ) -> impl Future<Output = Result<Preferences, PortError>> + Send;

    /// Writes down, at `now`, what was said about a series, over what was said
    /// before; answers the new revision. It takes effect when the calendar is
    /// looked at.
    fn mark_series(
        &self,
        calendar: &CalendarId,
        series: &IcalUid,
        word: Word,
        now: Timestamp,
    ) -> impl Future<Output = Result<PreferenceRevision, PortError>> + Send;
}
