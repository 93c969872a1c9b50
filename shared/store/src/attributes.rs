//! Rows of both tables as structs of serde.
//!
//! Instants are numbers of microseconds: text timestamps do not sort. Every row
//! carries the version of its shape, and a version that this build does not
//! know is refused.

use std::collections::HashMap;
use std::fmt::Display;

use aws_sdk_dynamodb::types::AttributeValue;
use callsheet_domain::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_dynamo::{Deserializer, Item};

/// A row as the SDK takes and returns it.
pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// Attribute with the version of the row's shape.
pub(crate) const SHAPE: &str = "v";
/// The version that is written, and the only one that is read.
pub(crate) const SHAPE_WRITTEN: u32 = 1;

/// Why a stored row cannot be read, without its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// A required attribute is missing.
    #[error("attribute {0} is missing")]
    Missing(String),
    /// An attribute has another type, or a value that is not allowed.
    #[error("attribute {0} has an unexpected type or value")]
    Malformed(String),
    /// Written by a later build.
    #[error("the version in attribute v is unknown to this build: deploy the build that wrote it")]
    UnknownVersion,
}

/// A number in an expression.
pub(crate) fn number(value: impl Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// An instant in an expression.
pub(crate) fn instant(at: Timestamp) -> AttributeValue {
    number(at.as_microsecond())
}

/// A text in an expression or a key.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// The attributes of `row`, with the version of its shape.
pub(crate) fn write_row(row: impl Serialize) -> Attributes {
    let mut attributes: Attributes = serde_dynamo::to_item(row)
        .expect("structs of texts, numbers, flags, lists and maps can be serialized");
    attributes.insert(SHAPE.to_owned(), number(SHAPE_WRITTEN));
    attributes
}

/// Reads a row of a version that this build knows.
pub(crate) fn read_row<T: DeserializeOwned>(attributes: Attributes) -> Result<T, Unreadable> {
    match attributes.get(SHAPE) {
        None => return Err(Unreadable::Missing(SHAPE.to_owned())),
        Some(version) if *version == number(SHAPE_WRITTEN) => {}
        Some(_) => return Err(Unreadable::UnknownVersion),
    }
    read_attributes(attributes)
}

/// Reads the attributes that an index projects, which may lack the version.
pub(crate) fn read_attributes<T: DeserializeOwned>(
    attributes: Attributes,
) -> Result<T, Unreadable> {
    let row = serde_dynamo::AttributeValue::M(Item::from(attributes).into());
    let row = Deserializer::from_attribute_value(row);
    serde_path_to_error::deserialize(row).map_err(|error| {
        let path = error.path().to_string();
        match missing_field(&error.inner().to_string()) {
            Some(field) if path == "." => Unreadable::Missing(field),
            Some(field) => Unreadable::Missing(format!("{path}.{field}")),
            None => Unreadable::Malformed(path),
        }
    })
}

/// The name in serde's message about a missing field.
fn missing_field(message: &str) -> Option<String> {
    let name = message.strip_prefix("missing field `")?.strip_suffix('`')?;
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::{Value, json};
    use test_case::test_case;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        count: u8,
        inner: Option<Inner>,
        #[serde(default)]
        items: Vec<Inner>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        name: String,
    }

    fn read(row: Value) -> Result<Outer, Unreadable> {
        read_row(serde_dynamo::to_item(row).expect("a row"))
    }

    #[test]
    fn attributes_that_this_build_does_not_know_are_ignored() {
        let row = read(json!({"v": 1, "count": 7, "later": ["x"]}));
        let expected = Outer {
            count: 7,
            inner: None,
            items: Vec::new(),
        };
        assert_eq!(row, Ok(expected));
    }

    #[test_case(json!({"count": 7}), "attribute v is missing"; "version")]
    #[test_case(json!({"v": 1}), "attribute count is missing"; "attribute")]
    #[test_case(json!({"v": 1, "count": 7, "inner": {}}), "attribute inner.name is missing"; "attribute of a map")]
    #[test_case(json!({"v": 1, "count": 7, "items": [{"name": "x"}, {}]}), "attribute items[1].name is missing"; "attribute of an item")]
    fn a_missing_attribute_is_named(row: Value, expected: &str) {
        assert_eq!(read(row).expect_err("incomplete").to_string(), expected);
    }

    #[test_case(json!({"v": 1, "count": "secret"}), "count"; "text for a number")]
    #[test_case(json!({"v": 1, "count": 7_000_000}), "count"; "number out of range")]
    #[test_case(json!({"v": 1, "count": 7, "inner": "secret"}), "inner"; "text for a map")]
    #[test_case(json!({"v": 1, "count": 7, "inner": {"name": 5}}), "inner.name"; "number for a text")]
    fn a_malformed_attribute_is_named_without_its_content(row: Value, name: &str) {
        let problem = read(row).expect_err("malformed").to_string();
        let expected = format!("attribute {name} has an unexpected type or value");
        assert_eq!(problem, expected);
    }

    #[test_case(json!({"v": 2}); "later version")]
    #[test_case(json!({"v": "1"}); "text")]
    fn an_unknown_version_is_refused(row: Value) {
        assert_eq!(read(row), Err(Unreadable::UnknownVersion));
    }
}
