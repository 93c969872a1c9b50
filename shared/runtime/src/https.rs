//! The HTTPS client of AWS clients: that of the calls to Recall, so that a binary has only one.
//!
//! The SDK's own is a second one, with HTTP/2: it made each function half a megabyte larger.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use reqwest::{Client, Request};

/// How long an idle connection is kept: sockets die while a sandbox is frozen.
const IDLE: Duration = Duration::from_secs(20);

/// A client whose attempts to connect take at most so long. How long a request takes is bounded by
/// the SDK, which drops it.
///
/// # Panics
/// If the machine's certificates cannot be read: no request could be sent.
pub(crate) fn https_client(connect: Duration) -> SharedHttpClient {
    // An error means that a provider is installed already: the same one, for Recall.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .connect_timeout(connect)
        .pool_idle_timeout(IDLE)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("the settings are constant, and the machine has certificates");
    http_client_fn(move |_, _| SharedHttpConnector::new(Connector(client.clone())))
}

#[derive(Debug)]
struct Connector(Client);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move { send(&client, request).await })
    }
}

async fn send(client: &Client, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let invalid = |error: Box<dyn std::error::Error + Send + Sync>| ConnectorError::user(error);
    let request = request
        .try_into_http1x()
        .map_err(|error| invalid(error.into()))?;
    let (parts, body) = request.into_parts();
    let body = body
        .bytes()
        .ok_or_else(|| invalid("a body that is not in memory".into()))?;
    let request = http::Request::from_parts(parts, body.to_vec());
    let request = Request::try_from(request).map_err(failed)?;
    let mut response = client.execute(request).await.map_err(failed)?;
    let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
    let body = response.bytes().await.map_err(failed)?;
    let mut received = http::Response::new(SdkBody::from(body));
    *received.status_mut() = status;
    *received.headers_mut() = headers;
    HttpResponse::try_from(received).map_err(|error| ConnectorError::other(error.into(), None))
}

/// A failure as the SDK knows it. It tries again what timed out or broke off.
fn failed(error: reqwest::Error) -> ConnectorError {
    let kind = if error.is_builder() {
        ConnectorError::user
    } else if error.is_timeout() {
        ConnectorError::timeout
    } else {
        ConnectorError::io
    };
    // The address of a queue names the account.
    kind(error.without_url().into())
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use aws_smithy_runtime_api::client::http::{HttpClient as _, HttpConnectorSettings};
    use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
    use test_case::test_case;

    use super::*;

    const CONNECT: Duration = Duration::from_millis(300);

    /// Sends a request to an address.
    async fn sent_to(address: &str) -> Result<HttpResponse, ConnectorError> {
        let request = http::Request::post(format!("http://{address}/"))
            .header("x-amz-target", "DynamoDB_20120810.Query")
            .body(SdkBody::from("{}"))
            .expect("a request");
        let request = HttpRequest::try_from(request).expect("a request");
        let components = RuntimeComponentsBuilder::for_tests()
            .build()
            .expect("for tests");
        let settings = HttpConnectorSettings::builder().build();
        let client = https_client(CONNECT);
        client
            .http_connector(&settings, &components)
            .call(request)
            .await
    }

    /// The address of a server that takes one connection, reads a request, and answers it.
    fn server(answer: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let request = read(&mut stream);
            if request.contains("x-amz-target: DynamoDB_20120810.Query") && request.ends_with("{}")
            {
                stream.write_all(answer).expect("it is read");
            }
        });
        address
    }

    fn read(stream: &mut TcpStream) -> String {
        let (mut request, mut buffer) = (String::new(), [0; 1024]);
        while !request.ends_with("{}") {
            let length = stream.read(&mut buffer).expect("a request");
            request.push_str(&String::from_utf8_lossy(&buffer[..length]));
        }
        request
    }

    #[tokio::test]
    async fn a_response_comes_with_its_status_headers_and_body() {
        let answer = b"HTTP/1.1 400 Bad Request\r\nx-amz-crc32: 7\r\ncontent-length: 4\r\n\r\nwhy?";
        let response = sent_to(&server(answer)).await.expect("a response");
        assert_eq!(response.status().as_u16(), 400);
        assert_eq!(response.headers().get("x-amz-crc32"), Some("7"));
        assert_eq!(response.body().bytes(), Some(b"why?".as_slice()));
    }

    #[test_case(b""; "without an answer")]
    #[test_case(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"; "within an answer")]
    #[tokio::test]
    async fn a_connection_that_breaks_off_is_tried_again(answer: &'static [u8]) {
        let error = sent_to(&server(answer)).await.expect_err("it breaks off");
        assert!(error.is_io(), "{error:?}");
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_tried_again() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        drop(listener);
        let error = sent_to(&address).await.expect_err("nobody listens");
        assert!(error.is_io(), "{error:?}");
    }
}
