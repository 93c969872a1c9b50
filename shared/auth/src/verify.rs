//! Verifies access tokens. The bytes are verified before the claims are parsed, and what does not
//! depend on the secret is checked first, so that a forged token costs little.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use callsheet_domain::{Timestamp, plus};
use hmac::Mac as _;
use jiff::SignedDuration;
use serde::de::DeserializeOwned;

use crate::claims::{ALGORITHM, AUDIENCE, Claims, Header, TYPE};
use crate::key::{SigningKey, SigningKeys};
use crate::refusal::Refusal;
use crate::token::AccessToken;

/// The longest token, in bytes: an owner of twenty calendars has one of about 1,400.
const LONGEST: usize = 4096;
/// How far ahead the clock of a host application may be.
const AHEAD: SignedDuration = SignedDuration::from_secs(60);

impl SigningKeys {
    /// Verifies a token at `now`.
    ///
    /// # Errors
    /// The first reason to refuse it. [`Refusal::may_be_rotated`] says whether keys that are
    /// loaded again may accept it.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<AccessToken, Refusal> {
        if token.len() > LONGEST {
            return Err(Refusal::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::NotThreeParts)?;
        let (header, claims) = signed.split_once('.').ok_or(Refusal::NotThreeParts)?;
        if claims.contains('.') {
            return Err(Refusal::NotThreeParts);
        }
        let header: Header = read(header).ok_or(Refusal::OtherHeader)?;
        if header.alg != ALGORITHM || header.typ != TYPE {
            return Err(Refusal::OtherHeader);
        }
        let key = self.named(&header.kid).ok_or(Refusal::UnknownKey)?;
        verify_signature(key, signed, signature)?;
        let claims: Claims = read(claims).ok_or(Refusal::UnreadableClaims)?;
        accept(&claims, key, now)
    }
}

/// Compares in constant time.
fn verify_signature(key: &SigningKey, signed: &str, signature: &str) -> Result<(), Refusal> {
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature);
    let signature = signature.map_err(|_| Refusal::Mismatch)?;
    let mut mac = key.signer();
    mac.update(signed.as_bytes());
    mac.verify_slice(&signature).map_err(|_| Refusal::Mismatch)
}

/// Checks the claims of a token that `key` signed.
fn accept(claims: &Claims, key: &SigningKey, now: Timestamp) -> Result<AccessToken, Refusal> {
    if claims.aud != AUDIENCE {
        return Err(Refusal::OtherAudience);
    }
    let instant = |second| Timestamp::from_second(second).map_err(|_| Refusal::InvalidClaim);
    let (issued_at, expires_at) = (instant(claims.iat)?, instant(claims.exp)?);
    let valid_from = claims.nbf.map_or(Ok(issued_at), instant)?;
    if issued_at.max(valid_from) > plus(now, AHEAD) {
        return Err(Refusal::Early);
    }
    if expires_at <= now {
        return Err(Refusal::Expired);
    }
    let role = claims.role()?;
    if expires_at > plus(issued_at, role.longest_life()) {
        return Err(Refusal::TooLongLived);
    }
    if !key.may_sign(role) {
        return Err(Refusal::RoleNotAllowed);
    }
    Ok(AccessToken {
        subject: claims.subject()?,
        grant: claims.grant(role)?,
        zone: claims.zone()?,
        key: key.name().to_owned(),
        expires_at,
    })
}

/// A part of a token; none if it is not base64url of the expected JSON.
fn read<T: DeserializeOwned>(part: &str) -> Option<T> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&json).ok()
}
