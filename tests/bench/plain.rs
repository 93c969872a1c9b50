//! The plain strategy, to compare with: each webhook lists its calendar from
//! the instant it names, all pages, and a refusal is waited out and tried again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use callsheet_domain::Timestamp;
use recall_simulator::WebhookTarget;
use reqwest::header::RETRY_AFTER;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

use crate::rig::{Done, Rig, progress};

/// So many webhooks are worked on at once.
const AT_ONCE: usize = 10;

/// A server that takes webhooks and lists at once. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Plain {
    known: Arc<Known>,
    server: AbortHandle,
}

/// What it works with, and what it learnt.
#[derive(Debug)]
struct Known {
    list_url: String,
    api_key: String,
    http: reqwest::Client,
    turns: Semaphore,
    waiting: Mutex<usize>,
    starts: Mutex<HashMap<String, Timestamp>>,
}

impl Plain {
    /// Starts one, and has Recall send its webhooks there.
    pub(crate) async fn in_place(rig: &Rig) -> Done<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/webhook", listener.local_addr()?);
        let known = Arc::new(Known {
            list_url: format!(
                "{}/api/v2/calendar-events/",
                callsheet_tests::variable("CALLSHEET_RECALL_URL")
            ),
            api_key: rig.api_key.clone(),
            http: reqwest::Client::builder().no_proxy().build()?,
            turns: Semaphore::new(AT_ONCE),
            waiting: Mutex::default(),
            starts: Mutex::default(),
        });
        let router = Router::new()
            .route("/webhook", post(take))
            .with_state(Arc::clone(&known));
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        let target = WebhookTarget {
            url,
            secrets: vec![rig.stack.webhook.secret.clone()],
            headers: recall_simulator::SignatureHeaders::Standard,
        };
        rig.stack.recall.set_webhook_target(Some(&target)).await?;
        Ok(Self {
            known,
            server: server.abort_handle(),
        })
    }

    /// How many of `meetings` it does not know as they are.
    pub(crate) fn wrong(&self, meetings: &HashMap<recall_simulator::EventId, Timestamp>) -> usize {
        let starts = self
            .known
            .starts
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let is_wrong = |(id, start): &(&recall_simulator::EventId, &Timestamp)| {
            starts.get(&id.to_string()) != Some(*start)
        };
        meetings.iter().filter(is_wrong).count()
    }

    /// How many webhooks it has still to work on.
    pub(crate) fn waiting(&self) -> usize {
        *self
            .known
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Takes a webhook and answers at once; the work is done beside.
async fn take(State(known): State<Arc<Known>>, Json(webhook): Json<Value>) -> StatusCode {
    let data = |name: &str| webhook["data"][name].as_str().map(str::to_owned);
    let (Some(calendar), Some(since)) = (data("calendar_id"), data("last_updated_ts")) else {
        return StatusCode::NO_CONTENT;
    };
    known.count(1);
    tokio::spawn(async move {
        let _turn = known.turns.acquire().await;
        if let Err(error) = known.list(&calendar, &since).await {
            progress(format!("the plain strategy could not list: {error}"));
        }
        known.count(-1);
    });
    StatusCode::NO_CONTENT
}

impl Known {
    fn count(&self, by: isize) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting = waiting.saturating_add_signed(by);
    }

    /// All pages of a calendar from `since` on.
    async fn list(&self, calendar: &str, since: &str) -> Result<(), reqwest::Error> {
        let query = [("calendar_id", calendar), ("updated_at__gte", since)];
        let mut request = self.http.get(&self.list_url).query(&query);
        loop {
            let page = self.page(request).await?;
            let events = page["results"].as_array().cloned().unwrap_or_default();
            self.learn(&events);
            match page["next"].as_str() {
                Some(next) => request = self.http.get(next),
                None => return Ok(()),
            }
        }
    }

    /// One page, as often as it is refused.
    async fn page(&self, request: reqwest::RequestBuilder) -> Result<Value, reqwest::Error> {
        let request = request.header("authorization", format!("Token {}", self.api_key));
        loop {
            let again = request.try_clone().expect("a request without a stream");
            let answer = again.send().await?;
            if answer.status() != StatusCode::TOO_MANY_REQUESTS {
                return answer.error_for_status()?.json().await;
            }
            let wait = answer.headers().get(RETRY_AFTER);
            let seconds = wait.and_then(|wait| wait.to_str().ok()?.parse().ok());
            tokio::time::sleep(Duration::from_secs(seconds.unwrap_or(1))).await;
        }
    }

    fn learn(&self, events: &[Value]) {
        let mut starts = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            let start = event["start_time"].as_str().and_then(|at| at.parse().ok());
            if let (Some(id), Some(start)) = (event["id"].as_str(), start) {
                starts.insert(id.to_owned(), start);
            }
        }
    }
}
