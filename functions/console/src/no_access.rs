//! Why a person who has signed in gets no access: a sentence for the person, and words for the log.

use std::fmt;

/// Why a person who has signed in gets no access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoAccess {
    /// The ID token names neither an operator nor an address.
    NoAddress,
    /// The issuer does not say that the address is verified.
    AddressNotVerified,
    /// No calendar has the address.
    NoCalendar,
    /// The ID token has neither an address nor an id that can be shown.
    NoName,
    /// No signing key may sign the role.
    NoKey,
}

impl NoAccess {
    /// The reason, for the person.
    pub(crate) fn detail(self) -> &'static str {
        match self {
            Self::NoAddress => {
                "Your login makes you no operator, and has no address by which your calendars could be found."
            }
            Self::AddressNotVerified => {
                "Your login makes you no operator, and does not say that your address is verified, so no calendar is shown."
            }
            Self::NoCalendar => {
                "Your login makes you no operator, and no calendar of your address is connected."
            }
            Self::NoName => "Your login has neither an address nor an id.",
            Self::NoKey => "No signing key of the stack may sign the role.",
        }
    }
}

impl fmt::Display for NoAccess {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::NoAddress => "no operator, no address",
            Self::AddressNotVerified => "no operator, an address that is not verified",
            Self::NoCalendar => "no operator, no calendar of the address",
            Self::NoName => "neither an address nor an id",
            Self::NoKey => "no signing key may sign the role",
        };
        formatter.write_str(words)
    }
}
