//! What operators do over HTTP: reopening decisions, resyncs, policies; and what they count.

use callsheet_api::coverage::Coverage;
use callsheet_api::policy_file::{PolicyFile, lint};
use callsheet_app::coverage::{CoverageQuery, coverage};
use callsheet_app::ports::{Policies as _, SyncStates as _};
use callsheet_auth::Role;
use callsheet_domain::{CountedBy, PolicyRevision, SyncJob};
use callsheet_testkit::{With as _, a_decision, at, id};
use serde_json::{Value, json};
use test_case::test_case;

use crate::harness::{Harness, OWN, Reply, Request, grant, token};

async fn sent(harness: &Harness, request: Request) -> Reply {
    let token = token(grant(Role::Operator));
    harness.send(request.with_token(&token)).await
}

fn post(path: &str) -> Request {
    Request::get(path).with_method("POST")
}

#[tokio::test]
async fn an_abandoned_decision_is_reopened_once() {
    let harness = Harness::new().await;
    harness
        .decisions
        .put(a_decision().abandon("no such meeting"));
    let retried = sent(&harness, post("/v1/events/event-1/retry"))
        .await
        .json();
    assert_eq!(
        (
            &retried["meetings"][0]["event_id"],
            &retried["meetings"][0]["reason"]
        ),
        (&json!("event-1"), &json!("no such meeting"))
    );
    let row = harness.decisions.get(&a_decision().key).expect("stored");
    assert!(!row.is_abandoned() && row.is_due());
    let again = sent(&harness, post("/v1/events/event-1/retry"))
        .await
        .json();
    assert_eq!(
        again["meetings"],
        json!([]),
        "a repetition has nothing to do"
    );
}

async fn page(harness: &Harness, role: Role, request: Request) -> Reply {
    let request = request.with_token(&token(grant(role)));
    harness
        .send(request.with_header("accept", "text/html"))
        .await
}

#[test_case(Role::Operator, true; "an operator")]
#[test_case(Role::Reader, false; "a reader")]
#[tokio::test]
async fn operators_have_a_button_to_call_recall_again(role: Role, has_button: bool) {
    let harness = Harness::new().await;
    let pages = ["/v1/status", "/v1/events/event-1"];
    let button = r#"data-method="POST" data-path="v1/events/event-1/retry""#;
    for path in pages {
        let shown = page(&harness, role, Request::get(path)).await;
        assert!(!shown.body.contains("retry"), "{path}: {}", shown.body);
    }
    harness.clock.advance_to(at("09:11"));
    harness
        .decisions
        .put(a_decision().abandon("no such meeting"));
    for path in pages {
        let shown = page(&harness, role, Request::get(path)).await;
        assert!(shown.body.contains("no such meeting"), "{}", shown.body);
        assert_eq!(
            shown.body.contains(button),
            has_button,
            "{path}: {}",
            shown.body
        );
        assert!(!shown.body.contains("v1/retries"), "there is only one");
    }
}

#[tokio::test]
async fn a_button_to_call_recall_again_is_answered_with_a_sentence() {
    let harness = Harness::new().await;
    let abandoned = |number: usize| {
        let row = a_decision().abandon("no such meeting");
        row.with(|row| row.key.event_id = id(format!("event-{number}")))
    };
    for number in [1, 3, 4] {
        harness.decisions.put(abandoned(number));
    }
    let overview = async || {
        page(&harness, Role::Operator, Request::get("/v1/status"))
            .await
            .body
    };
    assert!(overview().await.contains(r#"data-path="v1/retries""#));
    let sentence = async |path: &str| page(&harness, Role::Operator, post(path)).await;
    for (path, expected) in [
        ("/v1/events/event-1/retry", "Recall is called again."),
        ("/v1/events/event-1/retry", "Nothing to do"),
        ("/v1/retries", "Recall is called again for 2 meetings."),
        ("/v1/retries", "Nothing to do"),
    ] {
        let said = sentence(path).await;
        assert_eq!(said.status, 200, "{}", said.body);
        assert!(said.body.contains(expected), "{path}: {}", said.body);
    }
    // The status that was read before is not shown again.
    assert!(!overview().await.contains("no such meeting"));
}

#[tokio::test]
async fn a_meeting_that_is_over_is_not_retried() {
    let harness = Harness::new().await;
    let over = a_decision().abandon("no such meeting");
    harness
        .decisions
        .put(over.with(|row| row.ends_at = at("09:00")));
    let reply = sent(&harness, post("/v1/events/event-1/retry")).await;
    assert_eq!(
        (reply.status, reply.problem().as_str()),
        (409, "event-over")
    );
}

#[tokio::test]
async fn all_abandoned_decisions_are_reopened_a_hundred_at_once() {
    let harness = Harness::new().await;
    for number in 0..130 {
        harness
            .decisions
            .put(a_decision().abandon("no such meeting").with(|row| {
                row.key.event_id = id(format!("event-1-{number:03}"));
            }));
    }
    let mut reopened = 0;
    for has_more in [true, false] {
        let retried = sent(&harness, post("/v1/retries")).await.json();
        reopened += retried["meetings"].as_array().expect("a list").len();
        assert_eq!(retried["has_more"], has_more);
    }
    assert_eq!(reopened, 130);
}

#[test_case(json!({}), false; "of what is needed")]
#[test_case(json!({"full": true}), true; "of everything")]
#[tokio::test]
async fn a_resync_is_requested(body: Value, is_full: bool) {
    let harness = Harness::new().await;
    let reply = sent(&harness, post("/v1/resyncs").with_json(&body)).await;
    assert_eq!(
        (reply.status, &reply.json()["full"]),
        (202, &json!(is_full))
    );
    assert_eq!(reply.json()["calendars"], 2);
    let jobs = harness.queue.sent();
    assert!(
        matches!(jobs.as_slice(), [SyncJob::ResyncNow { .. }]),
        "{jobs:?}"
    );
    let workspace = harness.state.workspace().await.expect("memory");
    assert_eq!(workspace.full_sync_requested_at.is_some(), is_full);
}

fn push(document: &Value, if_match: Option<&str>) -> Request {
    let request = Request::get("/v1/policy").with_method("PUT");
    let request = request.with_json(&json!({"document": document, "note": "all of them"}));
    match if_match {
        Some(tag) => request.with_header("if-match", tag),
        None => request,
    }
}

#[tokio::test]
async fn a_policy_is_pushed_over_the_one_that_was_read() {
    let harness = Harness::new().await;
    let read = harness.get(Role::Operator, "/v1/policy").await;
    let seen = read.header("etag").expect("a tag").to_owned();
    let document = json!({"version": 1, "default": "record"});
    let pushed = sent(&harness, push(&document, Some(&seen))).await;
    assert_eq!(
        (&pushed.json()["revision"], &pushed.json()["is_new"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(harness.queue.sent(), [SyncJob::Resync]);
    let stored = harness
        .state
        .policy(PolicyRevision(1))
        .await
        .expect("memory");
    let stored = stored.expect("it was pushed");
    assert_eq!(
        (stored.by.as_str(), stored.by.key(), stored.note.as_deref()),
        ("sales@acme.example", Some("console"), Some("all of them"))
    );
    let active = harness.get(Role::Reader, "/v1/policy").await.json();
    let listed = harness.get(Role::Reader, "/v1/policies").await.json();
    for shown in [&active, &listed["policies"][0]] {
        assert_eq!(shown["via"], "console", "{shown}");
    }
    // A repetition changes nothing, though what it saw is not active any more.
    let again = sent(&harness, push(&document, Some(&seen))).await.json();
    assert_eq!(
        (&again["revision"], &again["is_new"]),
        (&json!(1), &json!(false))
    );
    // Of two pushes over one revision the second one is refused.
    let other = json!({"version": 1, "default": "skip", "rules": [
        {"name": "outside", "when": {"external": true}, "then": "record"},
    ]});
    let late = sent(&harness, push(&other, Some(&seen))).await;
    assert_eq!(
        (late.status, late.problem().as_str()),
        (412, "changed-meanwhile")
    );
    let read = harness.get(Role::Operator, "/v1/policy").await;
    assert_eq!(
        (read.header("etag"), &read.json()["revision"]),
        (pushed.header("etag"), &json!(1))
    );
}

#[test_case(None, 428, "precondition-required"; "nothing")]
#[test_case(Some("*"), 412, "changed-meanwhile"; "anything")]
#[test_case(Some("W/\"policy-0\""), 412, "changed-meanwhile"; "a weak tag")]
#[test_case(Some("\"policy-7\""), 412, "changed-meanwhile"; "another one")]
#[tokio::test]
async fn a_push_says_what_its_author_saw(if_match: Option<&str>, status: i64, problem: &str) {
    let harness = Harness::new().await;
    let document = json!({"version": 1, "default": "record"});
    let reply = sent(&harness, push(&document, if_match)).await;
    assert_eq!((reply.status, reply.problem().as_str()), (status, problem));
    let active = harness.state.active_revision().await.expect("memory");
    assert_eq!(active, PolicyRevision(0));
}

#[tokio::test]
async fn each_problem_of_a_policy_is_named_with_its_place() {
    let harness = Harness::new().await;
    let document = json!({"version": 1, "default": "maybe", "rules": [
        {"name": "outside", "when": {"externl": true}, "then": "record"},
    ]});
    let reply = sent(&harness, push(&document, Some("\"policy-0\""))).await;
    assert_eq!((reply.status, reply.problem().as_str()), (422, "invalid"));
    let places = reply.json()["problems"].clone();
    let places = places.as_array().expect("a list").iter();
    let places: Vec<_> = places
        .map(|one| one["place"].as_str().expect("a place").to_owned())
        .collect();
    assert_eq!(
        places,
        ["document.default", "document.rules[0].when.externl"]
    );
}

const DOUBTFUL: &str = "version: 1\ndefault: skip\nrules:\n  - name: outside\n    when: {externl: true}\n    then: record\n";

#[test_case("application/yaml", DOUBTFUL, Some(5); "yaml")]
#[test_case("application/json", r#"{"version": 1, "default": "maybe"}"#, Some(1); "json")]
#[test_case("application/json", "{", Some(1); "no json")]
#[test_case("application/yaml", "version: 1\ndefault: record\n", None; "a valid one")]
#[tokio::test]
async fn a_policy_is_checked_as_the_command_line_checks_it(
    kind: &str,
    text: &str,
    line: Option<u64>,
) {
    let harness = Harness::new().await;
    let mut request = post("/v1/policies/lint").with_header("content-type", kind);
    request.body = Some(text.to_owned());
    let reply = harness
        .send(request.with_token(&token(grant(Role::Reader))))
        .await;
    let file = PolicyFile {
        name: "the policy".to_owned(),
        text: text.to_owned(),
        is_json: kind == "application/json",
    };
    assert_eq!(
        reply.json(),
        serde_json::to_value(lint(&file)).expect("JSON")
    );
    let found = reply.json()["problems"][0]["line"].as_u64();
    assert_eq!(found, line, "{}", reply.body);
}

#[tokio::test]
async fn a_policy_is_pushed_as_the_text_that_was_typed() {
    let harness = Harness::new().await;
    let valid = json!("version: 1\ndefault: record\n");
    let pushed = sent(&harness, push(&valid, Some("\"policy-0\""))).await;
    assert_eq!(pushed.json()["revision"], 1, "{}", pushed.body);
    let refused = sent(&harness, push(&json!(DOUBTFUL), Some("\"policy-1\""))).await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (422, "invalid")
    );
    let place = &refused.json()["problems"][0]["place"];
    assert_eq!(place, "document.rules[0].when.externl");
}

#[tokio::test]
async fn coverage_is_counted_as_the_command_line_counts_it() {
    let harness = Harness::new().await;
    harness.clock.advance_to(at("12:00"));
    let path = "/v1/coverage?from=2090-03-05&until=2090-03-06&by=calendar";
    let token = crate::harness::token_at(grant(Role::Reader), at("11:50"));
    let read = harness
        .send(Request::get(path).with_token(&token))
        .await
        .json();
    let query = CoverageQuery {
        from: "2090-03-05".parse().expect("a date"),
        until: "2090-03-06".parse().expect("a date"),
        by: CountedBy::Calendar,
    };
    let counted = coverage(&harness.state, &harness.decisions, query, at("12:00")).await;
    let counted = Coverage::of(counted.expect("memory"), at("12:00"));
    assert_eq!(read, serde_json::to_value(&counted).expect("JSON"));
    assert_eq!(read["groups"][0]["name"], OWN, "{read}");
}

#[test_case("from=2090-03-07&until=2090-03-06"; "an end before the begin")]
#[test_case("from=2090-02-03&until=2090-03-06"; "more than 31 days")]
#[test_case("by=mood"; "groups that there are not")]
#[test_case("from=yesterday"; "no date")]
#[tokio::test]
async fn a_period_of_coverage_is_bounded(query: &str) {
    let harness = Harness::new().await;
    let reply = harness
        .get(Role::Reader, &format!("/v1/coverage?{query}"))
        .await;
    assert_eq!((reply.status, reply.problem().as_str()), (422, "invalid"));
}
