//! Storage of calendars and of how far each is synced.

use std::future::Future;

use callsheet_domain::{
    CalendarId, CalendarOwner, CalendarRecord, DUE_AT_ONCE, OverrideRevision, Timestamp,
    UnappliedOverride,
};

use super::WriteOutcome;
use crate::PortError;

/// A calendar as the list of all calendars shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCalendar {
    /// Record of the calendar.
    pub record: CalendarRecord,
    /// Its owner, by the name that all connections of the person have in common.
    pub person: CalendarOwner,
    /// The latest revision of its owner's overrides and pauses that only a full sync applies; 0
    /// if there is none.
    pub override_revision: OverrideRevision,
    /// Overrides of its events that no sync has applied yet.
    pub unapplied: Vec<UnappliedOverride>,
}

impl ListedCalendar {
    /// Whether its decisions were made with the latest overrides, or no decisions are made
    /// about it.
    #[must_use]
    pub fn has_applied_overrides(&self) -> bool {
        let last_sync = self.record.last_sync.as_ref();
        let is_synced = last_sync.is_some_and(|last| last.overrides >= self.override_revision);
        !self.record.calendar.status.holds_bots() || (is_synced && self.unapplied.is_empty())
    }
}

/// The work that a resync has for reasons of single calendars.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DueWork {
    /// The calendars that are [due](CalendarRecord::due_at), and those of owners with
    /// overrides that a sync has to apply, as they were last written.
    pub calendars: Vec<ListedCalendar>,
    /// Heads of overrides that a sync has to apply.
    pub heads: Vec<DueHead>,
    /// What else is due.
    pub more: MoreDue,
}

/// What is due besides the work that is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MoreDue {
    /// Nothing.
    #[default]
    Nothing,
    /// Calendars that are due for a sync, so many at least, and nothing that is due
    /// [at once](callsheet_domain::DUE_AT_ONCE).
    Syncs(usize),
    /// Anything.
    Anything,
}

impl MoreDue {
    /// What is due besides, of rows that are due since these instants, in order.
    #[must_use]
    pub fn of(mut since: impl Iterator<Item = Timestamp>) -> Self {
        match since.next() {
            None => Self::Nothing,
            Some(first) if first > DUE_AT_ONCE => Self::Syncs(1 + since.count()),
            Some(_) => Self::Anything,
        }
    }
}

/// The head of an owner's overrides, the latest of which no sync may have applied. One with a
/// row or a calendar that cannot be read is not given: nobody knows whether it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueHead {
    /// Its key, which only the store interprets.
    pub key: String,
    /// Its revision.
    pub revision: OverrideRevision,
    /// All calendars of the owner.
    pub calendars: Vec<CalendarId>,
}

/// A calendar with a stored row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnreadableRecord {
    /// Its id.
    pub calendar_id: CalendarId,
    /// The problem, without the row's content.
    pub problem: String,
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

    /// The same of a record with a disconnection that a person wants. That is
    /// [logged](super::ActionLog) in the same write, both or none.
    fn write_disconnection(
        &self,
        record: &CalendarRecord,
    ) -> impl Future<Output = Result<WriteOutcome, PortError>> + Send;

    /// The records of all calendars, in any order, except those that cannot be
    /// read. The list may lag behind the writes by a moment, so a record must be
    /// read before it is acted upon.
    fn listed(&self) -> impl Future<Output = Result<Vec<ListedCalendar>, PortError>> + Send;

    /// The calendars of the person whom `owner` names, under all names of the person, in any
    /// order, except those that cannot be read. A calendar that was stored a moment ago may
    /// be missing; those that are there are as they were last written.
    fn of_owner(
        &self,
        owner: &CalendarOwner,
    ) -> impl Future<Output = Result<Vec<ListedCalendar>, PortError>> + Send;

    /// The work that is due at `now`, of at most so many rows, those first that have been due for
    /// the longest time: overrides are due [at once](callsheet_domain::DUE_AT_ONCE). Of a row that
    /// cannot be read nothing is known; it costs no other.
    ///
    /// A calendar is due by the write of its record, and its owner's override by the write of
    /// the override, so no crash in between loses one. Both may be shown a moment later.
    fn due(
        &self,
        now: Timestamp,
        most: usize,
    ) -> impl Future<Output = Result<DueWork, PortError>> + Send;

    /// Notes that all calendars of an owner have applied the overrides up to the head's
    /// revision: none of them is due for it any more, unless another one was set since.
    fn note_applied_by_all(
        &self,
        head: &DueHead,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// The records of at most so many connected calendars with events that cannot be read, those
    /// first whose events [wait for the longest time](CalendarRecord::untried_since) to be read
    /// once more, as they were last written. A record that cannot be read is left out.
    fn untried(
        &self,
        most: usize,
    ) -> impl Future<Output = Result<Vec<CalendarRecord>, PortError>> + Send;

    /// Has all rows of a calendar deleted after `at`.
    fn expire(
        &self,
        id: &CalendarId,
        at: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// The calendars whose record, or the head of whose owner's overrides, cannot be read.
    fn unreadable(&self) -> impl Future<Output = Result<Vec<UnreadableRecord>, PortError>> + Send;
}
