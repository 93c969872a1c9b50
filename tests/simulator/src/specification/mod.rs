//! Validation of requests, responses and webhooks against the published specification.
//!
//! There are three exceptions. `raw` is not validated: the published schemas of the platforms'
//! payloads require fields that are optional in reality (a meeting outside a series has no
//! `recurringEventId`). `leave_call` belongs to another part of the API; only its path and method
//! are known here. A bot's `meeting_url` is of a form that only the whole specification has.

mod schema;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use self::schema::{InvalidSchema, as_request, build, compile, components};
use crate::call::Call;
use crate::operation::Operation;
use crate::response::{ApiResponse, Content};

const OPENAPI: &str = include_str!("../../spec/openapi.json");
const WEBHOOKS: &str = include_str!("../../spec/webhooks.json");
/// What the specification says of a bot's life: webhooks, and the bot as it is read.
const BOTS: &str = include_str!("../../spec/bots.json");

/// The embedded specification cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SpecificationError {
    #[error("the specification is not JSON")]
    NotJson(#[from] serde_json::Error),
    #[error(transparent)]
    Schema(#[from] InvalidSchema),
    #[error("the specification has no operation {0}")]
    Missing(Operation),
}

/// Compiled schemas of requests, responses and webhooks.
#[derive(Debug)]
pub(crate) struct Specification {
    operations: BTreeMap<Operation, OperationSchemas>,
    webhooks: BTreeMap<String, Validator>,
}

#[derive(Debug)]
struct OperationSchemas {
    query: BTreeMap<String, Parameter>,
    body: Option<Validator>,
    response: Option<(u16, Option<Validator>)>,
}

#[derive(Debug)]
struct Parameter {
    schema: Validator,
    is_boolean: bool,
}

impl Specification {
    /// The specification, compiled once per process because compiling is slow.
    pub(crate) fn shared() -> Result<&'static Self, &'static SpecificationError> {
        static COMPILED: LazyLock<Result<Specification, SpecificationError>> =
            LazyLock::new(Specification::load);
        COMPILED.as_ref()
    }

    fn load() -> Result<Self, SpecificationError> {
        let mut document: Value = serde_json::from_str(OPENAPI)?;
        let mut bots: Value = serde_json::from_str(BOTS)?;
        for part in ["/paths", "/components/schemas"] {
            let of_bots = bots["openapi"].pointer_mut(part).map(Value::take);
            if let (Some(Value::Object(all)), Some(Value::Object(of_bots))) =
                (document.pointer_mut(part), of_bots)
            {
                all.extend(of_bots);
            }
        }
        let paths = document["paths"].take();
        let components = components(document["components"].take());
        let mut operations = BTreeMap::new();
        for operation in Operation::ALL {
            let item = &paths[operation.template()][operation.method().to_lowercase()];
            if item.is_object() {
                operations.insert(operation, operation_schemas(item, &components)?);
            } else if operation != Operation::LeaveCall {
                return Err(SpecificationError::Missing(operation));
            }
        }
        Ok(Self {
            operations,
            webhooks: webhooks(bots["webhooks"].take())?,
        })
    }

    /// Violations of the specification in a request to a known operation.
    pub(crate) fn check_request(&self, operation: Operation, call: &Call) -> Vec<String> {
        let mut violations = Vec::new();
        if operation.template().contains("{id}") && !call.id_is_uuid() {
            violations.push(String::from("the id in the path is not a UUID"));
        }
        let Some(schemas) = self.operations.get(&operation) else {
            return violations;
        };
        for (name, text) in &call.query {
            match schemas.query.get(name) {
                Some(parameter) => {
                    if let Some(detail) = schema_errors(&parameter.schema, &parameter.value(text)) {
                        violations.push(format!("query parameter {name}: {detail}"));
                    }
                }
                None => violations.push(format!("there is no query parameter {name}")),
            }
        }
        match (&schemas.body, &call.json) {
            (Some(schema), Some(body)) => {
                violations
                    .extend(schema_errors(schema, body).map(|detail| format!("body: {detail}")));
            }
            (Some(_), None) => violations.push(String::from("the body is missing or is not JSON")),
            (None, _) if !call.body.is_empty() => {
                violations.push(String::from("this operation takes no body"));
            }
            (None, _) => {}
        }
        violations
    }

    /// Violation of the specification in a response of the simulator to a successful call.
    pub(crate) fn check_response(
        &self,
        operation: Operation,
        response: &ApiResponse,
    ) -> Option<String> {
        let (status, schema) = self.operations.get(&operation)?.response.as_ref()?;
        if response.status >= 300 {
            return None;
        }
        if response.status != *status {
            return Some(format!("responded {} instead of {status}", response.status));
        }
        match (schema, &response.content) {
            (Some(schema), Content::Json(body)) => schema_errors(schema, body),
            (None, Content::Empty) | (Some(_), Content::Rewritten(_)) => None,
            _ => Some(String::from(
                "the response body is missing, or present where none is specified",
            )),
        }
    }

    /// Event name and violation of a webhook that the simulator is about to send. Webhooks without
    /// an embedded schema are not checked.
    pub(crate) fn check_webhook(&self, body: &str) -> Option<(String, String)> {
        let body: Value = serde_json::from_str(body).ok()?;
        let event = body["event"].as_str()?;
        let detail = schema_errors(self.webhooks.get(event)?, &body)?;
        Some((event.to_owned(), detail))
    }
}

impl Parameter {
    /// The parameter's text as a JSON value of the type that its schema requires.
    fn value(&self, text: &str) -> Value {
        match (self.is_boolean, text) {
            (true, "true") => json!(true),
            (true, "false") => json!(false),
            _ => json!(text),
        }
    }
}

fn schema_errors(schema: &Validator, value: &Value) -> Option<String> {
    let all: Vec<String> = schema
        .iter_errors(value)
        .map(|error| format!("{} at {:?}", error, error.instance_path().to_string()))
        .collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn operation_schemas(
    item: &Value,
    components: &Value,
) -> Result<OperationSchemas, SpecificationError> {
    let mut query = BTreeMap::new();
    for parameter in item["parameters"].as_array().into_iter().flatten() {
        if let (Some("query"), Some(name)) = (parameter["in"].as_str(), parameter["name"].as_str())
        {
            let schema = compile(&parameter["schema"], components)?;
            let is_boolean = parameter["schema"]["type"] == "boolean";
            query.insert(name.to_owned(), Parameter { schema, is_boolean });
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
    let response = match success {
        Some((status, response)) => {
            let schema = json_schema(response)
                .map(|s| compile(s, components))
                .transpose()?;
            Some((status, schema))
        }
        None => None,
    };
    Ok(OperationSchemas {
        query,
        body,
        response,
    })
}

fn json_schema(holder: &Value) -> Option<&Value> {
    holder
        .get("content")?
        .get("application/json")?
        .get("schema")
}

/// Schemas of the webhooks, by event name.
fn webhooks(of_bots: Value) -> Result<BTreeMap<String, Validator>, SpecificationError> {
    let mut published: Vec<Value> = serde_json::from_str(WEBHOOKS)?;
    published.extend(serde_json::from_value::<Vec<Value>>(of_bots)?);
    let mut schemas = BTreeMap::new();
    for mut webhook in published {
        let mut schema = webhook["schemas"]["1"].take();
        if let Some(schema) = schema.as_object_mut() {
            // Each schema has the `$id` of the meta-schema, which could then not be referred to.
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
    fn violations_in_the_simulators_responses_are_found() {
        let specification = Specification::load().unwrap();
        let check = |status, body: Value| {
            specification.check_response(Operation::ListEvents, &ApiResponse::json(status, body))
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
        let deleted =
            specification.check_response(Operation::DeleteCalendar, &ApiResponse::empty(204));
        assert_eq!(deleted, None);
    }

    #[test]
    fn violations_in_the_simulators_webhooks_are_found() {
        let specification = Specification::load().unwrap();
        let check = |body: &str| specification.check_webhook(body).map(|(event, _)| event);
        let good = r#"{"event": "calendar.update", "data": {"calendar_id": "c"}}"#;
        let bad = r#"{"event": "calendar.update", "data": {}}"#;
        let other = r#"{"event": "recording.done", "data": {}}"#;
        assert_eq!(check(good), None);
        assert_eq!(check(bad).as_deref(), Some("calendar.update"));
        assert_eq!(check(other), None);
    }
}
