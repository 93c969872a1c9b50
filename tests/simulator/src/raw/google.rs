//! An event as Google Calendar's API writes it: what does not apply is left out.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::zone::{iana_name, local};
use super::{date, same};
use crate::draft::{Answer, Attendee, EventDraft, EventKind, Privacy, ShowAs};
use crate::world::Event;

pub(super) fn payload(event: &Event, owner: &str) -> Value {
    let draft = &event.draft;
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
        "start": point(draft, draft.start),
        "end": point(draft, draft.end),
        "iCalUID": event.ical_uid,
        "sequence": 0,
        "reminders": {"useDefault": true},
        "eventType": event_type(draft.kind),
    });
    if let Some(visibility) = visibility(draft) {
        raw["visibility"] = json!(visibility);
    }
    if draft.show_as == ShowAs::Free || leaves_time_open(draft.kind) {
        raw["transparency"] = json!("transparent");
    }
    if let Some((name, properties)) = properties(draft.kind) {
        raw[name] = properties;
    }
    if draft.guests_hidden {
        raw["guestsCanSeeOtherGuests"] = json!(false);
    }
    if draft.guests_hidden && !same(organizer, owner) {
        raw["attendeesOmitted"] = json!(true);
    } else {
        let attendees = attendees(draft, organizer, owner);
        if !attendees.is_empty() {
            raw["attendees"] = Value::Array(attendees);
        }
    }
    if let Some(series) = &draft.series_id {
        raw["recurringEventId"] = json!(series);
        raw["originalStartTime"] = point(draft, draft.start);
    }
    if let Some(link) = &draft.meeting_url {
        if link.contains("meet.google.com") {
            raw["hangoutLink"] = json!(link);
        } else {
            raw["location"] = json!(link);
        }
    }
    raw
}

fn status(event: &Event) -> &'static str {
    if event.draft.cancelled || event.is_deleted {
        "cancelled"
    } else if event.draft.show_as == ShowAs::Tentative {
        "tentative"
    } else {
        "confirmed"
    }
}

fn person(email: &str, owner: &str) -> Value {
    if same(email, owner) {
        json!({"email": email, "self": true})
    } else {
        json!({"email": email})
    }
}

/// Local time with its offset, and the zone beside it.
fn point(draft: &EventDraft, time: Timestamp) -> Value {
    if draft.all_day {
        return json!({"date": date(draft, time)});
    }
    let name = iana_name(draft);
    let date_time = if name == "UTC" {
        seconds(time)
    } else {
        let local = local(draft, time);
        local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    };
    json!({"dateTime": date_time, "timeZone": name})
}

/// `2025-01-29T23:49:58Z`
fn seconds(time: Timestamp) -> String {
    format!("{time:.0}")
}

/// Nobody is listed unless somebody else is invited; then the owner is among them.
fn attendees(draft: &EventDraft, organizer: &str, owner: &str) -> Vec<Value> {
    let alone = draft.attendees.is_empty() && same(organizer, owner);
    if alone {
        return Vec::new();
    }
    let listed = |email: &str| draft.attendees.iter().any(|a| same(&a.email, email));
    let mut all = Vec::new();
    if !same(organizer, owner) && !listed(organizer) {
        all.push(attendee(&Attendee::new(organizer), organizer, owner));
    }
    if !listed(owner) {
        let own = Attendee::new(owner).answer(draft.owner_answer);
        all.push(attendee(&own, organizer, owner));
    }
    all.extend(draft.attendees.iter().map(|invited| {
        let mut invited = invited.clone();
        if same(&invited.email, owner) {
            invited.answer = draft.owner_answer;
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
    entry.insert("responseStatus".into(), json!(answer(attendee.answer)));
    Value::Object(entry)
}

const fn answer(answer: Answer) -> &'static str {
    match answer {
        Answer::None => "needsAction",
        Answer::Accepted => "accepted",
        Answer::Tentative => "tentative",
        Answer::Declined => "declined",
    }
}

/// Some kinds have no choice.
const fn visibility(draft: &EventDraft) -> Option<&'static str> {
    match (draft.kind, draft.privacy) {
        (EventKind::WorkingLocation, _) | (_, Privacy::Public) => Some("public"),
        (EventKind::Birthday, _) | (_, Privacy::Private | Privacy::Personal) => Some("private"),
        (_, Privacy::Confidential) => Some("confidential"),
        (_, Privacy::Default) => None,
    }
}

const fn leaves_time_open(kind: EventKind) -> bool {
    matches!(kind, EventKind::WorkingLocation | EventKind::Birthday)
}

/// What comes with some kinds, and under what name.
fn properties(kind: EventKind) -> Option<(&'static str, Value)> {
    let decline = "declineNone";
    match kind {
        EventKind::Default | EventKind::FromGmail => None,
        EventKind::OutOfOffice => {
            let properties = json!({"autoDeclineMode": decline});
            Some(("outOfOfficeProperties", properties))
        }
        EventKind::FocusTime => {
            let properties = json!({"autoDeclineMode": decline, "chatStatus": "doNotDisturb"});
            Some(("focusTimeProperties", properties))
        }
        EventKind::WorkingLocation => {
            let properties = json!({"type": "homeOffice", "homeOffice": {}});
            Some(("workingLocationProperties", properties))
        }
        EventKind::Birthday => Some(("birthdayProperties", json!({"type": "birthday"}))),
    }
}

const fn event_type(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Default => "default",
        EventKind::OutOfOffice => "outOfOffice",
        EventKind::FocusTime => "focusTime",
        EventKind::WorkingLocation => "workingLocation",
        EventKind::FromGmail => "fromGmail",
        EventKind::Birthday => "birthday",
    }
}
