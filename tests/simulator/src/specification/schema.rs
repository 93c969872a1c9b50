//! Compilation of the specification's schemas to validators.

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// A schema cannot be compiled.
#[derive(Debug, thiserror::Error)]
#[error("a schema of the specification cannot be compiled: {0}")]
pub(crate) struct InvalidSchema(String);

/// The schema of a request body. Read-only properties are required in responses only.
pub(super) fn as_request(schema: &Value, components: &Value) -> Value {
    let named = schema["$ref"]
        .as_str()
        .and_then(|name| name.strip_prefix('#'));
    let mut schema = named
        .and_then(|pointer| resolve(components, pointer))
        .unwrap_or(schema)
        .clone();
    let read_only = |name: &Value, properties: &Value| {
        name.as_str()
            .is_some_and(|name| properties[name]["readOnly"] == true)
    };
    let properties = schema["properties"].clone();
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !read_only(name, &properties));
    }
    schema
}

/// Resolves a `$ref` pointer, which starts at the document that contains `/components`.
fn resolve<'v>(components: &'v Value, pointer: &str) -> Option<&'v Value> {
    components.pointer(pointer.strip_prefix("/components")?)
}

/// The components of the published document, as JSON Schema.
pub(super) fn components(published: Value) -> Value {
    let mut components = published;
    components["schemas"]["CalendarEvent"]["properties"]["raw"] = json!({});
    components["schemas"]["Bot"]["properties"]["meeting_url"] = json!({});
    convert(&mut components);
    components
}

/// Converts `OpenAPI` 3.0 to JSON Schema: `nullable` becomes an alternative of type `null`.
fn convert(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(convert);
            if map.remove("nullable") == Some(json!(true)) {
                let inner = std::mem::take(map);
                if let Some(read_only) = inner.get("readOnly") {
                    map.insert(String::from("readOnly"), read_only.clone());
                }
                map.insert(String::from("anyOf"), json!([{"type": "null"}, inner]));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(convert),
        _ => {}
    }
}

/// Compiles an `OpenAPI` schema that may refer to `components`.
pub(super) fn compile(schema: &Value, components: &Value) -> Result<Validator, InvalidSchema> {
    let mut root = schema.clone();
    convert(&mut root);
    root["components"] = components.clone();
    build(&root)
}

/// Compiles a JSON schema.
pub(super) fn build(schema: &Value) -> Result<Validator, InvalidSchema> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .map_err(|error| InvalidSchema(error.to_string()))
}
