//! A plan of syncs, and what it is made from.

use std::collections::BTreeSet;
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::requested::RequestedSync;
use super::state::{CompletedSync, SyncInProgress};
use crate::id::CalendarId;

/// What a sync lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One calendar.
    Calendar(CalendarId),
    /// Every calendar of the workspace.
    Workspace,
}

/// A sync to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSync {
    /// What it lists.
    pub scope: Scope,
    /// The earliest change that it lists; none for a full sync.
    pub since: Option<Timestamp>,
    /// It resumes an unfinished sync where that one stopped.
    pub resumes: bool,
    /// The instant before which it does not start, so that it covers more requests.
    pub not_before: Timestamp,
    /// It is a full sync that its calendar's record asks for: a resync makes it too, if it is
    /// [left](ListingOptions::leaves_full_syncs).
    pub may_be_left: bool,
    /// The calendars whose requests it is made for.
    pub for_calendars: BTreeSet<CalendarId>,
}

/// The plan for a batch of requests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncPlan {
    /// Calendars whose requests a completed sync covers.
    pub answered: BTreeSet<CalendarId>,
    /// Calendars that another worker is syncing.
    pub awaited: BTreeSet<CalendarId>,
    /// Syncs to make, in this order.
    pub syncs: Vec<PlannedSync>,
}

/// A calendar with requests, and how far it has been synced.
#[derive(Debug, Clone)]
pub struct PendingCalendar<'a> {
    /// The calendar.
    pub calendar: &'a CalendarId,
    /// Its requests, combined.
    pub requested: &'a RequestedSync,
    /// The last completed sync of this calendar alone.
    pub last_sync: Option<&'a CompletedSync>,
    /// An unfinished sync of this calendar alone, if it can be resumed.
    pub in_progress: Option<&'a SyncInProgress<CompletedSync>>,
    /// Whether it [needs a full sync](super::needs_full_sync).
    pub needs_full_sync: bool,
    /// If it is new: how a list of the workspace can be its full sync.
    pub new: Option<NewCalendar>,
}

/// A calendar that was never synced, and whose creation is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewCalendar {
    /// A list of what changed since then has all its events.
    pub since: Timestamp,
    /// A sync that begins later [decides about it](super::CalendarRecord::known_from) as it is.
    pub known_from: Timestamp,
}

/// How events may be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListingOptions {
    /// Whether all calendars of the workspace may be listed together.
    pub lists_workspace: bool,
    /// The time between two calls that list events.
    pub interval: SignedDuration,
    /// Whether [windows](super::WindowedSyncState::are_urgent) are listed that have to be through
    /// soon: what requests list is missing to them.
    pub are_windows_urgent: bool,
    /// Whether full syncs that may be left are left, because the rate limit is used up: changes
    /// are listed without them.
    pub leaves_full_syncs: bool,
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Calendar(id) => write!(formatter, "calendar {id}"),
            Self::Workspace => formatter.write_str("the workspace"),
        }
    }
}

/// The sync in a log line.
impl fmt::Display for PlannedSync {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scope, since, .. } = self;
        let verb = if self.resumes { "resume" } else { "sync" };
        match since {
            Some(since) => write!(formatter, "{verb} {scope} since {since}")?,
            None => write!(formatter, "{verb} {scope} in full")?,
        }
        let count = self.for_calendars.len();
        let noun = if count == 1 { "calendar" } else { "calendars" };
        write!(formatter, " for {count} {noun} at {}", self.not_before)
    }
}

/// The plan in a log line.
impl fmt::Display for SyncPlan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (answered, awaited) = (self.answered.len(), self.awaited.len());
        write!(formatter, "{answered} answered, {awaited} awaited")?;
        self.syncs
            .iter()
            .try_for_each(|planned| write!(formatter, "; {planned}"))
    }
}
