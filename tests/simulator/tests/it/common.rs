//! What the tests share: a simulator, a caller of its API, and a receiver of its webhooks.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use jiff::{SignedDuration, Timestamp};
use recall_simulator::{CalendarId, EventDraft, EventView, Options, Platform, Simulator};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

pub(crate) const LINK: &str = "https://meet.google.com/abc-defg-hij";

/// A simulator and someone who calls it.
pub(crate) struct Stage {
    pub(crate) simulator: Simulator,
    http: reqwest::Client,
}

pub(crate) async fn stage(options: Options) -> Stage {
    let simulator = Simulator::start(options).await.unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    Stage { simulator, http }
}

impl Stage {
    pub(crate) async fn calendar(&self, email: &str) -> CalendarId {
        let control = self.simulator.control();
        control
            .create_calendar(Platform::GoogleCalendar, Some(email))
            .await
            .unwrap()
            .id
    }

    pub(crate) async fn event(&self, calendar: CalendarId, draft: EventDraft) -> EventView {
        self.simulator
            .control()
            .create_event(calendar, draft)
            .await
            .unwrap()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let address = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.simulator.base_url())
        };
        let token = format!("Token {}", self.simulator.api_key());
        self.http
            .request(method, address)
            .header("authorization", token)
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        told(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub(crate) fn posting(&self, event: &EventView, key: &str) -> reqwest::RequestBuilder {
        let body = json!({"deduplication_key": key, "bot_config": {"bot_name": "Recorder"}});
        let path = format!("/api/v2/calendar-events/{}/bot/", event.id);
        self.request(Method::POST, &path).json(&body)
    }

    pub(crate) async fn schedule(&self, event: &EventView, key: &str) -> (u16, Value) {
        told(self.posting(event, key).send().await.unwrap()).await
    }

    pub(crate) async fn unschedule(&self, event: &EventView) -> (u16, Value) {
        let path = format!("/api/v2/calendar-events/{}/bot/", event.id);
        told(self.request(Method::DELETE, &path).send().await.unwrap()).await
    }

    /// Nobody broke the specification, the simulator least of all.
    pub(crate) async fn nothing_was_violated(&self) {
        let violations = self.simulator.control().violations().await.unwrap();
        assert_eq!((violations.requests, violations.own), (vec![], vec![]));
    }
}

pub(crate) async fn told(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (
        status,
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    )
}

/// So many minutes from now.
#[expect(
    clippy::disallowed_methods,
    reason = "the simulator lives by the wall clock"
)]
pub(crate) fn minutes(from_now: i64) -> Timestamp {
    let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
    now + SignedDuration::from_mins(from_now)
}

/// A meeting of half an hour, with a link.
pub(crate) fn meeting(title: &str, from_now: i64) -> EventDraft {
    EventDraft::new(title, minutes(from_now), minutes(from_now + 30)).link(LINK)
}

/// A webhook as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Takes webhooks and answers with the statuses it was given, then with 204.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) url: String,
    statuses: Arc<Mutex<Vec<u16>>>,
    received: watch::Sender<Vec<Received>>,
}

impl Receiver {
    pub(crate) async fn answering(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            url: format!("http://{}/webhook", listener.local_addr().unwrap()),
            statuses: Arc::new(Mutex::new(statuses.iter().rev().copied().collect())),
            received: watch::Sender::new(Vec::new()),
        };
        let router = Router::new()
            .route("/webhook", post(take))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.borrow().clone()
    }
}

async fn take(
    State(receiver): State<Receiver>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap) {
    receiver
        .received
        .send_modify(|all| all.push(Received { headers, body }));
    let status = receiver.statuses.lock().unwrap().pop().unwrap_or(204);
    let mut headers = HeaderMap::new();
    if status == 400 {
        headers.insert("webhook-delivery", "abort-message".parse().unwrap());
    }
    if status == 302 {
        headers.insert("location", receiver.url.parse().unwrap());
    }
    (StatusCode::from_u16(status).unwrap(), headers)
}
