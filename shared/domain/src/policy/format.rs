//! Everything by which a value is not in the format of policies, at once and in words.
//!
//! A parser stops at the first mistake. This walks the value along the format's own JSON
//! Schema, so it knows the keys and types that the parser knows, and goes on.

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::document::PolicyDocument;
use super::expression::nearest;
use super::problem::{Place, PolicyProblem};

static SCHEMA: LazyLock<Value> = LazyLock::new(PolicyDocument::json_schema);

/// How a text is written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// Each value has its type.
    Json,
    /// What looks like a number or a flag may be a text, and the other way round.
    Yaml,
}

impl PolicyDocument {
    /// All places at which `value` is not in the format, and what to write there. There is
    /// none if it parses.
    #[must_use]
    pub fn format_problems(value: &Value, notation: Notation) -> Vec<PolicyProblem> {
        let mut found = Vec::new();
        if value.is_null() {
            let problem = "the policy is empty: write at least `version: 1` and `default: skip`";
            Place::root(&mut found).report(problem);
            return found;
        }
        let checker = Checker { notation };
        checker.check(value, &SCHEMA, &mut Place::root(&mut found));
        found
    }
}

struct Checker {
    notation: Notation,
}

impl Checker {
    fn check(&self, value: &Value, schema: &'static Value, place: &mut Place<'_>) {
        let schema = resolved(schema);
        if let Some(forms) = schema["anyOf"].as_array() {
            self.one_of_forms(value, forms, place);
        } else if let Some(choices) = schema["oneOf"].as_array() {
            choice(value, choices, place);
        } else if let Some(choices) = schema["enum"].as_array() {
            choice(value, choices, place);
        } else {
            self.typed(value, schema, place);
        }
    }

    /// A value that may have several forms: `null` beside another, or an expression beside
    /// conditions.
    fn one_of_forms(&self, value: &Value, forms: &'static [Value], place: &mut Place<'_>) {
        let is_null = |form: &&Value| form["type"] == "null";
        if value.is_null() && forms.iter().any(|form| is_null(&form)) {
            return;
        }
        let forms: Vec<&'static Value> = forms.iter().filter(|form| !is_null(form)).collect();
        match (forms.as_slice(), value) {
            ([form], _) => self.check(value, form, place),
            // `when`, the only key of several forms.
            (_, Value::String(_)) => {}
            (forms, Value::Object(fields)) => {
                let object = forms.iter().map(|form| resolved(form));
                let mut objects = object.filter(|form| form["properties"].is_object());
                if fields.values().all(Value::is_null) {
                    place.report("`when` has no condition; to decide about every meeting, set `default`");
                } else if let Some(form) = objects.next() {
                    self.check(value, form, place);
                }
            }
            _ => place.report(format!(
                "this is {}, and an expression or conditions are expected, such as `external: true`",
                kind(value)
            )),
        }
    }

    fn typed(&self, value: &Value, schema: &'static Value, place: &mut Place<'_>) {
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => return,
        };
        if value.is_null() && types.contains(&"null") {
            return;
        }
        match (types[0], value) {
            ("object", Value::Object(fields)) => self.object(fields, schema, place),
            ("array", Value::Array(items)) => self.array(items, schema, place),
            ("string", Value::String(_)) | ("boolean", Value::Bool(_)) => {}
            ("integer", Value::Number(number)) if is_count(number.as_u64()) => {}
            ("integer", Value::Number(_)) => {
                place.report("a whole number from 0 to 4294967295 is expected");
            }
            (expected, value) if self.is_also(expected, value) => {}
            (expected, value) => place.report(mismatch(expected, value)),
        }
    }

    /// Whether YAML takes the value for one of this type.
    fn is_also(&self, expected: &str, value: &Value) -> bool {
        if self.notation == Notation::Json {
            return false;
        }
        match (expected, value) {
            ("string", Value::Number(_) | Value::Bool(_)) => true,
            ("integer", Value::String(text)) => is_count(text.parse().ok()),
            ("boolean", Value::String(text)) => matches!(text.as_str(), "true" | "false"),
            _ => false,
        }
    }

    fn array(&self, items: &[Value], schema: &'static Value, place: &mut Place<'_>) {
        if items.is_empty() && schema["minItems"] == 1 {
            place.report("an empty list: leave it out");
        }
        for (index, item) in items.iter().enumerate() {
            self.check(item, &schema["items"], &mut place.item(index));
        }
    }

    fn object(&self, fields: &Map<String, Value>, schema: &'static Value, place: &mut Place<'_>) {
        let Some(known) = schema["properties"].as_object() else {
            return;
        };
        for (key, value) in fields {
            match known.get(key) {
                Some(schema) => self.check(value, schema, &mut place.at(key)),
                None => place.at(key).report(unknown_key(key, known)),
            }
        }
        let required = schema["required"].as_array().into_iter().flatten();
        for key in required.filter_map(Value::as_str) {
            if !fields.contains_key(key) {
                place.report(missing(key, &known[key]));
            }
        }
    }
}

fn is_count(number: Option<u64>) -> bool {
    number.is_some_and(|number| u32::try_from(number).is_ok())
}

/// The schema that `$ref` names, else the schema itself.
fn resolved(schema: &'static Value) -> &'static Value {
    let Some(reference) = schema["$ref"].as_str() else {
        return schema;
    };
    SCHEMA
        .pointer(reference.trim_start_matches('#'))
        .unwrap_or(schema)
}

fn choice(value: &Value, choices: &'static [Value], place: &mut Place<'_>) {
    let text = |choice: &'static Value| choice.as_str().or_else(|| choice["const"].as_str());
    let names: Vec<&str> = choices.iter().filter_map(text).collect();
    let listed = names.join("`, `");
    let Value::String(written) = value else {
        place.report(format!(
            "this is {}, and one of `{listed}` is expected",
            kind(value)
        ));
        return;
    };
    if names.contains(&written.as_str()) {
        return;
    }
    let meant = nearest(written, names.iter().copied());
    let meant = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
    place.report(format!("`{written}` is none of `{listed}`{meant}"));
}

fn unknown_key(key: &str, known: &'static Map<String, Value>) -> String {
    if let Some(meant) = nearest(key, known.keys().map(String::as_str)) {
        return format!("there is no key `{key}` here; did you mean `{meant}`?");
    }
    let homes = [
        ("Shorthands", "under `when` of a rule"),
        ("RuleDocument", "in a rule"),
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

fn missing(key: &str, schema: &'static Value) -> String {
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

fn mismatch(expected: &str, value: &Value) -> String {
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

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "no value",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object with keys",
    }
}
