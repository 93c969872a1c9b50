//! The controls of a page: whom they are offered to, and for which events.

use callsheet_app::ports::OverrideStore as _;
use callsheet_auth::Role;
use callsheet_domain::{OverrideChoice, OverrideScope, RuleName, SeriesId, Verdict, Wanted};
use callsheet_testkit::{With as _, a_calendar, a_decision, at, id};
use jiff::SignedDuration;
use serde_json::json;
use test_case::test_case;

use super::fragment;
use crate::harness::{Harness, OWN, Request, grant, token};

#[tokio::test]
async fn a_reader_has_no_controls() {
    let harness = Harness::new().await;
    let path = format!("/v1/calendars/{OWN}/agenda");
    let overrides = format!("/v1/calendars/{OWN}/overrides");
    let scope = OverrideScope::Event(a_decision().platform_id.expect("an id"));
    let (owner, by) = (a_calendar().owner(), id("sales@acme.example"));
    let state = &harness.state;
    let set = state.set_override(&owner, &scope, OverrideChoice::Skip, &by, at("09:05"));
    set.await.expect("memory");
    for path in [path.as_str(), overrides.as_str(), "/v1/events/event-1"] {
        let reply = fragment(&harness, Role::Reader, path).await;
        assert!(reply.body.contains("Kick-off"), "{}", reply.body);
        for control in ["data-write", "data-method", "data-event=", "<fieldset"] {
            assert!(!reply.body.contains(control), "{control}: {}", reply.body);
        }
    }
}

#[tokio::test]
async fn a_meeting_that_is_over_has_no_control() {
    let harness = Harness::new().await;
    harness.clock.advance_to(at("12:00"));
    for path in [&format!("/v1/calendars/{OWN}/agenda"), "/v1/events/event-1"] {
        let request = Request::get(path).with_token(&late_token());
        let reply = harness
            .send(request.with_header("accept", "text/html"))
            .await;
        assert_eq!(reply.status, 200);
        for control in ["data-event=", "<fieldset"] {
            assert!(!reply.body.contains(control), "{control}: {}", reply.body);
        }
    }
}

fn late_token() -> String {
    use crate::harness::a_key;
    let new = callsheet_auth::NewToken {
        subject: id("sales@acme.example"),
        grant: grant(Role::Owner),
        zone: None,
        issued_at: at("11:59"),
        life: SignedDuration::from_mins(50),
    };
    a_key().sign(&new).expect("a token")
}

/// What is locked has a lock and a text in place of its control, in every list and on its page.
#[test_case(Role::Owner, "/v1/calendars/{OWN}/agenda"; "agenda")]
#[test_case(Role::Owner, "/v1/events/event-1"; "event")]
#[test_case(Role::Operator, "/v1/events"; "events")]
#[tokio::test]
async fn a_locked_event_shows_a_lock_and_offers_no_choice(role: Role, path: &str) {
    let harness = Harness::new().await;
    harness.decisions.put(a_decision().with(|row| {
        row.verdict = Verdict::skip(RuleName::named("legal-hold"), "a listed address is invited");
        if let Verdict::Skip(reason) = &mut row.verdict {
            reason.is_locked = true;
        }
        row.wanted = Wanted::Nothing;
        row.offer = None;
        row.series = SeriesId::parse("weekly").ok();
    }));
    let path = path.replace("{OWN}", OWN);
    let page = fragment(&harness, role, &path).await.body;
    assert!(page.contains("#icon-lock"), "{page}");
    let text = "Skipped: rule legal-hold, locked by the policy";
    assert!(page.contains(text), "{page}");
    for control in [
        "event-1/override",
        "series/override",
        "data-event=",
        "data-series=",
    ] {
        assert!(!page.contains(control), "{control}: {page}");
    }
    let json = harness.get(role, &path).await.json();
    let event = json["events"].as_array().map_or(&json, |events| &events[0]);
    assert_eq!(
        (&event["rule"], &event["locked"]),
        (&json!("legal-hold"), &json!(true))
    );
}

/// Participants have no rows to go through, and readers nothing to decide.
#[test_case(Role::Participant, None; "a participant")]
#[test_case(Role::Reader, Some("read"); "a reader")]
#[test_case(Role::Owner, Some("decide"); "an owner")]
#[test_case(Role::Operator, Some("decide"); "an operator")]
#[tokio::test]
async fn the_header_offers_the_keys_that_do_something(role: Role, expected: Option<&str>) {
    let harness = Harness::new().await;
    let header = fragment(&harness, role, "/v1/me").await.body;
    let (_, keys) = header.split_once("data-keys=\"").unzip();
    let keys = keys.and_then(|rest| rest.split_once('"'));
    assert_eq!(keys.map(|(keys, _)| keys), expected, "{header}");
}

/// A list of overrides says of each one that changes nothing why not, in place of its control. Of a
/// series more events may come than are known.
#[test_case(false, false, None; "a coming event")]
#[test_case(false, true, Some("It has no effect: the meeting is over."); "an event that is over")]
#[test_case(true, false, Some("It has no effect for now: the policy locks"); "a locked event")]
#[tokio::test]
async fn an_override_without_effect_says_why_and_offers_no_choice(
    is_locked: bool,
    is_over: bool,
    obstacle: Option<&str>,
) {
    let harness = Harness::new().await;
    let row = a_decision().with(|row| {
        if is_over {
            row.starts_at = at("08:00");
            row.ends_at = at("08:30");
        }
        if is_locked {
            row.verdict = Verdict::skip(RuleName::named("legal-hold"), "a listed address");
        }
        if let Verdict::Skip(reason) = &mut row.verdict {
            reason.is_locked = is_locked;
        }
        row.series = SeriesId::parse("weekly").ok();
    });
    harness.decisions.put(row.clone());
    let (owner, by) = (a_calendar().owner(), id("sales@acme.example"));
    let scopes = [
        OverrideScope::Event(row.platform_id.expect("an id")),
        OverrideScope::PlatformSeries(row.series.expect("an id")),
    ];
    for scope in &scopes {
        let state = &harness.state;
        let set = state.set_override(&owner, scope, OverrideChoice::Skip, &by, at("09:05"));
        set.await.expect("memory");
    }
    let path = format!("/v1/calendars/{OWN}/overrides");
    let page = fragment(&harness, Role::Owner, &path).await.body;
    let has_control = |scope: &str| page.contains(&format!("event-1/{scope}\""));
    assert_eq!(has_control("override"), obstacle.is_none(), "{page}");
    assert_eq!(has_control("series/override"), !is_locked, "{page}");
    assert!(obstacle.is_none_or(|words| page.contains(words)), "{page}");
}

#[tokio::test]
async fn a_change_answers_what_was_saved() {
    let harness = Harness::new().await;
    let send = async |method: &'static str, path: &str, body: Option<serde_json::Value>| {
        let request = Request::get(path).with_method(method);
        let request = request.with_token(&token(grant(Role::Owner)));
        let request = match body {
            Some(body) => request.with_json(&body),
            None => request,
        };
        harness
            .send(request.with_header("accept", "text/html"))
            .await
    };
    let path = "/v1/events/event-1/override";
    let no = send("PUT", path, Some(json!({"override": "skip"}))).await;
    assert!(no.body.contains("Saved."), "{}", no.body);
    let agenda = fragment(
        &harness,
        Role::Owner,
        &format!("/v1/calendars/{OWN}/agenda"),
    )
    .await;
    assert!(
        agenda.body.contains(r#"data-event="skip""#),
        "{}",
        agenda.body
    );
    let back = send("DELETE", path, None).await;
    assert!(back.body.contains("Back to the policy"), "{}", back.body);
    let pause = format!("/v1/calendars/{OWN}/pause");
    let paused = send("PUT", &pause, Some(json!({"for": "PT1H"}))).await;
    assert!(paused.body.contains("paused until"), "{}", paused.body);
    let resumed = send("DELETE", &pause, None).await;
    assert!(
        resumed.body.contains("Recording goes on"),
        "{}",
        resumed.body
    );
}
