//! The ids that a list has shown so far, in a form that fits into a row.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Bytes of the digest of an id.
const BYTES: usize = 4;
/// The most ids that are stored: 320 kB, and a row may have 400.
const MOST_STORED: usize = 60_000;

/// The ids of events or calendars that a list has shown so far, each by four bytes of its
/// digest.
///
/// Two ids may have the same four bytes: of ten thousand ids about one in a hundred thousand
/// sets has such a pair for a given id. That id counts as listed, until the next list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListedIds(BTreeSet<[u8; BYTES]>);

impl ListedIds {
    /// Adds an id.
    pub fn add(&mut self, id: &impl fmt::Display) {
        self.0.insert(digest(id));
    }

    /// Whether the id was listed.
    #[must_use]
    pub fn contains(&self, id: &impl fmt::Display) -> bool {
        self.0.contains(&digest(id))
    }

    /// As a text that [`Self::parse`] reads; none if there are too many for a row.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let bytes: Vec<u8> = self.0.iter().flatten().copied().collect();
        (self.0.len() <= MOST_STORED).then(|| BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads a text; none if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (digests, rest) = bytes.as_chunks::<BYTES>();
        rest.is_empty()
            .then(|| Self(digests.iter().copied().collect()))
    }
}

fn digest(id: &impl fmt::Display) -> [u8; BYTES] {
    let digest = Sha256::digest(id.to_string());
    [digest[0], digest[1], digest[2], digest[3]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::EventId;

    fn event(number: usize) -> EventId {
        EventId::parse(format!("event-{number}")).expect("an id")
    }

    #[test]
    fn listed_events_are_read_as_they_were_stored() {
        let mut listed = ListedIds::default();
        for number in 0..300 {
            listed.add(&event(number));
        }
        let text = listed.text().expect("they fit");
        assert_eq!(ListedIds::parse(&text), Some(listed.clone()));
        assert!((0..300).all(|number| listed.contains(&event(number))));
        assert!((300..600).all(|number| !listed.contains(&event(number))));
        assert_eq!(ListedIds::parse(""), Some(ListedIds::default()));
        for bad in ["AAA", "AAAAAAA", "?"] {
            assert_eq!(ListedIds::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn more_than_fit_into_a_row_are_not_stored() {
        let mut listed = ListedIds::default();
        let mut events = (0..).map(event);
        while listed.0.len() < MOST_STORED {
            listed.add(&events.next().expect("another one"));
        }
        assert!(listed.text().is_some());
        while listed.0.len() == MOST_STORED {
            listed.add(&events.next().expect("another one"));
        }
        assert_eq!(listed.text(), None);
    }
}
