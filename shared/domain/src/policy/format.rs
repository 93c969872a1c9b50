//! Everything by which a value is no policy, at once and in words.
//!
//! A parser stops at the first mistake. This walks the value along the format's own JSON
//! Schema, so it knows the keys and types that the parser knows, and goes on. On its way it
//! repairs the value, so that the contents of a policy that is not in the format can be
//! checked, too: an author who repairs all that is reported has a valid policy.

mod messages;
mod schema;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::compiled::Policy;
use super::document::PolicyDocument;
use super::expression::nearest;
use super::problem::{Place, PolicyProblem};
use messages::{kind, mismatch, missing, unknown_key};
use schema::{SCHEMA, choices, name_of, placeholder, required, resolved};

/// How a text is written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// Each value has its type.
    Json,
    /// What looks like a number or a flag may be a text, and the other way round.
    Yaml,
}

impl PolicyDocument {
    /// All problems of a value that is not in the format: each place at which it is not, what
    /// to write there, and the problems of all that is. There is none if it parses.
    #[must_use]
    pub fn problems_of(value: &Value, notation: Notation) -> Vec<PolicyProblem> {
        let (mut found, repaired) = format_problems(value, notation);
        if found.is_empty() {
            return found;
        }
        let Some(Repaired { value, replaced }) = repaired else {
            return found;
        };
        // Values are repaired so that they parse.
        let document = serde_json::from_value(value).ok();
        let compiled = document.map(|document: Self| Policy::compile(&document));
        if let Some(Err(invalid)) = compiled {
            let is_written = |problem: &PolicyProblem| {
                let place = problem.place.as_str();
                !replaced
                    .iter()
                    .any(|replaced| is_at_or_below(place, replaced))
            };
            found.extend(invalid.0.into_iter().filter(is_written));
        }
        found
    }
}

/// A value in the format, made of one that is not.
struct Repaired {
    value: Value,
    /// The places of the values that are not those that were written.
    replaced: Vec<String>,
}

/// The places at which `value` is not in the format, and the value in the format if it has keys.
fn format_problems(value: &Value, notation: Notation) -> (Vec<PolicyProblem>, Option<Repaired>) {
    let mut found = Vec::new();
    let mut place = Place::root(&mut found);
    if value.is_null() {
        place.report("the policy is empty: write at least `version: 1` and `default: skip`");
        return (found, None);
    }
    let mut checker = Checker {
        notation,
        replaced: Vec::new(),
    };
    let value = checker.check(value, &SCHEMA, &mut place);
    let replaced = checker.replaced;
    let repaired = value.map(|value| Repaired { value, replaced });
    (found, repaired)
}

fn is_at_or_below(place: &str, other: &str) -> bool {
    let rest = place.strip_prefix(other);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

struct Checker {
    notation: Notation,
    replaced: Vec<String>,
}

/// Each method returns the value in the format, or none if it has no part that could be kept.
impl Checker {
    fn check(
        &mut self,
        value: &Value,
        schema: &'static Value,
        place: &mut Place<'_>,
    ) -> Option<Value> {
        let schema = resolved(schema);
        if let Some(forms) = schema["anyOf"].as_array() {
            self.one_of_forms(value, forms, place)
        } else if let Some(choices) = choices(schema) {
            choice(value, choices, place)
        } else {
            self.typed(value, schema, place)
        }
    }

    /// A value that may have several forms: `null` beside another, an expression beside
    /// conditions, or a list beside keys.
    fn one_of_forms(
        &mut self,
        value: &Value,
        forms: &'static [Value],
        place: &mut Place<'_>,
    ) -> Option<Value> {
        let is_null = |form: &&Value| form["type"] == "null";
        if value.is_null() && forms.iter().any(|form| is_null(&form)) {
            return Some(Value::Null);
        }
        let forms: Vec<&'static Value> = forms.iter().filter(|form| !is_null(form)).collect();
        if let Some(list) = forms.iter().find(|form| form["type"] == "array") {
            // `denied_domains`: a list, or keys of which one is the list.
            let mut keyed = forms
                .iter()
                .filter(|form| resolved(form)["type"] == "object");
            let keyed = keyed.next().filter(|_| value.is_object());
            return self.check(value, keyed.unwrap_or(list), place);
        }
        match (forms.as_slice(), value) {
            ([form], _) => self.check(value, form, place),
            // `when`.
            (_, Value::String(_)) => Some(value.clone()),
            (forms, Value::Object(fields)) => self.conditions(fields, forms, place),
            _ => {
                place.report(format!(
                    "this is {}, and an expression or conditions are expected, such as `external: true`",
                    kind(value)
                ));
                None
            }
        }
    }

    fn conditions(
        &mut self,
        fields: &Map<String, Value>,
        forms: &[&'static Value],
        place: &mut Place<'_>,
    ) -> Option<Value> {
        if fields.values().all(Value::is_null) {
            place.report("`when` has no condition; to decide about every meeting, set `default`");
            return None;
        }
        let mut forms = forms.iter().map(|form| resolved(form));
        let form = forms.find(|form| form["properties"].is_object())?;
        let conditions = self.object(fields, form, place);
        let is_empty = conditions.values().all(Value::is_null);
        (!is_empty).then_some(Value::Object(conditions))
    }

    fn typed(
        &mut self,
        value: &Value,
        schema: &'static Value,
        place: &mut Place<'_>,
    ) -> Option<Value> {
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => return Some(value.clone()),
        };
        if value.is_null() && types.contains(&"null") {
            return Some(Value::Null);
        }
        match (types[0], value) {
            ("object", Value::Object(fields))
                if fields.is_empty() && schema["minProperties"] == 1 =>
            {
                place.report("an empty map: leave it out");
                None
            }
            ("object", Value::Object(fields)) => {
                Some(Value::Object(self.object(fields, schema, place)))
            }
            ("array", Value::Array(items)) => self.array(items, schema, place),
            ("string", Value::String(_)) | ("boolean", Value::Bool(_)) => Some(value.clone()),
            ("integer", Value::Number(number)) if is_count(number.as_u64()) => Some(value.clone()),
            ("integer", Value::Number(_)) => {
                place.report("a whole number from 0 to 4294967295 is expected");
                None
            }
            (expected, value) => {
                let also = self.also(expected, value, place);
                if also.is_none() {
                    place.report(mismatch(expected, value));
                }
                also
            }
        }
    }

    /// The value of this type for which YAML takes it.
    fn also(&mut self, expected: &str, value: &Value, place: &Place<'_>) -> Option<Value> {
        if self.notation == Notation::Json {
            return None;
        }
        match (expected, value) {
            ("string", Value::Number(_) | Value::Bool(_)) => {
                // A number may be written in several ways, and its text is one of them.
                if value.is_f64() {
                    self.replaced.push(place.path().to_owned());
                }
                Some(Value::from(value.to_string()))
            }
            ("integer", Value::String(text)) => {
                let number: Option<u64> = text.parse().ok();
                number.filter(|_| is_count(number)).map(Value::from)
            }
            ("boolean", Value::String(text)) => text.parse().ok().map(Value::Bool),
            _ => None,
        }
    }

    fn array(
        &mut self,
        items: &[Value],
        schema: &'static Value,
        place: &mut Place<'_>,
    ) -> Option<Value> {
        if items.is_empty() && schema["minItems"] == 1 {
            place.report("an empty list: leave it out");
            return None;
        }
        let mut kept = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let mut place = place.item(index);
            let item = self.check(item, &schema["items"], &mut place);
            // The items behind it keep their places.
            kept.push(item.unwrap_or_else(|| self.replacement(&schema["items"], place.path())));
        }
        Some(Value::Array(kept))
    }

    fn object(
        &mut self,
        fields: &Map<String, Value>,
        schema: &'static Value,
        place: &mut Place<'_>,
    ) -> Map<String, Value> {
        let Some(known) = schema["properties"].as_object() else {
            return self.map(fields, schema, place);
        };
        let mut kept = Map::new();
        for (key, value) in fields {
            match known.get(key) {
                Some(schema) => {
                    let mut place = place.at(key);
                    match self.check(value, schema, &mut place) {
                        Some(value) => {
                            kept.insert(key.clone(), value);
                        }
                        None => self.replaced.push(place.path().to_owned()),
                    }
                }
                None => place.at(key).report(unknown_key(key, known)),
            }
        }
        for key in required(schema) {
            if !fields.contains_key(key) {
                place.report(missing(key, &known[key]));
            }
            if !kept.contains_key(key) {
                let value = self.replacement(&known[key], place.at(key).path());
                kept.insert(key.to_owned(), value);
            }
        }
        kept
    }

    /// Keys that the author chooses, with values of one type.
    fn map(
        &mut self,
        fields: &Map<String, Value>,
        schema: &'static Value,
        place: &mut Place<'_>,
    ) -> Map<String, Value> {
        let schema = &schema["additionalProperties"];
        if !schema.is_object() {
            return fields.clone();
        }
        let mut kept = Map::new();
        for (key, value) in fields {
            let mut place = place.at(key);
            let value = self.check(value, schema, &mut place);
            let value = value.unwrap_or_else(|| self.replacement(schema, place.path()));
            kept.insert(key.clone(), value);
        }
        kept
    }

    /// A value for a place that has none that could be kept.
    fn replacement(&mut self, schema: &'static Value, place: &str) -> Value {
        self.replaced.push(place.to_owned());
        // Names are compared with one another, so no text is used twice.
        placeholder(schema, &format!("replaced-{}", self.replaced.len()))
    }
}

fn is_count(number: Option<u64>) -> bool {
    number.is_some_and(|number| u32::try_from(number).is_ok())
}

fn choice(value: &Value, choices: &'static [Value], place: &mut Place<'_>) -> Option<Value> {
    let names: Vec<&str> = choices.iter().filter_map(name_of).collect();
    let listed = names.join("`, `");
    let Value::String(written) = value else {
        place.report(format!(
            "this is {}, and one of `{listed}` is expected",
            kind(value)
        ));
        return None;
    };
    if names.contains(&written.as_str()) {
        return Some(value.clone());
    }
    let meant = nearest(written, names.iter().copied());
    let meant = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
    place.report(format!("`{written}` is none of `{listed}`{meant}"));
    None
}
