//! A verified access token.

use callsheet_domain::{Actor, CalendarId, EventId, Timestamp};
use jiff::tz::TimeZone;

use crate::role::Role;

/// A token that was verified. Its `Debug` does not show who holds it.
#[derive(Debug, Clone)]
pub struct AccessToken {
    pub(crate) subject: Actor,
    pub(crate) grant: Grant,
    pub(crate) zone: Option<TimeZone>,
    pub(crate) key: String,
    pub(crate) expires_at: Timestamp,
}

/// What a token gives access to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// One meeting, to a participant.
    Participant {
        /// Recall's id of an event of the meeting.
        event: EventId,
    },
    /// Calendars, to their owner.
    Owner {
        /// Recall's ids of 1 to 20 calendars.
        calendars: Vec<CalendarId>,
    },
    /// All that can be read.
    Reader,
    /// Everything.
    Operator,
}

impl Grant {
    /// The role.
    #[must_use]
    pub fn role(&self) -> Role {
        match self {
            Self::Participant { .. } => Role::Participant,
            Self::Owner { .. } => Role::Owner,
            Self::Reader => Role::Reader,
            Self::Operator => Role::Operator,
        }
    }

    /// Whether it gives access to a calendar.
    #[must_use]
    pub fn includes_calendar(&self, id: &CalendarId) -> bool {
        match self {
            Self::Participant { .. } => false,
            Self::Owner { calendars } => calendars.contains(id),
            Self::Reader | Self::Operator => true,
        }
    }
}

impl AccessToken {
    /// The person who acts, as the signing key's holder named them.
    #[must_use]
    pub fn subject(&self) -> &Actor {
        &self.subject
    }

    /// What it gives access to.
    #[must_use]
    pub fn grant(&self) -> &Grant {
        &self.grant
    }

    /// The role.
    #[must_use]
    pub fn role(&self) -> Role {
        self.grant.role()
    }

    /// The time zone in which days begin for the person, if the token names one.
    #[must_use]
    pub fn zone(&self) -> Option<&TimeZone> {
        self.zone.as_ref()
    }

    /// Name of the key that signed it.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// When it expires.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}
