//! The documents: what the routes answer, in pages, with entity tags, and as the command line has
//! it.

mod agenda;
mod events;
mod exchange;
mod lists;
mod people;
mod policies;
mod titles;

use callsheet_app::ports::{Calendars as _, OverrideStore as _, Policies as _, RateLimits as _};
use callsheet_auth::Role;
use callsheet_console::Settings;
use callsheet_domain::{Decision, Operation, RateLimit, RequestedDisconnection, plus};
use callsheet_testkit::{With as _, a_calendar, a_decision, a_policy_document, an_actor, at, id};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::{Harness, OWN, Request, grant, settings, token};

fn event(number: usize, minutes: i64) -> Decision {
    a_decision().with(|row| {
        row.key.event_id = id(format!("event-1-{number:03}"));
        row.starts_at = plus(at("10:00"), SignedDuration::from_mins(minutes));
        row.ends_at = plus(row.starts_at, SignedDuration::from_mins(30));
    })
}

fn ids(document: &Value) -> Vec<String> {
    let events = document["events"].as_array().expect("a list");
    let ids = events
        .iter()
        .map(|one| one["id"].as_str().expect("an id").to_owned());
    ids.collect()
}

#[tokio::test]
async fn a_calendar_has_the_counts_of_its_meetings() {
    let harness = Harness::new().await;
    let calendar = harness
        .get(Role::Owner, &format!("/v1/calendars/{OWN}"))
        .await
        .json();
    assert_eq!(
        (&calendar["owner"], &calendar["status"]),
        (&json!("sales@acme.example"), &json!("connected"))
    );
    assert!(calendar["meetings"].is_object(), "{calendar}");
}

/// Who paused it and until when, and who asked for it to be deleted at Recall and when.
#[tokio::test]
async fn a_calendar_says_who_paused_and_who_disconnected_it() {
    let harness = Harness::new().await;
    let path = format!("/v1/calendars/{OWN}");
    let before = harness.get(Role::Owner, &path).await.json();
    for member in ["paused_until", "paused_by", "disconnection"] {
        assert_eq!(before[member], Value::Null, "{member}");
    }
    let (owner, lead) = (a_calendar().owner(), id("lead@acme.example"));
    let state = &harness.state;
    let paused = state.pause(&owner, at("23:00"), &lead, at("09:00"));
    paused.await.expect("memory");
    let record = harness.state.record(&id(OWN)).await.expect("memory");
    let record = record.expect("stored").wanted_gone(RequestedDisconnection {
        by: id("boss@acme.example"),
        at: at("09:05"),
    });
    harness.state.write_record(&record).await.expect("memory");
    let after = harness.get(Role::Owner, &path).await.json();
    assert_eq!(after["paused_until"], "2090-03-06T23:00:00Z");
    assert_eq!(after["paused_by"], "lead@acme.example");
    assert_eq!(
        after["disconnection"],
        json!({"at": "2090-03-06T09:05:00Z", "by": "boss@acme.example", "via": null})
    );
}

#[tokio::test]
async fn me_says_whether_people_can_sign_in() {
    for sign_in in [settings().sign_in, None] {
        let expected = sign_in.is_some();
        let settings = Settings {
            sign_in,
            ..settings()
        };
        let harness = Harness::set_up(settings).await;
        let me = harness.get(Role::Owner, "/v1/me").await.json();
        assert_eq!(me["features"]["sign_in"], expected);
    }
}

/// The permits of the last whole minute, of each limit.
#[tokio::test]
async fn a_status_has_the_calls_of_the_last_minute() {
    let harness = Harness::new().await;
    for (operation, limit, count) in [
        (Operation::ListEvents, 60, 21),
        (Operation::ScheduleBot, 600, 88),
    ] {
        let (limit, now) = (RateLimit::per_minute(limit, 3), at("09:09:10"));
        let state = &harness.state;
        let permits = state.acquire(operation, limit, count, now, now).await;
        permits.expect("memory");
    }
    let status = harness.get(Role::Reader, "/v1/status").await.json();
    assert_eq!(
        status["calls"],
        json!([
            {"operation": "list-events", "last_minute": 21, "limit": 60},
            {"operation": "schedule-bot", "last_minute": 88, "limit": 600},
        ])
    );
    let page = Request::get("/v1/status").with_token(&token(grant(Role::Reader)));
    let page = harness
        .send(page.with_header("accept", "text/html"))
        .await
        .body;
    for part in [
        "Calls to Recall</p><p class=\"number\">109</p><p class=\"muted\">in the last minute</p>",
        "list events 21 of 60",
        "schedule bot 88 of 600",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[tokio::test]
async fn policies_are_read_by_revision() {
    let harness = Harness::new().await;
    let built_in = harness.get(Role::Reader, "/v1/policy").await.json();
    assert_eq!(
        (&built_in["revision"], &built_in["by"]),
        (&json!(0), &Value::Null)
    );
    let new = callsheet_app::ports::NewPolicy {
        document: a_policy_document().canonical(),
        by: an_actor(),
        at: at("09:00"),
        note: Some("the first".to_owned()),
        newest_used: callsheet_domain::PolicyRevision(0),
    };
    let active = callsheet_domain::PolicyRevision(0);
    harness.state.push(&new, active).await.expect("memory");
    let read = harness.get(Role::Reader, "/v1/policy").await.json();
    assert_eq!(
        (&read["revision"], &read["note"]),
        (&json!(1), &json!("the first"))
    );
    let old = harness.get(Role::Reader, "/v1/policies/0").await.json();
    assert_eq!(old["is_active"], false);
    let listed = harness
        .get(Role::Reader, "/v1/policies?limit=1")
        .await
        .json();
    assert_eq!(listed["policies"][0]["revision"], 1);
    for unknown in ["2", "-1", "one"] {
        let reply = harness
            .get(Role::Reader, &format!("/v1/policies/{unknown}"))
            .await;
        assert_eq!(reply.status, 404);
    }
}

#[tokio::test]
async fn a_status_is_read_again_after_ten_seconds() {
    let harness = Harness::new().await;
    let read_at = async || harness.get(Role::Reader, "/v1/status").await.json()["now"].clone();
    let first = read_at().await;
    harness.clock.advance_to(at("09:10:09"));
    assert_eq!(read_at().await, first);
    harness.clock.advance_to(at("09:10:10"));
    assert_ne!(read_at().await, first);
}

/// Readers in two time zones do not make each other's status be read again.
#[tokio::test]
async fn a_status_is_kept_for_each_time_zone() {
    let harness = Harness::new().await;
    let read_at = async |zone: &str| {
        let path = format!("/v1/status?zone={zone}");
        harness.get(Role::Reader, &path).await.json()["now"].clone()
    };
    let first = [
        read_at("Europe/Berlin").await,
        read_at("Asia/Kolkata").await,
    ];
    harness.clock.advance_to(at("09:10:09"));
    let again = [
        read_at("Europe/Berlin").await,
        read_at("Asia/Kolkata").await,
    ];
    assert_eq!(again, first);
    // However many zones are asked for, few are kept.
    for number in 0..20 {
        read_at(&format!("Etc/GMT-{}", number % 14)).await;
        read_at(&format!("Etc/GMT%2B{}", number % 12)).await;
    }
    assert_ne!(read_at("Europe/Berlin").await, first[0]);
}
