//! What people change over HTTP: overrides of events and series, and pauses.

use callsheet_app::ports::{Calendars as _, Decisions as _, OverrideStore as _};
use callsheet_auth::Role;
use callsheet_domain::{
    Applied, CompletedSync, Decision, OverrideChoice, PlatformEventId, PolicyRevision, RuleName,
    SeriesId, SyncJob, Verdict, Wanted,
};
use callsheet_testkit::{With as _, a_calendar, a_decision, an_applied_bot, at};
use serde_json::{Value, json};
use test_case::test_case;

use crate::harness::{
    Harness, OWN, Reply, Request, another_decision, grant, token, token_at, token_of,
};

fn put(path: &str, body: &Value) -> Request {
    Request::get(path).with_method("PUT").with_json(body)
}

fn delete(path: &str) -> Request {
    Request::get(path).with_method("DELETE")
}

async fn sent(harness: &Harness, role: Role, request: Request) -> Reply {
    harness.send(request.with_token(&token(grant(role)))).await
}

/// The event's own bot is at Recall.
fn with_bot(row: &mut Decision) {
    if let Wanted::Bot(wanted) = &row.wanted {
        row.applied = Applied::Bot(Box::new(an_applied_bot(wanted)));
    }
}

async fn stored(harness: &Harness) -> Decision {
    let rows = harness.decisions.decisions(&[a_decision().key]).await;
    rows.expect("memory").decisions.remove(0)
}

#[tokio::test]
async fn a_no_is_folded_into_the_decision_in_the_same_request() {
    let harness = Harness::new().await;
    harness.decisions.put(a_decision().with(with_bot));
    let no = put("/v1/events/event-1/override", &json!({"override": "skip"}));
    let reply = sent(&harness, Role::Owner, no).await;
    let set = reply.json();
    assert_eq!(
        (&set["choice"], &set["takes_effect"], &set["by"]),
        (&json!("skip"), &json!("now"), &json!("sales@acme.example"))
    );
    let row = stored(&harness).await;
    assert_eq!(
        (row.verdict.as_str(), &row.wanted),
        ("skip", &Wanted::Nothing)
    );
    assert!(row.is_due(), "the bot is about to be removed");
    assert_eq!(harness.queue.sent(), [], "no list at Recall is needed");
}

/// The policy locks that the event is skipped.
fn locked(row: &mut Decision) {
    let mut verdict = Verdict::skip(RuleName::named("legal-hold"), "a listed address is invited");
    if let Verdict::Skip(reason) = &mut verdict {
        reason.is_locked = true;
    }
    (row.verdict, row.wanted, row.offer) = (verdict, Wanted::Nothing, None);
}

#[test_case("override", "skip"; "a no to the event")]
#[test_case("override", "record"; "a yes to the event")]
#[test_case("series/override", "record"; "a yes to the series")]
#[tokio::test]
async fn an_override_of_a_locked_event_says_which_rule_locks_it(scope: &str, choice: &str) {
    let harness = Harness::new().await;
    let row = a_decision()
        .with(locked)
        .with(|row| row.series = SeriesId::parse("weekly").ok());
    harness.decisions.put(row);
    let set = put(
        &format!("/v1/events/event-1/{scope}"),
        &json!({"override": choice}),
    );
    let reply = sent(&harness, Role::Owner, set).await.json();
    assert_eq!(
        (&reply["choice"], &reply["takes_effect"], &reply["rule"]),
        (&json!(choice), &json!("locked"), &json!("legal-hold"))
    );
    let row = stored(&harness).await;
    assert_eq!(row.verdict.reason().rule.as_str(), "legal-hold");
}

#[tokio::test]
async fn a_yes_and_the_way_back_request_a_sync_of_the_event() {
    let harness = Harness::new().await;
    let path = "/v1/events/event-1/override";
    let yes = put(path, &json!({"override": "record"}));
    let reply = sent(&harness, Role::Owner, yes).await.json();
    assert_eq!(
        (&reply["choice"], &reply["takes_effect"]),
        (&json!("record"), &json!("soon"))
    );
    let reply = sent(&harness, Role::Owner, delete(path)).await.json();
    assert_eq!(
        (&reply["choice"], &reply["revision"]),
        (&json!("clear"), &json!(2))
    );
    let jobs = harness.queue.sent();
    assert!(
        matches!(jobs.as_slice(), [SyncJob::Event(_), SyncJob::Event(_)]),
        "{jobs:?}"
    );
}

#[tokio::test]
async fn an_override_of_a_series_holds_for_all_its_events() {
    let harness = Harness::new().await;
    let in_series = |row: &mut Decision| row.series = SeriesId::parse("weekly").ok();
    harness.decisions.put(a_decision().with(in_series));
    let no = put(
        "/v1/events/event-1/series/override",
        &json!({"override": "skip"}),
    );
    let reply = sent(&harness, Role::Operator, no).await.json();
    assert_eq!(
        (&reply["scope"], &reply["takes_effect"]),
        (&json!("series"), &json!("soon"))
    );
    let overrides = harness
        .state
        .overrides(&a_calendar().owner())
        .await
        .expect("memory");
    let another = a_decision().with(in_series).with(|row| {
        row.platform_id = PlatformEventId::parse("another-occurrence").ok();
    });
    let series = overrides
        .for_decision(&another)
        .series
        .map(|set| set.choice);
    assert_eq!(series, Some(OverrideChoice::Skip));
}

#[tokio::test]
async fn an_owner_is_told_that_the_bot_stays_but_not_for_whom() {
    let harness = Harness::new().await;
    let no = || put("/v1/events/event-1/override", &json!({"override": "skip"}));
    let owner = sent(&harness, Role::Owner, no()).await;
    assert_eq!(owner.json()["kept_by"].as_array().map(Vec::len), Some(1));
    let other = another_decision();
    for secret in [
        other.key.event_id.as_str(),
        other.calendar_id.as_str(),
        "other@acme.example",
    ] {
        assert!(!owner.body.contains(secret), "{}", owner.body);
    }
    let operator = sent(&harness, Role::Operator, no()).await.json();
    assert_eq!(operator["kept_by"][0]["event_id"], "event-2");
}

#[tokio::test]
async fn an_event_without_an_id_of_the_platform_is_synced_first() {
    let harness = Harness::new().await;
    harness
        .decisions
        .put(a_decision().with(|row| row.platform_id = None));
    let no = put("/v1/events/event-1/override", &json!({"override": "skip"}));
    let reply = sent(&harness, Role::Owner, no).await;
    assert_eq!(
        (reply.status, reply.problem().as_str()),
        (409, "calendar-not-synced")
    );
    assert_eq!(reply.header("retry-after"), Some("60"));
    assert_eq!(harness.queue.sent().len(), 1);
}

#[test_case(json!({"until": "2090-03-08T17:00:00Z"}), "2090-03-08T17:00:00Z"; "until an instant")]
#[test_case(json!({"for": "P3D"}), "2090-03-09T09:10:00Z"; "for days")]
#[test_case(json!({"for": "PT90M"}), "2090-03-06T10:40:00Z"; "for minutes")]
#[tokio::test]
async fn a_calendar_is_paused_and_resumed(body: Value, expected: &str) {
    let harness = Harness::new().await;
    let path = format!("/v1/calendars/{OWN}/pause");
    let paused = sent(&harness, Role::Owner, put(&path, &body)).await.json();
    assert_eq!(
        (&paused["paused_until"], &paused["revision"]),
        (&json!(expected), &json!(1))
    );
    let agenda = harness
        .get(Role::Owner, &format!("/v1/calendars/{OWN}/agenda"))
        .await
        .json();
    assert_eq!(
        agenda["pause"],
        json!({"until": expected, "by": "sales@acme.example"})
    );
    let resumed = sent(&harness, Role::Owner, delete(&path)).await.json();
    assert_eq!(resumed["paused_until"], Value::Null);
    let me = harness.get(Role::Owner, "/v1/me").await.json();
    assert_eq!(me["calendars"][0]["paused_until"], Value::Null);
    let overrides = harness
        .state
        .overrides(&a_calendar().owner())
        .await
        .expect("memory");
    assert!(
        overrides
            .pause
            .is_none_or(|pause| pause.until <= at("09:10"))
    );
}

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

/// Nothing is stored that could have no effect any more. What is stored can be cleared.
#[tokio::test]
async fn an_event_that_is_over_is_not_overridden() {
    let harness = Harness::new().await;
    harness.clock.advance_to(at("12:00"));
    let token = token_at(grant(Role::Owner), at("11:50"));
    for part in ["override", "meeting/override"] {
        let path = format!("/v1/events/event-1/{part}");
        let no = put(&path, &json!({"override": "skip"}));
        let reply = harness.send(no.with_token(&token)).await;
        assert_eq!(
            (reply.status, reply.problem().as_str()),
            (409, "event-over"),
            "{part}"
        );
    }
    let stored = harness.state.overrides(&a_calendar().owner()).await;
    assert!(stored.expect("memory").by_scope.is_empty());
    let series = put(
        "/v1/events/event-1/series/override",
        &json!({"override": "skip"}),
    );
    let clear = delete("/v1/events/event-1/override");
    for request in [series, clear] {
        let reply = harness.send(request.with_token(&token)).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
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

/// A write may be repeated: by the same person it writes nothing more, and has the revision of the
/// first. What no sync has applied yet is asked for again.
#[test_case("/v1/events/event-1/override", Some(json!({"override": "skip"})); "a no")]
#[test_case("/v1/events/event-1/override", Some(json!({"override": "record"})); "a yes")]
#[test_case("/v1/events/event-1/override", None; "the way back")]
#[test_case("/v1/events/event-1/series/override", Some(json!({"override": "skip"})); "a no to a series")]
#[test_case("/v1/events/event-1/series/override", None; "the way back of a series")]
#[test_case("/v1/calendars/calendar-sales/pause", Some(json!({"until": "2090-03-08T17:00:00Z"})); "a pause")]
#[test_case("/v1/calendars/calendar-sales/pause", Some(json!({"for": "P3D"})); "a pause for days")]
#[test_case("/v1/calendars/calendar-sales/pause", None; "the end of a pause")]
#[tokio::test]
async fn a_repeated_write_writes_nothing(path: &str, body: Option<Value>) {
    let harness = Harness::new().await;
    let request = || match &body {
        Some(body) => put(path, body),
        None => delete(path),
    };
    let first = sent(&harness, Role::Owner, request()).await.json();
    let owner = a_calendar().owner();
    let stored_now = async || {
        (
            stored(&harness).await,
            harness.state.overrides(&owner).await,
        )
    };
    let before = stored_now().await;
    harness.clock.advance(jiff::SignedDuration::from_mins(1));
    let again = sent(&harness, Role::Owner, request()).await.json();
    assert_eq!(again["revision"], first["revision"]);
    assert_eq!(again["paused_until"], first["paused_until"]);
    let after = stored_now().await;
    assert_eq!(after.0, before.0);
    assert_eq!(after.1.expect("memory"), before.1.expect("memory"));
    // Another person's is another choice.
    let lead = token_of("lead@acme.example", grant(Role::Operator));
    let another = harness.send(request().with_token(&lead)).await;
    assert_eq!(another.json()["revision"], 2, "{}", another.body);
}

/// A length counts from when the pause was set, as long as that pause lasts.
#[tokio::test]
async fn a_pause_for_a_length_begins_again_only_once_it_is_over() {
    let harness = Harness::new().await;
    let path = format!("/v1/calendars/{OWN}/pause");
    let send = async |body: Value| sent(&harness, Role::Owner, put(&path, &body)).await.json();
    let end_and_revision = |set: &Value| (set["paused_until"].clone(), set["revision"].clone());
    let first = send(json!({"for": "PT20M"})).await;
    harness.clock.advance_to(at("09:29"));
    let again = send(json!({"for": "PT20M"})).await;
    assert_eq!(end_and_revision(&again), end_and_revision(&first));
    let another = send(json!({"for": "PT5M"})).await;
    assert_eq!(
        end_and_revision(&another),
        (json!("2090-03-06T09:34:00Z"), json!(2))
    );
    harness.clock.advance_to(at("09:34"));
    let next = send(json!({"for": "PT5M"})).await;
    assert_eq!(
        end_and_revision(&next),
        (json!("2090-03-06T09:39:00Z"), json!(3))
    );
}

/// Once it is applied, a repetition asks for nothing.
#[tokio::test]
async fn a_repeated_write_that_is_applied_requests_no_sync() {
    let harness = Harness::new().await;
    let (path, pause) = (
        format!("/v1/calendars/{OWN}/pause"),
        json!({"until": "2090-03-08T17:00:00Z"}),
    );
    sent(&harness, Role::Owner, put(&path, &pause)).await;
    let yes = || {
        put(
            "/v1/events/event-1/override",
            &json!({"override": "record"}),
        )
    };
    sent(&harness, Role::Owner, yes()).await;
    let owner = a_calendar().owner();
    let revision = harness
        .state
        .overrides(&owner)
        .await
        .expect("memory")
        .revision;
    let event = a_decision().key.event_id;
    let applied = harness.state.note_applied(&owner, &event, revision);
    applied.await.expect("memory");
    let record = harness
        .state
        .record(&a_calendar().id)
        .await
        .expect("memory");
    let record = record.expect("stored").with(|record| {
        record.last_sync = Some(CompletedSync {
            began_at: at("09:09"),
            since: None,
            full_sync_at: Some(at("09:09")),
            policy: PolicyRevision(0),
            overrides: revision,
            holds_until: None,
        });
    });
    harness.state.write_record(&record).await.expect("memory");
    let before = harness.queue.sent();
    sent(&harness, Role::Owner, yes()).await;
    sent(&harness, Role::Owner, put(&path, &pause)).await;
    assert_eq!(harness.queue.sent(), before);
}

#[tokio::test]
async fn a_write_names_the_key_that_vouched_for_its_author() {
    let harness = Harness::new().await;
    let no = put("/v1/events/event-1/override", &json!({"override": "skip"}));
    sent(&harness, Role::Owner, no).await;
    let pause = put(
        &format!("/v1/calendars/{OWN}/pause"),
        &json!({"for": "P3D"}),
    );
    sent(&harness, Role::Owner, pause).await;
    let path = format!("/v1/calendars/{OWN}/overrides");
    let listed = harness.get(Role::Owner, &path).await.json();
    for shown in [&listed["overrides"][0], &listed["pauses"][0]] {
        assert_eq!(shown["via"], "console", "{shown}");
    }
    let stored = harness.state.overrides(&a_calendar().owner()).await;
    let stored = stored.expect("memory");
    let of_override = stored
        .by_scope
        .values()
        .next()
        .and_then(|set| set.by.clone());
    let of_pause = stored.pause.and_then(|pause| pause.by);
    for by in [of_override, of_pause] {
        let by = by.expect("an author");
        assert_eq!(
            (by.as_str(), by.key()),
            ("sales@acme.example", Some("console"))
        );
    }
}
