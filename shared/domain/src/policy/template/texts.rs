//! The texts in a configuration, each with its JSON pointer.

use serde_json::{Map, Value};

/// Whether a text is rendered for each meeting.
pub(super) fn has_placeholder(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark))
}

/// Calls `found` with each pointer and text.
pub(super) fn each(json: &Map<String, Value>, found: &mut impl FnMut(&str, &str)) {
    for (name, field) in json {
        visit(field, &under("", name), found);
    }
}

/// The configuration with each text replaced.
pub(super) fn replaced(
    json: &Map<String, Value>,
    replace: &impl Fn(&str, &str) -> String,
) -> Map<String, Value> {
    replaced_fields(json, "", replace)
}

/// A pointer in the notation of documents: `chat.on_bot_join.message`.
pub(super) fn dotted(pointer: &str) -> String {
    let parts = pointer.split('/').skip(1);
    let parts: Vec<String> = parts
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect();
    parts.join(".")
}

fn visit(value: &Value, pointer: &str, found: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => found(pointer, text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                visit(item, &under(pointer, &index.to_string()), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                visit(field, &under(pointer, name), found);
            }
        }
        _ => {}
    }
}

fn replaced_value(value: &Value, pointer: &str, replace: &impl Fn(&str, &str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(replace(pointer, text)),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items
                .map(|(index, item)| {
                    replaced_value(item, &under(pointer, &index.to_string()), replace)
                })
                .collect()
        }
        Value::Object(fields) => Value::Object(replaced_fields(fields, pointer, replace)),
        other => other.clone(),
    }
}

fn replaced_fields(
    fields: &Map<String, Value>,
    pointer: &str,
    replace: &impl Fn(&str, &str) -> String,
) -> Map<String, Value> {
    let fields = fields.iter().map(|(name, field)| {
        let field = replaced_value(field, &under(pointer, name), replace);
        (name.clone(), field)
    });
    fields.collect()
}

/// The pointer of a member. Names may contain slashes, so these are escaped.
fn under(pointer: &str, name: &str) -> String {
    let name = name.replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{name}")
}
