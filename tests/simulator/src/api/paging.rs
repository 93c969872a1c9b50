//! Cursor pages: where one begins is a place in the order, not a number.
//!
//! So an item that changes its place while pages are read can be missed, or seen twice.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::call::Call;

/// A place in the order: after, or before, an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) backwards: bool,
    pub(crate) time: Timestamp,
    pub(crate) id: String,
}

impl Cursor {
    fn write(&self) -> String {
        let direction = if self.backwards { "b" } else { "f" };
        let text = format!("{direction}|{}|{}", self.time.as_microsecond(), self.id);
        BASE64_URL_SAFE_NO_PAD.encode(text)
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
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

/// A page of what was found: at most `size` items, and whether there are more either way.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    before: bool,
    after: bool,
}

impl<T> Page<T> {
    /// Cuts a page out of `found`: the items on the cursor's side of its place, nearest first,
    /// read until one more than the page holds.
    pub(crate) fn cut(
        found: impl Iterator<Item = T>,
        cursor: Option<&Cursor>,
        size: usize,
    ) -> Self {
        let mut items: Vec<T> = found.take(size + 1).collect();
        let more = items.len() > size;
        items.truncate(size);
        match cursor {
            None => Self {
                items,
                before: false,
                after: more,
            },
            Some(cursor) if cursor.backwards => {
                items.reverse();
                Self {
                    items,
                    before: more,
                    after: true,
                }
            }
            Some(_) => Self {
                items,
                before: true,
                after: more,
            },
        }
    }

    /// The page as the API shows it. `place` says where an item stands.
    pub(crate) fn to_json(
        &self,
        call: &Call,
        place: impl Fn(&T) -> (Timestamp, String),
        show: impl Fn(&T) -> Value,
    ) -> Value {
        let link = |there: bool, item: Option<&T>, backwards: bool| {
            let (time, id) = place(item.filter(|_| there)?);
            Some(link(
                call,
                &Cursor {
                    backwards,
                    time,
                    id,
                },
            ))
        };
        json!({
            "next": link(self.after, self.items.last(), false),
            "previous": link(self.before, self.items.first(), true),
            "results": self.items.iter().map(show).collect::<Vec<_>>(),
        })
    }
}

/// The address of another page: that of this one, with another cursor.
fn link(call: &Call, cursor: &Cursor) -> String {
    let others = call.query.iter().filter(|(name, _)| name != "cursor");
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("cursor", &cursor.write())
        .extend_pairs(others)
        .finish();
    format!("{}{}?{query}", call.base_url, call.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let cursor = Cursor {
            backwards: true,
            time: Timestamp::from_microsecond(1_738_194_598_570_998).unwrap(),
            id: String::from("a|b"),
        };
        assert_eq!(Cursor::read(&cursor.write()), Some(cursor));
        assert_eq!(Cursor::read("nonsense"), None);
    }
}
