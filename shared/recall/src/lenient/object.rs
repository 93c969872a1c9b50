//! The fields of an object, found by their names.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use super::parts::{Fields, fields, rest_of_object};

/// The fields of an object, as far as its text is of the structure of JSON.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    fields: Vec<(Cow<'a, str>, &'a str)>,
    is_complete: bool,
}

impl<'a> Object<'a> {
    /// The fields of `text`. It may lack its first bracket; then it is not complete.
    pub(crate) fn of(text: &'a str) -> Self {
        let has_bracket = text.trim_start().starts_with('{');
        let mut fields: Fields<'_> = if has_bracket {
            fields(text)
        } else {
            rest_of_object(text)
        };
        let found = fields
            .by_ref()
            .map(|(name, value)| (unescaped(name), value));
        Self {
            fields: found.collect(),
            is_complete: has_bracket && fields.is_complete(),
        }
    }

    /// Whether the text was an object up to its end.
    pub(crate) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// The text of a field. Of several with this name the last counts, as for most parsers.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        let fields = self.fields.iter().rev();
        let mut named = fields.filter(|(field, _)| field == name);
        named.next().map(|(_, value)| *value)
    }

    /// The value of a field; none if it is absent or cannot be parsed.
    pub(crate) fn value<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.text(name)?).ok()
    }
}

/// A name, of which each character may be escaped.
pub(crate) fn unescaped(name: &str) -> Cow<'_, str> {
    if !name.contains('\\') {
        return Cow::Borrowed(name);
    }
    let parsed = serde_json::from_str(&format!("\"{name}\""));
    parsed.map_or(Cow::Borrowed(name), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(r#"{"a": 1}"#, Some(1), true; "a field")]
    #[test_case(r#"{"a": 1, "a": 2}"#, Some(2), true; "the last of two")]
    #[test_case(r#"{"\u0061": 3}"#, Some(3), true; "an escaped name")]
    #[test_case(r#"{"a": NaN, "b": 1}"#, None, true; "a word that is no value")]
    #[test_case(r#"{"b": 1}"#, None, true; "no such field")]
    #[test_case(r#"{"a": 1, "b": "#, Some(1), false; "half an object")]
    #[test_case(r#""a": 1, "b": 2}"#, Some(1), false; "an object without its first bracket")]
    #[test_case("null", None, false; "no object")]
    fn a_field_is_found(text: &str, expected: Option<u8>, is_complete: bool) {
        let object = Object::of(text);
        assert_eq!(object.value::<u8>("a"), expected);
        assert_eq!(object.is_complete(), is_complete);
    }
}
