//! Ids of bus events, by which a consumer drops repetitions.

use std::fmt;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use sha2::{Digest, Sha256};

use jiff::Timestamp;

/// Id of a bus event: half of a SHA-256 over its kind, the key of the row, the version of the
/// row that the write left, and the instant of the write. The instant tells a row from one that
/// was deleted under the same key, whose versions began at one, too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BusEventId(String);

impl BusEventId {
    /// The id of the event of this `kind` for a write of the row under `key`.
    pub(super) fn of(kind: &str, key: &[&str], version: u64, at: Timestamp) -> Self {
        let mut hash = Sha256::new();
        let (version, at) = (version.to_string(), at.as_microsecond().to_string());
        for part in [kind, &version, &at].into_iter().chain(key.iter().copied()) {
            // With its length, so that no two lists of parts are the same text.
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        Self(BASE64_URL_SAFE_NO_PAD.encode(&hash.finalize()[..16]))
    }

    /// An id that an event had.
    #[must_use]
    pub fn kept(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The id as text: 22 letters, digits, `-` and `_`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BusEventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
