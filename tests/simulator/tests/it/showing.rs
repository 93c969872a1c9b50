//! Showing: what platforms send, what people change, the page.

use crate::common::{meeting, minutes, stage};
use recall_simulator::{Answer, Attendee, Change, EventKind, Options, Platform, Privacy, ShowAs};
use serde_json::json;

const EVENTS: &str = "/api/v2/calendar-events/";

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
