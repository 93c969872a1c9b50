//! One HTTPS client for all operations.

use std::sync::Once;
use std::time::Duration;

use callsheet_app::PortError;
use reqwest::header::AUTHORIZATION;
use reqwest::{Client, Method, RequestBuilder};
use url::Url;

use crate::http_reply::{HttpReply, SERVICE};
use crate::{ApiKey, BaseUrl};

/// Timeout of connecting.
const CONNECT: Duration = Duration::from_secs(3);
/// Timeout of a whole call, far below a function's own timeout.
const CALL: Duration = Duration::from_secs(10);
/// How long an idle connection is kept: sockets die while a sandbox is frozen.
const IDLE: Duration = Duration::from_secs(10);

/// Client of Recall's calendar API, for one workspace.
#[derive(Debug, Clone)]
pub struct RecallClient {
    http: Client,
    pub(crate) base: BaseUrl,
    key: ApiKey,
}

impl RecallClient {
    /// Creates the client without sending anything.
    ///
    /// # Panics
    /// If the machine's certificates cannot be read: no call could be made.
    #[must_use]
    pub fn new(base: BaseUrl, key: ApiKey) -> Self {
        install_ring();
        let http = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(CALL)
            .pool_idle_timeout(IDLE)
            // A redirect could carry the key to another origin.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("callsheet/", env!("CARGO_PKG_VERSION")))
            .build()
            .expect("the settings are constant, and the machine has certificates");
        Self { http, base, key }
    }

    /// The same client with another key, sharing its connections.
    #[must_use]
    pub fn with_key(&self, key: ApiKey) -> Self {
        Self {
            key,
            ..self.clone()
        }
    }

    pub(crate) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.http
            .request(method, url)
            .header(AUTHORIZATION, self.key.authorization())
    }

    /// Sends a request and reads the whole response.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<HttpReply, PortError> {
        let unavailable = |error: reqwest::Error| PortError::Unavailable {
            service: SERVICE,
            reason: if error.is_timeout() {
                "the call timed out"
            } else {
                "the connection failed"
            }
            .to_owned(),
            // Without the address: it may contain a cursor.
            source: Some(Box::new(error.without_url())),
        };
        let response = request.send().await.map_err(unavailable)?;
        let status = response.status();
        let retry_after = response
            .headers()
            .get(reqwest::header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse().ok())
            .map(Duration::from_secs);
        let body = response.bytes().await.map_err(unavailable)?;
        Ok(HttpReply {
            status,
            retry_after,
            body,
        })
    }
}

/// Installs ring as the TLS provider of the process. The AWS client uses ring too,
/// and a second provider would enlarge the binary and slow the first handshake.
fn install_ring() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that a provider is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
