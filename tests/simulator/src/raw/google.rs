//! Payload in the form of Google Calendar's API, which omits fields that do not apply.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::platform_event::{PlatformEvent, same};
use super::zone::{date, iana_name, local};
use crate::draft::{Attendee, EventDraft, EventType, Privacy, ResponseStatus, ShowAs};

pub(super) fn payload(event: &PlatformEvent<'_>) -> Value {
    let (draft, owner) = (event.draft, event.owner);
    let organizer = draft.organizer.as_deref().unwrap_or(owner);
    let mut raw = json!({
        "kind": "calendar#event",
        "etag": format!("\"{}\"", event.updated_at.as_millisecond()),
        "id": event.platform_id,
        "status": status(event),
        "htmlLink": format!("https://www.google.com/calendar/event?eid={}", event.platform_id),
        "created": seconds(event.created_at),
        "updated": format!("{:.3}", event.updated_at),
        "summary": draft.title,
        "creator": person(organizer, owner),
        "organizer": person(organizer, owner),
        "start": date_time(draft, draft.start),
        "end": date_time(draft, draft.end),
        "iCalUID": event.ical_uid,
        "sequence": 0,
        "reminders": {"useDefault": true},
        "eventType": event_type_name(draft.event_type),
    });
    if let Some(visibility) = visibility(draft) {
        raw["visibility"] = json!(visibility);
    }
    if draft.show_as == ShowAs::Free || is_transparent(draft.event_type) {
        raw["transparency"] = json!("transparent");
    }
    if let Some((name, properties)) = type_properties(draft.event_type) {
        raw[name] = properties;
    }
    set_attendees(&mut raw, draft, organizer, owner);
    if let Some(series) = &draft.series_id {
        raw["recurringEventId"] = json!(series);
        raw["originalStartTime"] = date_time(draft, draft.start);
    }
    if let Some(link) = &draft.meeting_url {
        set_link(&mut raw, link);
    }
    raw
}

/// Writes the meeting link: of Google Meet as the conference, of others as the location.
fn set_link(raw: &mut Value, link: &str) {
    let field = if link.contains("meet.google.com") {
        "hangoutLink"
    } else {
        "location"
    };
    raw[field] = json!(link);
}

/// Writes the attendee list, unless it is hidden from the owner.
fn set_attendees(raw: &mut Value, draft: &EventDraft, organizer: &str, owner: &str) {
    if draft.attendees_hidden {
        raw["guestsCanSeeOtherGuests"] = json!(false);
    }
    if draft.attendees_hidden && !same(organizer, owner) {
        raw["attendeesOmitted"] = json!(true);
    } else {
        let attendees = attendees(draft, organizer, owner);
        if !attendees.is_empty() {
            raw["attendees"] = Value::Array(attendees);
        }
    }
}

fn status(event: &PlatformEvent<'_>) -> &'static str {
    if event.draft.cancelled || event.is_deleted {
        "cancelled"
    } else if event.draft.show_as == ShowAs::Tentative {
        "tentative"
    } else {
        "confirmed"
    }
}

/// A person, marked as `self` if it is the calendar's owner.
fn person(email: &str, owner: &str) -> Value {
    if same(email, owner) {
        json!({"email": email, "self": true})
    } else {
        json!({"email": email})
    }
}

/// Local time with its UTC offset and time zone.
fn date_time(draft: &EventDraft, time: Timestamp) -> Value {
    if draft.all_day {
        return json!({"date": date(draft, time)});
    }
    let name = iana_name(draft);
    let text = if name == "UTC" {
        seconds(time)
    } else {
        let local = local(draft, time);
        local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    };
    json!({"dateTime": text, "timeZone": name})
}

/// UTC with whole seconds, such as `2025-01-29T23:49:58Z`.
fn seconds(time: Timestamp) -> String {
    format!("{time:.0}")
}

/// The attendee list: empty if the owner is the only participant, otherwise with the owner.
fn attendees(draft: &EventDraft, organizer: &str, owner: &str) -> Vec<Value> {
    let is_alone = draft.attendees.is_empty() && same(organizer, owner);
    if is_alone {
        return Vec::new();
    }
    let listed = |email: &str| draft.attendees.iter().any(|a| same(&a.email, email));
    let mut all = Vec::new();
    if !same(organizer, owner) && !listed(organizer) {
        all.push(attendee(&Attendee::new(organizer), organizer, owner));
    }
    if !listed(owner) {
        let own = Attendee::new(owner).response(draft.owner_response);
        all.push(attendee(&own, organizer, owner));
    }
    all.extend(draft.attendees.iter().map(|invited| {
        let mut invited = invited.clone();
        if same(&invited.email, owner) {
            invited.response = draft.owner_response;
        }
        attendee(&invited, organizer, owner)
    }));
    all
}

fn attendee(attendee: &Attendee, organizer: &str, owner: &str) -> Value {
    let mut entry = Map::new();
    entry.insert("email".into(), json!(attendee.email));
    let flags = [
        ("organizer", same(&attendee.email, organizer)),
        ("self", same(&attendee.email, owner)),
        ("resource", attendee.resource),
        ("optional", attendee.optional),
    ];
    for (name, _) in flags.into_iter().filter(|(_, holds)| *holds) {
        entry.insert(name.into(), json!(true));
    }
    entry.insert(
        "responseStatus".into(),
        json!(response_status(attendee.response)),
    );
    Value::Object(entry)
}

const fn response_status(response: ResponseStatus) -> &'static str {
    match response {
        ResponseStatus::NeedsAction => "needsAction",
        ResponseStatus::Accepted => "accepted",
        ResponseStatus::Tentative => "tentative",
        ResponseStatus::Declined => "declined",
    }
}

/// Visibility, which some event types determine.
const fn visibility(draft: &EventDraft) -> Option<&'static str> {
    match (draft.event_type, draft.privacy) {
        (EventType::WorkingLocation, _) | (_, Privacy::Public) => Some("public"),
        (EventType::Birthday, _) | (_, Privacy::Private | Privacy::Personal) => Some("private"),
        (_, Privacy::Confidential) => Some("confidential"),
        (_, Privacy::Default) => None,
    }
}

const fn is_transparent(event_type: EventType) -> bool {
    matches!(event_type, EventType::WorkingLocation | EventType::Birthday)
}

/// Name and value of the properties that some event types have.
fn type_properties(event_type: EventType) -> Option<(&'static str, Value)> {
    let decline = "declineNone";
    match event_type {
        EventType::Default | EventType::FromGmail => None,
        EventType::OutOfOffice => {
            let properties = json!({"autoDeclineMode": decline});
            Some(("outOfOfficeProperties", properties))
        }
        EventType::FocusTime => {
            let properties = json!({"autoDeclineMode": decline, "chatStatus": "doNotDisturb"});
            Some(("focusTimeProperties", properties))
        }
        EventType::WorkingLocation => {
            let properties = json!({"type": "homeOffice", "homeOffice": {}});
            Some(("workingLocationProperties", properties))
        }
        EventType::Birthday => Some(("birthdayProperties", json!({"type": "birthday"}))),
    }
}

const fn event_type_name(event_type: EventType) -> &'static str {
    match event_type {
        EventType::Default => "default",
        EventType::OutOfOffice => "outOfOffice",
        EventType::FocusTime => "focusTime",
        EventType::WorkingLocation => "workingLocation",
        EventType::FromGmail => "fromGmail",
        EventType::Birthday => "birthday",
    }
}
