//! Cursors: the place where the next page begins, as an opaque text.
//!
//! A cursor holds the place and nothing else. Calendar and filters come from the address, and the
//! token is checked as for the first page, so a forged cursor reaches nothing that its address
//! does not.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use callsheet_app::row_page::Place;
use callsheet_domain::{DecisionKey, EventId, IcalUid, Timestamp};

/// The form of the cursors.
const VERSION: u8 = 1;

/// The cursor of a place.
pub(crate) fn encode(place: &Place) -> String {
    let (uid, event) = (&place.key.ical_uid, &place.key.event_id);
    let parts = (place.starts_at, uid.as_str(), event.as_str());
    let json = serde_json::to_vec(&parts).expect("texts can be written as JSON");
    BASE64_URL_SAFE_NO_PAD.encode([vec![VERSION], json].concat())
}

/// The place of a cursor; none if it is no cursor of this version.
pub(crate) fn decode(cursor: &str) -> Option<Place> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let json = bytes.strip_prefix(&[VERSION])?;
    let (starts_at, ical_uid, event_id): (Timestamp, String, String) =
        serde_json::from_slice(json).ok()?;
    Some(Place {
        starts_at,
        key: DecisionKey {
            ical_uid: IcalUid::parse(ical_uid).ok()?,
            event_id: EventId::parse(event_id).ok()?,
        },
    })
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

    proptest! {
        #[test]
        fn no_other_text_is_a_cursor(text in "[A-Za-z0-9_-]{0,80}") {
            prop_assert_eq!(decode(&text), None);
        }
    }
}
