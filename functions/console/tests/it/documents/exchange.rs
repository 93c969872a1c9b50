//! Entity tags, forms that are accepted, and parameters that are not.

use callsheet_app::ports::Decisions as _;
use callsheet_auth::Role;
use callsheet_testkit::{With as _, a_decision};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::{Harness, OWN, Request, grant, token};

#[tokio::test]
async fn a_document_that_is_known_is_not_sent_again() {
    let harness = Harness::new().await;
    let token = token(grant(Role::Reader));
    for path in [
        "/v1/events/event-1",
        "/v1/calendars",
        "/v1/status",
        "/v1/policy",
        "/openapi.json",
    ] {
        let request = Request::get(path).with_token(&token);
        let first = harness.send(request.clone()).await;
        let tag = first.header("etag").expect("a tag").to_owned();
        harness.clock.advance(SignedDuration::from_secs(20));
        let again = harness
            .send(request.clone().with_header("if-none-match", &tag))
            .await;
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
        assert_eq!(again.header("etag"), Some(tag.as_str()));
        let other = harness
            .send(request.with_header("if-none-match", "\"other\""))
            .await;
        assert_eq!(other.status, 200);
    }
    let path = Request::get("/v1/events/event-1").with_token(&token);
    let tag = harness
        .send(path.clone())
        .await
        .header("etag")
        .expect("a tag")
        .to_owned();
    let stored = harness.decisions.get(&a_decision().key).expect("stored");
    let changed = stored.with(|row| row.title = Some("Kick-off, moved".to_owned()));
    harness.decisions.write(&changed).await.expect("memory");
    let changed = harness.send(path.with_header("if-none-match", &tag)).await;
    assert_eq!(changed.status, 200);
}

#[tokio::test]
async fn a_head_has_the_headers_of_a_get() {
    let harness = Harness::new().await;
    let request = Request::get("/v1/me").with_token(&token(grant(Role::Reader)));
    let get = harness.send(request.clone()).await;
    let head = harness.send(request.with_method("HEAD")).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("etag"), get.header("etag"));
}

#[test_case("application/json", 200; "json")]
#[test_case("text/html, application/json;q=0.5", 200; "json after another")]
#[test_case("*/*", 200; "anything")]
#[test_case("application/*", 200; "a range")]
#[test_case("", 200; "nothing")]
#[test_case("text/html", 406; "a page")]
#[test_case("application/json;q=0, image/*", 406; "not json")]
#[tokio::test]
async fn a_form_that_there_is_not_is_refused(accept: &str, expected: i64) {
    let harness = Harness::new().await;
    let request =
        Request::get(&format!("/v1/calendars/{OWN}")).with_token(&token(grant(Role::Reader)));
    let reply = harness.send(request.with_header("accept", accept)).await;
    assert_eq!(reply.status, expected);
}

#[test_case("agenda", "from=yesterday&until=2090-03-07T00:00:00Z&limit=0", &["from", "limit"]; "each that is invalid")]
#[test_case("agenda", "limit=201", &["limit"]; "too many")]
#[test_case("agenda", "limit=1&limit=2", &["limit"]; "given twice")]
#[test_case("agenda", "from=2090-03-07T00:00:00Z&until=2090-03-06T00:00:00Z", &["until"]; "a period that ends before it begins")]
#[test_case("agenda", "from=2090-03-07T00:00:00Z&until=2090-05-09T00:00:00Z", &["until"]; "a period that is too long")]
#[test_case("agenda", "zone=Mars/Olympus", &["zone"]; "an unknown zone")]
#[test_case("agenda", "verdict=maybe&bot=tired", &["verdict", "bot"]; "unknown words")]
#[test_case("agenda", "cursor=AAAA", &["cursor"]; "no cursor")]
#[test_case("agenda", "q=%20", &["q"]; "a blank text")]
#[tokio::test]
async fn invalid_parameters_are_named(part: &str, query: &str, expected: &[&str]) {
    let harness = Harness::new().await;
    let reply = harness
        .get(Role::Owner, &format!("/v1/calendars/{OWN}/{part}?{query}"))
        .await;
    assert_eq!((reply.status, reply.problem().as_str()), (422, "invalid"));
    let problems = reply.json()["problems"].as_array().expect("a list").clone();
    let places: Vec<_> = problems
        .iter()
        .map(|one| one["place"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(places, expected);
}
