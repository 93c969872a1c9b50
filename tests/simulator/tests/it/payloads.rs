//! Payloads of the platforms, and the changes that people make to events.

use crate::harness::{Harness, meeting, minutes};
use recall_simulator::{
    Attendee, Change, EventDraft, EventType, Options, Platform, Privacy, ResponseStatus, ShowAs,
};
use serde_json::{Value, json};
use test_case::test_case;

const EVENTS: &str = "/api/v2/calendar-events/";

const OWNER: &str = "sales-1@acme.example";

/// Instance of a series, with an external organizer, a room and an optional attendee.
fn draft() -> EventDraft {
    let room = Attendee::new("room-1@acme.example").resource();
    let buyer = Attendee::new("buyer@example.org").optional();
    meeting("Review", 60)
        .organizer("host@example.org")
        .owner_response(ResponseStatus::Tentative)
        .attendee(room)
        .attendee(buyer.response(ResponseStatus::Declined))
        .privacy(Privacy::Private)
        .show_as(ShowAs::Free)
        .series("series1")
}

#[tokio::test]
async fn raw_of_a_google_calendar_has_the_form_of_googles_payload() {
    let harness = Harness::start(Options::default()).await;
    let raw = raw(&harness, Platform::GoogleCalendar, draft()).await;
    assert_eq!(raw["summary"], "Review");
    assert_eq!(raw["transparency"], "transparent");
    assert_eq!(raw["visibility"], "private");
    assert_eq!(raw["recurringEventId"], "series1");
    assert_eq!(raw["organizer"], json!({"email": "host@example.org"}));
    assert_eq!(
        raw["attendees"],
        json!([
            {"email": "host@example.org", "organizer": true, "responseStatus": "accepted"},
            {"email": OWNER, "self": true, "responseStatus": "tentative"},
            {"email": "room-1@acme.example", "resource": true, "responseStatus": "accepted"},
            {"email": "buyer@example.org", "optional": true, "responseStatus": "declined"},
        ])
    );
}

#[tokio::test]
async fn raw_of_an_outlook_calendar_has_the_form_of_graphs_payload() {
    let harness = Harness::start(Options::default()).await;
    let raw = raw(&harness, Platform::MicrosoftOutlook, draft()).await;
    assert_eq!(raw["subject"], "Review");
    assert_eq!(raw["showAs"], "free");
    assert_eq!(raw["sensitivity"], "private");
    assert_eq!(raw["type"], "occurrence");
    assert_eq!(raw["seriesMasterId"], "series1");
    assert_eq!(raw["responseStatus"]["response"], "tentativelyAccepted");
    assert_eq!(raw["attendees"][1]["type"], "resource");
    assert_eq!(raw["isOrganizer"], false);
}

#[tokio::test]
async fn googles_payload_omits_a_hidden_attendee_list() {
    let harness = Harness::start(Options::default()).await;
    let hidden = draft().attendees_hidden().all_day();
    let raw = raw(&harness, Platform::GoogleCalendar, hidden).await;
    assert_eq!(raw.get("attendees"), None);
    assert_eq!(raw["attendeesOmitted"], true);
    assert_eq!(raw["start"]["date"].as_str().map(str::len), Some(10));
}

#[tokio::test]
async fn googles_payload_of_an_event_without_attendees_has_no_attendee_list() {
    let harness = Harness::start(Options::default()).await;
    let focus_time = meeting("Focus", 60).event_type(EventType::FocusTime);
    let raw = raw(&harness, Platform::GoogleCalendar, focus_time.cancelled()).await;
    assert_eq!(raw["eventType"], "focusTime");
    assert_eq!(raw["status"], "cancelled");
    assert_eq!(raw.get("attendees"), None);
    assert_eq!(raw["organizer"], json!({"email": OWNER, "self": true}));
}

#[test_case(None, "UTC", "UTC", "2026-03-06T23:30:00Z"; "no time zone")]
#[test_case(Some("Europe/Berlin"), "Europe/Berlin", "W. Europe Standard Time", "2026-03-07T00:30:00+01:00"; "a common time zone")]
#[test_case(Some("Pacific/Apia"), "Pacific/Apia", "tzone://Microsoft/Custom", "2026-03-07T12:30:00+13:00"; "a time zone without a Windows name")]
#[test_case(Some("Mars/Olympus"), "Mars/Olympus", "tzone://Microsoft/Custom", "2026-03-06T23:30:00+00:00"; "an unknown time zone")]
#[tokio::test]
async fn google_writes_iana_names_of_time_zones_and_outlook_windows_names(
    zone: Option<&str>,
    google: &str,
    outlook: &str,
    start: &str,
) {
    let harness = Harness::start(Options::default()).await;
    let instant = |text: &str| text.parse().unwrap();
    let (from, to) = ("2026-03-06T23:30:00Z", "2026-03-07T00:30:00Z");
    let draft = EventDraft::new("Review", instant(from), instant(to));
    let draft = zone.into_iter().fold(draft, EventDraft::time_zone);
    let day = start.split('T').next().unwrap();

    let raw = raw(&harness, Platform::GoogleCalendar, draft.clone()).await;
    assert_eq!(raw["start"], json!({"dateTime": start, "timeZone": google}));
    let raw = self::raw(&harness, Platform::GoogleCalendar, draft.clone().all_day()).await;
    assert_eq!(raw["start"], json!({"date": day}));

    let raw = self::raw(&harness, Platform::MicrosoftOutlook, draft.clone()).await;
    assert_eq!(raw["originalStartTimeZone"], outlook);
    let utc = "2026-03-06T23:30:00.0000000";
    assert_eq!(raw["start"], json!({"dateTime": utc, "timeZone": "UTC"}));
    let raw = self::raw(&harness, Platform::MicrosoftOutlook, draft.all_day()).await;
    let midnight = format!("{day}T00:00:00.0000000");
    assert_eq!(
        raw["start"],
        json!({"dateTime": midnight, "timeZone": "UTC"})
    );
}

#[test_case("host@example.org", (0, 1); "an attendee sees only themselves")]
#[test_case("sales-1@acme.example", (2, 1); "the organizer sees everyone")]
#[tokio::test]
async fn a_hidden_attendee_list_is_visible_to_the_organizer_only(
    organizer: &str,
    expected: (usize, usize),
) {
    let harness = Harness::start(Options::default()).await;
    let draft = meeting("Review", 60)
        .organizer(organizer)
        .attendees_hidden();
    let draft = draft.attendee("buyer@example.org");
    let count = |raw: &Value| raw["attendees"].as_array().map_or(0, Vec::len);
    let google = raw(&harness, Platform::GoogleCalendar, draft.clone()).await;
    let outlook = raw(&harness, Platform::MicrosoftOutlook, draft).await;
    assert_eq!((count(&google), count(&outlook)), expected);
    assert_eq!(google["guestsCanSeeOtherGuests"], false);
    assert_eq!(google["attendeesOmitted"] == true, expected.0 == 0);
    assert_eq!(outlook["hideAttendees"], true);
}

#[test_case(EventType::OutOfOffice, "outOfOffice", [None, None], "oof"; "out of office")]
#[test_case(EventType::FocusTime, "focusTime", [None, None], "busy"; "focus time")]
#[test_case(EventType::WorkingLocation, "workingLocation", [Some("transparent"), Some("public")], "workingElsewhere"; "working location")]
#[test_case(EventType::Birthday, "birthday", [Some("transparent"), Some("private")], "busy"; "birthday")]
#[tokio::test]
async fn event_types_have_googles_names(
    event_type: EventType,
    name: &str,
    google: [Option<&str>; 2],
    outlook: &str,
) {
    let harness = Harness::start(Options::default()).await;
    let draft = meeting("Entry", 60).event_type(event_type);
    let raw = raw(&harness, Platform::GoogleCalendar, draft.clone()).await;
    let shown = ["transparency", "visibility"].map(|field| raw[field].as_str());
    assert_eq!(shown, google);
    assert_eq!(raw["eventType"], name);
    assert!(raw[format!("{name}Properties")].is_object());
    let raw = self::raw(&harness, Platform::MicrosoftOutlook, draft).await;
    assert_eq!(raw["showAs"], outlook);
}

/// Payload of `draft` in a new calendar of [`OWNER`].
async fn raw(harness: &Harness, platform: Platform, draft: EventDraft) -> Value {
    let control = harness.simulator.control();
    let calendar = control
        .create_calendar(platform, Some(OWNER))
        .await
        .unwrap();
    harness.event(calendar.id, draft).await.raw
}

#[tokio::test]
async fn changes_of_an_event_appear_in_its_payload() {
    let harness = Harness::start(Options::default()).await;
    let control = harness.simulator.control();
    let calendar = harness.calendar(OWNER).await;
    let event = harness
        .event(
            calendar,
            meeting("Review", 60).attendee("buyer@example.org"),
        )
        .await;
    let declined = Attendee::new("buyer@example.org").response(ResponseStatus::Declined);
    for change in [
        Change::SetTitle {
            title: "Retitled".into(),
        },
        Change::SetMeetingUrl {
            meeting_url: Some("https://acme.zoom.us/j/1".into()),
        },
        Change::SetOwnerResponse {
            response: ResponseStatus::Declined,
        },
        Change::AddAttendee { attendee: declined },
        Change::AddAttendee {
            attendee: Attendee::new("second@example.org"),
        },
        Change::RemoveAttendee {
            email: "second@example.org".into(),
        },
        Change::SetTimes {
            start: minutes(90),
            end: minutes(95),
        },
        Change::Cancel,
    ] {
        control.update_event(event.id, change).await.unwrap();
    }
    let (_, shown) = harness.get(&format!("{EVENTS}{}/", event.id)).await;
    assert_eq!(shown["raw"]["summary"], "Retitled");
    assert_eq!(shown["meeting_platform"], "zoom");
    assert_eq!(shown["raw"]["status"], "cancelled");
    assert_eq!(shown["raw"]["attendees"].as_array().map(Vec::len), Some(2));
    assert_eq!(shown["raw"]["attendees"][0]["responseStatus"], "declined");
    assert_eq!(shown["raw"]["attendees"][1]["responseStatus"], "declined");
    harness.assert_no_violations().await;
}
