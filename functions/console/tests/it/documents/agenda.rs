//! The agenda: its pages, its days, and the overrides that it shows.

use callsheet_app::ports::OverrideStore as _;
use callsheet_auth::Role;
use callsheet_domain::{OverrideChoice, OverrideScope};
use callsheet_testkit::{a_calendar, a_decision, an_actor, at};
use serde_json::json;

use super::{event, ids};
use crate::harness::{Harness, OTHER, OWN};

#[tokio::test]
async fn the_agenda_comes_in_pages_that_its_links_lead_through() {
    let harness = Harness::new().await;
    for number in 0..25 {
        let minutes = i64::try_from(number / 3).expect("small") * 60;
        harness.decisions.put(event(number, minutes));
    }
    let base = format!("/v1/calendars/{OWN}/agenda");
    let whole = harness.get(Role::Owner, &format!("{base}?limit=200")).await;
    assert_eq!(whole.header("link"), None);
    let (mut path, mut found) = (format!("{base}?limit=4&q=kick"), Vec::new());
    loop {
        let page = harness.get(Role::Owner, &path).await;
        found.extend(ids(&page.json()));
        let Some(link) = page.header("link") else {
            break;
        };
        let query = link
            .strip_prefix("<?")
            .and_then(|link| link.strip_suffix(">; rel=\"next\""));
        path = format!("{base}?{}", query.expect("a link"));
        assert!(
            path.contains("limit=4") && path.contains("q=kick"),
            "{path}"
        );
    }
    assert_eq!(found, ids(&whole.json()));
    assert_eq!(found.len(), 26);
}

#[tokio::test]
async fn the_agenda_begins_with_the_day_in_the_time_zone() {
    let harness = Harness::new().await;
    let begin = async |zone: &str| {
        let path = format!("/v1/calendars/{OWN}/agenda?zone={zone}");
        let agenda = harness.get(Role::Owner, &path).await.json();
        (
            agenda["from"].clone(),
            agenda["until"].clone(),
            agenda["zone"].clone(),
        )
    };
    let expected = |from: &str, until: &str, zone: &str| (json!(from), json!(until), json!(zone));
    assert_eq!(
        begin("UTC").await,
        expected("2090-03-06T00:00:00Z", "2090-04-03T00:00:00Z", "UTC")
    );
    assert_eq!(
        begin("Asia/Kolkata").await,
        expected(
            "2090-03-05T18:30:00Z",
            "2090-04-02T18:30:00Z",
            "Asia/Kolkata"
        )
    );
}

#[tokio::test]
async fn the_agenda_shows_the_override_and_that_the_verdict_is_older() {
    let harness = Harness::new().await;
    let scope = OverrideScope::Event(a_decision().platform_id.expect("an id"));
    let (owner, by) = (a_calendar().owner(), an_actor());
    let set = harness
        .state
        .set_override(&owner, &scope, OverrideChoice::Skip, &by, at("09:05"));
    set.await.expect("memory");
    let agenda = harness
        .get(Role::Owner, &format!("/v1/calendars/{OWN}/agenda"))
        .await
        .json();
    let event = &agenda["events"][0];
    assert_eq!(
        event["overrides"],
        json!({"meeting": null, "event": "skip", "series": null})
    );
    assert_eq!(
        (&event["verdict"], &event["is_outdated"]),
        (&json!("record"), &json!(true))
    );
    let path = format!("/v1/calendars/{OWN}/overrides");
    let overrides = harness.get(Role::Owner, &path).await.json();
    assert_eq!(overrides["overrides"][0]["choice"], "skip");
    assert_eq!(overrides["overrides"][0]["title"], "Kick-off");
    let path = format!("/v1/calendars/{OTHER}/overrides");
    let others = harness.get(Role::Operator, &path).await.json();
    assert_eq!(others["overrides"], json!([]));
}
