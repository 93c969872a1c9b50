//! Proxy between the functions and AWS: forwards every request unchanged, and counts those to
//! DynamoDB.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use callsheet_tests::variable;
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
#[derive(Debug, Clone)]
pub(crate) struct CountingProxy(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    http: reqwest::Client,
    aws_url: String,
    counts: Mutex<Counts>,
}

impl CountingProxy {
    /// Starts the proxy on the port that the functions use as the address of AWS.
    pub(crate) async fn start() -> BenchResult<Self> {
        let port: u16 = variable("CALLSHEET_COUNTING_PORT").parse()?;
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let proxy = Self(Arc::new(Shared {
            http: reqwest::Client::builder().no_proxy().build()?,
            aws_url: variable("AWS_ENDPOINT_URL"),
            counts: Mutex::default(),
        }));
        let router = Router::new().fallback(forward).with_state(proxy.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(proxy)
    }

    /// Returns the counts and restarts them.
    pub(crate) fn take_counts(&self) -> Counts {
        let mut counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut counts)
    }

    /// Counts a request by its `x-amz-target` header, unless it is to another service.
    fn count(&self, target: &str, request: &[u8], status: StatusCode, received_bytes: usize) {
        let Some((_, operation)) = target.split_once("DynamoDB_20120810.") else {
            return;
        };
        let request: Value = serde_json::from_slice(request).unwrap_or_default();
        let mut counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts
            .entry((operation.to_owned(), table(&request)))
            .or_default();
        count.requests += 1;
        count.rejected += usize::from(status == StatusCode::BAD_REQUEST);
        count.received_bytes += received_bytes;
        count.written_kb += match &request["Item"] {
            Value::Object(_) => size(&request["Item"]).div_ceil(1_024),
            _ => 0,
        };
    }
}

/// Forwards a request. All headers are kept, also `host`, because the request is signed.
async fn forward(
    State(proxy): State<CountingProxy>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response<Body>, StatusCode> {
    let url = format!("{}{uri}", proxy.0.aws_url);
    let target = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    let target = target.unwrap_or_default().to_owned();
    let request = proxy
        .0
        .http
        .request(method, url)
        .headers(headers)
        .body(body.clone());
    let bad_gateway = |_| StatusCode::BAD_GATEWAY;
    let answer = request.send().await.map_err(bad_gateway)?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let content = answer.bytes().await.map_err(bad_gateway)?;
    proxy.count(&target, &body, status, content.len());
    let mut response = Response::new(Body::from(content));
    *response.status_mut() = status;
    for (name, value) in &headers {
        if name != "transfer-encoding" && name != "content-length" && name != "connection" {
            response.headers_mut().insert(name, value.clone());
        }
    }
    Ok(response)
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
