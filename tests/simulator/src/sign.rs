//! Webhook signatures as the Standard Webhooks specification defines them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The webhook secret is not base64 after `whsec_`.
#[derive(Debug, thiserror::Error)]
#[error("a webhook secret must be base64 after the prefix `whsec_`")]
pub struct InvalidSecret(#[from] base64::DecodeError);

/// Signature of a webhook: `v1,` and the base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`.
///
/// `timestamp` is in seconds since 1970.
///
/// # Errors
///
/// If the secret is not base64 after `whsec_`.
pub fn sign(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> Result<String, InvalidSecret> {
    let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret))?;
    let head = format!("{id}.{timestamp}.");
    let signature = BASE64_STANDARD.encode(hmac(&key, &[head.as_bytes(), body]));
    Ok(format!("v1,{signature}"))
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> impl AsRef<[u8]> + use<> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example is shared by the Standard Webhooks libraries.
    #[test]
    fn the_published_example_has_its_published_signature() {
        let signature = sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(
            signature.unwrap(),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_webhook_secret_must_be_base64() {
        assert!(sign("whsec_not base64", "msg_1", 0, b"").is_err());
    }
}
