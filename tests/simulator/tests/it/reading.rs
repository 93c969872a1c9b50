//! Reading: pages, filters, calendars.

use crate::common::{meeting, stage, told};
use recall_simulator::Options;
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
async fn pages_follow_each_other_by_start_and_id() {
    let stage = stage(Options::default()).await;
    let calendar = stage.calendar("sales-1@acme.example").await;
    // Two at a time, so that the id decides within a start.
    let drafts: Vec<_> = (0..250).map(|n| meeting("Review", 500 - n / 2)).collect();
    let made = stage
        .simulator
        .control()
        .create_events(calendar, drafts)
        .await
        .unwrap();
    let mut expected: Vec<_> = made
        .iter()
        .map(|event| (event.start_time, event.id.to_string()))
        .collect();
    expected.sort();

    let mut next = format!("{EVENTS}?calendar_id={calendar}&is_deleted=false");
    let (mut seen, mut pages) = (Vec::new(), Vec::new());
    loop {
        let (status, page) = stage.get(&next).await;
        assert_eq!(status, 200);
        seen.extend(ids(&page));
        pages.push(page.clone());
        let Some(link) = page["next"].as_str() else {
            break;
        };
        assert!(link.starts_with(&stage.simulator.base_url()), "{link}");
        assert!(link.contains(&format!("calendar_id={calendar}")), "{link}");
        next = link.to_owned();
    }
    assert_eq!(
        pages.iter().map(|page| ids(page).len()).collect::<Vec<_>>(),
        [100, 100, 50]
    );
    assert_eq!(
        seen,
        expected.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
    );
    assert_eq!(pages[0]["previous"], Value::Null);
    let (_, back) = stage.get(pages[2]["previous"].as_str().unwrap()).await;
    assert_eq!(ids(&back), ids(&pages[1]));
    stage.nothing_was_violated().await;
}

#[tokio::test]
async fn lists_are_narrowed_by_every_parameter() {
    let stage = stage(Options::default()).await;
    let control = stage.simulator.control();
    let (one, two) = (
        stage.calendar("sales-1@acme.example").await,
        stage.calendar("sales-2@acme.example").await,
    );
    let early = stage
        .event(one, meeting("Early", 10).ical_uid("series-1@x"))
        .await;
    let late = stage
        .event(one, meeting("Late", 90).ical_uid("series-2@x"))
        .await;
    let theirs = stage
        .event(two, meeting("Theirs", 50).ical_uid("other@x"))
        .await;
    let gone = control.delete_event(early.id).await.unwrap();
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
            format!("updated_at__gte={}", updated(gone.updated_at)),
            vec![early.id],
        ),
        (
            format!("updated_at__gte={}", updated(late.updated_at)),
            vec![early.id, theirs.id, late.id],
        ),
    ] {
        let (status, page) = stage.get(&format!("{EVENTS}?{query}")).await;
        assert_eq!(status, 200, "{query}");
        let expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(ids(&page), expected, "{query}");
    }
    stage.nothing_was_violated().await;
}

#[tokio::test]
async fn calendars_are_listed_made_changed_and_deleted() {
    let stage = stage(Options::default()).await;
    let first = stage.calendar("sales-1@acme.example").await;
    let new = json!({
        "platform": "microsoft_outlook",
        "oauth_client_id": "id",
        "oauth_client_secret": "never-log-me-1",
        "oauth_refresh_token": "never-log-me-2",
    });
    let path = "/api/v2/calendars/";
    let (status, made) = told(
        stage
            .request(Method::POST, path)
            .json(&new)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!((status, &made["platform_email"]), (201, &Value::Null));
    let (_, page) = stage
        .get("/api/v2/calendars/?platform=microsoft_outlook&status=connected")
        .await;
    assert_eq!(ids(&page), [made["id"].as_str().unwrap()]);
    let (_, page) = stage
        .get("/api/v2/calendars/?email=sales-1%40acme.example")
        .await;
    assert_eq!(ids(&page), [first.to_string()]);

    let one = format!("{path}{first}/");
    stage
        .simulator
        .control()
        .disconnect_calendar(first)
        .await
        .unwrap();
    let token = json!({"oauth_refresh_token": "never-log-me-3"});
    let (status, shown) = told(
        stage
            .request(Method::PATCH, &one)
            .json(&token)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!((status, &shown["status"]), (200, &json!("connected")));
    let (status, _) = told(
        stage
            .request(Method::POST, &format!("{one}access-token/"))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(status, 200);
    let (status, _) = told(stage.request(Method::DELETE, &one).send().await.unwrap()).await;
    assert_eq!(status, 204);
    assert_eq!(stage.get(&one).await.0, 404);
    stage.nothing_was_violated().await;
}
