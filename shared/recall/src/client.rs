//! One HTTPS client for all operations.

use std::sync::Once;
use std::time::Duration;

use callsheet_app::PortError;
use callsheet_domain::PageCursor;
use reqwest::header::{AUTHORIZATION, RETRY_AFTER};
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
        read(request.send().await.map_err(unavailable)?).await
    }

    /// Sends a request for a page of a list, and gives its items while it arrives. Returns
    /// the cursor of the next page.
    pub(crate) async fn send_for_page(
        &self,
        request: RequestBuilder,
        names: ItemNames,
        mut found: impl FnMut(Item<'_>) + Send,
    ) -> Result<Option<PageCursor>, PortError> {
        let mut response = request.send().await.map_err(unavailable)?;
        if response.status() != StatusCode::OK {
            return Err(read(response).await?.failure());
        }
        let unreadable = |problem: PageProblem| unreadable(problem.to_string());
        PageSplitter::check_length(response.content_length()).map_err(unreadable)?;
        let mut page = PageSplitter::new(names);
        while let Some(piece) = response.chunk().await.map_err(unavailable)? {
            page.push(&piece, &mut found).map_err(unreadable)?;
        }
        page.finish(&mut found).map_err(unreadable)
    }
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

fn unavailable(error: reqwest::Error) -> PortError {
    PortError::Unavailable {
        service: SERVICE,
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

/// Installs ring as the TLS provider of the process. The AWS client uses ring too,
/// and a second provider would enlarge the binary and slow the first handshake.
fn install_ring() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that a provider is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
