//! A connected calendar.

use std::fmt;

use super::platform::Platform;
use crate::email::Email;
use crate::id::CalendarId;
use jiff::Timestamp;

/// A calendar's status at Recall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CalendarStatus {
    /// It is being connected; its address may not be known yet.
    Connecting,
    /// It is connected.
    Connected,
    /// Access was lost or revoked: Recall has removed its future bots.
    Disconnected,
    /// It does not exist at Recall any more, and neither do its future bots.
    Deleted,
}

impl CalendarStatus {
    /// The name in stored records and in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::Deleted => "deleted",
        }
    }

    /// The status of this name; none for an unknown name.
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

    /// Whether bots for the calendar's events can exist.
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

/// A calendar as Recall returns it, without the credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Its id.
    pub id: CalendarId,
    /// Its platform.
    pub platform: Platform,
    /// Its status.
    pub status: CalendarStatus,
    /// Its owner's address; none until it is connected.
    pub email: Option<Email>,
    /// When Recall last changed it. It orders the versions of a calendar.
    pub updated_at: Timestamp,
}
