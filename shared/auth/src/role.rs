//! The roles of access tokens.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;

/// A role: what the holder of an access token may read and write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A participant of one meeting: its title, its time, and the participant's own choice.
    Participant,
    /// The owner of the calendars in the token.
    Owner,
    /// Reads everything, writes nothing.
    Reader,
    /// Reads and writes everything.
    Operator,
}

/// A text that is not the name of a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected participant, owner, reader or operator")]
pub struct UnknownRole;

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [Self::Participant, Self::Owner, Self::Reader, Self::Operator];

    /// The longest time from the issue of a token to its expiry. A participant's token ends with
    /// the meeting, too.
    #[must_use]
    pub fn longest_life(self) -> SignedDuration {
        SignedDuration::from_hours(match self {
            Self::Participant => 31 * 24,
            Self::Owner | Self::Reader => 1,
            Self::Operator => 8,
        })
    }

    /// Its name in tokens and keys.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Participant => "participant",
            Self::Owner => "owner",
            Self::Reader => "reader",
            Self::Operator => "operator",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let mut roles = Self::ALL.into_iter();
        roles.find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
