//! Refusing: limits, the specification, the firewall and the key, faults.

use crate::common::{stage, told};
use recall_simulator::{CallFilter, Fault, FaultEffect, Limits, Operation, Options};
use reqwest::Method;
use serde_json::json;
use test_case::test_case;

const EVENTS: &str = "/api/v2/calendar-events/";

#[tokio::test]
async fn beyond_the_limit_a_call_is_told_how_long_to_wait() {
    let limits = [(Operation::ListEvents, 2)].into_iter().collect();
    let stage = stage(Options {
        limits,
        ..Options::default()
    })
    .await;
    assert_eq!(stage.get(EVENTS).await.0, 200);
    assert_eq!(stage.get(EVENTS).await.0, 200);
    let answer = stage.request(Method::GET, EVENTS).send().await.unwrap();
    let wait: u64 = answer.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let (status, body) = told(answer).await;
    assert_eq!(status, 429);
    assert!(
        body["detail"]
            .as_str()
            .unwrap()
            .starts_with("Request was throttled.")
    );
    let control = stage.simulator.control();
    let counts = control.stats().await.unwrap();
    let listed = &counts.operations[&Operation::ListEvents];
    assert_eq!(
        (listed.peak_received, listed.peak_admitted, counts.throttled),
        (3, 2, 1)
    );
    control.set_limits(Limits::default()).await.unwrap();
    assert_eq!(stage.get(EVENTS).await.0, 200);
}

#[test_case("GET", "/api/v2/calendar-events/?colour=red", 200, "no query parameter colour"; "an unknown parameter")]
#[test_case("GET", "/api/v2/calendar-events/?updated_at__gte=2025-01-29T23:49:58+00:00", 400, "updated_at__gte"; "an unescaped plus")]
#[test_case("GET", "/api/v2/calendar-events/?is_deleted=no", 400, "is_deleted"; "no boolean")]
#[test_case("GET", "/api/v2/calendar-events/12/", 404, "not a UUID"; "an id that is none")]
#[test_case("GET", "/api/v2/calendar-events", 404, "no such path"; "no slash at the end")]
#[test_case("PUT", "/api/v2/calendar-events/", 405, "does not know this method"; "another method")]
#[tokio::test]
async fn what_the_specification_does_not_allow_is_counted(
    method: &str,
    path: &str,
    expected: u16,
    detail: &str,
) {
    let stage = stage(Options::default()).await;
    let answer = stage
        .request(method.parse().unwrap(), path)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), expected);
    let violations = stage.simulator.control().violations().await.unwrap();
    assert_eq!(violations.requests.len(), 1, "{violations:?}");
    assert!(
        violations.requests[0].detail.contains(detail),
        "{violations:?}"
    );
    assert_eq!(violations.own, vec![]);
}

#[tokio::test]
async fn the_firewall_and_the_key_come_first() {
    let stage = stage(Options::default()).await;
    let with_body = stage
        .request(Method::GET, EVENTS)
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(with_body.status().as_u16(), 403);
    assert!(with_body.text().await.unwrap().starts_with("<html>"));
    let inward = json!({"platform": "google_calendar", "webhook_url": "http://localhost/"});
    let inward = stage
        .request(Method::POST, "/api/v2/calendars/")
        .json(&inward);
    assert_eq!(inward.send().await.unwrap().status().as_u16(), 403);
    let address = format!("{}{EVENTS}", stage.simulator.base_url());
    let bare = reqwest::get(&address).await.unwrap();
    assert_eq!(bare.status().as_u16(), 401);
    let filter = CallFilter {
        status: Some(401),
        ..CallFilter::default()
    };
    assert_eq!(
        stage
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
async fn faults_answer_in_place_of_the_service() {
    let stage = stage(Options::default()).await;
    let control = stage.simulator.control();
    let once = |effect| Fault::new(effect).on(Operation::ListEvents).times(1);
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
        stage.get("/api/v2/calendars/").await.0,
        200,
        "another operation"
    );
    assert_eq!(stage.get(EVENTS).await.0, 503);
    let throttled = stage.request(Method::GET, EVENTS).send().await.unwrap();
    assert_eq!(throttled.headers()["retry-after"], "7");
    let (status, page) = stage.get(EVENTS).await;
    assert!(status == 200 && page.is_string(), "HTML is not JSON");
    assert!(stage.get(EVENTS).await.1.is_object());
    assert_eq!(control.faults().await.unwrap(), vec![]);
    stage.nothing_was_violated().await;
}
