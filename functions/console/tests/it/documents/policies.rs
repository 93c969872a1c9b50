//! Policies: the active one, those that were pushed before, and their texts.

use callsheet_app::ports::{NewPolicy, Policies as _};
use callsheet_auth::Role;
use callsheet_domain::{PolicyDocument, PolicyRevision};
use callsheet_testkit::{an_actor, at};
use serde_json::{Value, json};
use test_case::test_case;

use crate::harness::{Harness, Reply, Request, grant, token};

/// Two policies, of which the second is active.
async fn two_policies() -> Harness {
    let harness = Harness::new().await;
    let policies = [
        json!({"version": 1, "rules": [{"name": "externals", "when": {"external": true}, "then": "record"}], "default": "skip"}),
        json!({"version": 1, "rules": [{"name": "guests", "when": {"external": true}, "then": "record"}], "default": "skip"}),
    ];
    for (document, over) in policies.iter().zip(0..) {
        let document = PolicyDocument::parse(&document.to_string()).expect("a policy");
        let new = NewPolicy {
            document: document.canonical(),
            by: an_actor(),
            at: at("09:00"),
            note: Some(format!("number {}", over + 1)),
            newest_used: PolicyRevision(0),
        };
        let pushed = harness.state.push(&new, PolicyRevision(over)).await;
        pushed.expect("memory");
    }
    harness
}

async fn asked(harness: &Harness, path: &str, accept: &str) -> Reply {
    let request = Request::get(path).with_token(&token(grant(Role::Reader)));
    harness.send(request.with_header("accept", accept)).await
}

/// The text can be edited and pushed over the revision that its entity tag names.
#[test_case("/v1/policy", "\"policy-2\"", "guests"; "the active one")]
#[test_case("/v1/policies/2", "\"policy-2\"", "guests"; "the same by its revision")]
#[test_case("/v1/policies/1", "\"policy-1\"", "externals"; "an older one")]
#[test_case("/v1/policies/0", "\"policy-0\"", "default"; "the built-in one")]
#[tokio::test]
async fn a_policy_is_a_text_in_yaml_too(path: &str, tag: &str, part: &str) {
    let harness = two_policies().await;
    let reply = asked(&harness, path, "application/yaml").await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, Some("application/yaml"))
    );
    assert_eq!(reply.header("etag"), Some(tag));
    assert!(reply.body.contains(part), "{}", reply.body);
    let check = Request::get("/v1/policies/lint").with_method("POST");
    let check = check.with_token(&token(grant(Role::Reader)));
    let check = check.with_header("content-type", "application/yaml");
    let checked = harness
        .send(Request {
            body: Some(reply.body),
            ..check
        })
        .await;
    assert_eq!(checked.json()["problems"], json!([]));
}

#[tokio::test]
async fn only_a_policy_is_a_text() {
    let harness = Harness::new().await;
    for path in [
        "/v1/policies",
        "/v1/status",
        "/v1/calendars",
        "/v1/policies/9/text",
    ] {
        let reply = asked(&harness, path, "application/yaml").await;
        let expected = if path.ends_with("text") { 404 } else { 406 };
        assert_eq!(reply.status, expected, "{path}");
    }
}

/// The history leads to each policy, and an older one shows how it differs from the active one.
#[tokio::test]
async fn an_older_policy_shows_its_difference_to_the_active_one() {
    let harness = two_policies().await;
    let policy = asked(&harness, "/v1/policy", "text/html").await.body;
    assert!(policy.contains("href=\"#/policies\""), "{policy}");
    let history = asked(&harness, "/v1/policies", "text/html").await.body;
    for part in ["href=\"#/policies/2\"", "href=\"#/policies/1\"", "number 1"] {
        assert!(history.contains(part), "{part}: {history}");
    }
    let older = asked(&harness, "/v1/policies/1", "text/html").await.body;
    for part in [
        "Difference to the active policy",
        "<del><span class=\"unseen\">only here: </span>− ",
        "<ins><span class=\"unseen\">only in the active policy: </span>+ ",
        "externals",
        "guests",
    ] {
        assert!(older.contains(part), "{part}: {older}");
    }
    let active = asked(&harness, "/v1/policies/2", "text/html").await.body;
    for part in ["<del", "<ins", "Difference"] {
        assert!(!active.contains(part), "{part}: {active}");
    }
}

/// What is shown as a document has nothing of the page.
#[tokio::test]
async fn a_policy_that_is_not_active_says_so() {
    let harness = two_policies().await;
    let older = asked(&harness, "/v1/policies/1", "application/json")
        .await
        .json();
    assert_eq!(
        (&older["is_active"], &older["note"], &older["difference"]),
        (&json!(false), &json!("number 1"), &Value::Null)
    );
}
