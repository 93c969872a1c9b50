//! Remembers what people said about their meetings.

use std::future::Future;

use callsheet_domain::{
    Actor, CalendarId, OverrideChoice, OverrideRevision, OverrideScope, Overrides, Timestamp,
};

use crate::PortError;

/// Remembers people's words, by calendar. What is said takes effect when the
/// calendar is looked at.
pub trait OverrideStore: Send + Sync {
    /// Everything said about a calendar's meetings.
    fn overrides(
        &self,
        calendar: &CalendarId,
    ) -> impl Future<Output = Result<Overrides, PortError>> + Send;

    /// Writes down, at `now`, what was said about a subject, over what was said
    /// about it before; answers the calendar's new revision.
    fn set_override(
        &self,
        calendar: &CalendarId,
        subject: &OverrideScope,
        word: OverrideChoice,
        by: &Actor,
        now: Timestamp,
    ) -> impl Future<Output = Result<OverrideRevision, PortError>> + Send;

    /// Writes down, at `now`, that the calendar is paused until an instant, over
    /// any pause before; one that is past resumes it. Answers the calendar's new
    /// revision.
    fn pause(
        &self,
        calendar: &CalendarId,
        until: Timestamp,
        by: &Actor,
        now: Timestamp,
    ) -> impl Future<Output = Result<OverrideRevision, PortError>> + Send;
}
