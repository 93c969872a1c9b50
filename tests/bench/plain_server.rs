//! Plain server, to compare with: for each webhook it lists the changed events of the calendar, all
//! pages, and repeats a call that is answered 429 after the wait that the answer asks for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use callsheet_domain::Timestamp;
use recall_simulator::{SignatureHeaders, WebhookTarget};
use reqwest::header::RETRY_AFTER;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

use crate::result::BenchResult;
use crate::snapshot::Meetings;
use crate::testbed::{Testbed, progress};

/// Number of webhooks that are handled at once.
const CONCURRENCY: usize = 10;

/// Server that receives webhooks until it is dropped.
#[derive(Debug)]
pub(crate) struct PlainServer {
    state: Arc<ServerState>,
    server: AbortHandle,
}

/// Configuration of the server, and the start times that it has listed.
#[derive(Debug)]
struct ServerState {
    list_url: String,
    api_key: String,
    http: reqwest::Client,
    slots: Semaphore,
    pending: Mutex<usize>,
    starts: Mutex<HashMap<String, Timestamp>>,
}

impl PlainServer {
    /// Starts a server and makes it the receiver of webhooks.
    pub(crate) async fn start(testbed: &Testbed) -> BenchResult<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/webhook", listener.local_addr()?);
        let state = Arc::new(ServerState {
            list_url: format!(
                "{}/api/v2/calendar-events/",
                callsheet_tests::variable("CALLSHEET_RECALL_URL")
            ),
            api_key: testbed.api_key.clone(),
            http: reqwest::Client::builder().no_proxy().build()?,
            slots: Semaphore::new(CONCURRENCY),
            pending: Mutex::default(),
            starts: Mutex::default(),
        });
        let router = Router::new()
            .route("/webhook", post(receive))
            .with_state(Arc::clone(&state));
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        let target = WebhookTarget {
            url,
            secrets: vec![testbed.stack.webhook.secret.clone()],
            headers: SignatureHeaders::Standard,
        };
        testbed
            .stack
            .recall
            .set_webhook_target(Some(&target))
            .await?;
        Ok(Self {
            state,
            server: server.abort_handle(),
        })
    }

    /// Number of meetings whose start the server does not know.
    pub(crate) fn wrong(&self, meetings: &Meetings) -> usize {
        let starts = self.state.starts.lock();
        let starts = starts.unwrap_or_else(PoisonError::into_inner);
        let wrong = meetings
            .iter()
            .filter(|(event, start)| starts.get(&event.to_string()) != Some(*start));
        wrong.count()
    }

    /// Number of webhooks that are not handled yet.
    pub(crate) fn pending(&self) -> usize {
        let pending = self.state.pending.lock();
        *pending.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for PlainServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Answers a webhook, and handles it in a task of its own.
async fn receive(State(state): State<Arc<ServerState>>, Json(webhook): Json<Value>) -> StatusCode {
    let data = |name: &str| webhook["data"][name].as_str().map(str::to_owned);
    let (Some(calendar), Some(since)) = (data("calendar_id"), data("last_updated_ts")) else {
        return StatusCode::NO_CONTENT;
    };
    state.add_pending(1);
    tokio::spawn(async move {
        let _slot = state.slots.acquire().await;
        if let Err(error) = state.list(&calendar, &since).await {
            progress(format!("the plain server could not list events: {error}"));
        }
        state.add_pending(-1);
    });
    StatusCode::NO_CONTENT
}

impl ServerState {
    fn add_pending(&self, count: isize) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        *pending = pending.saturating_add_signed(count);
    }

    /// Lists all events of a calendar that changed since `since`.
    async fn list(&self, calendar: &str, since: &str) -> Result<(), reqwest::Error> {
        let query = [("calendar_id", calendar), ("updated_at__gte", since)];
        let mut request = self.http.get(&self.list_url).query(&query);
        loop {
            let page = self.page(request).await?;
            let events = page["results"].as_array().cloned().unwrap_or_default();
            self.store_starts(&events);
            match page["next"].as_str() {
                Some(next) => request = self.http.get(next),
                None => return Ok(()),
            }
        }
    }

    /// Requests a page until the answer is not 429.
    async fn page(&self, request: reqwest::RequestBuilder) -> Result<Value, reqwest::Error> {
        let request = request.header("authorization", format!("Token {}", self.api_key));
        loop {
            let attempt = request.try_clone().expect("the request has no body");
            let answer = attempt.send().await?;
            if answer.status() != StatusCode::TOO_MANY_REQUESTS {
                return answer.error_for_status()?.json().await;
            }
            let wait = answer.headers().get(RETRY_AFTER);
            let seconds = wait.and_then(|wait| wait.to_str().ok()?.parse().ok());
            tokio::time::sleep(Duration::from_secs(seconds.unwrap_or(1))).await;
        }
    }

    fn store_starts(&self, events: &[Value]) {
        let mut starts = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            let start = event["start_time"].as_str().and_then(|at| at.parse().ok());
            if let (Some(id), Some(start)) = (event["id"].as_str(), start) {
                starts.insert(id.to_owned(), start);
            }
        }
    }
}
