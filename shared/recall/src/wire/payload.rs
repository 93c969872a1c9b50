//! The platform's payload of an event. A value that no parser accepts costs only itself.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

/// How many levels of a payload are parsed value by value: no fact lies deeper.
const LEVELS: u32 = 6;

/// The payload. A value that cannot be parsed, such as a number out of range or
/// arrays nested too deep, becomes an empty array: of no type that a fact is read from.
pub(crate) fn payload(raw: Option<&RawValue>) -> Value {
    raw.map_or(Value::Null, |raw| parsed(raw, LEVELS))
}

fn parsed(raw: &RawValue, levels: u32) -> Value {
    let text = raw.get();
    if let Ok(value) = serde_json::from_str(text) {
        return value;
    }
    let Some(levels) = levels.checked_sub(1) else {
        return Value::Array(Vec::new());
    };
    if let Ok(fields) = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(text) {
        let fields = fields.into_iter();
        return fields
            .map(|(name, raw)| (name, parsed(&raw, levels)))
            .collect();
    }
    let items: Vec<Box<RawValue>> = serde_json::from_str(text).unwrap_or_default();
    items.iter().map(|raw| parsed(raw, levels)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use test_case::test_case;

    fn nested(levels: usize) -> String {
        format!("{}1{}", "[".repeat(levels), "]".repeat(levels))
    }

    #[test_case(r#"{"a": [1, {"b": "c"}]}"#, &json!({"a": [1, {"b": "c"}]}); "a payload")]
    #[test_case("null", &json!(null); "nothing")]
    #[test_case("1e999", &json!([]); "a number out of range")]
    #[test_case(r#"{"a": 1e999, "b": "c"}"#, &json!({"a": [], "b": "c"}); "in a field")]
    #[test_case(r#"[{"a": -1e999}, 1e-999]"#, &json!([{"a": []}, 0.0]); "in an item")]
    #[test_case(r#"{"a": {"b": [{"c": {"d": 1e999, "e": true}}]}}"#, &json!({"a": {"b": [{"c": {"d": [], "e": true}}]}}); "deep inside")]
    #[test_case(r#"{"a": "\ud83d", "b": "c"}"#, &json!({"a": [], "b": "c"}); "text that was not repaired")]
    fn a_value_that_cannot_be_parsed_costs_itself(text: &str, expected: &Value) {
        let raw: &RawValue = serde_json::from_str(text).expect("JSON");
        assert_eq!(payload(Some(raw)), *expected);
    }

    #[test]
    fn arrays_that_are_nested_too_deep_cost_no_other_field() {
        for levels in [200, 100_000] {
            let text = format!(r#"{{"a": {}, "b": "c"}}"#, nested(levels));
            let raw: &RawValue = serde_json::from_str(&text).expect("JSON");
            let payload = payload(Some(raw));
            assert_eq!(payload["b"], "c");
            assert!(payload["a"].is_array());
        }
    }
}
