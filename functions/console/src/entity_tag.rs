//! Entity tags: a client that has a document does not receive it again.
//!
//! A tag is a digest of the document without the instant at which it was read. So it is weak: two
//! documents with one tag say the same, as of two instants.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Bytes of the digest that a tag has: two documents of one address do not collide by chance.
const LENGTH: usize = 12;

/// The tag of a document.
pub(crate) fn entity_tag(mut document: Value) -> String {
    if let Some(members) = document.as_object_mut() {
        members.remove("now");
    }
    format!("W/\"{}\"", digest(&document.to_string()))
}

/// The strong tag of a document without instants of reading, which a change may depend on.
pub(crate) fn strong_tag(document: &impl Serialize) -> String {
    let text = serde_json::to_string(document).expect("a document can be written as JSON");
    format!("\"{}\"", digest(&text))
}

fn digest(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..LENGTH])
}

/// Whether the value of `If-None-Match` has a tag, by the weak comparison of RFC 9110.
pub(crate) fn has_tag(if_none_match: &str, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let mut given = if_none_match.split(',');
    given.any(|one| one.trim() == "*" || opaque(one) == opaque(tag))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use test_case::test_case;

    #[test]
    fn the_instant_of_reading_does_not_change_the_tag() {
        let tag = entity_tag(json!({"now": 1, "events": []}));
        assert_eq!(tag, entity_tag(json!({"now": 2, "events": []})));
        assert_ne!(tag, entity_tag(json!({"now": 1, "events": [1]})));
    }

    #[test_case("W/\"a\"", true; "the tag")]
    #[test_case("\"a\"", true; "as a strong one")]
    #[test_case("\"b\", W/\"a\"", true; "among others")]
    #[test_case("*", true; "any")]
    #[test_case("\"b\"", false; "another")]
    #[test_case("", false; "none")]
    fn a_tag_is_found(if_none_match: &str, expected: bool) {
        assert_eq!(has_tag(if_none_match, "W/\"a\""), expected);
    }
}
