//! What a client's requests cost, by DynamoDB's own account.
//!
//! Each request is told to say what it consumed; what the answers say is added up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpRequest;
use aws_sdk_dynamodb::config::interceptors::{
    BeforeTransmitInterceptorContextMut, FinalizerInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use serde_json::{Value, json};

/// Operations that write items.
pub(crate) const WRITES: [&str; 5] = [
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "TransactWriteItems",
];
/// Operations that read items.
const READS: [&str; 5] = [
    "GetItem",
    "BatchGetItem",
    "Query",
    "Scan",
    "TransactGetItems",
];

/// What was asked for of one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Used {
    pub(crate) requests: u32,
    /// Capacity units: a kilobyte begun of a write and of each index that shows
    /// it, four of a read; half of that if it need not be the latest.
    pub(crate) units: f64,
}

/// Adds up what a client consumes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meter(Arc<Mutex<BTreeMap<String, Used>>>);

impl Meter {
    /// `client`, metered.
    pub(crate) fn on(&self, client: &Client) -> Client {
        let config = client.config().to_builder().interceptor(self.clone());
        Client::from_conf(config.build())
    }

    /// What was consumed since this was last asked, by operation.
    pub(crate) fn take(&self) -> BTreeMap<String, Used> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, operation: &str, units: f64) {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let used = used.entry(operation.to_owned()).or_default();
        used.requests += 1;
        used.units += units;
    }
}

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        if !is_metered(request) {
            return Ok(());
        }
        let asked = request.body().bytes().unwrap_or_default();
        let mut asked: Value = serde_json::from_slice(asked)?;
        asked["ReturnConsumedCapacity"] = json!("TOTAL");
        let asked = asked.to_string();
        let length = asked.len().to_string();
        request.headers_mut().insert("content-length", length);
        *request.body_mut() = asked.into();
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (Some(request), Some(response)) = (context.request(), context.response()) else {
            return Ok(());
        };
        if !is_metered(request) {
            return Ok(());
        }
        let answer = response.body().bytes().unwrap_or_default();
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        let units = match &answer["ConsumedCapacity"] {
            Value::Array(tables) => tables.iter().filter_map(units).sum(),
            table => units(table).unwrap_or(0.0),
        };
        self.add(operation(request), units);
        Ok(())
    }
}

fn operation(request: &HttpRequest) -> &str {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default()
}

/// Whether it reads or writes items; tables come and go for nothing.
fn is_metered(request: &HttpRequest) -> bool {
    let operation = operation(request);
    WRITES.contains(&operation) || READS.contains(&operation)
}

fn units(consumed: &Value) -> Option<f64> {
    consumed["CapacityUnits"].as_f64()
}
