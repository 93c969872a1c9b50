//! The platform's payload of an event: the fields that facts are read from.
//!
//! Descriptions and other long fields are skipped without being parsed, and a value that no
//! parser accepts costs only itself.

use callsheet_domain::{LONGEST_ATTENDEE_LIST, is_payload_field};
use serde_json::Value;

use crate::lenient::{fields, items, unescaped};

/// How many levels of a payload are read: no fact lies deeper.
const LEVELS: u32 = 6;
/// The most items of a list that are read: one more than count, so that a longer list is told.
const LONGEST_LIST: usize = LONGEST_ATTENDEE_LIST + 1;

/// The payload. A value that cannot be parsed, such as a number out of range, becomes an
/// empty array: of no type that a fact is read from.
pub(crate) fn payload(raw: Option<&str>) -> Value {
    raw.map_or(Value::Null, |raw| read(raw, LEVELS))
}

fn read(text: &str, levels: u32) -> Value {
    match (text.as_bytes().first(), levels.checked_sub(1)) {
        (Some(b'{'), Some(levels)) => fields(text)
            .map(|(name, value)| (unescaped(name), value))
            .filter(|(name, _)| is_payload_field(name))
            .map(|(name, value)| (name.into_owned(), read(value, levels)))
            .collect(),
        (Some(b'['), Some(levels)) => {
            let items = items(text).take(LONGEST_LIST);
            items.map(|item| read(item, levels)).collect()
        }
        (Some(b'{' | b'['), None) => Value::Array(Vec::new()),
        _ => serde_json::from_str(text).unwrap_or_else(|_| Value::Array(Vec::new())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use test_case::test_case;

    fn nested(levels: usize) -> String {
        format!("{}1{}", "[".repeat(levels), "]".repeat(levels))
    }

    #[test_case(r#"{"attendees": [1, {"email": "c"}]}"#, &json!({"attendees": [1, {"email": "c"}]}); "a payload")]
    #[test_case(r#"{"summary": "a", "description": "b", "start": {"date": "c", "x": 1}}"#, &json!({"summary": "a", "start": {"date": "c"}}); "fields that are not read")]
    #[test_case(r#"{"summar\u0079": "a"}"#, &json!({"summary": "a"}); "an escaped name")]
    #[test_case(r#"{"summary": "a", "summary": "b"}"#, &json!({"summary": "b"}); "a field that is there twice")]
    #[test_case("null", &json!(null); "nothing")]
    #[test_case("1e999", &json!([]); "a number out of range")]
    #[test_case(r#"{"summary": NaN, "status": Infinity, "type": "c"}"#, &json!({"summary": [], "status": [], "type": "c"}); "words that are no values")]
    #[test_case(r#"[{"email": -1e999}, 1e-999]"#, &json!([{"email": []}, 0.0]); "in an item")]
    #[test_case(r#"{"start": {"end": [{"date": {"type": 1e999, "self": true}}]}}"#, &json!({"start": {"end": [{"date": {"type": [], "self": true}}]}}); "deep inside")]
    #[test_case(r#"{"summary": "\ud83d", "type": "c"}"#, &json!({"summary": [], "type": "c"}); "text that was not repaired")]
    fn a_value_that_cannot_be_parsed_costs_itself(text: &str, expected: &Value) {
        assert_eq!(payload(Some(text)), *expected);
    }

    #[test]
    fn arrays_that_are_nested_too_deep_cost_no_other_field() {
        for levels in [200, 100_000] {
            let text = format!(r#"{{"status": {}, "type": "c"}}"#, nested(levels));
            let payload = payload(Some(&text));
            assert_eq!(payload["type"], "c");
            assert!(payload["status"].is_array());
        }
    }

    #[test]
    fn of_a_long_list_no_more_is_read_than_shows_that_it_is_too_long() {
        let list = format!("[{}1]", "1,".repeat(LONGEST_LIST));
        let payload = payload(Some(&list));
        assert_eq!(payload.as_array().map(Vec::len), Some(LONGEST_LIST));
    }
}
