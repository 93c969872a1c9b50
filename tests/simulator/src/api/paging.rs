//! Pages of a list. A cursor is a position in the order of the list, not a page number.
//!
//! An item whose position changes while pages are read can be missed or returned twice.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::call::Call;

/// Position in the order of a list: directly after an item, or before it if `backwards`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) backwards: bool,
    pub(crate) time: Timestamp,
    pub(crate) id: String,
}

impl Cursor {
    fn encode(&self) -> String {
        let direction = if self.backwards { "b" } else { "f" };
        let text = format!("{direction}|{}|{}", self.time.as_microsecond(), self.id);
        BASE64_URL_SAFE_NO_PAD.encode(text)
    }

    pub(crate) fn decode(text: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let mut parts = text.splitn(3, '|');
        let backwards = parts.next()? == "b";
        let time = Timestamp::from_microsecond(parts.next()?.parse().ok()?).ok()?;
        Some(Self {
            backwards,
            time,
            id: parts.next()?.to_owned(),
        })
    }
}

/// Page of matching items, and whether there are more on either side.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    has_previous: bool,
    has_next: bool,
}

impl<T> Page<T> {
    /// Takes a page of at most `size` items from `matching`: the items beyond the cursor, nearest
    /// first. Reads one item more, to see whether there is another page.
    pub(crate) fn take(
        matching: impl Iterator<Item = T>,
        cursor: Option<&Cursor>,
        size: usize,
    ) -> Self {
        let mut items: Vec<T> = matching.take(size + 1).collect();
        let more = items.len() > size;
        items.truncate(size);
        match cursor {
            None => Self {
                items,
                has_previous: false,
                has_next: more,
            },
            Some(cursor) if cursor.backwards => {
                items.reverse();
                Self {
                    items,
                    has_previous: more,
                    has_next: true,
                }
            }
            Some(_) => Self {
                items,
                has_previous: true,
                has_next: more,
            },
        }
    }

    /// The page in the API's form. `position` returns the position of an item.
    pub(crate) fn to_json(
        &self,
        call: &Call,
        position: impl Fn(&T) -> (Timestamp, String),
        to_json: impl Fn(&T) -> Value,
    ) -> Value {
        let link = |exists: bool, item: Option<&T>, backwards: bool| {
            let (time, id) = position(item.filter(|_| exists)?);
            Some(page_url(
                call,
                &Cursor {
                    backwards,
                    time,
                    id,
                },
            ))
        };
        json!({
            "next": link(self.has_next, self.items.last(), false),
            "previous": link(self.has_previous, self.items.first(), true),
            "results": self.items.iter().map(to_json).collect::<Vec<_>>(),
        })
    }
}

/// URL of another page: the URL of this call with another cursor.
fn page_url(call: &Call, cursor: &Cursor) -> String {
    let others = call.query.iter().filter(|(name, _)| name != "cursor");
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("cursor", &cursor.encode())
        .extend_pairs(others)
        .finish();
    format!("{}{}?{query}", call.base_url, call.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoded_cursor_decodes_to_the_same_cursor() {
        let cursor = Cursor {
            backwards: true,
            time: Timestamp::from_microsecond(1_738_194_598_570_998).unwrap(),
            id: String::from("a|b"),
        };
        assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        assert_eq!(Cursor::decode("nonsense"), None);
    }
}
