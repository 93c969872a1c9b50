//! Remembers what people said about their meetings.

use std::future::Future;

use callsheet_domain::{
    CalendarId, PreferenceRevision, Preferences, Speaker, Subject, Timestamp, Word,
};

use crate::PortError;

/// Remembers people's words, by calendar. What is said takes effect when the
/// calendar is looked at.
pub trait PreferenceBook: Send + Sync {
    /// Everything said about a calendar's meetings.
    fn preferences(
        &self,
        calendar: &CalendarId,
    ) -> impl Future<Output = Result<Preferences, PortError>> + Send;

    /// Writes down, at `now`, what was said about a subject, over what was said
    /// about it before; answers the calendar's new revision.
    fn speak(
        &self,
        calendar: &CalendarId,
        subject: &Subject,
        word: Word,
        by: &Speaker,
        now: Timestamp,
    ) -> impl Future<Output = Result<PreferenceRevision, PortError>> + Send;

    /// Writes down, at `now`, that the calendar is paused until an instant, over
    /// any pause before; one that is past resumes it. Answers the calendar's new
    /// revision.
    fn pause(
        &self,
        calendar: &CalendarId,
        until: Timestamp,
        by: &Speaker,
        now: Timestamp,
    ) -> impl Future<Output = Result<PreferenceRevision, PortError>> + Send;
}
