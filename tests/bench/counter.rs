//! Stands between the functions and AWS, hands every request on, and counts
//! those to DynamoDB: how many there are, and what they consume by DynamoDB's
//! own account, which each is made to ask for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use callsheet_tests::variable;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::rig::Done;

/// What was asked of DynamoDB, by operation and table.
pub(crate) type Counts = BTreeMap<(String, String), Count>;

/// Requests of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Count {
    pub(crate) requests: usize,
    /// Those that a condition refused, among them.
    pub(crate) refused: usize,
    /// Capacity units, those of indexes among them.
    pub(crate) units: f64,
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

    fn count(&self, operation: &str, asked: &Value, status: StatusCode, answered: &[u8]) {
        let answered: Value = serde_json::from_slice(answered).unwrap_or_default();
        let mut counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts
            .entry((operation.to_owned(), table(asked)))
            .or_default();
        count.requests += 1;
        count.refused += usize::from(status == StatusCode::BAD_REQUEST);
        count.units += match &answered["ConsumedCapacity"] {
            Value::Array(tables) => tables.iter().map(units).sum(),
            consumed => units(consumed),
        };
    }
}

/// Headers go on as they came, `host` too. A body that was changed does not fit
/// its signature any more, which the stand-in does not hold against it.
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
    let operation = target.and_then(|target| target.strip_prefix("DynamoDB_20120810."));
    let operation = operation.map(str::to_owned);
    let (mut headers, mut body) = (headers, body);
    let mut about = Value::Null;
    if operation.is_some() {
        about = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
        about["ReturnConsumedCapacity"] = json!("TOTAL");
        body = Bytes::from(about.to_string());
        headers.remove(CONTENT_LENGTH);
    }
    let asked = counter
        .0
        .http
        .request(method, url)
        .headers(headers)
        .body(body);
    let lost = |_| StatusCode::BAD_GATEWAY;
    let answer = asked.send().await.map_err(lost)?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let answered = answer.bytes().await.map_err(lost)?;
    if let Some(operation) = operation {
        counter.count(&operation, &about, status, &answered);
    }
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

fn units(consumed: &Value) -> f64 {
    consumed["CapacityUnits"].as_f64().unwrap_or(0.0)
}
