//! The published specification, and everything that is held against it.
//!
//! Two liberties are taken. `raw` is not checked: the published schemas of the platforms'
//! payloads demand fields that are optional in reality (a meeting that is no instance of a series
//! has no `recurringEventId`). And `leave_call` belongs to another part of the API, of which only
//! the path and the method are known here.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use super::Answer;
use super::answer::Content;
use super::call::Call;
use crate::operation::Operation;

const OPENAPI: &str = include_str!("../../spec/openapi.json");
const WEBHOOKS: &str = include_str!("../../spec/webhooks.json");

/// The carried specification cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SpecificationError {
    #[error("the specification is not JSON")]
    NotJson(#[from] serde_json::Error),
    #[error("a schema of the specification cannot be compiled: {0}")]
    Schema(String),
    #[error("the specification does not know {0}")]
    Missing(Operation),
}

/// Compiled schemas of requests, answers and webhooks.
#[derive(Debug)]
pub(crate) struct Specification {
    operations: BTreeMap<Operation, Rules>,
    webhooks: BTreeMap<String, Validator>,
}

#[derive(Debug)]
struct Rules {
    query: BTreeMap<String, Parameter>,
    body: Option<Validator>,
    answer: Option<(u16, Option<Validator>)>,
}

#[derive(Debug)]
struct Parameter {
    schema: Validator,
    boolean: bool,
}

impl Specification {
    /// The specification, compiled once for all simulators of a process: it takes a while.
    pub(crate) fn shared() -> Result<&'static Self, &'static SpecificationError> {
        static COMPILED: LazyLock<Result<Specification, SpecificationError>> =
            LazyLock::new(Specification::load);
        COMPILED.as_ref()
    }

    fn load() -> Result<Self, SpecificationError> {
        let mut document: Value = serde_json::from_str(OPENAPI)?;
        let paths = document["paths"].take();
        let components = components(document["components"].take());
        let mut operations = BTreeMap::new();
        for operation in Operation::ALL {
            let item = &paths[operation.template()][operation.method().to_lowercase()];
            if item.is_object() {
                operations.insert(operation, rules(item, &components)?);
            } else if operation != Operation::LeaveCall {
                return Err(SpecificationError::Missing(operation));
            }
        }
        Ok(Self {
            operations,
            webhooks: webhooks()?,
        })
    }

    /// What is wrong with a request whose path and method are known.
    pub(crate) fn check_request(&self, operation: Operation, call: &Call) -> Vec<String> {
        let mut wrong = Vec::new();
        if operation.template().contains("{id}") && !call.id_is_uuid() {
            wrong.push(String::from("the id in the path is not a UUID"));
        }
        let Some(rules) = self.operations.get(&operation) else {
            return wrong;
        };
        for (name, text) in &call.query {
            match rules.query.get(name) {
                Some(parameter) => {
                    if let Some(detail) = objections(&parameter.schema, &parameter.value(text)) {
                        wrong.push(format!("query parameter {name}: {detail}"));
                    }
                }
                None => wrong.push(format!("there is no query parameter {name}")),
            }
        }
        match (&rules.body, &call.json) {
            (Some(schema), Some(body)) => {
                wrong.extend(objections(schema, body).map(|detail| format!("body: {detail}")));
            }
            (Some(_), None) => wrong.push(String::from("the body is missing or is not JSON")),
            (None, _) if !call.body.is_empty() => {
                wrong.push(String::from("a body where none belongs"));
            }
            (None, _) => {}
        }
        wrong
    }

    /// What is wrong with our own answer to a call that succeeded.
    pub(crate) fn check_answer(&self, operation: Operation, answer: &Answer) -> Option<String> {
        let (status, schema) = self.operations.get(&operation)?.answer.as_ref()?;
        if answer.status >= 300 {
            return None;
        }
        if answer.status != *status {
            return Some(format!("answered {} in place of {status}", answer.status));
        }
        match (schema, &answer.content) {
            (Some(schema), Content::Json(body)) => objections(schema, body),
            (None, Content::Nothing) => None,
            _ => Some(String::from("an answer of another kind")),
        }
    }

    /// What is wrong with a webhook of our own, and which event it names. Events whose schema
    /// is not carried here pass.
    pub(crate) fn check_webhook(&self, body: &str) -> Option<(String, String)> {
        let body: Value = serde_json::from_str(body).ok()?;
        let event = body["event"].as_str()?;
        let detail = objections(self.webhooks.get(event)?, &body)?;
        Some((event.to_owned(), detail))
    }
}

impl Parameter {
    /// A parameter's text as the JSON value its schema speaks of.
    fn value(&self, text: &str) -> Value {
        match (self.boolean, text) {
            (true, "true") => json!(true),
            (true, "false") => json!(false),
            _ => json!(text),
        }
    }
}

fn objections(schema: &Validator, value: &Value) -> Option<String> {
    let all: Vec<String> = schema
        .iter_errors(value)
        .map(|error| format!("{} at {:?}", error, error.instance_path().to_string()))
        .collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn rules(item: &Value, components: &Value) -> Result<Rules, SpecificationError> {
    let mut query = BTreeMap::new();
    for parameter in item["parameters"].as_array().into_iter().flatten() {
        if let (Some("query"), Some(name)) = (parameter["in"].as_str(), parameter["name"].as_str())
        {
            let schema = compile(&parameter["schema"], components)?;
            let boolean = parameter["schema"]["type"] == "boolean";
            query.insert(name.to_owned(), Parameter { schema, boolean });
        }
    }
    let body = match json_schema(&item["requestBody"]) {
        Some(schema) => Some(compile(&as_request(schema, components), components)?),
        None => None,
    };
    let success = item["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .find_map(|(status, response)| Some((status.parse::<u16>().ok()?, response)))
        .filter(|(status, _)| *status < 300);
    let answer = match success {
        Some((status, response)) => {
            let schema = json_schema(response)
                .map(|s| compile(s, components))
                .transpose()?;
            Some((status, schema))
        }
        None => None,
    };
    Ok(Rules {
        query,
        body,
        answer,
    })
}

fn json_schema(holder: &Value) -> Option<&Value> {
    holder
        .get("content")?
        .get("application/json")?
        .get("schema")
}

/// A request does not carry what is read only, though the schema requires it of answers.
fn as_request(schema: &Value, components: &Value) -> Value {
    let named = schema["$ref"]
        .as_str()
        .and_then(|name| name.strip_prefix('#'));
    let mut schema = named
        .and_then(|at| pointer(components, at))
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

/// Components stand under `/components` in the document that pointers speak of.
fn pointer<'v>(components: &'v Value, at: &str) -> Option<&'v Value> {
    components.pointer(at.strip_prefix("/components")?)
}

fn components(published: Value) -> Value {
    let mut components = published;
    components["schemas"]["CalendarEvent"]["properties"]["raw"] = json!({});
    translate(&mut components);
    components
}

/// From the dialect of the published text (3.0) to JSON Schema: `nullable` becomes a second possibility.
fn translate(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(translate);
            if map.remove("nullable") == Some(json!(true)) {
                let inner = std::mem::take(map);
                if let Some(read_only) = inner.get("readOnly") {
                    map.insert(String::from("readOnly"), read_only.clone());
                }
                map.insert(String::from("anyOf"), json!([{"type": "null"}, inner]));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(translate),
        _ => {}
    }
}

fn compile(schema: &Value, components: &Value) -> Result<Validator, SpecificationError> {
    let mut root = schema.clone();
    translate(&mut root);
    root["components"] = components.clone();
    build(&root)
}

fn build(schema: &Value) -> Result<Validator, SpecificationError> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .map_err(|error| SpecificationError::Schema(error.to_string()))
}

fn webhooks() -> Result<BTreeMap<String, Validator>, SpecificationError> {
    let published: Vec<Value> = serde_json::from_str(WEBHOOKS)?;
    let mut schemas = BTreeMap::new();
    for mut webhook in published {
        let mut schema = webhook["schemas"]["1"].take();
        if let Some(schema) = schema.as_object_mut() {
            // They claim to *be* the meta-schema, which nothing else can then refer to.
            schema.remove("$id");
            schema.remove("$schema");
        }
        if let Some(name) = webhook["name"].as_str() {
            schemas.insert(name.to_owned(), build(&schema)?);
        }
    }
    Ok(schemas)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_slips_are_seen() {
        let specification = Specification::load().unwrap();
        let check = |status, body: Value| {
            specification.check_answer(Operation::ListEvents, &Answer::json(status, body))
        };
        assert_eq!(
            check(200, json!({"next": null, "previous": null, "results": []})),
            None
        );
        assert!(check(200, json!({"results": [{"id": "12"}]})).is_some());
        assert!(check(201, json!({"results": []})).is_some());
        assert_eq!(
            check(429, json!({"detail": "Request was throttled."})),
            None
        );
        let gone = specification.check_answer(Operation::DeleteCalendar, &Answer::empty(204));
        assert_eq!(gone, None);
    }

    #[test]
    fn our_own_webhooks_are_held_to_their_schema() {
        let specification = Specification::load().unwrap();
        let check = |body: &str| specification.check_webhook(body).map(|(event, _)| event);
        let good = r#"{"event": "calendar.update", "data": {"calendar_id": "c"}}"#;
        let bad = r#"{"event": "calendar.update", "data": {}}"#;
        let other = r#"{"event": "bot.done", "data": {}}"#;
        assert_eq!(check(good), None);
        assert_eq!(check(bad).as_deref(), Some("calendar.update"));
        assert_eq!(check(other), None);
    }
}
