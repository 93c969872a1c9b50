//! The signature of a webhook, as the Standard Webhooks specification has it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A secret that is not base64 after `whsec_`.
#[derive(Debug, thiserror::Error)]
#[error("a webhook secret is base64 after `whsec_`")]
pub struct BadSecret(#[from] base64::DecodeError);

/// Signs a webhook: `v1,` and the base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`.
///
/// `timestamp` is in seconds since 1970.
///
/// # Errors
///
/// When the secret is not base64 after `whsec_`.
pub fn sign(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> Result<String, BadSecret> {
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

    /// The example that the Standard Webhooks libraries share.
    #[test]
    fn the_known_example_verifies() {
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
    fn a_secret_must_be_base64() {
        assert!(sign("whsec_not base64", "msg_1", 0, b"").is_err());
    }
}
