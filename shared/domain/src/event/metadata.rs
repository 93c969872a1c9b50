//! The metadata of a calendar: texts by key, which its creator gave it at Recall.

use std::collections::BTreeMap;

/// The most bytes of a calendar's metadata that are kept, keys and values together: a row must
/// stay small.
const MOST_BYTES: usize = 2_048;
/// The longest key, in characters.
const LONGEST_KEY: usize = 100;
/// The longest value, in characters.
const LONGEST_VALUE: usize = 500;

/// The metadata of a calendar, as far as it is known.
///
/// A key is in one of three states: it has a value, the calendar does not have it, or neither
/// is known. It is not known if Recall shows no metadata at all, if the value is no text or too
/// long, and if the metadata is larger than what is kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct CalendarMetadata {
    /// Values by key; none for one that cannot be read.
    values: BTreeMap<String, Option<String>>,
    /// Whether the calendar has no other keys.
    is_complete: bool,
}

impl CalendarMetadata {
    /// The metadata that Recall shows; none for a value that is no text.
    ///
    /// Kept are keys of 1 to 100 characters in alphabetical order, as long as they and their
    /// values take at most 2,048 bytes. A value of more than 500 characters counts as one that
    /// cannot be read: cut, it could equal another one.
    #[must_use]
    pub fn shown(shown: impl IntoIterator<Item = (String, Option<String>)>) -> Self {
        let is_short = |value: &String| value.chars().nth(LONGEST_VALUE).is_none();
        let shown: BTreeMap<String, Option<String>> = shown
            .into_iter()
            // Nothing can ask for another key.
            .filter(|(key, _)| Self::is_key(key))
            .map(|(key, value)| (key, value.filter(is_short)))
            .collect();
        let mut metadata = Self {
            values: BTreeMap::new(),
            is_complete: true,
        };
        let mut bytes = 0;
        for (key, value) in shown {
            bytes += key.len() + value.as_ref().map_or(0, String::len);
            if bytes > MOST_BYTES {
                metadata.is_complete = false;
                break;
            }
            metadata.values.insert(key, value);
        }
        metadata
    }

    /// Metadata as it was kept before: the values, and whether the calendar has no other keys.
    #[must_use]
    pub fn kept(values: BTreeMap<String, Option<String>>, is_complete: bool) -> Self {
        Self {
            values,
            is_complete,
        }
    }

    /// The value of a key: empty if the calendar does not have it, none if that is not known.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        match self.values.get(key) {
            Some(value) => value.as_deref(),
            None => self.is_complete.then_some(""),
        }
    }

    /// Whether a text can be a key: 1 to 100 characters, none of which is a control character.
    #[must_use]
    pub fn is_key(text: &str) -> bool {
        !text.is_empty()
            && text.chars().nth(LONGEST_KEY).is_none()
            && !text.chars().any(char::is_control)
    }

    /// Whether a text is a value that is kept: 1 to 500 characters. An empty one counts as a
    /// key that the calendar does not have.
    #[must_use]
    pub fn is_value(text: &str) -> bool {
        !text.is_empty() && text.chars().nth(LONGEST_VALUE).is_none()
    }

    /// The values by key; none for one that cannot be read.
    #[must_use]
    pub fn values(&self) -> &BTreeMap<String, Option<String>> {
        &self.values
    }

    /// Whether the calendar has no keys but those of [`values`](Self::values).
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Takes over what `other` says of a key. An explanation keeps no more than rules read.
    pub(crate) fn take_over(&mut self, key: &str, other: &Self) {
        let value = other.value(key).map(str::to_owned);
        self.values.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn shown(pairs: &[(&str, Option<&str>)]) -> CalendarMetadata {
        let owned = |text: &str| text.to_owned();
        CalendarMetadata::shown(
            (pairs.iter()).map(|(key, value)| (owned(key), value.map(str::to_owned))),
        )
    }

    #[test_case("team", Some("sales"); "a value")]
    #[test_case("region", Some(""); "a key that the calendar does not have")]
    #[test_case("tier", None; "a value that is no text")]
    fn a_key_has_a_value_or_is_missing_or_is_not_known(key: &str, value: Option<&str>) {
        let metadata = shown(&[("team", Some("sales")), ("tier", None)]);
        assert_eq!(metadata.value(key), value);
        assert_eq!(CalendarMetadata::default().value(key), None);
    }

    #[test]
    fn a_long_value_is_not_known_and_costs_no_other() {
        let (fits, long) = ("é".repeat(500), "é".repeat(501));
        let metadata = shown(&[("a", Some(&fits)), ("b", Some(&long)), ("c", Some("x"))]);
        assert_eq!(metadata.value("a"), Some(fits.as_str()));
        assert_eq!(metadata.value("b"), None);
        assert_eq!(metadata.value("c"), Some("x"));
    }

    #[test]
    fn of_large_metadata_the_first_keys_are_kept_and_others_are_not_known() {
        let value = "x".repeat(400);
        let keys = ["a", "b", "c", "d", "e", "f", "g"];
        let metadata = shown(&keys.map(|key| (key, Some(value.as_str()))));
        assert_eq!(metadata.values().len(), 5);
        assert_eq!(metadata.value("e"), Some(value.as_str()));
        assert_eq!((metadata.value("f"), metadata.value("z")), (None, None));
    }

    #[test_case(""; "empty")]
    #[test_case("a\nb"; "with a line break")]
    #[test_case(&"k".repeat(101); "too long")]
    fn a_key_that_nothing_can_ask_for_is_left_out(key: &str) {
        let metadata = shown(&[(key, Some("x")), ("team", Some("sales"))]);
        assert_eq!(metadata, shown(&[("team", Some("sales"))]));
    }

    #[test]
    fn takes_over_what_another_says_of_a_key() {
        let all = shown(&[("team", Some("sales")), ("tier", None)]);
        let mut part = CalendarMetadata::default();
        for key in ["team", "tier", "region"] {
            part.take_over(key, &all);
        }
        let of = |key| part.value(key);
        assert_eq!(
            (of("team"), of("tier"), of("region"), of("other")),
            (Some("sales"), None, Some(""), None)
        );
    }
}
