//! A connected calendar.

use std::fmt;

use super::disconnection::DisconnectReason;
use super::metadata::CalendarMetadata;
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
    /// A status that this build does not know. Recall says of no other that it removes bots, so
    /// the calendar counts as connected.
    Other(StatusName),
}

/// The longest name of an unknown status that is kept, in bytes.
const LONGEST_STATUS: usize = 40;

/// The name of an unknown status, as Recall states it; a long one is cut.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatusName {
    bytes: [u8; LONGEST_STATUS],
    length: usize,
}

impl StatusName {
    fn of(text: &str) -> Self {
        let length = text.floor_char_boundary(LONGEST_STATUS);
        let mut bytes = [0; LONGEST_STATUS];
        bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
        Self { bytes, length }
    }

    /// The name.
    ///
    /// # Panics
    /// Never: it was cut between two characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let bytes = &self.bytes[..self.length];
        std::str::from_utf8(bytes).expect("it was cut between two characters")
    }
}

impl fmt::Debug for StatusName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.as_str())
    }
}

impl CalendarStatus {
    /// The name in stored records and in output.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::Deleted => "deleted",
            Self::Other(name) => name.as_str(),
        }
    }

    /// The status of this name, in any case; none if there is no name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let known = [
            Self::Connecting,
            Self::Connected,
            Self::Disconnected,
            Self::Deleted,
        ]
        .into_iter()
        .find(|status| status.as_str().eq_ignore_ascii_case(text));
        let other = || (!text.is_empty()).then(|| Self::Other(StatusName::of(text)));
        known.or_else(other)
    }

    /// Whether bots for the calendar's events can exist.
    #[must_use]
    pub fn holds_bots(self) -> bool {
        matches!(self, Self::Connecting | Self::Connected | Self::Other(_))
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
    /// Why it is disconnected, if it is and Recall says why.
    pub disconnect_reason: Option<DisconnectReason>,
    /// Its owner's address; none until it is connected.
    pub email: Option<Email>,
    /// The metadata that it was given.
    pub metadata: CalendarMetadata,
    /// When it was created at Recall; none if that is not known.
    pub created_at: Option<Timestamp>,
    /// When Recall last changed it. It orders the versions of a calendar.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("connected", Some("connected"), true; "known")]
    #[test_case(" Disconnected ", Some("disconnected"), false; "in another case")]
    #[test_case("paused_by_admin", Some("paused_by_admin"), true; "new")]
    #[test_case("é".repeat(30).as_str(), Some("é".repeat(20).as_str()), true; "long")]
    #[test_case(" ", None, false; "none")]
    fn a_status_is_shown_as_it_is(text: &str, shown: Option<&str>, holds_bots: bool) {
        let status = CalendarStatus::parse(text);
        assert_eq!(status.as_ref().map(CalendarStatus::as_str), shown);
        assert_eq!(status.is_some_and(CalendarStatus::holds_bots), holds_bots);
    }
}
