//! Verifies that Recall sent a webhook.
//!
//! Recall signs as Standard Webhooks (<https://www.standardwebhooks.com>) says:
//! HMAC-SHA256 over `{id}.{timestamp}.{body}`, with the key in base64 after
//! `whsec_`. The headers are `webhook-…`; older workspaces send `svix-…`. While
//! a secret is rotated, a webhook has several signatures, and several secrets
//! are valid. The bytes are verified before they are parsed: a [`Verified`] body
//! is a type of its own, which only [`WebhookSecrets::verify`] makes.

use std::fmt;

use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use callsheet_domain::Timestamp;
use hmac::digest::{CtOutput, Output};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The largest difference between a signature's timestamp and now, in seconds.
const TOLERANCE: u64 = 5 * 60;
/// The most signatures of one header that are compared: a rotation needs two.
const MOST_SIGNATURES: usize = 16;

/// Reads keys with and without padding.
const KEYS: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

type Signer = Hmac<Sha256>;

/// The three headers of a signature.
#[derive(Debug, Clone, Copy)]
pub struct SignatureHeaders<'a> {
    id: &'a str,
    timestamp: &'a str,
    signatures: &'a str,
}

impl<'a> SignatureHeaders<'a> {
    /// The `webhook-…` headers, or the `svix-…` headers; none if neither is complete.
    #[must_use]
    pub fn find(header: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let family = |id: &str, timestamp: &str, signatures: &str| {
            Some(Self {
                id: header(id)?,
                timestamp: header(timestamp)?,
                signatures: header(signatures)?,
            })
        };
        family("webhook-id", "webhook-timestamp", "webhook-signature")
            .or_else(|| family("svix-id", "svix-timestamp", "svix-signature"))
    }
}

/// Why a webhook is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// The headers are missing.
    #[error("the signature's headers are missing")]
    NoHeaders,
    /// The timestamp cannot be read.
    #[error("the signature's timestamp is not a number of seconds")]
    NoTimestamp,
    /// The timestamp is too old or too far ahead.
    #[error("the signature's timestamp differs from now by more than 5 minutes")]
    OutsideWindow,
    /// None of the secrets made any of the signatures.
    #[error("no signature matches a webhook secret")]
    NoMatch,
}

/// A text without valid secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one or more secrets, separated by blanks, each `whsec_` and base64")]
pub struct InvalidSecret;

/// The valid secrets: several while one is rotated. Their `Debug` hides them.
#[derive(Clone)]
pub struct WebhookSecrets(Vec<Signer>);

impl fmt::Debug for WebhookSecrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "WebhookSecrets({})", self.0.len())
    }
}

/// A body that Recall signed.
#[derive(Debug, Clone, Copy)]
pub struct Verified<'a>(pub(crate) &'a [u8]);

impl WebhookSecrets {
    /// Reads secrets separated by blanks or commas.
    ///
    /// # Errors
    /// If there is none, or one of them is not of the form `whsec_<base64>`.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        let secrets: Vec<_> = text
            .split([' ', ',', '\n', '\r', '\t'])
            .filter(|part| !part.is_empty())
            .map(parse_secret)
            .collect::<Result<_, _>>()?;
        if secrets.is_empty() {
            Err(InvalidSecret)
        } else {
            Ok(Self(secrets))
        }
    }

    /// Verifies that `body` was signed with one of the secrets, close to `now`.
    ///
    /// # Errors
    /// Names the problem for the log. The sender is told only that the webhook was refused.
    pub fn verify<'a>(
        &self,
        headers: Option<SignatureHeaders<'_>>,
        body: &'a [u8],
        now: Timestamp,
    ) -> Result<Verified<'a>, NotSigned> {
        let headers = headers.ok_or(NotSigned::NoHeaders)?;
        let sent_at: i64 = headers
            .timestamp
            .parse()
            .map_err(|_| NotSigned::NoTimestamp)?;
        if now.as_second().abs_diff(sent_at) > TOLERANCE {
            return Err(NotSigned::OutsideWindow);
        }
        let offered: Vec<CtOutput<Signer>> = headers
            .signatures
            .split(' ')
            .filter_map(|part| part.strip_prefix("v1,"))
            .take(MOST_SIGNATURES)
            .filter_map(|text| BASE64_STANDARD.decode(text).ok())
            .filter_map(|bytes| Output::<Signer>::try_from(bytes.as_slice()).ok())
            .map(CtOutput::new)
            .collect();
        // One signature for each secret, however many are offered: the body may be large.
        let is_signed = !offered.is_empty()
            && self.0.iter().any(|secret| {
                let signature = sign(secret, &headers, body);
                // Compares in constant time.
                offered.contains(&signature)
            });
        if is_signed {
            Ok(Verified(body))
        } else {
            Err(NotSigned::NoMatch)
        }
    }
}

impl WebhookSecrets {
    /// The signature of a webhook, as Recall would make it with the first of the secrets.
    pub(crate) fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> String {
        let timestamp = at.as_second().to_string();
        let headers = SignatureHeaders {
            id,
            timestamp: &timestamp,
            signatures: "",
        };
        // A text without secrets is not parsed into a value of this type.
        let signature = sign(&self.0[0], &headers, body).into_bytes();
        format!("v1,{}", BASE64_STANDARD.encode(signature))
    }
}

fn sign(secret: &Signer, headers: &SignatureHeaders<'_>, body: &[u8]) -> CtOutput<Signer> {
    #[cfg(test)]
    tests::SIGNED.set(tests::SIGNED.get() + 1);
    let mut mac = secret.clone();
    for part in [
        headers.id.as_bytes(),
        b".",
        headers.timestamp.as_bytes(),
        b".",
        body,
    ] {
        mac.update(part);
    }
    mac.finalize()
}

/// Reads a secret: base64 in either alphabet, with padding or without. The template allows
/// the same texts.
fn parse_secret(text: &str) -> Result<Signer, InvalidSecret> {
    let encoded = text.strip_prefix("whsec_").ok_or(InvalidSecret)?;
    let encoded = encoded.replace('-', "+").replace('_', "/");
    let key = KEYS.decode(encoded).map_err(|_| InvalidSecret)?;
    if key.is_empty() {
        return Err(InvalidSecret);
    }
    Hmac::new_from_slice(&key).map_err(|_| InvalidSecret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    thread_local! {
        /// The signatures that this thread made.
        pub(super) static SIGNED: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    }

    // The example of the Standard Webhooks reference libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const OTHER: &str = "whsec_b3RoZXIgc2VjcmV0";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIME: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    struct Sent {
        family: &'static str,
        time: String,
        signatures: String,
        body: Vec<u8>,
        secrets: String,
        now: i64,
    }

    impl Sent {
        fn valid() -> Self {
            Self {
                family: "webhook",
                time: TIME.to_string(),
                signatures: SIGNATURE.to_owned(),
                body: BODY.to_vec(),
                secrets: SECRET.to_owned(),
                now: TIME,
            }
        }

        fn verify(&self) -> Result<(), NotSigned> {
            let header = |name: &str| match name.strip_prefix(self.family)? {
                "-id" => Some(ID),
                "-timestamp" => Some(self.time.as_str()),
                "-signature" => Some(self.signatures.as_str()),
                _ => None,
            };
            let secrets = WebhookSecrets::parse(&self.secrets).expect("secrets");
            let now = Timestamp::from_second(self.now).expect("in range");
            secrets
                .verify(SignatureHeaders::find(header), &self.body, now)
                .map(|_| ())
        }
    }

    #[test_case(|_| (), Ok(()); "the reference example")]
    #[test_case(|s| s.family = "svix", Ok(()); "the older headers")]
    #[test_case(|s| s.family = "other", Err(NotSigned::NoHeaders); "no headers")]
    #[test_case(|s| s.secrets = format!("{OTHER} {SECRET}"), Ok(()); "the second secret of a rotation")]
    #[test_case(|s| s.secrets = OTHER.to_owned(), Err(NotSigned::NoMatch); "another secret")]
    #[test_case(|s| s.signatures = format!("v1,AAAA v1a,xyz {SIGNATURE}"), Ok(()); "the last of several signatures")]
    #[test_case(|s| s.signatures = SIGNATURE.replace("v1,", "v2,"), Err(NotSigned::NoMatch); "an unknown version")]
    #[test_case(|s| s.signatures = "v1,not base64!".to_owned(), Err(NotSigned::NoMatch); "not base64")]
    #[test_case(|s| s.signatures = SIGNATURE[..20].to_owned(), Err(NotSigned::NoMatch); "a part of the signature")]
    #[test_case(|s| s.body.push(b' '), Err(NotSigned::NoMatch); "one more byte")]
    #[test_case(|s| s.time = (TIME + 1).to_string(), Err(NotSigned::NoMatch); "another timestamp")]
    #[test_case(|s| s.time = "soon".to_owned(), Err(NotSigned::NoTimestamp); "no timestamp")]
    #[test_case(|s| s.now = TIME + 300, Ok(()); "as old as may be")]
    #[test_case(|s| s.now = TIME + 301, Err(NotSigned::OutsideWindow); "replayed later")]
    #[test_case(|s| s.now = TIME - 301, Err(NotSigned::OutsideWindow); "from the future")]
    fn a_signature_is_verified(change: impl FnOnce(&mut Sent), expected: Result<(), NotSigned>) {
        let mut sent = Sent::valid();
        change(&mut sent);
        assert_eq!(sent.verify(), expected);
    }

    #[test_case(&"v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= ".repeat(40), 2; "many signatures")]
    #[test_case(SIGNATURE, 1; "that of the first secret")]
    #[test_case("v1,AAAA v1,not base64! v2,AAAA", 0; "no signature of the right length")]
    fn a_body_is_signed_once_for_each_secret(signatures: &str, expected: u32) {
        let mut sent = Sent::valid();
        sent.secrets = format!("{SECRET} {OTHER}");
        sent.signatures = signatures.to_owned();
        let before = SIGNED.get();
        assert_eq!(sent.verify().is_ok(), signatures == SIGNATURE);
        assert_eq!(SIGNED.get() - before, expected);
    }

    #[test_case("whsec_-_-_"; "the other alphabet")]
    #[test_case("whsec_+/+/"; "the usual alphabet")]
    #[test_case("whsec_-/+_"; "both alphabets")]
    fn either_alphabet_gives_the_same_key(secret: &str) {
        let signature = |secret: &str| {
            let headers = SignatureHeaders {
                id: ID,
                timestamp: "1",
                signatures: "",
            };
            sign(&parse_secret(secret).expect("a secret"), &headers, BODY)
        };
        assert!(signature(secret) == signature("whsec_+/+/"));
    }

    #[test_case("whsec_b3RoZXI", true; "no padding")]
    #[test_case("whsec_b3RoZXI=", true; "padding")]
    #[test_case("whsec_b3RoZXI==", false; "too much padding")]
    #[test_case("whsec_b3RoZ=XI", false; "padding inside")]
    #[test_case("whsec_b3RoZ", false; "a letter too few")]
    #[test_case("whsec_b3Ro ZXI=", false; "a blank inside")]
    #[test_case("", false; "none")]
    #[test_case("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", false; "without its prefix")]
    #[test_case("whsec_", false; "empty")]
    #[test_case("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nwhsec_b3RoZXIgc2VjcmV0\n", true; "one per line")]
    fn secrets_are_parsed(text: &str, accepted: bool) {
        assert_eq!(WebhookSecrets::parse(text).is_ok(), accepted);
    }
}
