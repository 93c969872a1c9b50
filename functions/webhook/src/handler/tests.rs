use super::*;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use callsheet_domain::{SyncJob, SyncReason};
use callsheet_testkit::{
    CountedMetrics, Counts, Faults, Intercepted, ManualClock, MemoryQueue, When,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Mutex;
use test_case::test_case;

// The secret and time of the Standard Webhooks reference example, with a body of our own.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ROTATED: &str = "whsec_b3RoZXIgc2VjcmV0";
const TIME: i64 = 1_614_265_330;
const BODY: &str = r#"{"event":"calendar.update","data":{"calendar_id":"cal_abc123"}}"#;

/// Secrets that were rotated after the function loaded them.
struct Rotating {
    loaded: Mutex<&'static str>,
    rotated: &'static str,
}

impl Secrets for Rotating {
    async fn current(&self) -> WebhookSecrets {
        let loaded = *self.loaded.lock().unwrap();
        WebhookSecrets::parse(loaded).unwrap()
    }

    async fn refresh(&self, _now: Timestamp) -> Option<WebhookSecrets> {
        *self.loaded.lock().unwrap() = self.rotated;
        WebhookSecrets::parse(self.rotated).ok()
    }
}

/// A request as an HTTP API sends it, signed with `secret`.
fn request(secret: &str, body: &str, is_base64: bool) -> Value {
    let signature = recall_simulator::sign(secret, "msg_1", TIME, body.as_bytes()).unwrap();
    let sent = if is_base64 {
        BASE64_STANDARD.encode(body)
    } else {
        body.to_owned()
    };
    json!({
        "version": "2.0",
        "routeKey": "POST /webhook",
        "rawPath": "/webhook",
        "rawQueryString": "",
        "headers": {
            "content-type": "application/json",
            "webhook-id": "msg_1",
            "webhook-timestamp": TIME.to_string(),
            "webhook-signature": signature,
        },
        "requestContext": {
            "accountId": "111122223333",
            "apiId": "api",
            "domainName": "api.execute-api.us-east-1.amazonaws.com",
            "domainPrefix": "api",
            "http": {
                "method": "POST",
                "path": "/webhook",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "Svix-Webhooks",
            },
            "requestId": "id",
            "routeKey": "POST /webhook",
            "stage": "$default",
            "time": "25/Feb/2021:15:02:10 +0000",
            "timeEpoch": 1_614_265_330_000_i64,
        },
        "body": sent,
        "isBase64Encoded": is_base64,
    })
}

fn handler<Q: Queue>(queue: Q, rotated: &'static str) -> WebhookHandler<Rotating, Q, ManualClock> {
    let now = Timestamp::from_second(TIME).expect("in range");
    WebhookHandler {
        secrets: Rotating {
            loaded: Mutex::new(SECRET),
            rotated,
        },
        queue,
        clock: ManualClock::at(now),
    }
}

#[test_case(false; "as text")]
#[test_case(true; "as base64")]
#[tokio::test]
async fn a_signed_webhook_is_on_the_queue_before_it_is_answered(is_base64: bool) {
    let queue = MemoryQueue::new();
    let response = handler(queue.clone(), SECRET)
        .handle(&request(SECRET, BODY, is_base64).to_string())
        .await;
    assert_eq!(response, WebhookResponse::Accepted);
    let sent = queue.sent();
    assert_eq!(sent.len(), 1);
    let SyncJob::Request(request) = &sent[0] else {
        panic!("a webhook causes a sync request");
    };
    assert_eq!(request.reason, SyncReason::CalendarChanged);
    assert_eq!(request.sent_at.as_second(), TIME);
}

#[tokio::test]
async fn a_status_of_a_bot_is_on_the_queue_before_it_is_answered() {
    let body = r#"{"event":"bot.done","data":{"bot":{"id":"bot-1","metadata":{"event_id":"event-1"}},"data":{"code":"done","sub_code":null,"updated_at":"2025-01-29T23:49:58Z"}}}"#;
    let queue = MemoryQueue::new();
    let response = handler(queue.clone(), SECRET)
        .handle(&request(SECRET, body, false).to_string())
        .await;
    assert_eq!(response, WebhookResponse::Accepted);
    let sent = queue.sent();
    let [SyncJob::BotStatus(report)] = sent.as_slice() else {
        panic!("a status of a bot is sent: {sent:?}");
    };
    assert_eq!(report.bot_id.as_str(), "bot-1");
    assert_eq!(report.status.code(), "done");
    assert_eq!(report.sent_at.as_second(), TIME);
}

#[tokio::test]
async fn a_rotated_secret_is_loaded_again() {
    let queue = MemoryQueue::new();
    let response = handler(queue.clone(), ROTATED)
        .handle(&request(ROTATED, BODY, false).to_string())
        .await;
    assert_eq!(
        (response, queue.sent().len()),
        (WebhookResponse::Accepted, 1)
    );
}

#[test_case(When::Before; "it did not take the message")]
#[test_case(When::After; "its response was lost")]
#[tokio::test]
async fn recall_retries_after_the_queue_failed(when: When) {
    let queue = Intercepted::new(MemoryQueue::new(), &Faults::once(0, when));
    let response = handler(queue, SECRET)
        .handle(&request(SECRET, BODY, false).to_string())
        .await;
    assert_eq!(response, WebhookResponse::NotEnqueued);
}

#[test_case(request(ROTATED, BODY, false), WebhookResponse::NotSigned; "signed with another secret")]
#[test_case(request(SECRET, "{}", false), WebhookResponse::Unreadable; "signed and unreadable")]
#[test_case(request(SECRET, r#"{"event":"bot.done"}"#, false), WebhookResponse::Accepted; "another type of event")]
#[test_case(request(SECRET, &" ".repeat(LARGEST + 1), false), WebhookResponse::TooLarge; "too large")]
#[tokio::test]
async fn a_refused_or_ignored_webhook_is_not_enqueued(request: Value, expected: WebhookResponse) {
    let counts = Counts::default();
    let queue = Intercepted::new(MemoryQueue::new(), &counts);
    assert_eq!(
        handler(queue.clone(), SECRET)
            .handle(&request.to_string())
            .await,
        expected
    );
    assert_eq!(counts.total(), 0);
}

#[tokio::test]
async fn only_posted_webhooks_are_handled() {
    let mut request = request(SECRET, BODY, false);
    request["requestContext"]["http"]["method"] = json!("GET");
    let counts = Counts::default();
    let queue = Intercepted::new(MemoryQueue::new(), &counts);
    assert_eq!(
        handler(queue.clone(), SECRET)
            .handle(&request.to_string())
            .await,
        WebhookResponse::NotPosted
    );
    assert_eq!(counts.total(), 0);
}

fn without_signature() -> Value {
    let mut request = request(SECRET, BODY, false);
    request["headers"] = json!({});
    request
}

fn sent_at(seconds: &str) -> Value {
    let mut request = request(SECRET, BODY, false);
    request["headers"]["webhook-timestamp"] = json!(seconds);
    request
}

fn with_method(method: &str) -> Value {
    let mut request = request(SECRET, BODY, false);
    request["requestContext"]["http"]["method"] = json!(method);
    request
}

#[test_case(request(SECRET, BODY, false), Metric::WebhooksAccepted; "accepted")]
#[test_case(request(ROTATED, BODY, false), Metric::WebhooksUnmatched; "signed with another secret")]
#[test_case(without_signature(), Metric::WebhooksUnsigned; "without a signature")]
#[test_case(sent_at("today"), Metric::WebhooksUnsigned; "with a signature that is none")]
#[test_case(sent_at("1614265000"), Metric::WebhooksOutdated; "signed more than five minutes ago")]
#[test_case(request(SECRET, "{}", false), Metric::WebhooksUnreadable; "signed and unreadable")]
#[test_case(request(SECRET, &" ".repeat(LARGEST + 1), false), Metric::WebhooksMalformed; "too large")]
#[test_case(with_method("GET"), Metric::WebhooksMalformed; "not posted")]
#[test_case(json!({}), Metric::WebhooksMalformed; "no request")]
#[tokio::test]
async fn a_webhook_is_counted_by_what_it_is_answered_for(request: Value, expected: Metric) {
    let handler = handler(MemoryQueue::new(), SECRET);
    let counted = CountedMetrics::begin();
    handler.handle(&request.to_string()).await;
    assert_eq!(counted.take(), [(expected, 1)].into());
}

#[tokio::test]
async fn a_webhook_that_the_queue_did_not_take_is_counted() {
    let queue = Intercepted::new(MemoryQueue::new(), &Faults::once(0, When::Before));
    let counted = CountedMetrics::begin();
    let request = request(SECRET, BODY, false).to_string();
    handler(queue, SECRET).handle(&request).await;
    assert_eq!(counted.take(), [(Metric::WebhooksNotEnqueued, 1)].into());
}

#[test_case(WebhookResponse::Accepted, 204, false)]
#[test_case(WebhookResponse::Invalid, 400, false; "it may not be Recall's")]
#[test_case(WebhookResponse::NotSigned, 401, false)]
#[test_case(WebhookResponse::Unreadable, 400, true; "a retry would not change it")]
#[test_case(WebhookResponse::NotPosted, 405, false)]
#[test_case(WebhookResponse::TooLarge, 413, false)]
#[test_case(WebhookResponse::NotEnqueued, 503, false)]
fn each_response_has_its_status(response: WebhookResponse, status: u16, ends_retries: bool) {
    let response = response.response();
    assert_eq!(response.status_code, i64::from(status));
    let header = response.headers.get("webhook-delivery");
    assert_eq!(
        header.is_some_and(|value| value == "abort-message"),
        ends_retries
    );
}

/// Handles an event that was changed after it was signed, and asserts that nothing is enqueued
/// unless it is accepted.
async fn respond(event: &str) -> WebhookResponse {
    let queue = MemoryQueue::new();
    let response = handler(queue.clone(), SECRET).handle(event).await;
    let is_accepted = response == WebhookResponse::Accepted;
    assert_eq!(queue.sent().len(), usize::from(is_accepted));
    response
}

#[test_case("/headers/x-forwarded-proto", json!("ht tp"), WebhookResponse::Accepted; "a scheme with a blank")]
#[test_case("/headers/x-forwarded-proto", json!("\u{0}\r\n"), WebhookResponse::Accepted; "a scheme of control characters")]
#[test_case("/headers/host", json!("[::1"), WebhookResponse::Accepted; "an odd host")]
#[test_case("/headers/x y\u{7f}", json!("1"), WebhookResponse::Accepted; "an odd name of a header")]
#[test_case("/headers/other", json!("\u{1}é"), WebhookResponse::Accepted; "control characters in a header")]
#[test_case("/headers/other", json!(7), WebhookResponse::Accepted; "a header that is a number")]
#[test_case("/rawQueryString", json!("%%%&=&\u{0}=[%zz]"), WebhookResponse::Accepted; "an odd query")]
#[test_case("/rawPath", json!("//\u{0} %zz\\"), WebhookResponse::Accepted; "an odd path")]
#[test_case("/requestContext/http/path", json!(null), WebhookResponse::Accepted; "no path")]
#[test_case("/requestContext/timeEpoch", json!("soon"), WebhookResponse::Accepted; "an odd time")]
#[test_case("/cookies", json!({"a": []}), WebhookResponse::Accepted; "odd cookies")]
#[test_case("/headers/webhook-signature", json!("v1,\u{0}"), WebhookResponse::NotSigned; "control characters in the signature")]
#[test_case("/headers/webhook-timestamp", json!("1e9"), WebhookResponse::NotSigned; "an odd timestamp")]
#[test_case("/headers/webhook-timestamp", json!(i64::MIN.to_string()), WebhookResponse::NotSigned; "the earliest timestamp")]
#[test_case("/headers", json!(null), WebhookResponse::NotSigned; "no headers")]
#[test_case("/headers", json!([]), WebhookResponse::Invalid; "a list of headers")]
#[test_case("/body", json!(null), WebhookResponse::NotSigned; "no body")]
#[test_case("/body", json!({}), WebhookResponse::Invalid; "a body that is an object")]
#[test_case("/isBase64Encoded", json!(true), WebhookResponse::Invalid; "a body that is not base64")]
#[test_case("/isBase64Encoded", json!("true"), WebhookResponse::Invalid; "a flag that is text")]
#[test_case("/requestContext/http/method", json!(null), WebhookResponse::Invalid; "no method")]
#[test_case("/requestContext/http/method", json!("P OST"), WebhookResponse::NotPosted; "an odd method")]
#[test_case("/requestContext/http", json!([]), WebhookResponse::Invalid; "no details of the request")]
#[test_case("/requestContext", json!("x"), WebhookResponse::Invalid; "no context")]
#[tokio::test]
async fn an_odd_request_gets_a_response(place: &str, value: Value, expected: WebhookResponse) {
    let mut event = request(SECRET, BODY, false);
    let (parent, name) = place.rsplit_once('/').expect("a place");
    event.pointer_mut(parent).expect("an object")[name] = value;
    assert_eq!(respond(&event.to_string()).await, expected);
}

#[test_case(""; "nothing")]
#[test_case("null"; "null")]
#[test_case("[]"; "a list")]
#[test_case(r#"{"body": "\ud83d"}"#; "half a surrogate pair")]
#[test_case(r#"{"body": 1e999}"#; "a number out of range")]
#[test_case(&"[".repeat(10_000); "nested too deep")]
#[tokio::test]
async fn an_event_that_is_no_request_is_answered_400(event: &str) {
    assert_eq!(respond(event).await.status(), 400);
}

/// The runtime parses events through this deserializer.
#[test]
fn the_runtime_gives_an_event_as_text() {
    let event = br#"{"body": "\ud83d", "n": 1e999}"#;
    let deserializer = &mut serde_json::Deserializer::from_slice(event);
    let parsed: Result<Box<serde_json::value::RawValue>, _> =
        serde_path_to_error::deserialize(deserializer);
    assert_eq!(parsed.expect("text").get().as_bytes(), event);
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}|[\\x00-\\x20]{0,3}|POST|v1,[A-Za-z0-9+/=]{0,50}".prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "headers",
        "body",
        "isBase64Encoded",
        "requestContext",
        "http",
        "method",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        "svix-id",
        "rawPath",
        "cookies",
        "x",
    ]);
    leaf.prop_recursive(4, 32, 8, move |inner| {
        let fields =
            prop::collection::btree_map(name.clone().prop_map(str::to_owned), inner.clone(), 0..8);
        prop_oneof![
            prop::collection::vec(inner, 0..3).prop_map(Value::from),
            fields.prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_request_that_recall_did_not_send_gets_a_response_of_4xx(
        event in value(),
        is_request: bool,
        place in prop::sample::select(vec!["", "/headers", "/requestContext", "/requestContext/http"]),
        name in prop::sample::select(vec!["headers", "body", "webhook-signature", "method", "isBase64Encoded"]),
    ) {
        let event = if is_request {
            let mut changed = request(ROTATED, BODY, false);
            changed.pointer_mut(place).expect("an object")[name] = event;
            changed
        } else {
            event
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let status = runtime.block_on(respond(&event.to_string())).status();
        prop_assert!(status.is_client_error(), "{status}: {event}");
    }
}
