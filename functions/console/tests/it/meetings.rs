//! Choices for a whole meeting over HTTP: who may make which, and what each is told.

use callsheet_app::ports::Decisions as _;
use callsheet_auth::Role;
use callsheet_domain::{Decision, RuleName, Verdict, Wanted};
use callsheet_testkit::{With as _, a_decision, id};
use jiff::SignedDuration;
use serde_json::{Value, json};
use test_case::test_case;

use crate::harness::{Harness, OWN, Reply, Request, another_decision, grant, token, token_of};

const PATH: &str = "/v1/events/event-1/meeting/override";
const GUEST: &str = "guest@globex.example";

fn no() -> Request {
    put(&json!({"override": "skip"}))
}

fn put(body: &Value) -> Request {
    Request::get(PATH).with_method("PUT").with_json(body)
}

fn back(query: &str) -> Request {
    Request::get(&format!("{PATH}{query}")).with_method("DELETE")
}

async fn sent_by(harness: &Harness, name: &str, role: Role, request: Request) -> Reply {
    let token = token_of(name, grant(role));
    harness.send(request.with_token(&token)).await
}

async fn stored(harness: &Harness) -> Vec<Decision> {
    let keys = [a_decision().key, another_decision().key];
    let rows = harness.decisions.decisions(&keys).await;
    rows.expect("memory").decisions
}

async fn fragment(harness: &Harness, name: &str, role: Role, path: &str) -> String {
    let request = Request::get(path).with_header("accept", "text/html");
    sent_by(harness, name, role, request).await.body
}

#[tokio::test]
async fn a_participants_no_changes_every_copy_in_the_same_request() {
    let harness = Harness::new().await;
    let set = sent_by(&harness, GUEST, Role::Participant, no())
        .await
        .json();
    assert_eq!(
        (&set["choice"], &set["takes_effect"], &set["bot_stays"]),
        (&json!("skip"), &json!("now"), &json!(false))
    );
    for row in stored(&harness).await {
        assert_eq!(row.verdict.reason().rule.as_str(), "meeting-override");
        assert_eq!(row.wanted, Wanted::Nothing);
    }
}

/// The policy locks that the event is skipped.
fn locked(row: &mut Decision) {
    let mut verdict = Verdict::skip(RuleName::named("legal-hold"), "a listed address is invited");
    if let Verdict::Skip(reason) = &mut verdict {
        reason.is_locked = true;
    }
    (row.verdict, row.wanted, row.offer) = (verdict, Wanted::Nothing, None);
}

#[test_case(Role::Operator, json!("legal-hold"); "an operator, with the rule")]
#[test_case(Role::Participant, json!(null); "a participant, without it")]
#[tokio::test]
async fn a_choice_for_a_meeting_that_is_locked_in_all_calendars_says_so(role: Role, named: Value) {
    let harness = Harness::new().await;
    for row in [a_decision(), another_decision()] {
        harness.decisions.put(row.with(locked));
    }
    let set = sent_by(&harness, GUEST, role, no()).await.json();
    assert_eq!(
        (&set["choice"], &set["takes_effect"], &set["rule"]),
        (&json!("skip"), &json!("locked"), &named)
    );
    for row in stored(&harness).await {
        assert_eq!(row.verdict.reason().rule.as_str(), "legal-hold");
    }
}

#[tokio::test]
async fn one_yes_does_not_clear_the_no_of_another_person() {
    let harness = Harness::new().await;
    sent_by(&harness, GUEST, Role::Participant, no()).await;
    sent_by(&harness, "bo@globex.example", Role::Participant, no()).await;
    let yes = sent_by(&harness, GUEST, Role::Participant, back(""))
        .await
        .json();
    assert_eq!(yes["choice"], "clear");
    let operator = sent_by(&harness, "lead", Role::Operator, back(""))
        .await
        .json();
    assert_eq!(operator["in_force"], "skip", "theirs was none");
    let cleared = sent_by(&harness, "lead", Role::Operator, back("?all=true")).await;
    assert_eq!(cleared.json()["in_force"], Value::Null);
}

#[test_case(Role::Participant, &[403, 403]; "a participant")]
#[test_case(Role::Owner, &[403, 403]; "an owner")]
#[test_case(Role::Operator, &[200, 200]; "an operator")]
#[tokio::test]
async fn a_yes_for_everybody_is_for_operators(role: Role, expected: &[i64]) {
    let harness = Harness::new().await;
    let yes = sent_by(
        &harness,
        "a person",
        role,
        put(&json!({"override": "record"})),
    )
    .await;
    let clear = sent_by(&harness, "a person", role, back("?all=true")).await;
    assert_eq!([yes.status, clear.status], expected);
}

#[tokio::test]
async fn a_participant_learns_nothing_but_the_own_choice() {
    let harness = Harness::new().await;
    let consent = "/v1/events/event-1/consent";
    sent_by(&harness, "bo@globex.example", Role::Participant, no()).await;
    let read = async |name| {
        let request = Request::get(consent);
        sent_by(&harness, name, Role::Participant, request)
            .await
            .json()
    };
    assert_eq!(read(GUEST).await["choice"], Value::Null);
    let set = sent_by(&harness, GUEST, Role::Participant, no())
        .await
        .json();
    assert_eq!(
        (&set["in_force"], &set["copies"]),
        (&Value::Null, &Value::Null)
    );
    let document = read(GUEST).await;
    assert_eq!(document["choice"], "skip");
    let members: Vec<_> = document.as_object().expect("an object").keys().collect();
    let expected = [
        "choice",
        "chosen_at",
        "ends_at",
        "event_id",
        "starts_at",
        "title",
    ];
    assert_eq!(members, expected);
    let page = fragment(&harness, GUEST, Role::Participant, consent).await;
    for secret in [
        "bo@",
        "acme.example",
        "event-2",
        OWN,
        "meet.example",
        "external",
    ] {
        assert!(!page.contains(secret), "{secret}: {page}");
    }
}

#[tokio::test]
async fn a_participant_has_one_page() {
    let harness = Harness::new().await;
    let header = fragment(&harness, GUEST, Role::Participant, "/v1/me").await;
    assert!(
        header.contains(r#"data-home="/events/event-1/consent""#),
        "{header}"
    );
    let consent = "/v1/events/event-1/consent";
    let before = fragment(&harness, GUEST, Role::Participant, consent).await;
    for part in [
        "Kick-off",
        "May this meeting be recorded?",
        r#"aria-pressed="false""#,
    ] {
        assert!(before.contains(part), "{part}: {before}");
    }
    sent_by(&harness, GUEST, Role::Participant, no()).await;
    let after = fragment(&harness, GUEST, Role::Participant, consent).await;
    assert!(after.contains("You said no"), "{after}");
    let other = Request::get("/v1/events/event-2/consent");
    let other = sent_by(&harness, GUEST, Role::Participant, other).await;
    assert_eq!(other.status, 404);
}

#[tokio::test]
async fn an_owner_is_not_told_who_said_no() {
    let harness = Harness::new().await;
    sent_by(&harness, GUEST, Role::Participant, no()).await;
    let activity = format!("/v1/calendars/{OWN}/activity");
    for path in ["/v1/events/event-1", activity.as_str()] {
        let owners = harness.get(Role::Owner, path).await;
        assert!(!owners.body.contains("globex.example\""), "{}", owners.body);
        assert!(owners.body.contains("another person"), "{}", owners.body);
        let operators = harness.get(Role::Operator, path).await;
        assert!(operators.body.contains(GUEST), "{}", operators.body);
    }
    let page = fragment(
        &harness,
        "sales@acme.example",
        Role::Owner,
        "/v1/events/event-1",
    )
    .await;
    for part in [
        "another person",
        "said no for everyone",
        "by an operator",
        "meeting-no",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(
        !page.contains("meeting-clear") && !page.contains(GUEST),
        "{page}"
    );
}

#[tokio::test]
async fn an_owner_says_no_for_everyone_and_takes_it_back() {
    let harness = Harness::new().await;
    let owner = "sales@acme.example";
    let set = sent_by(&harness, owner, Role::Owner, no()).await.json();
    assert_eq!(
        (&set["in_force"], &set["copies"]),
        (&json!("skip"), &json!(2))
    );
    let agenda = format!("/v1/calendars/{OWN}/agenda");
    let agenda = harness.get(Role::Owner, &agenda).await.json();
    assert_eq!(agenda["events"][0]["overrides"]["meeting"], "skip");
    let event = harness.get(Role::Owner, "/v1/events/event-1").await.json();
    assert_eq!(event["overrides"][0]["scope"], "meeting");
    assert_eq!(event["overrides"][0]["by"], owner);
    let listed = format!("/v1/calendars/{OWN}/overrides");
    let overrides = harness.get(Role::Owner, &listed).await.json();
    let set = &overrides["overrides"][0];
    assert_eq!(
        (&set["scope"], &set["choice"], &set["by"], &set["via"]),
        (
            &json!("meeting"),
            &json!("skip"),
            &json!(owner),
            &json!("console")
        )
    );
    let page = fragment(&harness, owner, Role::Owner, &listed).await;
    assert!(page.contains("The whole meeting"), "{page}");
    let page = fragment(&harness, owner, Role::Owner, "/v1/events/event-1").await;
    assert!(
        page.contains("meeting-back") && !page.contains("meeting-no"),
        "{page}"
    );
    let set = sent_by(&harness, owner, Role::Owner, back("")).await.json();
    assert_eq!(
        (&set["choice"], &set["takes_effect"]),
        (&json!("clear"), &json!("soon"))
    );
    let activity = format!("/v1/calendars/{OWN}/activity");
    let activity = harness.get(Role::Owner, &activity).await.json();
    let action = &activity["actions"][0];
    assert_eq!(
        (&action["action"], &action["scope"], &action["via"]),
        (&json!("clear"), &json!("meeting"), &json!("console"))
    );
    let overrides = harness.get(Role::Owner, &listed).await.json();
    assert_eq!(overrides["overrides"], json!([]));
}

/// Each person's own choice is listed; an owner is not told whose the others are.
#[test_case(Role::Owner, &["another person", "another person"]; "to an owner")]
#[test_case(Role::Operator, &["lead", GUEST]; "to an operator")]
#[tokio::test]
async fn the_overrides_of_a_calendar_list_the_choices_of_all_people(role: Role, by: &[&str]) {
    let harness = Harness::new().await;
    sent_by(&harness, GUEST, Role::Participant, no()).await;
    harness.clock.advance(SignedDuration::from_secs(1));
    sent_by(&harness, "lead", Role::Operator, no()).await;
    let path = format!("/v1/calendars/{OWN}/overrides");
    let listed = sent_by(&harness, "sales@acme.example", role, Request::get(&path)).await;
    let listed = listed.json();
    let set = listed["overrides"].as_array().expect("a list");
    let said: Vec<_> = set.iter().map(|one| &one["by"]).collect();
    assert_eq!(
        said,
        by.iter()
            .map(|by| json!(by))
            .collect::<Vec<_>>()
            .iter()
            .collect::<Vec<_>>()
    );
    let page = fragment(&harness, "sales@acme.example", role, &path).await;
    assert_eq!(page.contains(GUEST), role == Role::Operator, "{page}");
    assert_eq!(page.matches("The whole meeting").count(), 2, "{page}");
    assert!(
        !page.contains("data-choice"),
        "it is set on the page of the event: {page}"
    );
}

/// The bot is that of another meeting under the same link and start, too.
#[tokio::test]
async fn a_person_is_told_if_the_bot_stays_for_another_meeting() {
    let harness = Harness::new().await;
    harness.decisions.put(a_decision().with(|row| {
        row.key.event_id = id("event-3");
        row.key.ical_uid = id("another@acme.example");
    }));
    let set = sent_by(&harness, GUEST, Role::Participant, no())
        .await
        .json();
    assert_eq!(set["bot_stays"], true);
}

#[tokio::test]
async fn a_reader_chooses_nothing() {
    let harness = Harness::new().await;
    let request = no().with_token(&token(grant(Role::Reader)));
    assert_eq!(harness.send(request).await.status, 403);
}

#[tokio::test]
async fn an_odd_parameter_takes_nothing_back() {
    let harness = Harness::new().await;
    sent_by(&harness, "lead", Role::Operator, no()).await;
    let reply = sent_by(&harness, "lead", Role::Operator, back("?all=maybe")).await;
    assert_eq!((reply.status, reply.problem().as_str()), (422, "invalid"));
    let event = harness
        .get(Role::Operator, "/v1/events/event-1")
        .await
        .json();
    assert_eq!(event["overrides"][0]["choice"], "skip");
}
