//! The events that a full sync has listed so far, in a form that fits into a row.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::id::EventId;

/// Bytes of the digest of an id.
const BYTES: usize = 4;
/// The most events that are stored: some 100 kB.
const MOST_STORED: usize = 20_000;

/// The events that a full sync has listed so far, each by four bytes of a digest of its id.
///
/// Two ids may have the same four bytes: of ten thousand events about one in a hundred
/// thousand sets has such a pair for a given event. That event counts as listed, until the
/// next full sync.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListedEvents(BTreeSet<[u8; BYTES]>);

impl ListedEvents {
    /// Adds an event.
    pub fn add(&mut self, event: &EventId) {
        self.0.insert(digest(event));
    }

    /// Whether the event was listed.
    #[must_use]
    pub fn contains(&self, event: &EventId) -> bool {
        self.0.contains(&digest(event))
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

fn digest(event: &EventId) -> [u8; BYTES] {
    let digest = Sha256::digest(event.as_str());
    [digest[0], digest[1], digest[2], digest[3]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: usize) -> EventId {
        EventId::parse(format!("event-{number}")).expect("an id")
    }

    #[test]
    fn listed_events_are_read_as_they_were_stored() {
        let mut listed = ListedEvents::default();
        for number in 0..300 {
            listed.add(&event(number));
        }
        let text = listed.text().expect("they fit");
        assert_eq!(ListedEvents::parse(&text), Some(listed.clone()));
        assert!((0..300).all(|number| listed.contains(&event(number))));
        assert!((300..600).all(|number| !listed.contains(&event(number))));
        assert_eq!(ListedEvents::parse(""), Some(ListedEvents::default()));
        for bad in ["AAA", "AAAAAAA", "?"] {
            assert_eq!(ListedEvents::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn more_than_fit_into_a_row_are_not_stored() {
        let mut listed = ListedEvents::default();
        for number in 0..=MOST_STORED {
            listed.add(&event(number));
        }
        assert_eq!(listed.text(), None);
    }
}
