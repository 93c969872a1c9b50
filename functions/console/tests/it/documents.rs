//! The documents: what the routes answer, in pages, with entity tags, and as the command line has
//! it.

mod agenda;
mod events;
mod exchange;
mod lists;
mod people;
mod policies;
mod titles;

use callsheet_app::ports::Policies as _;
use callsheet_auth::Role;
use callsheet_domain::{Decision, plus};
use callsheet_testkit::{With as _, a_decision, a_policy_document, an_actor, at, id};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::{Harness, OWN};

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
