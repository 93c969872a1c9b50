//! Digests that are short enough for keys and rows.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use sha2::{Digest, Sha256};

/// Half of a SHA-256 as text.
pub(crate) fn short_hash(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..16])
}
