//! The JSON Schema of the format: what it asks for, and some value that it accepts.

use std::sync::LazyLock;

use serde_json::Value;

use crate::policy::document::PolicyDocument;

pub(super) static SCHEMA: LazyLock<Value> = LazyLock::new(PolicyDocument::json_schema);

/// Some value in the format, whose texts are `text`.
pub(super) fn placeholder(schema: &'static Value, text: &str) -> Value {
    let schema = resolved(schema);
    if let Some(form) = schema["anyOf"].get(0) {
        return placeholder(form, text);
    }
    if let Some(choices) = choices(schema) {
        return choices
            .first()
            .and_then(name_of)
            .map_or(Value::Null, Value::from);
    }
    match schema["type"].as_str() {
        Some("object") => {
            let value = |key| {
                (
                    String::from(key),
                    placeholder(&schema["properties"][key], text),
                )
            };
            Value::Object(required(schema).map(value).collect())
        }
        Some("array") => Value::Array(Vec::new()),
        Some("integer") => Value::from(PolicyDocument::VERSION),
        Some("boolean") => Value::Bool(true),
        _ => Value::from(text),
    }
}

pub(super) fn required(schema: &'static Value) -> impl Iterator<Item = &'static str> {
    let required = schema["required"].as_array().into_iter().flatten();
    required.filter_map(Value::as_str)
}

/// The schema that `$ref` names, else the schema itself.
pub(super) fn resolved(schema: &'static Value) -> &'static Value {
    let Some(reference) = schema["$ref"].as_str() else {
        return schema;
    };
    SCHEMA
        .pointer(reference.trim_start_matches('#'))
        .unwrap_or(schema)
}

/// The values of which one is to be written, if the schema lists them.
pub(super) fn choices(schema: &'static Value) -> Option<&'static Vec<Value>> {
    schema["oneOf"]
        .as_array()
        .or_else(|| schema["enum"].as_array())
}

pub(super) fn name_of(choice: &'static Value) -> Option<&'static str> {
    choice.as_str().or_else(|| choice["const"].as_str())
}
