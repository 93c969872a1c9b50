//! Signs access tokens, for the command line and for tests. A host application signs with any
//! library for JSON Web Tokens.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use callsheet_domain::{Actor, Timestamp, plus};
use hmac::Mac as _;
use jiff::SignedDuration;
use serde::Serialize;

use crate::claims::{ALGORITHM, AUDIENCE, Claims, Header, MOST_CALENDARS, TYPE};
use crate::key::SigningKey;
use crate::token::Grant;

/// A token that is to be signed.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// The person who will act.
    pub subject: Actor,
    /// What it gives access to.
    pub grant: Grant,
    /// IANA's name of the time zone in which days begin for the person.
    pub zone: Option<String>,
    /// When it is issued.
    pub issued_at: Timestamp,
    /// How long it is valid.
    pub life: SignedDuration,
}

/// A token that would be refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSignable {
    /// The key may not sign the role.
    #[error("the signing key \"{0}\" may not sign this role")]
    Role(String),
    /// It would live too long.
    #[error("a token of this role lives at most {} minutes", .0.as_mins())]
    Life(SignedDuration),
    /// It would cover no calendar, or too many.
    #[error(
        "a token covers 1 to {MOST_CALENDARS} calendars, and this one would cover {0}: name some of them by their ids"
    )]
    Calendars(usize),
}

impl SigningKey {
    /// Signs a token.
    ///
    /// # Errors
    /// If the key may not sign its role, it would live longer than the role allows, or cover no
    /// calendar or too many.
    pub fn sign(&self, new: &NewToken) -> Result<String, NotSignable> {
        let role = new.grant.role();
        if !self.may_sign(role) {
            return Err(NotSignable::Role(self.name().to_owned()));
        }
        if new.life > role.longest_life() {
            return Err(NotSignable::Life(role.longest_life()));
        }
        let (calendars, event) = match &new.grant {
            Grant::Participant { event } => (None, Some(event.to_string())),
            Grant::Owner { calendars } => {
                let count = calendars.len();
                if !(1..=MOST_CALENDARS).contains(&count) {
                    return Err(NotSignable::Calendars(count));
                }
                let ids = calendars.iter().map(ToString::to_string);
                (Some(ids.collect()), None)
            }
            Grant::Reader | Grant::Operator => (None, None),
        };
        let issued_at = new.issued_at.as_second();
        let claims = Claims {
            aud: AUDIENCE.to_owned(),
            sub: new.subject.as_str().to_owned(),
            role: role.to_string(),
            calendars,
            event,
            zone: new.zone.clone(),
            iat: issued_at,
            exp: plus(new.issued_at, new.life).as_second(),
            nbf: None,
        };
        Ok(self.sign_claims(&claims))
    }

    fn sign_claims(&self, claims: &Claims) -> String {
        let header = Header {
            alg: ALGORITHM.to_owned(),
            typ: TYPE.to_owned(),
            kid: self.name().to_owned(),
        };
        let signed = format!("{}.{}", part(&header), part(claims));
        let mut mac = self.signer();
        mac.update(signed.as_bytes());
        let signature = BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        format!("{signed}.{signature}")
    }
}

fn part(value: &impl Serialize) -> String {
    let json = serde_json::to_vec(value).expect("texts and numbers can be written as JSON");
    BASE64_URL_SAFE_NO_PAD.encode(json)
}
