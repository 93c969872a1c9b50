//! Storage that can forget people and calendars.

use std::future::Future;

use callsheet_domain::{CalendarId, CalendarOwner};

use crate::PortError;

/// Number of rows that name a person as the one who made a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ActorRows {
    /// Overrides and pauses, of all owners, and rows of meetings with a choice of the person.
    pub overrides: u64,
    /// Entries of the log of what people did. One stands in each partition that it concerns.
    pub actions: u64,
    /// Calendars that the person disconnected.
    pub disconnections: u64,
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

    /// Number of the rows of a calendar: its record, its part of the log, and what was said in it
    /// before the owner was known.
    fn calendar_rows(
        &self,
        calendar: &CalendarId,
    ) -> impl Future<Output = Result<u64, PortError>> + Send;

    /// Deletes all rows of a calendar; gives their number.
    fn forget_calendar(
        &self,
        calendar: &CalendarId,
    ) -> impl Future<Output = Result<u64, PortError>> + Send;

    /// Number of the rows of an owner: overrides, the pause, their head, and what is logged under
    /// this name.
    fn owner_rows(
        &self,
        owner: &CalendarOwner,
    ) -> impl Future<Output = Result<u64, PortError>> + Send;

    /// Deletes all rows of an owner; gives their number.
    fn forget_owner(
        &self,
        owner: &CalendarOwner,
    ) -> impl Future<Output = Result<u64, PortError>> + Send;
}
