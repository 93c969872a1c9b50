//! Who has signed in, by the claims of an ID token that API Gateway has verified.
//!
//! API Gateway writes claims as text: `true` for a flag, `[a b]` for a list. Neither says whether
//! it was written so by the issuer: the value of a list that has a blank in it looks like two, so
//! the claim that makes operators has to be one whose values only administrators choose.

use callsheet_domain::{Actor, Domain, Email};
use callsheet_runtime::HttpRequest;
use serde_json::{Map, Value};

use crate::problem::Refused;
use crate::sign_in::SignIn;

/// A person who has signed in.
#[derive(Clone, Copy)]
pub(crate) struct Identity<'a> {
    claims: &'a Map<String, Value>,
}

impl<'a> Identity<'a> {
    /// The person of a request. Only what API Gateway wrote beside the request counts, never a
    /// header or a body. The issuer and the audience are compared again: the authorizer also takes
    /// an access token without an audience, which the issuer made for another service.
    pub(crate) fn of(request: &'a HttpRequest, sign_in: &SignIn) -> Result<Self, Refused> {
        let claims = request.verified_claims.as_ref();
        let person = Self {
            claims: claims.ok_or(Refused::NotSignedIn)?,
        };
        let is_for_console =
            person.has("iss", &sign_in.issuer) && person.has("aud", &sign_in.client);
        is_for_console.then_some(person).ok_or(Refused::NotSignedIn)
    }

    /// Whether the person is an operator. An address makes one only if it is verified.
    pub(crate) fn is_operator(self, sign_in: &SignIn) -> bool {
        let claim = sign_in.operator_claim.as_str();
        let counts = claim != "email" || self.has_verified_address();
        counts && self.has(claim, &sign_in.operator_value)
    }

    /// Whether the issuer says that the address was verified.
    pub(crate) fn has_verified_address(self) -> bool {
        self.has("email_verified", "true")
    }

    /// The person's address, verified or not; none if the claim is not just an address.
    pub(crate) fn address(self) -> Option<Email> {
        let text = self.claims.get("email")?.as_str()?;
        let email = Email::parse(text).ok()?;
        // Calendars write addresses in many forms. Of an issuer, another form than the plain one
        // may be another mailbox.
        let (name, domain) = text.rsplit_once('@')?;
        let is_plain = email
            .as_str()
            .starts_with(&format!("{}@", name.to_lowercase()))
            && Domain::parse(domain).is_ok_and(|domain| domain == email.domain());
        is_plain.then_some(email)
    }

    /// The name under which the person's changes are stored: the address, or else the issuer's id.
    pub(crate) fn name(self) -> Option<Actor> {
        if let Some(address) = self.address() {
            return Actor::parse(address.as_str()).ok();
        }
        let id = self.claims.get("sub")?.as_str()?;
        let is_shown = !id.trim().is_empty() && !id.contains(char::is_control);
        Actor::parse(id).ok().filter(|_| is_shown)
    }

    /// Whether a claim has a value, or has it among others.
    fn has(self, claim: &str, expected: &str) -> bool {
        match self.claims.get(claim) {
            Some(Value::Array(values)) => values.iter().any(|value| is(value, expected)),
            Some(Value::String(text)) => {
                let list = text
                    .strip_prefix('[')
                    .and_then(|text| text.strip_suffix(']'));
                let mut items = list.into_iter().flat_map(|list| list.split(' '));
                text == expected || items.any(|item| item == expected)
            }
            Some(value) => is(value, expected),
            None => false,
        }
    }
}

/// Whether a value is this text, or is written so.
fn is(value: &Value, expected: &str) -> bool {
    match value {
        Value::String(text) => text == expected,
        Value::Bool(flag) => expected == if *flag { "true" } else { "false" },
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
    }
}
