//! Header and claims of an access token, as they are signed.
//!
//! Claims that are not known are ignored, as RFC 7519 says. A header that has another member is
//! refused, since RFC 7515 lets one change how the token is verified (`crit`).

use callsheet_domain::{Actor, CalendarId, EventId};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;
use crate::role::Role;
use crate::token::Grant;

/// The only algorithm.
pub(crate) const ALGORITHM: &str = "HS256";
/// The only type, so that no token of another service of the host application is taken.
pub(crate) const TYPE: &str = "callsheet+jwt";
/// The only audience.
pub(crate) const AUDIENCE: &str = "callsheet";
/// The most calendars in the token of an owner.
pub const MOST_CALENDARS: usize = 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    pub(crate) alg: String,
    pub(crate) typ: String,
    pub(crate) kid: String,
}

/// The claims. Instants are in seconds since 1970.
#[derive(Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) aud: String,
    pub(crate) sub: String,
    pub(crate) role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) calendars: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) event: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) zone: Option<String>,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    /// Not before: an earlier instant than `iat` changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nbf: Option<i64>,
}

impl Claims {
    pub(crate) fn role(&self) -> Result<Role, Refusal> {
        self.role.parse().map_err(|_| Refusal::InvalidClaim)
    }

    /// The person who acts. A name that would break a line is refused, since it is shown.
    pub(crate) fn subject(&self) -> Result<Actor, Refusal> {
        if self.sub.trim().is_empty() || self.sub.contains(char::is_control) {
            return Err(Refusal::InvalidClaim);
        }
        Actor::parse(&self.sub).map_err(|_| Refusal::InvalidClaim)
    }

    /// What is granted. A claim that the role does not have is refused: whoever signed it meant
    /// to restrict what it does not restrict.
    pub(crate) fn grant(&self, role: Role) -> Result<Grant, Refusal> {
        match (role, &self.calendars, &self.event) {
            (Role::Participant, None, Some(event)) => {
                let event = EventId::parse(event).map_err(|_| Refusal::InvalidClaim)?;
                Ok(Grant::Participant { event })
            }
            (Role::Owner, Some(calendars), None) => {
                if !(1..=MOST_CALENDARS).contains(&calendars.len()) {
                    return Err(Refusal::InvalidClaim);
                }
                let calendars = calendars.iter().map(CalendarId::parse);
                let calendars = calendars.collect::<Result<Vec<_>, _>>();
                let mut calendars = calendars.map_err(|_| Refusal::InvalidClaim)?;
                calendars.sort_unstable();
                calendars.dedup();
                Ok(Grant::Owner { calendars })
            }
            (Role::Reader, None, None) => Ok(Grant::Reader),
            (Role::Operator, None, None) => Ok(Grant::Operator),
            _ => Err(Refusal::InvalidClaim),
        }
    }

    pub(crate) fn zone(&self) -> Result<Option<TimeZone>, Refusal> {
        let zones = TimeZoneDatabase::bundled();
        let zone = self.zone.as_deref().map(|name| zones.get(name));
        zone.transpose().map_err(|_| Refusal::InvalidClaim)
    }
}
