//! A connected calendar, and what is remembered of it.

use std::fmt;

use super::platform::Platform;
use crate::email::Email;
use crate::id::CalendarId;
use jiff::Timestamp;

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
