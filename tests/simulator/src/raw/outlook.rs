//! Payload in the form of Microsoft Graph, in which nearly every field is always present.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::platform_event::{PlatformEvent, same};
use super::zone::{date, windows_name};
use crate::clock::precise;
use crate::draft::{Attendee, EventDraft, EventType, Privacy, ResponseStatus, ShowAs};

pub(super) fn payload(event: &PlatformEvent<'_>) -> Value {
    let (draft, owner) = (event.draft, event.owner);
    let organizer = draft.organizer.as_deref().unwrap_or(owner);
    let is_organizer = same(organizer, owner);
    let is_instance = draft.series_id.is_some();
    let mut raw = default_fields();
    merge(&mut raw, identity(event));
    merge(
        &mut raw,
        json!({
            "subject": draft.title,
            "sensitivity": sensitivity(draft.privacy),
            "showAs": show_as(draft),
            "type": if is_instance { "occurrence" } else { "singleInstance" },
            "seriesMasterId": draft.series_id,
            "start": date_time(draft, draft.start),
            "end": date_time(draft, draft.end),
            "originalStartTimeZone": windows_name(draft),
            "originalEndTimeZone": windows_name(draft),
            "isAllDay": draft.all_day,
            "isCancelled": draft.cancelled,
            "isOrganizer": is_organizer,
            "hideAttendees": draft.attendees_hidden,
            "responseStatus": response(own_response(draft, is_organizer), event.created_at),
            "organizer": {"emailAddress": address(organizer)},
            "attendees": attendees(event, is_organizer),
        }),
    );
    if is_instance {
        raw["occurrenceId"] = json!(format!(
            "OID.{}.{}",
            event.platform_id,
            date(draft, draft.start)
        ));
    }
    if let Some(link) = &draft.meeting_url {
        set_link(&mut raw, link);
    }
    raw
}

/// Identifiers and times of creation and change.
fn identity(event: &PlatformEvent<'_>) -> Value {
    json!({
        "@odata.etag": format!("W/\"{}\"", event.updated_at.as_millisecond()),
        "id": event.platform_id,
        "uid": event.ical_uid,
        "iCalUId": event.ical_uid,
        "createdDateTime": precise(event.created_at),
        "lastModifiedDateTime": precise(event.updated_at),
        "changeKey": event.updated_at.as_microsecond().to_string(),
        "webLink": format!("https://outlook.office365.com/owa/?itemid={}", event.platform_id),
    })
}

/// Writes the meeting link: of Teams as an online meeting, of others as the location.
fn set_link(raw: &mut Value, link: &str) {
    if link.contains("teams.") {
        raw["isOnlineMeeting"] = json!(true);
        raw["onlineMeetingProvider"] = json!("teamsForBusiness");
        raw["onlineMeeting"] = json!({"joinUrl": link});
    } else {
        raw["location"]["displayName"] = json!(link);
    }
}

/// Fields with the same value in nearly every event.
fn default_fields() -> Value {
    json!({
        "@odata.type": "#microsoft.graph.event",
        "body": {"contentType": "html", "content": ""},
        "bodyPreview": "",
        "categories": [],
        "importance": "normal",
        "recurrence": null,
        "transactionId": null,
        "isDraft": false,
        "isReminderOn": true,
        "reminderMinutesBeforeStart": 15,
        "responseRequested": true,
        "hasAttachments": false,
        "isOnlineMeeting": false,
        "onlineMeeting": null,
        "onlineMeetingUrl": null,
        "onlineMeetingProvider": "unknown",
        "location": {"displayName": "", "locationType": "default", "uniqueIdType": "unknown"},
    })
}

/// Copies all fields of `more` into `into`.
fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

/// Time in UTC without an offset, and the zone beside it, as Graph returns it by default. Whole
/// days begin at midnight.
fn date_time(draft: &EventDraft, time: Timestamp) -> Value {
    let text = if draft.all_day {
        format!("{}T00:00:00.0000000", date(draft, time))
    } else {
        time.strftime("%Y-%m-%dT%H:%M:%S.0000000").to_string()
    };
    json!({"dateTime": text, "timeZone": "UTC"})
}

fn address(email: &str) -> Value {
    json!({"name": email, "address": email})
}

const fn own_response(draft: &EventDraft, is_organizer: bool) -> &'static str {
    if is_organizer {
        return "organizer";
    }
    match draft.owner_response {
        ResponseStatus::NeedsAction => "notResponded",
        other => response_status(other),
    }
}

/// A response and its time. A response that was never given has the earliest possible time.
fn response(name: &str, at: Timestamp) -> Value {
    let is_absent = matches!(name, "none" | "notResponded" | "organizer");
    let time = if is_absent {
        String::from("0001-01-01T00:00:00Z")
    } else {
        precise(at)
    };
    json!({"response": name, "time": time})
}

/// The attendee list. If it is hidden, an owner who is not the organizer sees only themselves.
fn attendees(event: &PlatformEvent<'_>, is_organizer: bool) -> Vec<Value> {
    let (draft, owner) = (event.draft, event.owner);
    let mut all: Vec<Attendee> = draft.attendees.clone();
    let listed = all.iter().any(|a| same(&a.email, owner));
    if !is_organizer && !listed {
        all.insert(0, Attendee::new(owner).response(draft.owner_response));
    }
    all.iter()
        .filter(|a| !draft.attendees_hidden || is_organizer || same(&a.email, owner))
        .map(|a| {
            let is_owner = same(&a.email, owner);
            let status = if is_owner {
                draft.owner_response
            } else {
                a.response
            };
            json!({
                "type": attendee_type(a),
                "status": response(response_status(status), event.created_at),
                "emailAddress": address(&a.email),
            })
        })
        .collect()
}

const fn attendee_type(attendee: &Attendee) -> &'static str {
    if attendee.resource {
        "resource"
    } else if attendee.optional {
        "optional"
    } else {
        "required"
    }
}

const fn response_status(response: ResponseStatus) -> &'static str {
    match response {
        ResponseStatus::NeedsAction => "none",
        ResponseStatus::Accepted => "accepted",
        ResponseStatus::Tentative => "tentativelyAccepted",
        ResponseStatus::Declined => "declined",
    }
}

const fn sensitivity(privacy: Privacy) -> &'static str {
    match privacy {
        Privacy::Default | Privacy::Public => "normal",
        Privacy::Private => "private",
        Privacy::Personal => "personal",
        Privacy::Confidential => "confidential",
    }
}

const fn show_as(draft: &EventDraft) -> &'static str {
    match (draft.event_type, draft.show_as) {
        (EventType::OutOfOffice, _) | (_, ShowAs::OutOfOffice) => "oof",
        (EventType::WorkingLocation, _) | (_, ShowAs::WorkingElsewhere) => "workingElsewhere",
        (_, ShowAs::Busy) => "busy",
        (_, ShowAs::Free) => "free",
        (_, ShowAs::Tentative) => "tentative",
    }
}
