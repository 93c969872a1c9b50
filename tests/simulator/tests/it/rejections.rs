//! Rejections: rate limits, violations of the specification, firewall, API key, faults.

use crate::harness::{Harness, status_and_body};
use recall_simulator::{CallFilter, Fault, FaultEffect, Limits, Operation, Options};
use reqwest::Method;
use serde_json::json;
use test_case::test_case;

const EVENTS: &str = "/api/v2/calendar-events/";

#[tokio::test]
async fn a_call_over_the_rate_limit_gets_429_with_retry_after() {
    let limits = [(Operation::ListEvents, 2)].into_iter().collect();
    let harness = Harness::start(Options {
        limits,
        ..Options::default()
    })
    .await;
    assert_eq!(harness.get(EVENTS).await.0, 200);
    assert_eq!(harness.get(EVENTS).await.0, 200);
    let response = harness.request(Method::GET, EVENTS).send().await.unwrap();
    let wait: u64 = response.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let (status, body) = status_and_body(response).await;
    assert_eq!(status, 429);
    assert!(
        body["detail"]
            .as_str()
            .unwrap()
            .starts_with("Request was throttled.")
    );
    let control = harness.simulator.control();
    let counts = control.stats().await.unwrap();
    let listed = &counts.operations[&Operation::ListEvents];
    assert_eq!(
        (listed.peak_received, listed.peak_admitted, counts.throttled),
        (3, 2, 1)
    );
    control.set_limits(Limits::default()).await.unwrap();
    assert_eq!(harness.get(EVENTS).await.0, 200);
}

#[test_case("GET", "/api/v2/calendar-events/?colour=red", 200, "no query parameter colour"; "an unknown query parameter")]
#[test_case("GET", "/api/v2/calendar-events/?updated_at__gte=2025-01-29T23:49:58+00:00", 400, "updated_at__gte"; "an unescaped plus")]
#[test_case("GET", "/api/v2/calendar-events/?is_deleted=no", 400, "is_deleted"; "a value that is not a boolean")]
#[test_case("GET", "/api/v2/calendar-events/12/", 404, "not a UUID"; "an id that is not a UUID")]
#[test_case("GET", "/api/v2/calendar-events", 404, "no such path"; "no trailing slash")]
#[test_case("PUT", "/api/v2/calendar-events/", 405, "does not allow this method"; "a method that the path does not allow")]
#[tokio::test]
async fn a_request_that_violates_the_specification_is_counted(
    method: &str,
    path: &str,
    expected: u16,
    detail: &str,
) {
    let harness = Harness::start(Options::default()).await;
    let response = harness
        .request(method.parse().unwrap(), path)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status().as_u16(), expected);
    let violations = harness.simulator.control().violations().await.unwrap();
    assert_eq!(violations.requests.len(), 1, "{violations:?}");
    assert!(
        violations.requests[0].detail.contains(detail),
        "{violations:?}"
    );
    assert_eq!(violations.simulator, vec![]);
}

#[tokio::test]
async fn the_firewall_and_the_api_key_are_checked_first() {
    let harness = Harness::start(Options::default()).await;
    let with_body = harness
        .request(Method::GET, EVENTS)
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(with_body.status().as_u16(), 403);
    assert!(with_body.text().await.unwrap().starts_with("<html>"));
    let local = json!({"platform": "google_calendar", "webhook_url": "http://localhost/"});
    let local = harness
        .request(Method::POST, "/api/v2/calendars/")
        .json(&local);
    let (status, body) = status_and_body(local.send().await.unwrap()).await;
    assert_eq!((status, &body["code"]), (403, &json!("request_blocked")));
    let address = format!("{}{EVENTS}", harness.simulator.base_url());
    let without_key = reqwest::get(&address).await.unwrap();
    assert_eq!(without_key.status().as_u16(), 401);
    let filter = CallFilter {
        status: Some(401),
        ..CallFilter::default()
    };
    assert_eq!(
        harness
            .simulator
            .control()
            .calls(&filter)
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn faults_replace_the_response() {
    let harness = Harness::start(Options::default()).await;
    let control = harness.simulator.control();
    let once = |effect| Fault::new(effect).operation(Operation::ListEvents).times(1);
    control
        .add_fault(once(FaultEffect::status(503)))
        .await
        .unwrap();
    control
        .add_fault(once(FaultEffect::retry_after(429, 7)))
        .await
        .unwrap();
    control.add_fault(once(FaultEffect::NotJson)).await.unwrap();
    assert_eq!(
        harness.get("/api/v2/calendars/").await.0,
        200,
        "a fault does not affect another operation"
    );
    assert_eq!(harness.get(EVENTS).await.0, 503);
    let throttled = harness.request(Method::GET, EVENTS).send().await.unwrap();
    assert_eq!(throttled.headers()["retry-after"], "7");
    let (status, page) = harness.get(EVENTS).await;
    assert!(status == 200 && page.is_string(), "HTML is not JSON");
    let texts = vec![(r#""next":null"#.to_owned(), r#""next":"\ud83d""#.to_owned())];
    let rewrite = FaultEffect::Rewrite { texts };
    control.add_fault(once(rewrite)).await.unwrap();
    let rewritten = harness.request(Method::GET, EVENTS).send().await.unwrap();
    assert_eq!(rewritten.headers()["content-type"], "application/json");
    let rewritten = rewritten.text().await.unwrap();
    assert!(rewritten.contains(r#""next":"\ud83d""#), "{rewritten}");
    assert!(harness.get(EVENTS).await.1.is_object());
    assert_eq!(control.faults().await.unwrap(), vec![]);
    harness.assert_no_violations().await;
}
