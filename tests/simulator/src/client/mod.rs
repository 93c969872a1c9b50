//! Client of the control API, for a simulator in this process or in another one.

mod calendars;
mod inspect;
mod settings;
mod webhooks;

use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::http_client::http_client;

/// Client of the control API: makes the changes that people, the network and the service itself
/// would make, and reads the state of the simulator.
///
/// Every method fails with a [`ControlError`] if the simulator is unreachable or rejects the call.
#[derive(Debug, Clone)]
pub struct ControlClient {
    base_url: String,
    http: reqwest::Client,
}

/// A control call failed.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// No response, or one that is not of the control API.
    #[error("cannot reach the simulator's control API: {0}")]
    Unreachable(#[from] reqwest::Error),
    /// The simulator rejected the call, for example because there is no such event.
    #[error("the simulator rejected a control call with status {status}: {reason}")]
    Rejected {
        /// Status of the response.
        status: StatusCode,
        /// Body of the response.
        reason: String,
    },
    /// The response does not contain the changed event.
    #[error("the simulator's response does not contain the changed event")]
    Incomplete,
}

type Result<T> = std::result::Result<T, ControlError>;

/// Absent request body.
const NO_BODY: Option<&()> = None;

impl ControlClient {
    /// Creates a client of the simulator at `base_url`, such as `http://127.0.0.1:4010`.
    ///
    /// # Panics
    ///
    /// If no HTTP client can be created.
    #[must_use]
    pub fn new(base_url: impl Into<String>) -> Self {
        let base_url = base_url.into().trim_end_matches('/').to_owned();
        let http = http_client(None)
            .expect("a client without TLS depends on nothing that could be missing");
        Self { base_url, http }
    }

    pub(super) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http
            .request(method, format!("{}/control/{path}", self.base_url))
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<reqwest::Response> {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        check_status(request.send().await?).await
    }

    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T> {
        Ok(self.send(method, path, body).await?.json().await?)
    }

    pub(super) async fn done(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<()> {
        self.send(method, path, body).await.map(drop)
    }
}

/// The response if its status is a success, otherwise an error with its body.
async fn check_status(response: reqwest::Response) -> Result<reqwest::Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let reason = response.text().await.unwrap_or_default();
    Err(ControlError::Rejected { status, reason })
}
