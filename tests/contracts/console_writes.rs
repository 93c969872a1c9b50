//! The partitions of state to which the console writes, against those that its role may write to:
//! the condition on `dynamodb:LeadingKeys`, which no server here evaluates.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use callsheet_app::ports::{Calendars as _, Clock as _, Decisions as _};
use callsheet_auth::{Grant, Role};
use callsheet_console::{Access, Console, Listed, Route};
use callsheet_domain::{RateLimit, Timestamp};
use callsheet_runtime::SystemClock;
use callsheet_testkit::{ManualClock, MemoryRecall, a_calendar_record};
use callsheet_tests::Template;
use serde_json::{Value, json};
use test_case::test_case;

use crate::console_cost::{OneKey, Ports, console, event, http_event, token};
use crate::meter::{WRITES, operation};
use crate::servers::{local_dynamodb, second_opinion};
use crate::tables;

/// A write of a row: the action that it needs, and the row's partition.
type Write = (String, String);

/// Keeps the partition of each row that a client writes.
#[derive(Debug, Clone, Default)]
struct Written(Arc<Mutex<BTreeSet<Write>>>);

impl Written {
    /// `client`, whose writes are kept.
    fn on(&self, client: &Client) -> Client {
        let config = client.config().to_builder().interceptor(self.clone());
        Client::from_conf(config.build())
    }

    /// The writes since the last call.
    fn take(&self) -> BTreeSet<Write> {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }
}

impl Intercept for Written {
    fn name(&self) -> &'static str {
        "Written"
    }

    fn read_before_signing(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = operation(context.request());
        if WRITES.contains(&operation) {
            let body = context.request().body().bytes().unwrap_or_default();
            let body = serde_json::from_slice(body)?;
            self.0
                .lock()
                .expect("no panic")
                .extend(writes(operation, &body));
        }
        Ok(())
    }
}

/// The writes of a request. IAM knows a transaction by its parts.
fn writes(operation: &str, body: &Value) -> Vec<Write> {
    let of_row = |action: &str, row: &Value| {
        let partition = row["partition"]["S"].as_str().expect("a row of state");
        (format!("dynamodb:{action}"), partition.to_owned())
    };
    match operation {
        "PutItem" => vec![of_row(operation, &body["Item"])],
        "TransactWriteItems" => {
            let parts = body["TransactItems"].as_array().expect("a list").iter();
            let puts = parts.map(|part| of_row("PutItem", &part["Put"]["Item"]));
            puts.collect()
        }
        _ => vec![of_row(operation, &body["Key"])],
    }
}

/// A path, a body and what the change depends on.
fn request(route: Route) -> (String, Option<Value>, Option<&'static str>) {
    let is_of_calendar = route.template().starts_with("/v1/calendars");
    let id = if is_of_calendar {
        "calendar-sales"
    } else {
        "event-1"
    };
    let document = json!({"version": 1, "default": "skip"});
    let (body, if_match) = match route {
        Route::OverrideEvent | Route::OverrideMeeting | Route::OverrideSeries => {
            (Some(json!({"override": "skip"})), None)
        }
        Route::Pause => (Some(json!({"for": "P3D"})), None),
        Route::Resync => (Some(json!({"full": true})), None),
        Route::Preview | Route::LintPolicy => (Some(document), None),
        Route::PushPolicy => (Some(json!({"document": document})), Some("\"policy-0\"")),
        _ => (None, None),
    };
    (route.template().replace("{id}", id), body, if_match)
}

/// Sends each request of the table of routes, as an operator.
async fn send_all(console: &Console<Ports, OneKey>, now: Timestamp) {
    let token = token(Grant::Operator, now);
    let mut tag = None;
    for route in Route::ALL {
        let Access::Roles(roles) = route.access() else {
            continue;
        };
        if !roles.contains(&Role::Operator) || route == Route::PolicyRevision {
            continue;
        }
        let (path, body, if_match) = request(route);
        let if_match = match route {
            Route::Disconnect => tag.as_deref(),
            _ => if_match,
        };
        let mut sent = http_event(&token, (route.method().as_str(), &path), body.as_ref());
        sent["headers"]["if-match"] = json!(if_match.unwrap_or_default());
        let answer = console.answer(&sent.to_string()).await;
        let is_done = (200..300).contains(&answer.status_code);
        assert!(is_done, "{route:?}: {:?}", answer.body);
        if route == Route::Disconnection {
            let shown = answer.headers.get("etag").expect("a tag").to_str();
            tag = Some(shown.expect("ASCII").to_owned());
        }
    }
}

/// Whether a pattern of a policy has a partition.
fn has(pattern: &str, partition: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(begin) => partition.starts_with(begin),
        None => pattern == partition,
    }
}

#[test_case(local_dynamodb(); "local")]
#[test_case(second_opinion(); "second opinion")]
#[tokio::test]
async fn the_consoles_role_may_write_to_the_partitions_to_which_it_writes(client: Client) {
    let (written, now) = (Written::default(), SystemClock.now());
    let decisions = tables::decisions(client.clone()).await;
    let state = tables::state(written.on(&client)).await;
    let record = state.write_record(&a_calendar_record()).await;
    record.expect("the table");
    let event = decisions.write(&event(1, now)).await;
    event.expect("the table");
    written.take();
    let listed = Listed {
        recall: MemoryRecall::new(ManualClock::at(now)),
        rate_limit: RateLimit::per_minute(60, 3),
    };
    let console = console((state, decisions), Some(listed), now);
    send_all(&console, now).await;
    let written = written.take();
    let (template, table) = (Template::read(), "StateTable.Arn");
    let mut allowed = BTreeSet::new();
    let mut is_used = BTreeSet::new();
    for action in ["dynamodb:PutItem", "dynamodb:UpdateItem"] {
        let always = template.partitions("ConsoleRole", action, table);
        let previews = template.partitions_if("AllowsPreviews", "ConsoleRole", action, table);
        let patterns: Vec<_> = always.into_iter().chain(previews).collect();
        for (_, partition) in written.iter().filter(|(other, _)| other == action) {
            let pattern = patterns.iter().find(|pattern| has(pattern, partition));
            let pattern = pattern.unwrap_or_else(|| panic!("{action} of {partition}"));
            is_used.insert(pattern.clone());
        }
        allowed.extend(patterns);
    }
    assert_eq!(allowed, is_used, "allowed on the left, used on the right");
    let others = written
        .iter()
        .find(|(action, _)| action.ends_with("DeleteItem"));
    assert_eq!(others, None, "the console deletes nothing");
}
