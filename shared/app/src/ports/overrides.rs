//! Storage of overrides and pauses.

use std::future::Future;

use callsheet_domain::{
    Actor, CalendarId, OverrideChoice, OverrideRevision, OverrideScope, Overrides, Timestamp,
};

use crate::PortError;

/// Storage of overrides and pauses, by calendar. They take effect when the
/// calendar is synced.
pub trait OverrideStore: Send + Sync {
    /// The overrides and the pause of a calendar.
    fn overrides(
        &self,
        calendar: &CalendarId,
    ) -> impl Future<Output = Result<Overrides, PortError>> + Send;

    /// Sets the override of a scope at `now`, in place of an earlier one; gives
    /// the calendar's new revision.
    fn set_override(
        &self,
        calendar: &CalendarId,
        scope: &OverrideScope,
        choice: OverrideChoice,
        by: &Actor,
        now: Timestamp,
    ) -> impl Future<Output = Result<OverrideRevision, PortError>> + Send;

    /// Pauses the calendar at `now` until an instant, in place of an earlier
    /// pause; an instant that is past resumes it. Gives the calendar's new
    /// revision.
    fn pause(
        &self,
        calendar: &CalendarId,
        until: Timestamp,
        by: &Actor,
        now: Timestamp,
    ) -> impl Future<Output = Result<OverrideRevision, PortError>> + Send;
}
