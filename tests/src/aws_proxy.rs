//! Proxy between a client and AWS: forwards every request unchanged, and shows
//! each to an observer.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use tokio::net::TcpListener;

/// A request that was forwarded.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// The header `x-amz-target`: service and operation.
    pub target: &'a str,
    /// Body of the request.
    pub request: &'a [u8],
    /// Status of the response.
    pub status: StatusCode,
    /// Length of the response's body.
    pub received_bytes: usize,
}

struct Proxy<F> {
    http: reqwest::Client,
    aws_url: String,
    observe: F,
}

/// Forwards the requests that arrive at `listener` to AWS, until the future is dropped.
///
/// # Panics
/// If no HTTP client can be made.
pub async fn serve_aws_proxy<F>(listener: TcpListener, aws_url: String, observe: F)
where
    F: Fn(&Exchange<'_>) + Send + Sync + 'static,
{
    // AWS is the local cloud, at a plain address, but the client needs a TLS provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build();
    let proxy = Arc::new(Proxy {
        http: http.expect("a client without settings"),
        aws_url,
        observe,
    });
    let router = Router::new().fallback(forward).with_state(proxy);
    axum::serve(listener, router)
        .await
        .expect("it serves until it is dropped");
}

/// Forwards a request. All headers are kept, also `host`, because the request is signed.
async fn forward<F>(
    State(proxy): State<Arc<Proxy<F>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response<Body>, StatusCode>
where
    F: Fn(&Exchange<'_>) + Send + Sync + 'static,
{
    let url = format!("{}{uri}", proxy.aws_url);
    let target = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    let target = target.unwrap_or_default().to_owned();
    let request = proxy
        .http
        .request(method, url)
        .headers(headers)
        .body(body.clone());
    let bad_gateway = |_| StatusCode::BAD_GATEWAY;
    let answer = request.send().await.map_err(bad_gateway)?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let content = answer.bytes().await.map_err(bad_gateway)?;
    (proxy.observe)(&Exchange {
        target: &target,
        request: &body,
        status,
        received_bytes: content.len(),
    });
    let mut response = Response::new(Body::from(content));
    *response.status_mut() = status;
    for (name, value) in &headers {
        if name != "transfer-encoding" && name != "content-length" && name != "connection" {
            response.headers_mut().insert(name, value.clone());
        }
    }
    Ok(response)
}
