//! The owner of a calendar, to whom overrides and pauses belong.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::calendar::Calendar;
use super::platform::Platform;
use crate::email::Email;
use crate::id::CalendarId;

/// Whom overrides and pauses belong to: the owner of a calendar.
///
/// Recall gives a calendar another id each time it is connected, and one mailbox can be
/// connected twice. The person stays the same, by the platform and the address there. A
/// person may have several addresses: then the store keeps which names are of one person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CalendarOwner {
    /// A person.
    Person {
        /// The platform of the mailbox.
        platform: Platform,
        /// Its address.
        email: Email,
    },
    /// The owner of one connection, as long as the address is not known.
    Unknown(CalendarId),
}

impl CalendarOwner {
    /// The persons whom an address may name: one on each platform.
    #[must_use]
    pub fn persons(email: &Email) -> [Self; 2] {
        [Platform::Google, Platform::Outlook].map(|platform| Self::Person {
            platform,
            email: email.clone(),
        })
    }

    /// A digest of the person's name, which tells nothing of the address; none if the
    /// person is not known.
    #[must_use]
    pub fn digest(&self) -> Option<String> {
        let Self::Person { platform, email } = self else {
            return None;
        };
        let name = format!("{} {}", platform.as_str(), email.as_str());
        let half = &Sha256::digest(name)[..16];
        Some(BASE64_URL_SAFE_NO_PAD.encode(half))
    }

    /// Whether the person is known, not only the connection.
    #[must_use]
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Person { .. })
    }
}

impl Calendar {
    /// Its owner, by the address that Recall gives. Overrides and pauses are read and written
    /// under this name or another one of the same person: the store takes each of them.
    #[must_use]
    pub fn owner(&self) -> CalendarOwner {
        match &self.email {
            Some(email) => CalendarOwner::Person {
                platform: self.platform,
                email: email.clone(),
            },
            None => CalendarOwner::Unknown(self.id.clone()),
        }
    }
}
