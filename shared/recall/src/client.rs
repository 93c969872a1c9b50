//! One HTTPS client for all operations.

use std::sync::Once;
use std::time::Duration;

use callsheet_app::{Metric, PortError, Service};
use callsheet_domain::{Operation, PageCursor, Timestamp};
use reqwest::header::{AUTHORIZATION, DATE, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use url::Url;

use crate::http_reply::{HttpReply, SERVICE, unreadable};
use crate::lenient::{Item, ItemNames, LONGEST_ITEM, PageProblem, PageSplitter};
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
        Self::waiting(base, key, CALL)
    }

    /// The client whose calls may take so long, where the machine is slower than a function.
    ///
    /// # Panics
    /// As [`new`](Self::new).
    #[must_use]
    pub fn waiting(base: BaseUrl, key: ApiKey, call: Duration) -> Self {
        install_ring();
        let http = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(call)
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

    /// Sends a request of an operation and reads the whole response.
    pub(crate) async fn send(
        &self,
        operation: Operation,
        request: RequestBuilder,
    ) -> Result<HttpReply, PortError> {
        read(start(operation, request).await?).await
    }

    /// Sends a request for a page of a list, and gives its items while it arrives. Returns
    /// the cursor of the next page.
    pub(crate) async fn send_for_page(
        &self,
        operation: Operation,
        request: RequestBuilder,
        names: ItemNames,
        found: impl FnMut(Item<'_>) + Send,
    ) -> Result<Option<PageCursor>, PortError> {
        let page = self
            .send_for_dated_page(operation, request, names, found)
            .await?;
        Ok(page.0)
    }

    /// The same with the clock of the service, if the response says it.
    pub(crate) async fn send_for_dated_page(
        &self,
        operation: Operation,
        request: RequestBuilder,
        names: ItemNames,
        mut found: impl FnMut(Item<'_>) + Send,
    ) -> Result<(Option<PageCursor>, Option<Timestamp>), PortError> {
        let mut response = start(operation, request).await?;
        let date = date_of(&response);
        if response.status() != StatusCode::OK {
            return Err(read(response).await?.failure());
        }
        let unreadable = |problem: PageProblem| unreadable(problem.to_string());
        PageSplitter::check_length(response.content_length()).map_err(unreadable)?;
        let mut page = PageSplitter::new(names);
        while let Some(piece) = response.chunk().await.map_err(unavailable)? {
            page.push(&piece, &mut found).map_err(unreadable)?;
        }
        let next = page.finish(&mut found).map_err(unreadable)?;
        Ok((next, date))
    }
}

/// Sends a request, and counts it and the answer that asks to wait.
async fn start(operation: Operation, request: RequestBuilder) -> Result<Response, PortError> {
    if let Some(calls) = Metric::calls(operation) {
        calls.count(1_u32);
    }
    let response = request.send().await.map_err(unavailable)?;
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        Metric::RecallThrottled.count(1_u32);
    }
    Ok(response)
}

/// Reads the whole response, within [`LONGEST_ITEM`].
async fn read(mut response: Response) -> Result<HttpReply, PortError> {
    let status = response.status();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .map(Duration::from_secs);
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(unavailable)? {
        body.extend_from_slice(&piece);
        if body.len() > LONGEST_ITEM {
            if status.is_success() {
                let longest = LONGEST_ITEM / 1024 / 1024;
                return Err(unreadable(format!(
                    "the response is longer than {longest} MiB"
                )));
            }
            body = Vec::new();
            break;
        }
    }
    Ok(HttpReply {
        status,
        retry_after,
        body,
    })
}

/// The clock of the server, by the header of the response.
pub(crate) fn date_of(response: &Response) -> Option<Timestamp> {
    let date = response.headers().get(DATE)?.to_str().ok()?;
    let date = jiff::fmt::rfc2822::parse(date).ok()?;
    Some(date.timestamp())
}

fn unavailable(error: reqwest::Error) -> PortError {
    did_not_answer(SERVICE, error)
}

/// The failure that a service did not answer.
pub(crate) fn did_not_answer(service: Service, error: reqwest::Error) -> PortError {
    PortError::Unavailable {
        service,
        reason: if error.is_timeout() {
            "the call timed out"
        } else {
            "the connection failed"
        }
        .to_owned(),
        // Without the address: it may contain a cursor.
        source: Some(Box::new(error.without_url())),
    }
}

/// A client for requests to other services than Recall. It follows no redirect, which could carry
/// a secret to another origin.
///
/// # Panics
/// If the machine's certificates cannot be read: no call could be made.
#[must_use]
pub fn https_client(timeout: Duration) -> Client {
    install_ring();
    Client::builder()
        .timeout(timeout)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("callsheet/", env!("CARGO_PKG_VERSION")))
        .build()
        .expect("the settings are constant, and the machine has certificates")
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
