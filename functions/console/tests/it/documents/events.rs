//! An event with its explanation, and lists of events.

use callsheet_api::explain::Explanation;
use callsheet_app::explain::explain_decision;
use callsheet_auth::Role;
use callsheet_domain::{BotStatus, Outcome, RuleName, Verdict};
use callsheet_testkit::{With as _, a_decision, at, id};
use serde_json::Value;
use test_case::test_case;

use super::{event, ids};
use crate::harness::{Harness, OTHER, OWN, another_decision};

#[tokio::test]
async fn an_event_is_explained_as_the_command_line_explains_it() {
    let harness = Harness::new().await;
    let read = harness.get(Role::Reader, "/v1/events/event-1").await.json();
    let row = harness.decisions.get(&a_decision().key).expect("stored");
    let explained = explain_decision(&harness.state, &harness.decisions, row).await;
    let explained = Explanation::of(&explained.expect("memory"), at("09:10"));
    assert_eq!(read, serde_json::to_value(&explained).expect("JSON"));
}

#[tokio::test]
async fn an_owner_is_told_that_a_bot_stays_but_not_for_whom() {
    let harness = Harness::new().await;
    let row = a_decision().with(|row| {
        row.wanted = callsheet_domain::Wanted::Nothing;
        row.verdict = Verdict::skip(RuleName::DEFAULT, "no rule applies");
    });
    harness.decisions.put(row);
    let owner = harness.get(Role::Owner, "/v1/events/event-1").await;
    let kept_by = &owner.json()["bot"]["kept_by"];
    assert_eq!(kept_by[0]["state"], "to_be_scheduled");
    for secret in [OTHER, "other@acme.example", "event-2", "Salary"] {
        assert!(!owner.body.contains(secret), "{}", owner.body);
    }
    let reader = harness.get(Role::Reader, "/v1/events/event-1").await;
    assert_eq!(reader.json()["bot"]["kept_by"][0]["calendar"], OTHER);
}

#[tokio::test]
async fn events_are_listed_by_calendar() {
    let harness = Harness::new().await;
    let listed = async |query: &str| {
        let reply = harness
            .get(Role::Operator, &format!("/v1/events?{query}"))
            .await;
        ids(&reply.json())
    };
    assert_eq!(
        listed(&format!("calendar={OWN}&calendar={OTHER}")).await,
        ["event-1", "event-2"]
    );
    assert_eq!(listed("calendar=other@acme.example").await, ["event-2"]);
    assert_eq!(listed(&format!("calendar={OWN}&q=salary")).await, [""; 0]);
}

#[tokio::test]
async fn events_come_in_pages_that_their_links_lead_through() {
    let harness = Harness::new().await;
    for number in 0..25 {
        let minutes = i64::try_from(number / 3).expect("small") * 60;
        harness.decisions.put(event(number, minutes));
    }
    let base = format!("/v1/events?calendar={OWN}&calendar={OTHER}");
    let whole = harness
        .get(Role::Reader, &format!("{base}&limit=200"))
        .await;
    assert_eq!(
        (whole.header("link"), &whole.json()["next"]),
        (None, &Value::Null)
    );
    let (mut path, mut found) = (format!("{base}&limit=4"), Vec::new());
    loop {
        let page = harness.get(Role::Reader, &path).await;
        found.extend(ids(&page.json()));
        let Some(link) = page.header("link") else {
            break;
        };
        let link = link
            .strip_prefix('<')
            .and_then(|link| link.strip_suffix(">; rel=\"next\""));
        path = format!("/v1/events{}", link.expect("a link"));
    }
    assert_eq!(found, ids(&whole.json()));
    assert_eq!(found.len(), 27);
}

#[test_case("until=2090-04-06T00:00:00Z", 200; "31 days")]
#[test_case("until=2090-04-06T00:00:01Z", 422; "longer")]
#[test_case("until=2090-03-06T00:00:00Z", 422; "nothing")]
#[test_case("limit=201", 422; "more than a page")]
#[test_case("cursor=elsewhere", 422; "no cursor")]
#[tokio::test]
async fn a_list_of_events_is_bounded(query: &str, expected: i64) {
    let harness = Harness::new().await;
    let path = format!("/v1/events?calendar={OWN}&{query}");
    assert_eq!(harness.get(Role::Reader, &path).await.status, expected);
}

#[test_case("rule=external", &["event-1"]; "by rule")]
#[test_case("rule=default", &["event-2"]; "by another rule")]
#[test_case("rule=no-such-rule", &[]; "by a rule that decided about none")]
#[test_case("outcome=not_recorded", &["event-2"]; "by outcome")]
#[test_case("outcome=done", &[]; "by an outcome that none has")]
#[test_case("rule=external&outcome=not_recorded", &[]; "by both")]
#[tokio::test]
async fn events_are_selected_by_rule_and_outcome(query: &str, expected: &[&str]) {
    let harness = Harness::new().await;
    harness.decisions.put(another_decision().with(|row| {
        row.verdict = Verdict::record(RuleName::DEFAULT, "no rule applies");
        let status = BotStatus::new("fatal", None, at("09:00")).expect("a status");
        row.outcome = Some(Outcome::of(id("bot-1"), status));
    }));
    let path = format!("/v1/events?{query}");
    let listed = harness.get(Role::Reader, &path).await.json();
    assert_eq!(ids(&listed), expected);
}

#[tokio::test]
async fn an_outcome_that_there_is_not_is_refused() {
    let harness = Harness::new().await;
    let reply = harness.get(Role::Reader, "/v1/events?outcome=lost").await;
    assert_eq!(reply.json()["problems"][0]["place"], "outcome");
}

/// Of all calendars a day is listed, which may have 25 hours.
#[test_case("until=2090-03-07T01:00:00Z", 200; "a long day")]
#[test_case("until=2090-03-07T01:00:01Z", 422; "longer")]
#[test_case("from=2090-03-06T09:00:00Z&until=2090-03-06T12:00:00Z", 200; "hours")]
#[tokio::test]
async fn a_list_of_all_calendars_is_of_a_day(query: &str, expected: i64) {
    let harness = Harness::new().await;
    let path = format!("/v1/events?{query}");
    let listed = harness.get(Role::Reader, &path).await;
    assert_eq!(listed.status, expected);
    if expected == 200 {
        let listed = listed.json();
        let calendars = listed["events"].as_array().expect("a list").iter();
        let calendars: Vec<_> = calendars.map(|event| event["calendar"].as_str()).collect();
        assert_eq!(calendars.len(), 2, "{listed}");
        assert!(calendars.contains(&Some(OTHER)) && calendars.contains(&Some(OWN)));
    }
}

#[tokio::test]
async fn a_list_of_events_is_of_twenty_calendars_at_most() {
    let harness = Harness::new().await;
    let path = format!("/v1/events?{}", ["calendar=one"; 21].join("&"));
    let reply = harness.get(Role::Reader, &path).await;
    assert_eq!(reply.json()["problems"][0]["place"], "calendar");
}
