//! An event as Microsoft Graph writes it: nearly every field is always there.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::zone::windows_name;
use super::{date, same};
use crate::clock::precise;
use crate::draft::{Answer, Attendee, EventDraft, EventKind, Privacy, ShowAs};
use crate::world::Event;

pub(super) fn payload(event: &Event, owner: &str) -> Value {
    let draft = &event.draft;
    let organizer = draft.organizer.as_deref().unwrap_or(owner);
    let is_organizer = same(organizer, owner);
    let own = own_answer(draft, is_organizer);
    let instance = draft.series_id.is_some();
    let mut raw = usual();
    merge(
        &mut raw,
        json!({
            "@odata.etag": format!("W/\"{}\"", event.updated_at.as_millisecond()),
            "id": event.platform_id,
            "uid": event.ical_uid,
            "iCalUId": event.ical_uid,
            "createdDateTime": precise(event.created_at),
            "lastModifiedDateTime": precise(event.updated_at),
            "changeKey": event.updated_at.as_microsecond().to_string(),
            "webLink": format!("https://outlook.office365.com/owa/?itemid={}", event.platform_id),
            "subject": draft.title,
            "sensitivity": sensitivity(draft.privacy),
            "showAs": show_as(draft),
            "type": if instance { "occurrence" } else { "singleInstance" },
            "seriesMasterId": draft.series_id,
            "start": point(draft, draft.start),
            "end": point(draft, draft.end),
            "originalStartTimeZone": windows_name(draft),
            "originalEndTimeZone": windows_name(draft),
            "isAllDay": draft.all_day,
            "isCancelled": draft.cancelled,
            "isOrganizer": is_organizer,
            "hideAttendees": draft.guests_hidden,
            "responseStatus": response(own, event.created_at),
            "organizer": {"emailAddress": address(organizer)},
            "attendees": attendees(event, owner, is_organizer),
        }),
    );
    if instance {
        raw["occurrenceId"] = json!(format!(
            "OID.{}.{}",
            event.platform_id,
            date(draft, draft.start)
        ));
    }
    if let Some(link) = &draft.meeting_url {
        if link.contains("teams.") {
            raw["isOnlineMeeting"] = json!(true);
            raw["onlineMeetingProvider"] = json!("teamsForBusiness");
            raw["onlineMeeting"] = json!({"joinUrl": link});
        } else {
            raw["location"]["displayName"] = json!(link);
        }
    }
    raw
}

/// What is the same in nearly every event.
fn usual() -> Value {
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

fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

/// The time in UTC without an offset, and that it is UTC beside it: so it comes unless another
/// zone is asked for. Whole days begin at midnight there too.
fn point(draft: &EventDraft, time: Timestamp) -> Value {
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

const fn own_answer(draft: &EventDraft, is_organizer: bool) -> &'static str {
    if is_organizer {
        return "organizer";
    }
    match draft.owner_answer {
        Answer::None => "notResponded",
        other => answer(other),
    }
}

/// An answer that was never given carries the earliest time there is.
fn response(answer: &str, at: Timestamp) -> Value {
    let never = matches!(answer, "none" | "notResponded" | "organizer");
    let time = if never {
        String::from("0001-01-01T00:00:00Z")
    } else {
        precise(at)
    };
    json!({"response": answer, "time": time})
}

/// Everyone invited; with the list hidden, an invited owner sees nobody but themselves.
fn attendees(event: &Event, owner: &str, is_organizer: bool) -> Vec<Value> {
    let draft = &event.draft;
    let mut all: Vec<Attendee> = draft.attendees.clone();
    let listed = all.iter().any(|a| same(&a.email, owner));
    if !is_organizer && !listed {
        all.insert(0, Attendee::new(owner).answer(draft.owner_answer));
    }
    all.iter()
        .filter(|a| !draft.guests_hidden || is_organizer || same(&a.email, owner))
        .map(|a| {
            let own = same(&a.email, owner);
            let given = if own { draft.owner_answer } else { a.answer };
            json!({
                "type": attendee_type(a),
                "status": response(answer(given), event.created_at),
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

const fn answer(answer: Answer) -> &'static str {
    match answer {
        Answer::None => "none",
        Answer::Accepted => "accepted",
        Answer::Tentative => "tentativelyAccepted",
        Answer::Declined => "declined",
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
    match (draft.kind, draft.show_as) {
        (EventKind::OutOfOffice, _) | (_, ShowAs::OutOfOffice) => "oof",
        (EventKind::WorkingLocation, _) | (_, ShowAs::WorkingElsewhere) => "workingElsewhere",
        (_, ShowAs::Busy) => "busy",
        (_, ShowAs::Free) => "free",
        (_, ShowAs::Tentative) => "tentative",
    }
}
