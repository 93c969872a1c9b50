//! Showing: what platforms send, what people change, the page.

use crate::common::{Stage, meeting, minutes, stage};
use recall_simulator::{
    Answer, Attendee, Change, EventDraft, EventKind, Options, Platform, Privacy, ShowAs,
};
use serde_json::{Value, json};
use test_case::test_case;

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

#[test_case(None, "UTC", "UTC", "2026-03-06T23:30:00Z"; "none told")]
#[test_case(Some("Europe/Berlin"), "Europe/Berlin", "W. Europe Standard Time", "2026-03-07T00:30:00+01:00"; "a usual one")]
#[test_case(Some("Pacific/Apia"), "Pacific/Apia", "tzone://Microsoft/Custom", "2026-03-07T12:30:00+13:00"; "one without a Windows name here")]
#[test_case(Some("Mars/Olympus"), "Mars/Olympus", "tzone://Microsoft/Custom", "2026-03-06T23:30:00+00:00"; "one of nowhere")]
#[tokio::test]
async fn each_platform_names_a_zone_its_own_way(
    zone: Option<&str>,
    google: &str,
    outlook: &str,
    start: &str,
) {
    let stage = stage(Options::default()).await;
    let instant = |text: &str| text.parse().unwrap();
    let (from, to) = ("2026-03-06T23:30:00Z", "2026-03-07T00:30:00Z");
    let draft = EventDraft::new("Review", instant(from), instant(to));
    let draft = zone.into_iter().fold(draft, EventDraft::time_zone);
    let day = start.split('T').next().unwrap();

    let raw = raw(&stage, Platform::GoogleCalendar, draft.clone()).await;
    assert_eq!(raw["start"], json!({"dateTime": start, "timeZone": google}));
    let raw = self::raw(&stage, Platform::GoogleCalendar, draft.clone().all_day()).await;
    assert_eq!(raw["start"], json!({"date": day}));

    let raw = self::raw(&stage, Platform::MicrosoftOutlook, draft.clone()).await;
    assert_eq!(raw["originalStartTimeZone"], outlook);
    let utc = "2026-03-06T23:30:00.0000000";
    assert_eq!(raw["start"], json!({"dateTime": utc, "timeZone": "UTC"}));
    let raw = self::raw(&stage, Platform::MicrosoftOutlook, draft.all_day()).await;
    let midnight = format!("{day}T00:00:00.0000000");
    assert_eq!(
        raw["start"],
        json!({"dateTime": midnight, "timeZone": "UTC"})
    );
}

#[test_case("host@example.org", (0, 1); "a guest sees nobody but themselves")]
#[test_case("sales-1@acme.example", (2, 1); "who called the meeting sees everybody")]
#[tokio::test]
async fn hidden_guests_come_to_their_organizer_only(organizer: &str, expected: (usize, usize)) {
    let stage = stage(Options::default()).await;
    let draft = meeting("Review", 60).organizer(organizer).guests_hidden();
    let draft = draft.guest("buyer@example.org");
    let count = |raw: &Value| raw["attendees"].as_array().map_or(0, Vec::len);
    let google = raw(&stage, Platform::GoogleCalendar, draft.clone()).await;
    let outlook = raw(&stage, Platform::MicrosoftOutlook, draft).await;
    assert_eq!((count(&google), count(&outlook)), expected);
    assert_eq!(google["guestsCanSeeOtherGuests"], false);
    assert_eq!(google["attendeesOmitted"] == true, expected.0 == 0);
    assert_eq!(outlook["hideAttendees"], true);
}

#[test_case(EventKind::OutOfOffice, "outOfOffice", [None, None], "oof"; "away")]
#[test_case(EventKind::FocusTime, "focusTime", [None, None], "busy"; "own work")]
#[test_case(EventKind::WorkingLocation, "workingLocation", [Some("transparent"), Some("public")], "workingElsewhere"; "a place")]
#[test_case(EventKind::Birthday, "birthday", [Some("transparent"), Some("private")], "busy"; "a birthday")]
#[tokio::test]
async fn kinds_are_googles(kind: EventKind, name: &str, google: [Option<&str>; 2], outlook: &str) {
    let stage = stage(Options::default()).await;
    let draft = meeting("Entry", 60).kind(kind);
    let raw = raw(&stage, Platform::GoogleCalendar, draft.clone()).await;
    let shown = ["transparency", "visibility"].map(|field| raw[field].as_str());
    assert_eq!(shown, google);
    assert_eq!(raw["eventType"], name);
    assert!(raw[format!("{name}Properties")].is_object());
    let raw = self::raw(&stage, Platform::MicrosoftOutlook, draft).await;
    assert_eq!(raw["showAs"], outlook);
}

/// What comes of `draft` in a calendar of sales-1@acme.example.
async fn raw(stage: &Stage, platform: Platform, draft: EventDraft) -> Value {
    let owner = Some("sales-1@acme.example");
    let control = stage.simulator.control();
    let calendar = control.create_calendar(platform, owner).await.unwrap();
    stage.event(calendar.id, draft).await.raw
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
