//! The stored record of a calendar: the calendar as last seen, and how far it has been synced.

use super::state::{CompletedSync, SyncInProgress};
use crate::event::{Calendar, CalendarStatus};
use crate::revision::{CalendarRevision, Version};

/// What is remembered of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarRecord {
    /// The calendar as last seen.
    pub calendar: Calendar,
    /// How often it has changed.
    pub revision: CalendarRevision,
    /// The last finished look at its events; none is owed a look at everything.
    pub last_sync: Option<CompletedSync>,
    /// A look at its events, of several pages, that is not finished.
    pub in_progress: Option<SyncInProgress<CompletedSync>>,
    /// Grows with each write; a write states the one it saw.
    pub version: Version,
}

impl CalendarRecord {
    /// The record of a calendar that is seen for the first time.
    #[must_use]
    pub fn first(calendar: Calendar) -> Self {
        Self {
            calendar,
            revision: CalendarRevision(1),
            last_sync: None,
            in_progress: None,
            version: Version::NEW,
        }
    }

    /// The record after `seen`, or nothing if what is remembered is as new.
    ///
    /// Whatever changed, the calendar is owed a look at everything: between two
    /// views it may have been disconnected and be back, and nothing says that
    /// its bots came back too.
    #[must_use]
    pub fn after(&self, seen: Calendar) -> Option<Self> {
        if seen.updated_at < self.calendar.updated_at || seen == self.calendar {
            return None;
        }
        Some(Self {
            calendar: seen,
            revision: CalendarRevision(self.revision.0 + 1),
            last_sync: None,
            in_progress: None,
            version: self.version,
        })
    }

    /// The record once Recall answers that there is no such calendar.
    #[must_use]
    pub fn gone(&self) -> Option<Self> {
        let deleted = Calendar {
            status: CalendarStatus::Deleted,
            ..self.calendar.clone()
        };
        self.after(deleted)
    }
}
