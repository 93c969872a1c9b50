//! Reading: pages, filters, limits, keys, and the specification.

use crate::common::{meeting, minutes, stage, told};
use recall_simulator::{
    Answer, Attendee, CallFilter, Change, EventKind, Fault, FaultEffect, Limits, Operation,
    Options, Platform, Privacy, ShowAs,
};
use reqwest::Method;
use serde_json::{Value, json};
use test_case::test_case;

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

#[tokio::test]
async fn beyond_the_limit_a_call_is_told_how_long_to_wait() {
    let limits = [(Operation::ListEvents, 2)].into_iter().collect();
    let stage = stage(Options {
        limits,
        ..Options::default()
    })
    .await;
    assert_eq!(stage.get(EVENTS).await.0, 200);
    assert_eq!(stage.get(EVENTS).await.0, 200);
    let answer = stage.request(Method::GET, EVENTS).send().await.unwrap();
    let wait: u64 = answer.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let (status, body) = told(answer).await;
    assert_eq!(status, 429);
    assert!(
        body["detail"]
            .as_str()
            .unwrap()
            .starts_with("Request was throttled.")
    );
    let control = stage.simulator.control();
    let counts = control.stats().await.unwrap();
    let listed = &counts.operations[&Operation::ListEvents];
    assert_eq!(
        (listed.peak_received, listed.peak_admitted, counts.throttled),
        (3, 2, 1)
    );
    control.set_limits(Limits::default()).await.unwrap();
    assert_eq!(stage.get(EVENTS).await.0, 200);
}

#[test_case("GET", "/api/v2/calendar-events/?colour=red", 200, "no query parameter colour"; "an unknown parameter")]
#[test_case("GET", "/api/v2/calendar-events/?updated_at__gte=2025-01-29T23:49:58+00:00", 400, "updated_at__gte"; "an unescaped plus")]
#[test_case("GET", "/api/v2/calendar-events/?is_deleted=no", 400, "is_deleted"; "no boolean")]
#[test_case("GET", "/api/v2/calendar-events/12/", 404, "not a UUID"; "an id that is none")]
#[test_case("GET", "/api/v2/calendar-events", 404, "no such path"; "no slash at the end")]
#[test_case("PUT", "/api/v2/calendar-events/", 405, "does not know this method"; "another method")]
#[tokio::test]
async fn what_the_specification_does_not_allow_is_counted(
    method: &str,
    path: &str,
    expected: u16,
    detail: &str,
) {
    let stage = stage(Options::default()).await;
    let answer = stage
        .request(method.parse().unwrap(), path)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), expected);
    let violations = stage.simulator.control().violations().await.unwrap();
    assert_eq!(violations.requests.len(), 1, "{violations:?}");
    assert!(
        violations.requests[0].detail.contains(detail),
        "{violations:?}"
    );
    assert_eq!(violations.own, vec![]);
}

#[tokio::test]
async fn the_firewall_and_the_key_come_first() {
    let stage = stage(Options::default()).await;
    let with_body = stage
        .request(Method::GET, EVENTS)
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(with_body.status().as_u16(), 403);
    assert!(with_body.text().await.unwrap().starts_with("<html>"));
    let inward = json!({"platform": "google_calendar", "webhook_url": "http://localhost/"});
    let inward = stage
        .request(Method::POST, "/api/v2/calendars/")
        .json(&inward);
    assert_eq!(inward.send().await.unwrap().status().as_u16(), 403);
    let address = format!("{}{EVENTS}", stage.simulator.base_url());
    let bare = reqwest::get(&address).await.unwrap();
    assert_eq!(bare.status().as_u16(), 401);
    let filter = CallFilter {
        status: Some(401),
        ..CallFilter::default()
    };
    assert_eq!(
        stage
            .simulator
            .control()
            .calls(&filter)
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn faults_answer_in_place_of_the_service() {
    let stage = stage(Options::default()).await;
    let control = stage.simulator.control();
    let once = |effect| Fault::new(effect).on(Operation::ListEvents).times(1);
    control
        .add_fault(once(FaultEffect::status(503)))
        .await
        .unwrap();
    control
        .add_fault(once(FaultEffect::retry_after(429, 7)))
        .await
        .unwrap();
    control.add_fault(once(FaultEffect::NotJson)).await.unwrap();
    assert_eq!(
        stage.get("/api/v2/calendars/").await.0,
        200,
        "another operation"
    );
    assert_eq!(stage.get(EVENTS).await.0, 503);
    let throttled = stage.request(Method::GET, EVENTS).send().await.unwrap();
    assert_eq!(throttled.headers()["retry-after"], "7");
    let (status, page) = stage.get(EVENTS).await;
    assert!(status == 200 && page.is_string(), "HTML is not JSON");
    assert!(stage.get(EVENTS).await.1.is_object());
    assert_eq!(control.faults().await.unwrap(), vec![]);
    stage.nothing_was_violated().await;
}

#[tokio::test]
async fn raw_looks_like_the_platforms_payload() {
    let stage = stage(Options::default()).await;
    let control = stage.simulator.control();
    let owner = "sales-1@acme.example";
    let draft = meeting("Review", 60)
        .organizer("host@example.org")
        .owner_answer(Answer::Tentative)
        .attendee(Attendee::new("room-1@acme.example").resource())
        .attendee(
            Attendee::new("buyer@example.org")
                .optional()
                .answer(Answer::Declined),
        )
        .privacy(Privacy::Private)
        .show_as(ShowAs::Free)
        .series("series1");
    let google = control
        .create_calendar(Platform::GoogleCalendar, Some(owner))
        .await
        .unwrap();
    let outlook = control
        .create_calendar(Platform::MicrosoftOutlook, Some(owner))
        .await
        .unwrap();
    let raw = stage.event(google.id, draft.clone()).await.raw;
    assert_eq!(raw["summary"], "Review");
    assert_eq!(raw["transparency"], "transparent");
    assert_eq!(raw["visibility"], "private");
    assert_eq!(raw["recurringEventId"], "series1");
    assert_eq!(raw["organizer"], json!({"email": "host@example.org"}));
    assert_eq!(
        raw["attendees"],
        json!([
            {"email": "host@example.org", "organizer": true, "responseStatus": "accepted"},
            {"email": owner, "self": true, "responseStatus": "tentative"},
            {"email": "room-1@acme.example", "resource": true, "responseStatus": "accepted"},
            {"email": "buyer@example.org", "optional": true, "responseStatus": "declined"},
        ])
    );
    let raw = stage.event(outlook.id, draft.clone()).await.raw;
    assert_eq!(raw["subject"], "Review");
    assert_eq!(
        (&raw["showAs"], &raw["sensitivity"]),
        (&json!("free"), &json!("private"))
    );
    assert_eq!(
        (&raw["type"], &raw["seriesMasterId"]),
        (&json!("occurrence"), &json!("series1"))
    );
    assert_eq!(raw["responseStatus"]["response"], "tentativelyAccepted");
    assert_eq!(raw["attendees"][1]["type"], "resource");
    assert_eq!(raw["isOrganizer"], false);

    let hidden = stage
        .event(google.id, draft.guests_hidden().all_day())
        .await
        .raw;
    assert_eq!(
        (hidden.get("attendees"), &hidden["attendeesOmitted"]),
        (None, &json!(true))
    );
    assert_eq!(hidden["start"]["date"].as_str().map(str::len), Some(10));
    let alone = meeting("Focus", 60).kind(EventKind::FocusTime).cancelled();
    let alone = stage.event(google.id, alone).await.raw;
    assert_eq!(
        (&alone["eventType"], &alone["status"]),
        (&json!("focusTime"), &json!("cancelled"))
    );
    assert_eq!(alone.get("attendees"), None);
    assert_eq!(alone["organizer"], json!({"email": owner, "self": true}));
}

#[tokio::test]
async fn people_change_their_events() {
    let stage = stage(Options::default()).await;
    let control = stage.simulator.control();
    let calendar = stage.calendar("sales-1@acme.example").await;
    let event = stage
        .event(calendar, meeting("Review", 60).guest("buyer@example.org"))
        .await;
    let declined = Attendee::new("buyer@example.org").answer(Answer::Declined);
    for change in [
        Change::Retitle {
            title: "Retitled".into(),
        },
        Change::Link {
            meeting_url: Some("https://acme.zoom.us/j/1".into()),
        },
        Change::OwnerAnswer {
            answer: Answer::Declined,
        },
        Change::AddAttendee { attendee: declined },
        Change::AddAttendee {
            attendee: Attendee::new("second@example.org"),
        },
        Change::RemoveAttendee {
            email: "second@example.org".into(),
        },
        Change::Move {
            start: minutes(90),
            end: minutes(95),
        },
        Change::Cancel,
    ] {
        control.update_event(event.id, change).await.unwrap();
    }
    let (_, shown) = stage.get(&format!("{EVENTS}{}/", event.id)).await;
    assert_eq!(shown["raw"]["summary"], "Retitled");
    assert_eq!(shown["meeting_platform"], "zoom");
    assert_eq!(shown["raw"]["status"], "cancelled");
    assert_eq!(shown["raw"]["attendees"].as_array().map(Vec::len), Some(2));
    assert_eq!(shown["raw"]["attendees"][0]["responseStatus"], "declined");
    assert_eq!(shown["raw"]["attendees"][1]["responseStatus"], "declined");
    stage.nothing_was_violated().await;
}

#[tokio::test]
async fn the_page_escapes_what_people_write() {
    let stage = stage(Options::default()).await;
    let calendar = stage.calendar("sales-1@acme.example").await;
    stage
        .event(calendar, meeting("<script>alert(1)</script>", 60))
        .await;
    let (status, page) = stage.get("/").await;
    let page = page.as_str().unwrap();
    assert_eq!(status, 200);
    assert!(
        page.contains("&lt;script&gt;") && !page.contains("<script>"),
        "{page}"
    );
    assert!(page.contains("http-equiv=\"refresh\" content=\"2\""));
}
