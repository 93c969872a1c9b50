//! The stored record of a calendar.

use super::state::{CompletedSync, SyncInProgress};
use crate::event::{Calendar, CalendarStatus};
use crate::revision::{CalendarRevision, Version};

/// The stored record of a calendar: the calendar as last fetched, and how far it has been
/// synced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarRecord {
    /// The calendar as last fetched.
    pub calendar: Calendar,
    /// Counts its changes.
    pub revision: CalendarRevision,
    /// The last completed sync; none if it needs a full sync.
    pub last_sync: Option<CompletedSync>,
    /// A sync of several pages that is not completed.
    pub in_progress: Option<SyncInProgress<CompletedSync>>,
    /// Counts the writes of the record.
    pub version: Version,
}

impl CalendarRecord {
    /// The record of a calendar that has none.
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

    /// The record after `calendar` was fetched; none if that is no newer.
    ///
    /// Any change makes a full sync necessary: the calendar may have been disconnected and
    /// connected again in between, and Recall does not say whether its bots came back too.
    #[must_use]
    pub fn after(&self, calendar: Calendar) -> Option<Self> {
        if calendar.updated_at < self.calendar.updated_at || calendar == self.calendar {
            return None;
        }
        Some(Self {
            calendar,
            revision: CalendarRevision(self.revision.0 + 1),
            last_sync: None,
            in_progress: None,
            version: self.version,
        })
    }

    /// The record after Recall answered that the calendar does not exist.
    #[must_use]
    pub fn gone(&self) -> Option<Self> {
        let deleted = Calendar {
            status: CalendarStatus::Deleted,
            ..self.calendar.clone()
        };
        self.after(deleted)
    }
}
