//! A connected calendar, and what is remembered of it.

use std::fmt;

use crate::{CalendarId, CompletedSync, Email, Platform, SyncInProgress, Timestamp, Version};

/// Where a calendar stands at Recall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CalendarStatus {
    /// Being connected; it may not have an address yet.
    Connecting,
    /// Events arrive.
    Connected,
    /// Access was lost or given up: its future bots are gone.
    Disconnected,
    /// Recall does not know it any more: its future bots are gone.
    Deleted,
}

impl CalendarStatus {
    /// The name it is kept and shown under.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::Deleted => "deleted",
        }
    }

    /// Reads such a name; unknown ones give nothing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Connecting,
            Self::Connected,
            Self::Disconnected,
            Self::Deleted,
        ]
        .into_iter()
        .find(|status| status.as_str() == text)
    }

    /// Whether bots of the calendar's events can exist.
    #[must_use]
    pub fn holds_bots(self) -> bool {
        matches!(self, Self::Connecting | Self::Connected)
    }
}

impl fmt::Display for CalendarStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A calendar as Recall shows it, without the credentials Recall also shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Its name.
    pub id: CalendarId,
    /// Where it is kept.
    pub platform: Platform,
    /// Where it stands.
    pub status: CalendarStatus,
    /// Its owner's address; absent until the connection is made.
    pub email: Option<Email>,
    /// When Recall last changed it: the order of its versions.
    pub updated_at: Timestamp,
}

/// Counts the changes of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CalendarRevision(pub u64);

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
