//! Test harness: a simulator, a client of its API, and a receiver of its webhooks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use jiff::{SignedDuration, Timestamp};
use recall_simulator::{
    CalendarId, EventDraft, EventView, Options, Platform, SignatureHeaders, Simulator,
    WebhookTarget,
};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

pub(crate) const LINK: &str = "https://meet.google.com/abc-defg-hij";
/// Secret that signs webhooks.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Longest wait for webhooks that are still being batched or delivered.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Simulator and a client of its API.
pub(crate) struct Harness {
    pub(crate) simulator: Simulator,
    http: reqwest::Client,
}

impl Harness {
    pub(crate) async fn start(options: Options) -> Self {
        let simulator = Simulator::start(options).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { simulator, http }
    }

    /// Connects a Google calendar.
    pub(crate) async fn calendar(&self, email: &str) -> CalendarId {
        let control = self.simulator.control();
        control
            .create_calendar(Platform::GoogleCalendar, Some(email))
            .await
            .unwrap()
            .id
    }

    /// Creates an event.
    pub(crate) async fn event(&self, calendar: CalendarId, draft: EventDraft) -> EventView {
        self.simulator
            .control()
            .create_event(calendar, draft)
            .await
            .unwrap()
    }

    /// Request with the API key to a path, or to a complete URL.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.simulator.base_url())
        };
        let token = format!("Token {}", self.simulator.api_key());
        self.http
            .request(method, url)
            .header("authorization", token)
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        status_and_body(self.request(Method::GET, path).send().await.unwrap()).await
    }

    /// Request that schedules a bot with this deduplication key.
    pub(crate) fn schedule_request(&self, event: &EventView, key: &str) -> reqwest::RequestBuilder {
        let body = json!({"deduplication_key": key, "bot_config": {"bot_name": "Recorder"}});
        let path = format!("/api/v2/calendar-events/{}/bot/", event.id);
        self.request(Method::POST, &path).json(&body)
    }

    pub(crate) async fn schedule(&self, event: &EventView, key: &str) -> (u16, Value) {
        status_and_body(self.schedule_request(event, key).send().await.unwrap()).await
    }

    pub(crate) async fn unschedule(&self, event: &EventView) -> (u16, Value) {
        let path = format!("/api/v2/calendar-events/{}/bot/", event.id);
        status_and_body(self.request(Method::DELETE, &path).send().await.unwrap()).await
    }

    /// Waits until no webhook is being batched or delivered.
    pub(crate) async fn wait_for_webhooks(&self) {
        let waited = self.simulator.control().wait_for_webhooks(TIMEOUT).await;
        assert!(waited.unwrap(), "webhooks are still pending");
    }

    /// Asserts that neither a request nor a response violated the specification.
    pub(crate) async fn assert_no_violations(&self) {
        let violations = self.simulator.control().violations().await.unwrap();
        assert_eq!(
            (violations.requests, violations.simulator),
            (vec![], vec![])
        );
    }
}

/// Status and body of a response; a body that is not JSON is a string.
pub(crate) async fn status_and_body(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (
        status,
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    )
}

/// Time this many minutes from now, in whole seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "the simulator uses the wall clock"
)]
pub(crate) fn minutes(from_now: i64) -> Timestamp {
    let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
    now + SignedDuration::from_mins(from_now)
}

/// Meeting of half an hour, with a meeting link.
pub(crate) fn meeting(title: &str, from_now: i64) -> EventDraft {
    EventDraft::new(title, minutes(from_now), minutes(from_now + 30)).meeting_url(LINK)
}

/// Options of a simulator that sends webhooks to `receiver`, and retries soon.
pub(crate) fn webhook_options(receiver: &WebhookReceiver) -> Options {
    let webhook = WebhookTarget {
        url: receiver.url.clone(),
        secrets: vec![SECRET.into()],
        headers: SignatureHeaders::Standard,
    };
    Options {
        webhook: Some(webhook),
        coalesce: Duration::from_millis(20),
        // 5 s, 5 min, … become 5 µs, 0.3 ms, …
        retry_scale: 1e-6,
        ..Options::default()
    }
}

/// Webhook as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct ReceivedWebhook {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl ReceivedWebhook {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Receiver of webhooks, which responds with the given statuses and then with 204.
#[derive(Clone)]
pub(crate) struct WebhookReceiver {
    pub(crate) url: String,
    statuses: Arc<Mutex<Vec<u16>>>,
    received: watch::Sender<Vec<ReceivedWebhook>>,
}

impl WebhookReceiver {
    pub(crate) async fn start(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            url: format!("http://{}/webhook", listener.local_addr().unwrap()),
            statuses: Arc::new(Mutex::new(statuses.iter().rev().copied().collect())),
            received: watch::Sender::new(Vec::new()),
        };
        let router = Router::new()
            .route("/webhook", post(receive))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    pub(crate) fn received(&self) -> Vec<ReceivedWebhook> {
        self.received.borrow().clone()
    }
}

async fn receive(
    State(receiver): State<WebhookReceiver>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap) {
    receiver
        .received
        .send_modify(|all| all.push(ReceivedWebhook { headers, body }));
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
