//! The attendees of an event, and how they responded.

use crate::email::Email;

/// The most entries of an event's list of attendees that are read. A longer list is
/// incomplete: it must not fill the memory. Both platforms allow fewer.
pub const LONGEST_ATTENDEE_LIST: usize = 4_000;

/// An attendee's response to an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResponseStatus {
    /// Accepted. The organizer counts as accepted.
    Accepted,
    /// Tentatively accepted.
    Tentative,
    /// Declined.
    Declined,
    /// No response yet.
    Pending,
}

impl ResponseStatus {
    /// Its name in expressions.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Tentative => "tentative",
            Self::Declined => "declined",
            Self::Pending => "pending",
        }
    }

    /// The response of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Accepted,
            Self::Tentative,
            Self::Declined,
            Self::Pending,
        ]
        .into_iter()
        .find(|response| response.as_str() == name)
    }
}

/// A person or a room on the list of attendees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendee {
    /// The address.
    pub email: Email,
    /// The response.
    pub response: ResponseStatus,
    /// It is a room or another resource.
    pub is_resource: bool,
    /// Attendance is optional.
    pub is_optional: bool,
    /// They are the organizer.
    pub is_organizer: bool,
}

/// The list of attendees, as far as the calendar may see it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attendees {
    /// The listed attendees.
    pub listed: Vec<Attendee>,
    /// Whether the platform says that the list omits people.
    pub is_incomplete: bool,
}
