//! Attendees of a draft, and responses to invitations.

use serde::{Deserialize, Serialize};

/// Invited person, room or other resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendee {
    /// E-mail address.
    pub email: String,
    /// Response to the invitation.
    #[serde(default)]
    pub response: ResponseStatus,
    /// Whether it is a room or another resource.
    #[serde(default)]
    pub resource: bool,
    /// Whether attendance is optional.
    #[serde(default)]
    pub optional: bool,
}

impl Attendee {
    /// Creates a required attendee who has accepted.
    #[must_use]
    pub fn new(email: impl Into<String>) -> Self {
        Self {
            email: email.into(),
            response: ResponseStatus::default(),
            resource: false,
            optional: false,
        }
    }

    /// Sets the response.
    #[must_use]
    pub fn response(mut self, response: ResponseStatus) -> Self {
        self.response = response;
        self
    }

    /// Makes it a resource.
    #[must_use]
    pub fn resource(mut self) -> Self {
        self.resource = true;
        self
    }

    /// Makes attendance optional.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
}

impl From<&str> for Attendee {
    fn from(email: &str) -> Self {
        Self::new(email)
    }
}

/// Response to an invitation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseStatus {
    /// No response yet.
    NeedsAction,
    /// Accepted.
    #[default]
    Accepted,
    /// Accepted tentatively.
    Tentative,
    /// Declined.
    Declined,
}
