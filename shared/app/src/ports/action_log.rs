//! Storage of the log of what people did.
//!
//! The writes are those of the other ports: an override, a pause, a choice for a whole meeting and
//! a disconnection are written together with their entry, both or none. So what holds is in the
//! log, and what is in the log held once.

use std::future::Future;

use callsheet_domain::{CalendarId, CalendarOwner, LoggedAction, MeetingName, Timestamp};

use crate::PortError;

/// The place of an entry in a log: later ones are greater.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActionPlace {
    /// When the action was done.
    pub at: Timestamp,
    /// Tells entries of one instant apart, as the store orders them. It names no person.
    pub name: String,
}

/// An entry of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionEntry {
    /// The action.
    pub action: LoggedAction,
    /// Where it was logged.
    pub log: LogOf,
}

/// What a log is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogOf {
    /// The owner of calendars with this [digest](CalendarOwner::digest), under one name.
    Person(String),
    /// A calendar, and its owner as long as that is not known.
    Calendar(CalendarId),
    /// A meeting.
    Meeting,
}

/// A page of a log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActionPage {
    /// Entries, newest first. There may be fewer than asked for before the last page.
    pub entries: Vec<ActionEntry>,
    /// The problems of entries that cannot be read.
    pub unreadable: Vec<String>,
    /// The place before which the next page begins; none on the last page.
    pub next: Option<ActionPlace>,
}

/// The log of what people did, read by ranges of its keys. Each page has the newest entries before
/// a place, at most so many.
pub trait ActionLog: Send + Sync {
    /// What concerns a calendar and its owner, under all names of the owner: overrides and pauses;
    /// and of this calendar alone what was said before its owner was known, choices for whole
    /// meetings that were made in it, and its disconnection.
    ///
    /// An override that was carried over from another owner is there as it was set. Actions of
    /// names that were joined a moment ago may be missing.
    fn actions_in(
        &self,
        calendar: &CalendarId,
        owner: &CalendarOwner,
        before: Option<&ActionPlace>,
        most: usize,
    ) -> impl Future<Output = Result<ActionPage, PortError>> + Send;

    /// The choices for a whole meeting, by everybody.
    fn actions_for(
        &self,
        meeting: &MeetingName,
        before: Option<&ActionPlace>,
        most: usize,
    ) -> impl Future<Output = Result<ActionPage, PortError>> + Send;

    /// What was done in all calendars, each action once. The page may lag behind the writes by a
    /// moment.
    fn all_actions(
        &self,
        before: Option<&ActionPlace>,
        most: usize,
    ) -> impl Future<Output = Result<ActionPage, PortError>> + Send;
}
