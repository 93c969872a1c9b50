//! Policies are previewed over HTTP: what they would change is shown, and nothing is changed.

use callsheet_api::policy_file::{PolicyFile, compile};
use callsheet_api::preview::Comparison;
use callsheet_api::without_titles::WITHHELD;
use callsheet_app::CallTerms;
use callsheet_app::event_lister::EventLister;
use callsheet_app::policy_preview::{KnownCalendars, compare_with_decisions, list_inputs};
use callsheet_app::ports::{Calendars as _, Clock as _, Policies as _, RateLimits as _};
use callsheet_auth::Role;
use callsheet_console::{Settings, Titles};
use callsheet_domain::{CalendarStatus, Operation, PolicyRevision, RateLimit};
use callsheet_testkit::{With as _, a_calendar_record, a_decision, an_event, at};
use jiff::SignedDuration;
use serde_json::{Value, json};
use test_case::test_case;

use crate::harness::{Harness, OWN, Reply, Request, grant, settings, token};

const NOTHING: &str = "version: 1\ndefault: skip\n";

/// A console whose Recall lists the event that has a decision.
async fn set_up(settings: Settings) -> Harness {
    let harness = Harness::set_up(settings).await;
    harness.recall.put_calendar(a_calendar_record().calendar);
    harness.recall.put_event(an_event());
    harness
}

async fn previewed(harness: &Harness, policy: &str, kind: &str) -> Reply {
    previewed_as(harness, policy, kind, "application/json").await
}

async fn previewed_as(harness: &Harness, policy: &str, kind: &str, accept: &'static str) -> Reply {
    let path = format!("/v1/calendars/{OWN}/preview");
    let mut request = Request::get(&path).with_method("POST");
    request.body = Some(policy.to_owned());
    let request = request.with_header("content-type", kind);
    let request = request.with_header("accept", accept);
    let request = request.with_token(&token(grant(Role::Operator)));
    harness.send(request).await
}

#[test_case(NOTHING, "application/yaml"; "as yaml")]
#[test_case(r#"{"version": 1, "default": "skip"}"#, "application/json"; "as json")]
#[tokio::test]
async fn a_preview_shows_what_a_policy_would_change_and_changes_nothing(policy: &str, kind: &str) {
    let harness = set_up(settings()).await;
    let before = harness.decisions.get(&a_decision().key);
    let shown = previewed(&harness, policy, kind).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    let shown = shown.json();
    assert_eq!(shown["total"]["loses"], 1, "{shown}");
    let [calendar] = shown["calendars"].as_array().expect("a list").as_slice() else {
        panic!("one calendar: {shown}");
    };
    assert_eq!(calendar["id"], OWN);
    let meeting = &calendar["meetings"][0];
    assert_eq!(
        (
            &meeting["event_id"],
            &meeting["effect"],
            &meeting["rule_after"]
        ),
        (&json!("event-1"), &json!("loses"), &json!("default"))
    );
    assert_eq!(shown["spending"]["bots"], 0);
    assert_eq!(harness.decisions.get(&a_decision().key), before);
    assert_eq!(harness.queue.sent(), []);
    let active = harness.state.active_revision().await;
    assert_eq!(active.expect("memory"), PolicyRevision::default());
    assert_eq!(harness.recall.count(Operation::ListEvents), 1);
}

/// One value, two renderings: the command line selects the calendar by its id.
#[tokio::test]
async fn a_preview_is_the_document_of_the_command_line() {
    let harness = set_up(settings()).await;
    let shown = previewed(&harness, NOTHING, "application/yaml").await;
    let file = PolicyFile {
        name: String::new(),
        text: NOTHING.to_owned(),
        is_json: false,
    };
    let (document, policy) = compile(&file).expect("a policy");
    let lister = EventLister {
        recall: harness.recall.clone(),
        state: &harness.state,
        clock: harness.clock.clone(),
        rate_limit: RateLimit::per_minute(60, 3),
        terms: CallTerms::OPERATOR,
        progress: (),
    };
    let calendars = KnownCalendars::selected(&harness.state, &[OWN.to_owned()]).await;
    let calendars = calendars.expect("it is connected");
    let inputs = list_inputs(&lister, calendars, at("09:10")).await;
    let inputs = inputs.expect("memory");
    let stores = (&harness.state, &harness.decisions);
    let preview = compare_with_decisions(stores, inputs, &policy, at("09:10")).await;
    let preview = preview.expect("memory");
    let warnings = preview.inputs.warnings(&document, false);
    let comparison = Comparison::of(preview, warnings);
    assert_eq!(
        shown.json(),
        serde_json::to_value(&comparison).expect("JSON")
    );
}

#[tokio::test]
async fn a_preview_waits_ten_seconds_for_a_permit() {
    let harness = set_up(settings()).await;
    let blocked = at("09:11");
    let state = &harness.state;
    state
        .block_until(Operation::ListEvents, blocked)
        .await
        .expect("memory");
    let reply = previewed(&harness, NOTHING, "application/yaml").await;
    assert_eq!(
        (reply.status, reply.problem().as_str()),
        (429, "rate-limited")
    );
    assert_eq!(reply.header("retry-after"), Some("30"));
    assert_eq!(harness.recall.count(Operation::ListEvents), 0);
    let waited = harness.clock.now().duration_since(at("09:10"));
    assert!(waited <= SignedDuration::from_secs(10), "{waited}");
    harness.clock.advance_to(at("09:12"));
    let reply = previewed(&harness, NOTHING, "application/yaml").await;
    assert_eq!(reply.status, 200, "{}", reply.body);
}

#[test_case(false; "with the switch off")]
#[test_case(true; "with the switch on")]
#[tokio::test]
async fn a_preview_is_there_only_if_the_stack_allows_it(is_allowed: bool) {
    let harness = Harness::with_preview(settings(), is_allowed).await;
    let reply = previewed(&harness, NOTHING, "application/yaml").await;
    assert_eq!(reply.status, if is_allowed { 200 } else { 404 });
    // It says how to preview all the same.
    let is_helpful = reply.body.contains("`callsheet preview`");
    assert_eq!(is_helpful, !is_allowed, "{}", reply.body);
    let me = harness.get(Role::Operator, "/v1/me").await.json();
    assert_eq!(
        me["features"],
        json!({"preview": is_allowed, "sign_in": true})
    );
}

#[tokio::test]
async fn an_invalid_policy_is_refused_before_recall_is_asked() {
    let harness = set_up(settings()).await;
    let policy =
        "version: 1\ndefault: skip\nrules:\n  - {name: a, when: {nothing: 1}, then: record}\n";
    let reply = previewed(&harness, policy, "application/yaml").await;
    assert_eq!((reply.status, reply.problem().as_str()), (422, "invalid"));
    let problems: Value = reply.json()["problems"].clone();
    let place = problems[0]["place"].as_str().expect("a place");
    assert!(place.starts_with("document.rules[0]"), "{problems}");
    assert_eq!(harness.recall.count(Operation::ListEvents), 0);
}

#[test_case("calendar-unknown", "version: 1\ndefault: skip\n", 404; "a calendar that there is not")]
#[test_case("../policy", "version: 1\ndefault: skip\n", 404; "an id that is a path")]
#[test_case(OWN, &" ".repeat(64 * 1024 + 1), 413; "an oversized policy")]
#[test_case(OWN, "", 422; "nothing")]
#[tokio::test]
async fn what_cannot_be_previewed_costs_no_call(calendar: &str, policy: &str, status: i64) {
    let harness = set_up(settings()).await;
    let path = format!("/v1/calendars/{calendar}/preview");
    let mut request = Request::get(&path).with_method("POST");
    request.body = Some(policy.to_owned());
    let request = request.with_header("content-type", "application/yaml");
    let request = request.with_token(&token(grant(Role::Operator)));
    let reply = harness.send_event(&request.event().to_string()).await;
    assert_eq!(reply.status, status, "{}", reply.body);
    assert_eq!(harness.recall.count(Operation::ListEvents), 0);
}

#[tokio::test]
async fn a_calendar_that_is_not_connected_has_no_preview() {
    let harness = set_up(settings()).await;
    let stored = harness.state.record(&a_calendar_record().calendar.id).await;
    let gone = stored.expect("memory").expect("it is stored");
    let gone = gone.with(|record| record.calendar.status = CalendarStatus::Disconnected);
    harness.state.write_record(&gone).await.expect("memory");
    let reply = previewed(&harness, NOTHING, "application/yaml").await;
    assert_eq!(
        (reply.status, reply.problem().as_str()),
        (409, "calendar-not-connected")
    );
}

/// A rule that asks for words of a title tells which it found.
#[tokio::test]
async fn a_preview_withholds_titles_that_an_operator_does_not_see() {
    let policy = "version: 1\ndefault: record\nrules:\n  \
                  - {name: words, when: {title_has: [merger]}, then: skip}\n";
    for (titles, is_shown) in [(Titles::All, true), (Titles::Owners, false)] {
        let harness = set_up(Settings {
            titles,
            ..settings()
        });
        let harness = harness.await;
        harness.recall.put_event(an_event().with(|event| {
            event.facts.title = Some("Negotiation of the merger".to_owned());
        }));
        let shown = previewed(&harness, policy, "application/yaml").await;
        assert_eq!(shown.status, 200, "{}", shown.body);
        assert_eq!(
            shown.body.contains("Negotiation"),
            is_shown,
            "{}",
            shown.body
        );
        assert_eq!(shown.body.contains("merger"), is_shown, "{}", shown.body);
        assert_eq!(shown.body.contains(WITHHELD), !is_shown, "{}", shown.body);
        let page = previewed_as(&harness, policy, "application/yaml", "text/html").await;
        assert_eq!(page.body.contains("Negotiation"), is_shown, "{}", page.body);
        assert!(page.body.contains("loses its bot"), "{}", page.body);
    }
}
