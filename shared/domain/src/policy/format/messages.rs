//! What is wrong with a value, and what to write instead.

use serde_json::{Map, Value};

use super::schema::{SCHEMA, resolved};
use crate::policy::expression::nearest;

pub(super) fn unknown_key(key: &str, known: &'static Map<String, Value>) -> String {
    if let Some(meant) = nearest(key, known.keys().map(String::as_str)) {
        return format!("there is no key `{key}` here; did you mean `{meant}`?");
    }
    let homes = [
        ("Shorthands", "under `when` of a rule"),
        ("RuleDocument", "in a rule"),
        ("DeniedDomainsDocument", "under `denied_domains`"),
        ("HoursDocument", "under `within_hours` or `outside_hours`"),
        ("NamedPolicyDocument", "in one of `policies`"),
    ];
    let is_of = |schema: &Value| schema["properties"].get(key).is_some();
    let mut homes = homes
        .iter()
        .filter(|(name, _)| is_of(&SCHEMA["$defs"][name]));
    if is_of(&SCHEMA) {
        return format!("there is no key `{key}` here; it is written at the top of the policy");
    }
    if let Some((_, home)) = homes.next() {
        return format!("there is no key `{key}` here; it is written {home}");
    }
    let names: Vec<&str> = known.keys().map(String::as_str).collect();
    format!(
        "there is no key `{key}` here; there are `{}`",
        names.join("`, `")
    )
}

pub(super) fn missing(key: &str, schema: &'static Value) -> String {
    let choices = resolved(schema)["oneOf"].as_array().into_iter().flatten();
    let choices: Vec<&str> = choices
        .filter_map(|choice| choice["const"].as_str())
        .collect();
    if !choices.is_empty() {
        return format!(
            "the key `{key}` is missing: write `{key}: {}`",
            choices.join("` or `")
        );
    }
    let about = schema["description"].as_str().unwrap_or_default();
    let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
    if about.is_empty() {
        format!("the key `{key}` is missing")
    } else {
        format!("the key `{key}` is missing. {about}")
    }
}

pub(super) fn mismatch(expected: &str, value: &Value) -> String {
    let is = kind(value);
    match (expected, value) {
        (_, Value::Null) => "there is no value: write one, or delete the key".to_owned(),
        ("array", Value::String(text)) => {
            format!("this is {is}, and a list is expected: write `[{text}]`")
        }
        ("array", Value::Object(_)) => {
            format!("this is {is}, and a list is expected: put `- ` before each entry")
        }
        ("array", _) => format!("this is {is}, and a list is expected"),
        ("object", _) => format!("this is {is}, and keys with values are expected"),
        ("boolean", _) => format!("this is {is}, and `true` or `false` is expected"),
        ("integer", _) => format!("this is {is}, and a number is expected"),
        ("string", Value::Number(_) | Value::Bool(_)) => {
            format!("this is {is}, and a text is expected: put it in quotes")
        }
        _ => format!("this is {is}, and a text is expected"),
    }
}

pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "no value",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object with keys",
    }
}
