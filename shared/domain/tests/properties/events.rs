//! Random meetings, as both platforms would send them.

use callsheet_domain::{
    Calendar, CalendarEvent, CalendarId, CalendarStatus, Email, EventId, Facts, IcalUid, Meeting,
    Platform, PlatformEventId, Timestamp,
};
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// Of our company and of others; subdomains, too.
pub(crate) const ADDRESSES: [&str; 6] = [
    "sales@acme.example",
    "lead@acme.example",
    "support@eu.acme.example",
    "buyer@globex.example",
    "buyer@eu.globex.example",
    "broker@initech.example",
];

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn google_guest() -> impl Strategy<Value = Value> {
    let answer = select(vec!["accepted", "tentative", "declined", "needsAction"]);
    (select(&ADDRESSES), answer, any::<[bool; 4]>()).prop_map(
        |(email, answer, [own, optional, resource, organizer])| {
            json!({"email": email, "responseStatus": answer, "self": own, "optional": optional, "resource": resource, "organizer": organizer})
        },
    )
}

fn google() -> impl Strategy<Value = Value> {
    let attendees = prop::collection::vec(google_guest(), 0..4);
    let organizer = prop::option::of((select(&ADDRESSES), any::<bool>()));
    let flags = any::<[bool; 4]>();
    (attendees, organizer, title(), flags, zone(), select(KINDS)).prop_map(
        |(attendees, organizer, title, [hidden, omitted, recurring, private], zone, kind)| {
            let mut raw = json!({"summary": title, "attendees": attendees, "eventType": kind});
            if let Some((email, own)) = organizer {
                raw["organizer"] = json!({"email": email, "self": own});
            }
            raw["guestsCanSeeOtherGuests"] = json!(!hidden);
            raw["attendeesOmitted"] = json!(omitted);
            raw["recurringEventId"] = json!(recurring.then_some("series-1"));
            raw["visibility"] = json!(private.then_some("private"));
            raw["start"] = json!({"dateTime": "2026-03-06T10:00:00Z", "timeZone": zone});
            raw
        },
    )
}

const KINDS: &[&str] = &["default", "outOfOffice", "focusTime", "unheard-of"];

fn outlook_guest() -> impl Strategy<Value = Value> {
    let answer = select(vec!["accepted", "tentativelyAccepted", "declined", "none"]);
    let kind = select(vec!["required", "optional", "resource"]);
    (select(&ADDRESSES), answer, kind).prop_map(|(address, answer, kind)| {
        json!({"emailAddress": {"address": address}, "status": {"response": answer}, "type": kind})
    })
}

fn outlook() -> impl Strategy<Value = Value> {
    let attendees = prop::collection::vec(outlook_guest(), 0..4);
    let organizer = prop::option::of(select(&ADDRESSES));
    let flags = prop::array::uniform3(prop::option::of(any::<bool>()));
    let shows = select(vec!["free", "busy", "oof", "workingElsewhere", "unknown"]);
    (attendees, organizer, title(), flags, zone(), shows).prop_map(
        |(attendees, organizer, title, [hidden, own, recurring], zone, shows)| {
            json!({
                "subject": title,
                "attendees": attendees,
                "organizer": {"emailAddress": {"address": organizer}},
                "isOrganizer": own,
                "hideAttendees": hidden,
                "seriesMasterId": recurring.and_then(|is| is.then_some("series-1")),
                "sensitivity": if hidden == Some(true) { "private" } else { "normal" },
                "responseStatus": {"response": if own == Some(false) { "declined" } else { "none" }},
                "originalStartTimeZone": zone,
                "isAllDay": recurring,
                "showAs": shows,
            })
        },
    )
}

fn title() -> impl Strategy<Value = Option<&'static str>> {
    let titles = vec!["Kick-off", "Weekly sync", "Interview", "1:1", "[rec]"];
    prop::option::of(select(titles))
}

fn zone() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(select(vec![
        "Europe/Berlin",
        "Pacific/Kiritimati",
        "Nowhere",
    ]))
}

/// A payload of a platform.
pub(crate) fn payload() -> impl Strategy<Value = (Platform, Value)> {
    prop_oneof![
        google().prop_map(|raw| (Platform::Google, raw)),
        outlook().prop_map(|raw| (Platform::Outlook, raw)),
    ]
}

/// An event around these payloads, mostly upcoming and with a link.
pub(crate) fn event_of(
    payload: impl Strategy<Value = (Platform, Value)>,
) -> impl Strategy<Value = CalendarEvent> {
    let meeting = prop::option::weighted(0.9, select(vec!["zoom", "google_meet"]));
    let minutes = (-600..6_000_i64, 0..200_i64, -20..3_000_i64);
    (payload, meeting, minutes, prop::bool::weighted(0.05)).prop_map(
        |((platform, raw), meeting, (start, length, lead), is_deleted)| {
            let starts_at = at("2026-03-06T10:00:00Z") + SignedDuration::from_mins(start);
            CalendarEvent {
                id: EventId::parse("event-1").unwrap(),
                calendar_id: CalendarId::parse("calendar-1").unwrap(),
                ical_uid: IcalUid::parse("meeting-1").unwrap(),
                platform,
                platform_id: PlatformEventId::parse("platform-1").ok(),
                starts_at,
                ends_at: starts_at + SignedDuration::from_mins(length),
                created_at: Some(starts_at - SignedDuration::from_mins(lead)),
                updated_at: at("2026-03-01T00:00:00Z"),
                is_deleted,
                has_unreadable_link: false,
                meeting: meeting.map(|name| Meeting {
                    url: format!("https://{name}.example/1"),
                }),
                meeting_platform: meeting.map(str::to_owned),
                has_unreadable_bots: false,
                bots: Vec::new(),
                facts: Facts::from_payload(platform, &raw),
            }
        },
    )
}

pub(crate) fn event() -> impl Strategy<Value = CalendarEvent> {
    event_of(payload())
}

/// A calendar, mostly connected, of which the address is known or not.
pub(crate) fn calendar() -> impl Strategy<Value = Calendar> {
    let email = prop::option::weighted(0.8, select(&ADDRESSES));
    (email, prop::bool::weighted(0.05)).prop_map(|(email, is_lost)| Calendar {
        id: CalendarId::parse("calendar-1").unwrap(),
        platform: Platform::Google,
        status: if is_lost {
            CalendarStatus::Disconnected
        } else {
            CalendarStatus::Connected
        },
        email: email.map(|email| Email::parse(email).unwrap()),
        disconnect_reason: None,
        metadata: callsheet_domain::CalendarMetadata::default(),
        created_at: None,
        updated_at: at("2026-03-01T00:00:00Z"),
    })
}
