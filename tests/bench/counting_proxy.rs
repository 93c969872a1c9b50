//! Counts the functions' requests to DynamoDB, with a proxy between the functions and AWS.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use callsheet_tests::{Exchange, serve_aws_proxy, variable};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::result::BenchResult;

/// Counts by operation and table.
pub(crate) type Counts = BTreeMap<(String, String), Count>;

/// Requests of one operation to one table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) requests: usize,
    /// Requests rejected because of their condition.
    pub(crate) rejected: usize,
    /// Size of the items that were put, each rounded up to a kilobyte, as a table charges it.
    pub(crate) written_kb: usize,
    pub(crate) received_bytes: usize,
}

/// Proxy that runs until the program ends.
#[derive(Debug, Clone, Default)]
pub(crate) struct CountingProxy(Arc<Mutex<Counts>>);

impl CountingProxy {
    /// Starts the proxy on the port that the functions use as the address of AWS.
    pub(crate) async fn start() -> BenchResult<Self> {
        let port: u16 = variable("CALLSHEET_COUNTING_PORT").parse()?;
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let proxy = Self::default();
        let counting = proxy.clone();
        let observe = move |exchange: &Exchange<'_>| counting.count(exchange);
        tokio::spawn(serve_aws_proxy(
            listener,
            variable("AWS_ENDPOINT_URL"),
            observe,
        ));
        Ok(proxy)
    }

    /// Returns the counts and restarts them.
    pub(crate) fn take_counts(&self) -> Counts {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut counts)
    }

    /// Counts a request by its `x-amz-target` header, unless it is to another service.
    fn count(&self, exchange: &Exchange<'_>) {
        let Some((_, operation)) = exchange.target.split_once("DynamoDB_20120810.") else {
            return;
        };
        let request: Value = serde_json::from_slice(exchange.request).unwrap_or_default();
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts
            .entry((operation.to_owned(), table(&request)))
            .or_default();
        count.requests += 1;
        count.rejected += usize::from(exchange.status == StatusCode::BAD_REQUEST);
        count.received_bytes += exchange.received_bytes;
        count.written_kb += match &request["Item"] {
            Value::Object(_) => size(&request["Item"]).div_ceil(1_024),
            _ => 0,
        };
    }
}

/// Table or index of a request.
fn table(request: &Value) -> String {
    let items = request["RequestItems"].as_object();
    let name = request["TableName"].as_str();
    let name = name.or_else(|| items.and_then(|items| items.keys().next().map(String::as_str)));
    let name = match name {
        Some(name) if name == variable("CALLSHEET_DECISIONS_TABLE") => "decisions",
        Some(name) if name == variable("CALLSHEET_STATE_TABLE") => "state",
        _ => "several",
    };
    match request["IndexName"].as_str() {
        Some(index) => format!("{name}, index {index}"),
        None => name.to_owned(),
    }
}

/// Approximate size of an item as DynamoDB calculates it: names and values, without the one-letter
/// names of types.
fn size(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| if name.len() > 1 { name.len() } else { 0 } + size(value))
            .sum(),
        Value::Array(values) => values.iter().map(size).sum(),
        Value::String(text) => text.len(),
        _ => 1,
    }
}
