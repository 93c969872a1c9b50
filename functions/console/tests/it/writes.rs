//! What people change over HTTP: overrides of events and series, and pauses.

mod bodies;
mod repeated;

use callsheet_app::ports::{Decisions as _, OverrideStore as _};
use callsheet_auth::Role;
use callsheet_domain::{
    Applied, Decision, OverrideChoice, PlatformEventId, RuleName, SeriesId, SyncJob, Verdict,
    Wanted,
};
use callsheet_testkit::{With as _, a_calendar, a_decision, an_applied_bot, at};
use serde_json::{Value, json};
use test_case::test_case;

use crate::harness::{Harness, OWN, Reply, Request, another_decision, grant, token, token_at};

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
        json!({"until": expected, "by": "sales@acme.example", "at": "2090-03-06T09:10:00Z"})
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
