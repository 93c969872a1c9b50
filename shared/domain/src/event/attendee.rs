//! The attendees of an event, and how they responded.

use crate::email::Email;

/// What somebody said to an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResponseStatus {
    /// Comes. The organizer counts as coming.
    Accepted,
    /// May come.
    Tentative,
    /// Does not come.
    Declined,
    /// Has not said.
    Pending,
}

impl ResponseStatus {
    /// The name it has in expressions.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Tentative => "tentative",
            Self::Declined => "declined",
            Self::Pending => "pending",
        }
    }

    /// The answer of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Accepted,
            Self::Tentative,
            Self::Declined,
            Self::Pending,
        ]
        .into_iter()
        .find(|answer| answer.as_str() == name)
    }
}

/// Somebody who is invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendee {
    /// The address invited.
    pub email: Email,
    /// What they said.
    pub response: ResponseStatus,
    /// A room or a piece of equipment.
    pub is_resource: bool,
    /// They need not come.
    pub is_optional: bool,
    /// They called the meeting.
    pub is_organizer: bool,
}

/// Who is invited, as far as the calendar may see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attendees {
    /// Those that are listed.
    pub listed: Vec<Attendee>,
    /// Whether the platform says that the list leaves people out.
    pub is_incomplete: bool,
}
