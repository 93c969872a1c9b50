//! Changes that are sent again, and whom they are stored for.

use callsheet_app::ports::{Calendars as _, OverrideStore as _};
use callsheet_auth::Role;
use callsheet_domain::{CompletedSync, PolicyRevision};
use callsheet_testkit::{With as _, a_calendar, a_decision, at};
use serde_json::{Value, json};
use test_case::test_case;

use super::{delete, put, sent, stored};
use crate::harness::{Harness, OWN, grant, token_of};

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
