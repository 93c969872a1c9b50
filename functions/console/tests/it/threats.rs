//! What a forger, a curious person or a hostile title may try.

use callsheet_app::status::Queues;
use callsheet_auth::{Grant, NewToken, Role, SigningKey};
use callsheet_console::{Adapters, Console, Listed};
use callsheet_testkit::{
    Faults, Intercepted, ManualClock, MemoryDeadLetters, MemoryDecisions, MemoryQueue,
    MemoryRecall, MemoryState, When, With as _, a_decision, at, id,
};
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::{Value, json};
use test_case::test_case;

use crate::harness::{
    Harness, OWN, Request, TestKeys, another_decision, grant, keys, settings, token,
};

#[test_case("Bearer "; "no token")]
#[test_case("Basic c2FsZXM6MQ=="; "another scheme")]
#[test_case("Bearer"; "only the scheme")]
#[test_case(""; "nothing")]
#[tokio::test]
async fn a_request_without_a_token_is_refused(authorization: &str) {
    let harness = Harness::new().await;
    let request = Request::get("/v1/me").with_header("authorization", authorization);
    let reply = harness.send(request).await;
    assert_eq!(
        (reply.status, reply.problem().as_str()),
        (401, "token-missing")
    );
}

#[test_case("a.b.c"; "no token of ours")]
#[test_case(&"a".repeat(10_000); "a long one")]
#[test_case("eyJhbGciOiJub25lIn0.e30."; "one without a signature")]
#[tokio::test]
async fn a_forged_token_is_refused_without_a_reason(forged: &str) {
    let harness = Harness::new().await;
    let reply = harness
        .send(Request::get("/v1/me").with_token(forged))
        .await;
    assert_eq!(
        (reply.status, reply.problem().as_str()),
        (401, "token-invalid")
    );
    let header = reply.header("www-authenticate");
    assert_eq!(header, Some("Bearer error=\"invalid_token\""));
    assert_eq!(harness.keys.loads(), 0, "the keys are not loaded for it");
}

#[tokio::test]
async fn an_expired_token_is_told_apart() {
    let harness = Harness::new().await;
    harness.clock.advance_to(at("09:50"));
    let reply = harness.get(Role::Reader, "/v1/me").await;
    assert_eq!(
        (reply.status, reply.problem().as_str()),
        (401, "token-expired")
    );
}

#[tokio::test]
async fn a_token_in_the_address_is_not_taken() {
    let harness = Harness::new().await;
    let token = token(grant(Role::Operator));
    for name in ["token", "access_token", "authorization"] {
        let reply = harness
            .send(Request::get(&format!("/v1/me?{name}={token}")))
            .await;
        assert_eq!(reply.status, 401);
    }
    let cookie = Request::get("/v1/me").with_header("cookie", &format!("token={token}"));
    assert_eq!(harness.send(cookie).await.status, 401);
}

/// A token of a key of a host application.
fn token_of(key: &SigningKey) -> String {
    let new = NewToken {
        subject: id("sales@acme.example"),
        grant: Grant::Owner {
            calendars: vec![id(OWN)],
        },
        zone: None,
        issued_at: at("09:00"),
        life: SignedDuration::from_mins(50),
    };
    key.sign(&new).expect("a token")
}

fn a_host_key() -> SigningKey {
    let secret = "the secret of the host application, long";
    SigningKey::new("crm", [Role::Owner], secret).expect("a key")
}

#[tokio::test]
async fn a_key_that_was_added_is_loaded() {
    let harness = Harness::new().await;
    harness
        .keys
        .store(keys().with(a_host_key()).expect("another name"));
    let request = Request::get("/v1/me").with_token(&token_of(&a_host_key()));
    for _ in 0..2 {
        assert_eq!(harness.send(request.clone()).await.status, 200);
    }
    assert_eq!(harness.keys.loads(), 1);
}

/// Nothing refuses its tokens but the secret, which is read again though they match.
#[tokio::test]
async fn a_key_that_was_removed_is_refused_within_two_minutes() {
    let harness = Harness::new().await;
    harness
        .keys
        .store(keys().with(a_host_key()).expect("another name"));
    let request = Request::get("/v1/me").with_token(&token_of(&a_host_key()));
    assert_eq!(harness.send(request.clone()).await.status, 200);
    harness.keys.store(keys());
    harness.clock.advance_to(at("09:11:59"));
    assert_eq!(harness.send(request.clone()).await.status, 200);
    harness.clock.advance_to(at("09:12"));
    let reply = harness.send(request).await;
    assert_eq!(
        (reply.status, reply.problem().as_str()),
        (401, "token-invalid")
    );
}

/// Rows of a later build, say: whose they are cannot always be told.
#[tokio::test]
async fn a_foreign_event_that_cannot_be_read_looks_like_none() {
    let harness = Harness::new().await;
    for row in [a_decision(), another_decision()] {
        harness.decisions.make_unreadable(&row.key);
    }
    let unknown = harness.get(Role::Owner, "/v1/events/event-nowhere").await;
    let foreign = harness.get(Role::Owner, "/v1/events/event-2").await;
    assert_eq!((foreign.status, &foreign.body), (404, &unknown.body));
    for (role, event) in [(Role::Owner, "event-1"), (Role::Reader, "event-2")] {
        let reply = harness.get(role, &format!("/v1/events/{event}")).await;
        assert_eq!(
            (reply.status, reply.problem().as_str()),
            (503, "unavailable")
        );
    }
}

#[tokio::test]
async fn every_response_says_that_it_is_not_stored_framed_or_sniffed() {
    let harness = Harness::new().await;
    for path in ["/v1/me", "/v1/nothing", "/openapi.json", "/v1/status"] {
        for role in [Role::Owner, Role::Reader] {
            let reply = harness.get(role, path).await;
            let header = |name| reply.header(name).unwrap_or_default();
            let policy = "default-src 'none'; frame-ancestors 'none'";
            assert_eq!(header("content-security-policy"), policy);
            assert_eq!(header("x-content-type-options"), "nosniff");
            assert_eq!(header("referrer-policy"), "no-referrer");
            assert_eq!(header("x-robots-tag"), "noindex");
            assert_eq!(header("vary"), "Accept, Authorization");
            assert_eq!(header("strict-transport-security"), "max-age=31536000");
            let is_public = path == "/openapi.json";
            assert_eq!(
                header("cache-control"),
                if is_public { "no-cache" } else { "no-store" }
            );
            // Another origin may read nothing.
            assert_eq!(reply.header("access-control-allow-origin"), None);
        }
    }
}

#[tokio::test]
async fn a_title_with_markup_is_text_in_json() {
    let harness = Harness::new().await;
    let title = "</script><script>alert(1)</script>\u{202e}\"";
    harness
        .decisions
        .put(a_decision().with(|row| row.title = Some(title.to_owned())));
    let reply = harness
        .get(Role::Owner, &format!("/v1/calendars/{OWN}/agenda"))
        .await;
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.json()["events"][0]["title"], title);
}

/// A failure of AWS is told without its reason, which may name tables.
#[tokio::test]
async fn a_failure_is_answered_without_its_reason() {
    let faults = Faults::crash(0, When::Before);
    let state = Intercepted::new(MemoryState::new(), &faults);
    let console = Console::new(
        Adapters {
            state,
            decisions: MemoryDecisions::new(),
            queues: Queues {
                sync: Some(MemoryQueue::new()),
                dead_letters: Some(MemoryDeadLetters::new()),
            },
            clock: ManualClock::at(at("09:10")),
            listed: None::<Listed<MemoryRecall<ManualClock>>>,
        },
        TestKeys::of(keys()),
        &settings(),
    );
    let request = Request::get(&format!("/v1/calendars/{OWN}/agenda"));
    let request = request.with_token(&token(grant(Role::Operator)));
    let response = console.answer(&request.event().to_string()).await;
    assert_eq!(response.status_code, 503);
    assert_eq!(
        response
            .headers
            .get("retry-after")
            .map(lambda_http::http::HeaderValue::as_bytes),
        Some(&b"5"[..])
    );
    let body = response.body.map(|body| body.to_vec()).unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(body["type"], "urn:callsheet:problem:unavailable");
    assert_eq!(body["instance"], "urn:request:request-1");
}

#[test_case(""; "nothing")]
#[test_case("null"; "null")]
#[test_case("[]"; "a list")]
#[test_case(r#"{"body": "\ud83d"}"#; "half a surrogate pair")]
#[test_case(&"[".repeat(10_000); "nested too deep")]
#[tokio::test]
async fn an_event_that_is_no_request_is_answered(event: &str) {
    let harness = Harness::new().await;
    assert_eq!(harness.send_event(event).await.status, 422);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn odd_paths_and_queries_are_answered_without_a_failure(
        path in "(/v1)?(/calendars|/events|/policies|/me)?(/[a-z.%\u{0}ü -]{0,12}){0,3}(\\?[a-z=&%+\u{0}ü]{0,30})?",
        method in "GET|HEAD|PUT|G ET|",
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let request = Request::get(&path).with_token(&token(grant(Role::Operator)));
        let mut event = request.event();
        event["requestContext"]["http"]["method"] = json!(method);
        let status = runtime.block_on(async {
            Harness::new().await.send_event(&event.to_string()).await.status
        });
        prop_assert!((200..500).contains(&status), "{status}: {path}");
    }
}
