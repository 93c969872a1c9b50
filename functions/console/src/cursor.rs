//! Cursors: the place where the next page begins, as an opaque text.
//!
//! A cursor holds the place and nothing else. Calendar and filters come from the address, and the
//! token is checked as for the first page, so a forged cursor reaches nothing that its address
//! does not.

use std::cmp::Reverse;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use callsheet_app::list_page::ListPlace;
use callsheet_app::row_page::Place;
use callsheet_domain::{DecisionKey, EventId, IcalUid, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The form of the cursors of events.
const VERSION: u8 = 1;
/// The form of the cursors of lists that are newest first.
const LIST_VERSION: u8 = 2;

/// The cursor of a place.
pub(crate) fn encode(place: &Place) -> String {
    let (uid, event) = (&place.key.ical_uid, &place.key.event_id);
    let parts = (place.starts_at, uid.as_str(), event.as_str());
    text(VERSION, &parts)
}

/// The place of a cursor; none if it is no cursor of this version.
pub(crate) fn decode(cursor: &str) -> Option<Place> {
    let (starts_at, ical_uid, event_id): (Timestamp, String, String) = parts(VERSION, cursor)?;
    Some(Place {
        starts_at,
        key: DecisionKey {
            ical_uid: IcalUid::parse(ical_uid).ok()?,
            event_id: EventId::parse(event_id).ok()?,
        },
    })
}

/// The cursor of a place in a list that is newest first.
pub(crate) fn encode_list(place: &ListPlace) -> String {
    text(LIST_VERSION, &(place.part, place.at.0, place.name.as_str()))
}

/// The place of such a cursor; none if it is none.
pub(crate) fn decode_list(cursor: &str) -> Option<ListPlace> {
    let (part, at, name): (u8, Timestamp, String) = parts(LIST_VERSION, cursor)?;
    Some(ListPlace {
        part,
        at: Reverse(at),
        name,
    })
}

fn text(version: u8, parts: &impl Serialize) -> String {
    let json = serde_json::to_vec(parts).expect("texts can be written as JSON");
    BASE64_URL_SAFE_NO_PAD.encode([vec![version], json].concat())
}

fn parts<T: DeserializeOwned>(version: u8, cursor: &str) -> Option<T> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
    serde_json::from_slice(bytes.strip_prefix(&[version])?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_testkit::{a_decision, at};
    use proptest::prelude::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let place = Place {
            starts_at: at("10:00:00.123456"),
            key: a_decision().key,
        };
        assert_eq!(decode(&encode(&place)), Some(place));
    }

    #[test]
    fn a_cursor_of_a_list_is_read_as_it_was_written() {
        let place = ListPlace {
            part: 1,
            at: Reverse(at("10:00:00.123456")),
            name: "event \"ü".to_owned(),
        };
        let cursor = encode_list(&place);
        assert_eq!((decode_list(&cursor), decode(&cursor)), (Some(place), None));
    }

    proptest! {
        #[test]
        fn no_other_text_is_a_cursor(text in "[A-Za-z0-9_-]{0,80}") {
            prop_assert_eq!(decode(&text), None);
            prop_assert_eq!(decode_list(&text), None);
        }
    }
}
