//! Stands between the functions and AWS, hands every request on as it is, and
//! counts those to DynamoDB.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use callsheet_tests::variable;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::rig::Done;

/// What was asked of DynamoDB, by operation and table.
pub(crate) type Counts = BTreeMap<(String, String), Count>;

/// Requests of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) requests: usize,
    /// Those that a condition refused, among them.
    pub(crate) refused: usize,
    /// Kilobytes begun of the items that were put: what a table charges for.
    pub(crate) written_kb: usize,
    pub(crate) received_bytes: usize,
}

/// Counts until the program ends.
#[derive(Debug, Clone)]
pub(crate) struct Counter(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    http: reqwest::Client,
    aws: String,
    counts: Mutex<Counts>,
}

impl Counter {
    /// Listens where the functions look for AWS.
    pub(crate) async fn in_place() -> Done<Self> {
        let port: u16 = variable("CALLSHEET_COUNTING_PORT").parse()?;
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let counter = Self(Arc::new(Shared {
            http: reqwest::Client::builder().no_proxy().build()?,
            aws: variable("AWS_ENDPOINT_URL"),
            counts: Mutex::default(),
        }));
        let router = Router::new().fallback(hand_on).with_state(counter.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(counter)
    }

    /// What was counted since this was last asked.
    pub(crate) fn take(&self) -> Counts {
        let mut counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut counts)
    }

    fn count(&self, target: &str, asked: &[u8], status: StatusCode, answered: usize) {
        let Some((_, operation)) = target.split_once("DynamoDB_20120810.") else {
            return;
        };
        let asked: Value = serde_json::from_slice(asked).unwrap_or_default();
        let mut counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts
            .entry((operation.to_owned(), table(&asked)))
            .or_default();
        count.requests += 1;
        count.refused += usize::from(status == StatusCode::BAD_REQUEST);
        count.received_bytes += answered;
        count.written_kb += match &asked["Item"] {
            Value::Object(_) => size(&asked["Item"]).div_ceil(1_024),
            _ => 0,
        };
    }
}

/// Headers go on as they came, `host` too: the request is signed.
async fn hand_on(
    State(counter): State<Counter>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response<Body>, StatusCode> {
    let url = format!("{}{uri}", counter.0.aws);
    let target = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    let target = target.unwrap_or_default().to_owned();
    let asked = counter
        .0
        .http
        .request(method, url)
        .headers(headers)
        .body(body.clone());
    let lost = |_| StatusCode::BAD_GATEWAY;
    let answer = asked.send().await.map_err(lost)?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let answered = answer.bytes().await.map_err(lost)?;
    counter.count(&target, &body, status, answered.len());
    let mut response = Response::new(Body::from(answered));
    *response.status_mut() = status;
    for (name, value) in &headers {
        if name != "transfer-encoding" && name != "content-length" && name != "connection" {
            response.headers_mut().insert(name, value.clone());
        }
    }
    Ok(response)
}

/// The table that a request is about, or its index.
fn table(asked: &Value) -> String {
    let items = asked["RequestItems"].as_object();
    let named = asked["TableName"].as_str();
    let name = named.or_else(|| items.and_then(|items| items.keys().next().map(String::as_str)));
    let name = match name {
        Some(name) if name == variable("CALLSHEET_DECISIONS_TABLE") => "decisions",
        Some(name) if name == variable("CALLSHEET_STATE_TABLE") => "state",
        _ => "several",
    };
    match asked["IndexName"].as_str() {
        Some(index) => format!("{name}, by {index}"),
        None => name.to_owned(),
    }
}

/// The size of an item as DynamoDB reckons it, near enough: names, and values
/// without the letters of their types.
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
