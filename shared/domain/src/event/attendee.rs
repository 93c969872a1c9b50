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

/// A person, a room or another thing on the list of attendees, with an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendee {
    /// The address.
    pub email: Email,
    /// The response.
    pub response: ResponseStatus,
    /// It is no person: a room, another resource, or a calendar.
    pub is_resource: bool,
    /// Attendance is optional.
    pub is_optional: bool,
    /// They are the organizer.
    pub is_organizer: bool,
}

/// The list of attendees, as far as the calendar may see it and it can be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attendees {
    /// The listed attendees whose addresses can be read.
    pub listed: Vec<Attendee>,
    /// Whether people are missing from `listed`: the platform says that it cut the list, or
    /// an entry cannot be read.
    pub is_incomplete: bool,
    /// Whether only the organizer sees the whole list.
    pub is_hidden_from_guests: bool,
    /// Whether an entry is marked as the owner's, with an address or without one.
    pub lists_owner: bool,
    /// The number of listed rooms and other resources without an address.
    pub rooms_without_address: u32,
    /// The number of people whom listed attendees bring along, without being listed.
    pub additional_guests: u32,
}

impl Attendees {
    /// Whether a person is listed.
    #[must_use]
    pub fn lists_people(&self) -> bool {
        self.lists_owner || self.listed.iter().any(|attendee| !attendee.is_resource)
    }
}
