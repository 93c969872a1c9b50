//! What the body of a change may be.

use callsheet_app::ports::OverrideStore as _;
use callsheet_auth::Role;
use callsheet_testkit::a_calendar;
use serde_json::{Value, json};
use test_case::test_case;

use super::{put, sent};
use crate::harness::{Harness, OWN, Request};

#[test_case(json!({"override": "clear"}); "a word that is a method")]
#[test_case(json!({"override": null}); "nothing")]
#[test_case(json!({}); "no member")]
#[test_case(json!({"override": "skip", "scope": "workspace"}); "a member that there is not")]
#[test_case(json!(["skip"]); "a list")]
#[tokio::test]
async fn a_body_of_another_form_changes_nothing(body: Value) {
    let harness = Harness::new().await;
    let reply = sent(
        &harness,
        Role::Owner,
        put("/v1/events/event-1/override", &body),
    )
    .await;
    assert_eq!((reply.status, reply.problem().as_str()), (422, "invalid"));
    let overrides = harness
        .state
        .overrides(&a_calendar().owner())
        .await
        .expect("memory");
    assert!(overrides.by_scope.is_empty());
}

#[test_case(json!({"for": "P3D", "until": "2090-03-08T17:00:00Z"}); "both")]
#[test_case(json!({"until": "2090-03-06T09:10:00Z"}); "now")]
#[test_case(json!({"for": "-PT1H"}); "an hour ago")]
#[test_case(json!({"for": "P9000Y"}); "past all time")]
#[test_case(json!({"for": "a while"}); "no duration")]
#[tokio::test]
async fn a_pause_has_one_end_that_is_to_come(body: Value) {
    let harness = Harness::new().await;
    let path = format!("/v1/calendars/{OWN}/pause");
    let reply = sent(&harness, Role::Owner, put(&path, &body)).await;
    assert_eq!(
        (reply.status, reply.problem().as_str()),
        (422, "invalid"),
        "{}",
        reply.body
    );
}

/// A policy may also be YAML.
#[test_case(Role::Operator, "PUT", "/v1/policy", false; "a push")]
#[test_case(Role::Owner, "PUT", "/v1/events/event-1/override", false; "an override")]
#[test_case(Role::Reader, "POST", "/v1/policies/lint", true; "a check")]
#[test_case(Role::Operator, "POST", "/v1/calendars/calendar-sales/preview", true; "a preview")]
#[tokio::test]
async fn a_form_that_is_refused_is_answered_with_those_that_are_taken(
    role: Role,
    method: &'static str,
    path: &str,
    takes_yaml: bool,
) {
    let harness = Harness::new().await;
    let mut request = Request::get(path).with_method(method);
    request.body = Some("version: 1".to_owned());
    let request = request.with_header("content-type", "text/plain");
    let reply = sent(
        &harness,
        role,
        request.with_header("if-match", "\"policy-0\""),
    )
    .await;
    assert_eq!(
        (reply.status, reply.problem().as_str()),
        (415, "unsupported-format")
    );
    let problem = reply.json();
    for sentence in ["title", "detail"] {
        let sentence = problem[sentence]
            .as_str()
            .expect("a sentence")
            .to_lowercase();
        assert!(sentence.contains("json"), "{sentence}");
        assert_eq!(sentence.contains("yaml"), takes_yaml, "{sentence}");
    }
}

#[test_case("text/plain", 415; "text")]
#[test_case("application/x-www-form-urlencoded", 415; "a form, which a page of another site can send")]
#[test_case("application/json; charset=utf-8", 200; "json with a charset")]
#[tokio::test]
async fn a_body_is_json(kind: &str, expected: i64) {
    let harness = Harness::new().await;
    let mut request = put("/v1/events/event-1/override", &json!({"override": "skip"}));
    request.headers = vec![("content-type", kind.to_owned())];
    assert_eq!(sent(&harness, Role::Owner, request).await.status, expected);
}

#[tokio::test]
async fn a_large_body_is_refused() {
    let harness = Harness::new().await;
    let large = json!({"override": "skip".repeat(20_000)});
    let reply = sent(
        &harness,
        Role::Owner,
        put("/v1/events/event-1/override", &large),
    )
    .await;
    assert_eq!((reply.status, reply.problem().as_str()), (413, "too-large"));
}
