//! E-mail addresses, and their domains, which say who belongs to which company.

mod domain;
mod public_providers;
mod written;

use std::fmt;

pub use domain::{Domain, InvalidDomain};
pub(crate) use public_providers::PUBLIC_PROVIDERS;

/// An e-mail address in one form. Its `Debug` shows only the domain: addresses are never
/// logged.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email {
    text: String,
    at: usize,
}

/// A text that is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an e-mail address needs a name, an '@' and a domain")]
pub struct InvalidEmail;

/// The domains under which platforms give addresses to what is no person: calendars, rooms,
/// organizers that they do not know, channels of teams.
const STAND_INS: [&str; 2] = ["calendar.google.com", "teams.ms"];
/// The domain of the rooms of Google's directory.
const ROOMS: &str = "resource.calendar.google.com";
/// Google's name for an organizer that it does not know.
const UNKNOWN_ORGANIZER: &str = "unknownorganizer@calendar.google.com";

impl Email {
    /// Parses an address as calendars write it: in any case, also in quotes, with a name
    /// (`Jane Roe <jane@globex.example>`) or with a scheme (`SMTP:jane@globex.example`).
    ///
    /// # Errors
    /// If there is no address, more than one, or one without a name or a domain.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let text = written::address(text).ok_or(InvalidEmail)?;
        let (name, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let domain = Domain::parse(domain).map_err(|_| InvalidEmail)?;
        if !is_name(name) {
            return Err(InvalidEmail);
        }
        Ok(Self {
            at: name.len(),
            text: format!("{name}@{domain}"),
        })
    }

    /// The whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The domain after the last `@`.
    #[must_use]
    pub fn domain(&self) -> Domain {
        Domain::of_address(self.domain_text())
    }

    /// Whether its domain is `other` or a subdomain of it.
    #[must_use]
    pub fn is_within(&self, other: &Domain) -> bool {
        domain::is_within(self.domain_text(), other.as_str())
    }

    /// Whether a platform gives addresses of this domain to what is no person.
    #[must_use]
    pub fn is_stand_in(&self) -> bool {
        let mut domains = STAND_INS.into_iter();
        domains.any(|stand_in| domain::is_within(self.domain_text(), stand_in))
    }

    /// Whether it is the address of a room by its domain.
    #[must_use]
    pub fn is_room(&self) -> bool {
        domain::is_within(self.domain_text(), ROOMS)
    }

    /// Whether it stands for an organizer that the platform does not know.
    #[must_use]
    pub fn is_unknown_organizer(&self) -> bool {
        self.text == UNKNOWN_ORGANIZER
    }

    fn domain_text(&self) -> &str {
        &self.text[self.at + 1..]
    }
}

/// Whether an address can have this name before its `@`: one word, or a quoted text.
fn is_name(name: &str) -> bool {
    let quoted = name
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'));
    if let Some(quoted) = quoted {
        return !quoted.is_empty() && !quoted.contains(['"', '\\']) && !has_blank(quoted);
    }
    let is_sign = |char: char| "\"(),:;<>@[\\]".contains(char) || char.is_control();
    !name.is_empty() && !name.starts_with('/') && !has_blank(name) && !name.contains(is_sign)
}

fn has_blank(text: &str) -> bool {
    text.contains(char::is_whitespace)
}

impl fmt::Debug for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "…{}", &self.text[self.at..])
    }
}

#[cfg(test)]
mod tests;
