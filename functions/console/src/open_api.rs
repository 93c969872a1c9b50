//! The OpenAPI document, made from the routes and from the types of the documents. It is published
//! as `docs/openapi.json`, which a test compares, and served to anybody.

mod parameters;

use callsheet_api::agenda::Agenda;
use callsheet_api::calendar_activity::CalendarActivity;
use callsheet_api::calendars::{CalendarList, CalendarRow};
use callsheet_api::console::IssuedToken;
use callsheet_api::coverage::Coverage;
use callsheet_api::disconnection::{CalendarDisconnection, DisconnectionRequested};
use callsheet_api::events::EventList;
use callsheet_api::explain::Explanation;
use callsheet_api::me::Me;
use callsheet_api::meeting_override::{Consent, MeetingOverrideSet};
use callsheet_api::override_list::OverrideList;
use callsheet_api::overrides::OverrideSet;
use callsheet_api::pause::PauseSet;
use callsheet_api::policy::{History, LintReport, PolicyRevisionDocument, Pushed};
use callsheet_api::preview::Comparison;
use callsheet_api::problem::Problem;
use callsheet_api::resync::ResyncRequested;
use callsheet_api::retry::Retried;
use callsheet_api::status::Status;
use lambda_http::http::Method;
pub(crate) use parameters::known_names;
use parameters::parameters;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::route::{Access, Route};

/// The OpenAPI document.
#[must_use]
pub fn open_api() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|all| {
        all.definitions_path = "/components/schemas".into();
        all.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut paths = Map::new();
    for route in Route::ALL {
        let path = paths.entry(route.template()).or_insert_with(|| json!({}));
        let method = route.method().as_str().to_ascii_lowercase();
        path[method] = operation(route, &mut generator);
    }
    let problem = schema_of::<Problem>(&mut generator);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Callsheet",
            "version": "1",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "Which meetings are recorded, and why. Enums may grow, and unknown members are to be ignored: \
                            this version changes only by addition.",
        },
        "servers": [{"url": "./"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "callsheet+jwt",
                    "description": "An access token that a signing key of the stack signed.",
                },
                "idToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An ID token of the issuer of `ConsoleSignIn`, for its client.",
                },
            },
            "responses": {"Problem": {
                "description": "The request is not answered as asked.",
                "content": {"application/problem+json": {"schema": problem}},
            }},
        },
    })
}

fn operation(route: Route, generator: &mut SchemaGenerator) -> Value {
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": summary(route),
        "parameters": parameters(route),
        "responses": {
            route.success().as_str(): {
                "description": "The document.",
                "content": {"application/json": {"schema": answer(route, generator)}},
            },
            "default": {"$ref": "#/components/responses/Problem"},
        },
    });
    if has_text(route) {
        let text = json!({"schema": {"type": "string"}});
        operation["responses"]["200"]["content"]["application/yaml"] = text;
    }
    if route.method() == Method::GET {
        let known = "The document has the entity tag that was sent in If-None-Match.";
        operation["responses"]["304"] = json!({ "description": known });
    }
    if let Some(body) = body(route) {
        operation["requestBody"] = json!({
            "required": true,
            "content": {"application/json": {"schema": body}},
        });
        if matches!(route, Route::LintPolicy | Route::Preview) {
            let text = json!({"schema": {"type": "string"}});
            operation["requestBody"]["content"]["application/yaml"] = text;
        }
    }
    match route.access() {
        Access::Public => operation["security"] = json!([]),
        Access::SignedIn => operation["security"] = json!([{"idToken": []}]),
        Access::Roles(roles) => {
            let roles = roles.iter().map(|role| role.as_str()).collect::<Vec<_>>();
            operation["description"] = format!("Roles: {}.", roles.join(", ")).into();
            operation["x-callsheet-roles"] = json!(roles);
        }
    }
    operation
}

/// Whether the answer of a route is also the text of a policy, in YAML.
pub(crate) fn has_text(route: Route) -> bool {
    matches!(route, Route::Policy | Route::PolicyRevision)
}

/// The schema of the body of a request; none if it has none.
fn body(route: Route) -> Option<Value> {
    match route {
        Route::OverrideEvent | Route::OverrideMeeting | Route::OverrideSeries => Some(json!({
            "type": "object",
            "required": ["override"],
            "additionalProperties": false,
            "properties": {"override": {"type": "string", "enum": ["record", "skip"]}},
        })),
        Route::Pause => Some(json!({
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": false,
            "properties": {
                "until": {"type": "string", "format": "date-time"},
                "for": {"type": "string", "format": "duration"},
            },
        })),
        Route::Resync => Some(json!({
            "type": "object",
            "additionalProperties": false,
            "properties": {"full": {"type": "boolean", "default": false}},
        })),
        Route::PushPolicy => Some(json!({
            "type": "object",
            "required": ["document"],
            "additionalProperties": false,
            "properties": {
                "document": {
                    "type": ["object", "string"],
                    "description": "The policy, in the form of a policy file; or the text of one, in YAML",
                },
                "note": {"type": ["string", "null"], "description": "The reason"},
            },
        })),
        Route::LintPolicy | Route::Preview => Some(json!({
            "type": "object",
            "description": "The policy, in the form of a policy file",
        })),
        _ => None,
    }
}

fn operation_id(route: Route) -> &'static str {
    match route {
        Route::OpenApi => "getOpenApi",
        Route::SignIn => "exchangeToken",
        Route::Me => "getMe",
        Route::Calendars => "listCalendars",
        Route::Calendar => "getCalendar",
        Route::Agenda => "getAgenda",
        Route::Overrides => "listOverrides",
        Route::Activity => "listActivity",
        Route::Disconnection => "getDisconnection",
        Route::Disconnect => "disconnectCalendar",
        Route::Events => "listEvents",
        Route::Event => "getEvent",
        Route::OverrideEvent => "overrideEvent",
        Route::ClearEvent => "clearEvent",
        Route::Consent => "getConsent",
        Route::OverrideMeeting => "overrideMeeting",
        Route::ClearMeeting => "clearMeeting",
        Route::OverrideSeries => "overrideSeries",
        Route::ClearSeries => "clearSeries",
        Route::Pause => "pauseCalendar",
        Route::Resume => "resumeCalendar",
        Route::Preview => "previewPolicy",
        Route::RetryEvent => "retryEvent",
        Route::Retry => "retryEvents",
        Route::Resync => "requestResync",
        Route::Status => "getStatus",
        Route::Coverage => "getCoverage",
        Route::Policy => "getPolicy",
        Route::PushPolicy => "pushPolicy",
        Route::LintPolicy => "lintPolicy",
        Route::Policies => "listPolicies",
        Route::PolicyRevision => "getPolicyRevision",
    }
}

fn summary(route: Route) -> &'static str {
    match route {
        Route::OpenApi => "This document",
        Route::SignIn => {
            "Exchange an ID token of a company login for an access token; 404 unless the stack names an issuer"
        }
        Route::Me => "The holder of the token, and what the token gives access to",
        Route::Calendars => "The calendars in the token of an owner; for other roles a page of all",
        Route::Calendar => "A calendar, with the counts of its meetings",
        Route::Agenda => "A page of the events of a calendar, by start",
        Route::Overrides => {
            "A page of the overrides that are in force in a calendar, and the pause of its owner"
        }
        Route::Activity => {
            "A page of what people did in a calendar, newest first, as far as it is stored"
        }
        Route::Disconnection => "What is deleted with a calendar, and who asked for that",
        Route::Disconnect => {
            "Ask for a calendar to be deleted at Recall, with the effects that were read"
        }
        Route::Events => "A page of the events of up to 20 calendars, or of a day of all, by start",
        Route::Event => "An event: why it is or is not recorded, and the state of its bot",
        Route::OverrideEvent => "Record or skip an event, whatever the policy says",
        Route::ClearEvent => "Back to the policy for an event",
        Route::Consent => "What a participant of a meeting is asked, and chose",
        Route::OverrideMeeting => {
            "Skip a whole meeting, in every calendar; operators may also record it"
        }
        Route::ClearMeeting => "Take the own choice for a whole meeting back",
        Route::OverrideSeries => "Record or skip the series of an event, whatever the policy says",
        Route::ClearSeries => "Back to the policy for the series of an event",
        Route::Pause => "Pause recording in the calendars of an owner",
        Route::Resume => "End the pause",
        Route::Preview => {
            "Which meetings of a calendar would gain, lose or change a bot under another policy"
        }
        Route::Status => "The state of the stack; at most ten seconds old",
        Route::RetryEvent => "Reopen the abandoned decision about an event",
        Route::Retry => "Reopen abandoned decisions, up to 100 at once",
        Route::Resync => "Request a resync, or a full sync of every calendar",
        Route::Coverage => "How many meetings were recorded, and why the others were not",
        Route::Policy => "The active policy",
        Route::PushPolicy => "Push a policy over the one that was read",
        Route::LintPolicy => "Check a policy, in JSON or YAML: each problem with its line",
        Route::Policies => "A page of the policies that were pushed, newest first",
        Route::PolicyRevision => "A policy by its revision",
    }
}

/// The schema of the document that answers a route.
fn answer(route: Route, generator: &mut SchemaGenerator) -> Value {
    match route {
        Route::OpenApi => json!({"type": "object"}),
        Route::SignIn => schema_of::<IssuedToken>(generator),
        Route::Me => schema_of::<Me>(generator),
        Route::Calendars => schema_of::<CalendarList>(generator),
        Route::Calendar => schema_of::<CalendarRow>(generator),
        Route::Agenda => schema_of::<Agenda>(generator),
        Route::Overrides => schema_of::<OverrideList>(generator),
        Route::Activity => schema_of::<CalendarActivity>(generator),
        Route::Disconnection => schema_of::<CalendarDisconnection>(generator),
        Route::Disconnect => schema_of::<DisconnectionRequested>(generator),
        Route::Events => schema_of::<EventList>(generator),
        Route::Event => schema_of::<Explanation>(generator),
        Route::OverrideEvent | Route::ClearEvent | Route::OverrideSeries | Route::ClearSeries => {
            schema_of::<OverrideSet>(generator)
        }
        Route::Consent => schema_of::<Consent>(generator),
        Route::OverrideMeeting | Route::ClearMeeting => schema_of::<MeetingOverrideSet>(generator),
        Route::Pause | Route::Resume => schema_of::<PauseSet>(generator),
        Route::Preview => schema_of::<Comparison>(generator),
        Route::RetryEvent | Route::Retry => schema_of::<Retried>(generator),
        Route::Resync => schema_of::<ResyncRequested>(generator),
        Route::Status => schema_of::<Status>(generator),
        Route::Coverage => schema_of::<Coverage>(generator),
        Route::PushPolicy => schema_of::<Pushed>(generator),
        Route::LintPolicy => schema_of::<LintReport>(generator),
        Route::Policy | Route::PolicyRevision => schema_of::<PolicyRevisionDocument>(generator),
        Route::Policies => schema_of::<History>(generator),
    }
}

fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    generator.subschema_for::<T>().into()
}

/// The schema of the body that answers a request with a status, by the document: of a path, a
/// document or a problem. None if the path is not in it.
#[must_use]
pub fn schema_of_answer(document: &Value, method: &str, path: &str, status: u16) -> Option<Value> {
    if !(200..300).contains(&status) {
        let problem = "/components/responses/Problem/content/application~1problem+json/schema";
        return document.pointer(problem).cloned();
    }
    let parts: Vec<_> = path.split('/').collect();
    let fits = |template: &&str| {
        let of_template: Vec<_> = template.split('/').collect();
        let mut pairs = of_template.iter().zip(&parts);
        of_template.len() == parts.len() && pairs.all(|(one, part)| *one == "{id}" || one == part)
    };
    let mut templates = Route::ALL.into_iter().map(Route::template);
    let template = templates.find(fits)?;
    let method = method.to_ascii_lowercase();
    let answers = &document["paths"][template][method]["responses"];
    let content = &answers[status.to_string()]["content"]["application/json"];
    content.get("schema").cloned()
}
