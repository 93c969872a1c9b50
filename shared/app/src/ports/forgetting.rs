//! Storage that can forget people and calendars.

use std::future::Future;

use callsheet_domain::{CalendarId, OverrideScope, Timestamp};

use crate::PortError;

/// Number of rows that name a person as the one who made a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ActorRows {
    /// Overrides and pauses, of all calendars.
    pub overrides: u64,
    /// Policies, of all revisions.
    pub policies: u64,
}

/// Storage of state that can forget people and calendars. Names are compared without
/// regard to case.
pub trait Forgetting: Send + Sync {
    /// Counts the rows that name `actor`.
    fn rows_by(&self, actor: &str) -> impl Future<Output = Result<ActorRows, PortError>> + Send;

    /// Replaces the name of `actor` by [`Actor::forgotten`](callsheet_domain::Actor::forgotten);
    /// gives the number of rows.
    fn forget_actor(
        &self,
        actor: &str,
    ) -> impl Future<Output = Result<ActorRows, PortError>> + Send;

    /// Number of the rows of a calendar: its record, overrides and pause, and their head.
    fn calendar_rows(
        &self,
        calendar: &CalendarId,
    ) -> impl Future<Output = Result<u64, PortError>> + Send;

    /// Deletes all rows of a calendar; gives their number.
    fn forget_calendar(
        &self,
        calendar: &CalendarId,
    ) -> impl Future<Output = Result<u64, PortError>> + Send;

    /// Has an override deleted after `at`, unless it is set again.
    fn expire_override(
        &self,
        calendar: &CalendarId,
        scope: &OverrideScope,
        at: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
