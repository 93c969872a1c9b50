//! Storage of decisions.

use std::future::Future;

use callsheet_domain::{CalendarId, Decision, DecisionKey, EventId, IcalUid, Timestamp};

use crate::PortError;

/// The result of a compare-and-swap write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteOutcome {
    /// The row is stored, under the next version.
    Written,
    /// Another writer was first: load the row again.
    Conflict,
}

/// The rows that the index of due rows shows. The index may lag behind the writes
/// by a moment, so a row must be loaded before it is acted upon.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DueRows {
    /// Rows whose calls may be made now, in order of start.
    pub ready: Vec<DecisionKey>,
    /// When the first of the waiting rows may be; known only if fewer are ready
    /// than were asked for.
    pub waiting_until: Option<Timestamp>,
}

/// Storage of decisions.
pub trait Decisions: Send + Sync {
    /// The stored decisions under `keys`, those that exist, in any order, as
    /// the latest writes left them.
    fn decisions(
        &self,
        keys: &[DecisionKey],
    ) -> impl Future<Output = Result<Vec<Decision>, PortError>> + Send;

    /// Every stored decision about these meetings, in whatever calendar, as the
    /// latest writes left them.
    fn copies(
        &self,
        meetings: &[IcalUid],
    ) -> impl Future<Output = Result<Vec<Decision>, PortError>> + Send;

    /// The decision about an event, for a caller that has only the event's id. It
    /// may lag behind the writes by a moment.
    fn of_event(
        &self,
        event: &EventId,
    ) -> impl Future<Output = Result<Option<Decision>, PortError>> + Send;

    /// Writes the decision if the stored version is still `decision.version`
    /// ([`Version::NEW`](callsheet_domain::Version::NEW): if there is none),
    /// and raises the version by one.
    fn write(
        &self,
        decision: &Decision,
    ) -> impl Future<Output = Result<WriteOutcome, PortError>> + Send;

    /// The rows that are due, earliest start first: at most `most` of those
    /// whose `not_before` is not after `now`. Rows that wait never hide others.
    fn due(
        &self,
        now: Timestamp,
        most: usize,
    ) -> impl Future<Output = Result<DueRows, PortError>> + Send;

    /// Keys of the decisions about a calendar's meetings that end after `after`,
    /// in order of start.
    fn of_calendar(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> impl Future<Output = Result<Vec<DecisionKey>, PortError>> + Send;
}
