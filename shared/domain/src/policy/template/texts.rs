//! The texts in a configuration, each under the JSON pointer of its place.

use serde_json::{Map, Value};

/// Whether a text is made anew for each meeting.
pub(super) fn has_placeholder(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark))
}

/// Goes through the texts.
pub(super) fn each(json: &Map<String, Value>, found: &mut impl FnMut(&str, &str)) {
    for (name, field) in json {
        gather(field, &under("", name), found);
    }
}

/// The configuration with other texts.
pub(super) fn replaced(json: &Map<String, Value>, made: &impl Fn(&str, &str) -> String) -> Value {
    remade_fields(json, "", made)
}

/// A place as people write it: `chat.on_bot_join.message`.
pub(super) fn shown(pointer: &str) -> String {
    let parts = pointer.split('/').skip(1);
    let parts: Vec<String> = parts
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect();
    parts.join(".")
}

fn gather(value: &Value, pointer: &str, found: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => found(pointer, text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                gather(item, &under(pointer, &index.to_string()), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                gather(field, &under(pointer, name), found);
            }
        }
        _ => {}
    }
}

fn remade(value: &Value, pointer: &str, made: &impl Fn(&str, &str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(made(pointer, text)),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items
                .map(|(index, item)| remade(item, &under(pointer, &index.to_string()), made))
                .collect()
        }
        Value::Object(fields) => remade_fields(fields, pointer, made),
        other => other.clone(),
    }
}

fn remade_fields(
    fields: &Map<String, Value>,
    pointer: &str,
    made: &impl Fn(&str, &str) -> String,
) -> Value {
    let fields = fields.iter().map(|(name, field)| {
        let field = remade(field, &under(pointer, name), made);
        (name.clone(), field)
    });
    Value::Object(fields.collect())
}

/// Keys may hold slashes, and two places must not have one pointer.
fn under(pointer: &str, name: &str) -> String {
    let name = name.replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{name}")
}
