//! Lists: pages and filters of events; operations on calendars.

use crate::harness::{Harness, meeting, minutes, status_and_body};
use recall_simulator::{Change, Options};
use reqwest::Method;
use serde_json::{Value, json};

const EVENTS: &str = "/api/v2/calendar-events/";

fn ids(page: &Value) -> Vec<String> {
    let results = page["results"].as_array().unwrap();
    results
        .iter()
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn pages_of_events_are_in_order_of_start_and_id() {
    let harness = Harness::start(Options::default()).await;
    let calendar = harness.calendar("sales-1@acme.example").await;
    // Two events per start, so that the id determines their order.
    let drafts: Vec<_> = (0..250).map(|n| meeting("Review", 500 - n / 2)).collect();
    let created = harness
        .simulator
        .control()
        .create_events(calendar, drafts)
        .await
        .unwrap();
    let mut expected: Vec<_> = created
        .iter()
        .map(|event| (event.start_time, event.id.to_string()))
        .collect();
    expected.sort();

    let mut next = format!("{EVENTS}?calendar_id={calendar}&is_deleted=false");
    let (mut listed, mut pages) = (Vec::new(), Vec::new());
    loop {
        let (status, page) = harness.get(&next).await;
        assert_eq!(status, 200);
        listed.extend(ids(&page));
        pages.push(page.clone());
        let Some(link) = page["next"].as_str() else {
            break;
        };
        assert!(link.starts_with(&harness.simulator.base_url()), "{link}");
        assert!(link.contains(&format!("calendar_id={calendar}")), "{link}");
        next = link.to_owned();
    }
    assert_eq!(
        pages.iter().map(|page| ids(page).len()).collect::<Vec<_>>(),
        [100, 100, 50]
    );
    assert_eq!(
        listed,
        expected.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
    );
    assert_eq!(pages[0]["previous"], Value::Null);
    let (_, back) = harness.get(pages[2]["previous"].as_str().unwrap()).await;
    assert_eq!(ids(&back), ids(&pages[1]));
    harness.assert_no_violations().await;
}

#[tokio::test]
async fn every_query_parameter_filters_the_list_of_events() {
    let harness = Harness::start(Options::default()).await;
    let control = harness.simulator.control();
    let (one, two) = (
        harness.calendar("sales-1@acme.example").await,
        harness.calendar("sales-2@acme.example").await,
    );
    let early = harness
        .event(one, meeting("Early", 10).ical_uid("series-1@x"))
        .await;
    let late = harness
        .event(one, meeting("Late", 90).ical_uid("series-2@x"))
        .await;
    let theirs = harness
        .event(two, meeting("Theirs", 50).ical_uid("other@x"))
        .await;
    let deleted = control.delete_event(early.id).await.unwrap();
    let start = late.start_time;
    let updated = |at: jiff::Timestamp| at.to_string().replace('Z', "%2B00:00");
    for (query, expected) in [
        (String::new(), vec![early.id, theirs.id, late.id]),
        (format!("calendar_id={two}"), vec![theirs.id]),
        (
            "calendar_id=00000000-0000-4000-8000-000000000000".into(),
            vec![],
        ),
        ("ical_uid=series-".into(), vec![early.id, late.id]),
        ("is_deleted=true".into(), vec![early.id]),
        ("is_deleted=false".into(), vec![theirs.id, late.id]),
        (format!("start_time={start}"), vec![late.id]),
        (format!("start_time__gte={start}"), vec![late.id]),
        (
            format!("start_time__lte={}", theirs.start_time),
            vec![early.id, theirs.id],
        ),
        (
            format!("updated_at__gte={}", updated(deleted.updated_at)),
            vec![early.id],
        ),
        (
            format!("updated_at__gte={}", updated(late.updated_at)),
            vec![early.id, theirs.id, late.id],
        ),
    ] {
        let (status, page) = harness.get(&format!("{EVENTS}?{query}")).await;
        assert_eq!(status, 200, "{query}");
        let expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(ids(&page), expected, "{query}");
    }
    harness.assert_no_violations().await;
}

const CALENDARS: &str = "/api/v2/calendars/";

/// Also one that was listed before. It is still read by its id.
#[tokio::test]
async fn an_event_that_starts_beyond_28_days_is_not_listed() {
    let harness = Harness::start(Options::default()).await;
    let calendar = harness.calendar("sales-1@acme.example").await;
    let control = harness.simulator.control();
    let created = control.create_event(calendar, meeting("Review", 60)).await;
    let event = created.unwrap().id;
    for (days, is_listed) in [(0, true), (27, true), (29, false)] {
        let start = minutes(days * 24 * 60 + 60);
        let end = minutes(days * 24 * 60 + 90);
        let moved = Change::SetTimes { start, end };
        control.update_event(event, moved).await.unwrap();
        let (_, page) = harness
            .get(&format!("{EVENTS}?calendar_id={calendar}"))
            .await;
        assert_eq!(ids(&page).len(), usize::from(is_listed), "{days} days");
        let (status, read) = harness.get(&format!("{EVENTS}{event}/")).await;
        assert_eq!((status, &read["id"]), (200, &json!(event)));
    }
    control.set_listed_days(30).await.unwrap();
    let list = format!("{EVENTS}?calendar_id={calendar}");
    let (_, page) = harness.get(&list).await;
    assert_eq!(ids(&page).len(), 1, "listed days are a setting");
    harness.assert_no_violations().await;
}

#[tokio::test]
async fn calendars_are_created_and_listed_by_platform_status_and_email() {
    let harness = Harness::start(Options::default()).await;
    let google = harness.calendar("sales-1@acme.example").await;
    let outlook = json!({
        "platform": "microsoft_outlook",
        "oauth_client_id": "id",
        "oauth_client_secret": "never-log-me-1",
        "oauth_refresh_token": "never-log-me-2",
    });
    let request = harness.request(Method::POST, CALENDARS).json(&outlook);
    let (status, outlook) = status_and_body(request.send().await.unwrap()).await;
    assert_eq!((status, &outlook["platform_email"]), (201, &Value::Null));
    let outlook = outlook["id"].as_str().unwrap();
    for (query, expected) in [
        ("platform=microsoft_outlook&status=connected", outlook),
        ("email=sales-1%40acme.example", &google.to_string()),
    ] {
        let (_, page) = harness.get(&format!("{CALENDARS}?{query}")).await;
        assert_eq!(ids(&page), [expected], "{query}");
    }
    harness.assert_no_violations().await;
}

#[tokio::test]
async fn metadata_is_kept_shown_and_changed() {
    let harness = Harness::start(Options::default()).await;
    let new = json!({
        "platform": "google_calendar",
        "oauth_client_id": "id",
        "oauth_client_secret": "never-log-me-1",
        "oauth_refresh_token": "never-log-me-2",
        "metadata": {"team": "sales"},
    });
    let request = harness.request(Method::POST, CALENDARS).json(&new);
    let (status, created) = status_and_body(request.send().await.unwrap()).await;
    assert_eq!(
        (status, &created["metadata"]),
        (201, &json!({"team": "sales"}))
    );
    let path = format!("{CALENDARS}{}/", created["id"].as_str().unwrap());
    let control = harness.simulator.control();
    let id = control.calendars().await.unwrap()[0].id;
    let changed = control
        .set_calendar_metadata(id, &[("team", "legal")])
        .await;
    let changed = changed.unwrap();
    let (_, shown) = harness.get(&path).await;
    assert_eq!(shown["metadata"], json!({"team": "legal"}));
    let updated_at: jiff::Timestamp = shown["updated_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(updated_at, changed.updated_at);
    for (metadata, expected) in [(json!({"team": 7}), 400), (json!({}), 200)] {
        let request = harness.request(Method::PATCH, &path);
        let request = request.json(&json!({"metadata": metadata}));
        let (status, _) = status_and_body(request.send().await.unwrap()).await;
        assert_eq!(status, expected);
    }
    assert_eq!(harness.get(&path).await.1["metadata"], json!({}));
}

#[tokio::test]
async fn a_disconnection_says_why() {
    let harness = Harness::start(Options::default()).await;
    let id = harness.calendar("sales-1@acme.example").await;
    let control = harness.simulator.control();
    let lost = control
        .disconnect_calendar_because(id, "invalid_grant")
        .await;
    lost.unwrap();
    let (_, shown) = harness.get(&format!("{CALENDARS}{id}/")).await;
    let change = shown["status_changes"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&change["status"], &change["sub_code"]),
        (&json!("disconnected"), &json!("invalid_grant"))
    );
}

#[tokio::test]
async fn a_new_refresh_token_reconnects_a_calendar_until_it_is_deleted() {
    let harness = Harness::start(Options::default()).await;
    let id = harness.calendar("sales-1@acme.example").await;
    let control = harness.simulator.control();
    control.disconnect_calendar(id).await.unwrap();
    let path = format!("{CALENDARS}{id}/");
    let token = json!({"oauth_refresh_token": "never-log-me-3"});
    let request = harness.request(Method::PATCH, &path).json(&token);
    let (status, calendar) = status_and_body(request.send().await.unwrap()).await;
    assert_eq!((status, &calendar["status"]), (200, &json!("connected")));
    let request = harness.request(Method::POST, &format!("{path}access-token/"));
    assert_eq!(request.send().await.unwrap().status().as_u16(), 200);
    let request = harness.request(Method::DELETE, &path);
    assert_eq!(request.send().await.unwrap().status().as_u16(), 204);
    assert_eq!(harness.get(&path).await.0, 404);
    harness.assert_no_violations().await;
}
