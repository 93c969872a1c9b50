//! Microsoft Outlook's payload: <https://learn.microsoft.com/en-us/graph/api/resources/event>.
//!
//! The attendees mostly omit the organizer. The owner's response is in `responseStatus`,
//! which is `organizer` for the organizer. Times are usually converted to UTC, so the zone
//! of `start` is meaningful only if it is another; `originalStartTimeZone` is the zone that
//! the event was entered in.

use jiff::civil::{Date, Time};

use super::raw::{Raw, StatedZone};
use crate::email::Email;
use crate::event::appearance::{EventType, ShowsAs, Visibility};
use crate::event::attendee::{Attendee, Attendees, LONGEST_ATTENDEE_LIST, ResponseStatus};
use crate::event::facts::Facts;
use crate::event::whole_days::WholeDays;
use crate::zone::TimeZoneName;

pub(super) fn facts(raw: Raw<'_>) -> Facts {
    let organizer = raw.at("organizer").at("emailAddress").at("address").email();
    let series = raw.at("seriesMasterId");
    let attendees = raw.at("attendees").items();
    Facts {
        title: raw.at("subject").text().map(str::to_owned),
        has_unreadable_title: raw.has_unreadable_text("subject"),
        is_cancelled: raw.at("isCancelled").is_true(),
        own_response: own_response(raw),
        is_hosted: raw.at("isOrganizer").flag(),
        attendees: Attendees {
            listed: attendees
                .take(LONGEST_ATTENDEE_LIST)
                .filter_map(|attendee| listed_attendee(attendee, organizer.as_ref()))
                .collect(),
            is_incomplete: raw.at("attendees").is_longer_than(LONGEST_ATTENDEE_LIST)
                || raw.at("hideAttendees").is_true() && !raw.at("isOrganizer").is_true(),
        },
        organizer,
        is_recurring: is_recurring(raw),
        series: series.series(),
        zone: zone(raw).zone,
        has_unknown_zone: zone(raw).is_unknown,
        whole_days: whole_days(raw),
        is_all_day: raw.at("isAllDay").flag(),
        visibility: visibility(raw.at("sensitivity")),
        shows_as: shows_as(raw.at("showAs")),
        kind: Some(EventType::Default),
    }
}

fn own_response(raw: Raw<'_>) -> Option<ResponseStatus> {
    let stated = raw.at("responseStatus").at("response").word();
    let response = stated.as_deref().map(response);
    match response {
        // An organizer has accepted unless they responded otherwise.
        None | Some(ResponseStatus::Pending) if raw.at("isOrganizer").is_true() => {
            Some(ResponseStatus::Accepted)
        }
        _ => response,
    }
}

fn listed_attendee(attendee: Raw<'_>, organizer: Option<&Email>) -> Option<Attendee> {
    let email = attendee.at("emailAddress").at("address").email()?;
    let response = attendee.at("status").at("response").word();
    let kind = attendee.at("type").word();
    let kind = kind.as_deref();
    Some(Attendee {
        response: response.map_or(ResponseStatus::Pending, |word| self::response(&word)),
        is_resource: kind == Some("resource"),
        is_optional: kind == Some("optional"),
        is_organizer: organizer == Some(&email),
        email,
    })
}

fn response(response: &str) -> ResponseStatus {
    match response {
        "accepted" | "organizer" => ResponseStatus::Accepted,
        "tentativelyaccepted" => ResponseStatus::Tentative,
        "declined" => ResponseStatus::Declined,
        _ => ResponseStatus::Pending,
    }
}

/// By the type; an event without a known one is the master of a series if it has a recurrence.
fn is_recurring(raw: Raw<'_>) -> bool {
    let kind = raw.at("type").word();
    let is_of_series = match kind.as_deref() {
        Some("occurrence" | "exception" | "seriesmaster") => true,
        Some("singleinstance") => false,
        _ => raw.at("recurrence").is_recurrence(),
    };
    is_of_series || raw.at("seriesMasterId").is_stated()
}

/// If the zone that the event was entered in is unknown, so is the zone: that of the times is
/// the reader's.
fn zone(raw: Raw<'_>) -> StatedZone {
    let original = ["originalStartTimeZone", "originalEndTimeZone"].map(|name| raw.at(name));
    if original.iter().any(|zone| zone.text().is_some()) {
        return StatedZone::of(original);
    }
    let stated = StatedZone::of(["start", "end"].map(|end| raw.at(end).at("timeZone")));
    let is_converted = stated.zone.as_ref().is_some_and(TimeZoneName::is_utc);
    if is_converted {
        StatedZone::default()
    } else {
        stated
    }
}

fn whole_days(raw: Raw<'_>) -> Option<WholeDays> {
    if !raw.at("isAllDay").is_true() {
        return None;
    }
    let zone = zone(raw).zone;
    let first = midnight(raw.at("start"), zone.as_ref())?;
    let behind = midnight(raw.at("end"), zone.as_ref());
    Some(WholeDays::from(first, behind))
}

/// The day that begins at a stated time. Whole days are stated from midnight to midnight in no
/// zone; but a program may have converted them into another than the event's.
fn midnight(stated: Raw<'_>, zone: Option<&TimeZoneName>) -> Option<Date> {
    let time = stated.at("dateTime").local_time()?;
    if time.time() == Time::midnight() {
        return Some(time.date());
    }
    let instant = stated.at("timeZone").zone()?.instant(time)?;
    let local = zone?.local(instant);
    (local.time() == Time::midnight()).then(|| local.date())
}

fn visibility(sensitivity: Raw<'_>) -> Option<Visibility> {
    match sensitivity.word()?.as_str() {
        "normal" => Some(Visibility::Default),
        "personal" | "private" => Some(Visibility::Private),
        "confidential" => Some(Visibility::Confidential),
        _ => None,
    }
}

fn shows_as(show_as: Raw<'_>) -> Option<ShowsAs> {
    match show_as.word()?.as_str() {
        "free" => Some(ShowsAs::Free),
        "tentative" => Some(ShowsAs::Tentative),
        "busy" => Some(ShowsAs::Busy),
        "oof" => Some(ShowsAs::OutOfOffice),
        "workingelsewhere" => Some(ShowsAs::Elsewhere),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SeriesId;
    use serde_json::{Value, json};
    use test_case::test_case;

    fn facts(raw: &Value) -> Facts {
        super::facts(Raw(raw))
    }

    #[test]
    fn reads_a_typical_event() {
        let facts = facts(&json!({
            "subject": "Quarterly review",
            "isCancelled": false,
            "responseStatus": {"response": "accepted", "time": "2026-03-02T08:00:00Z"},
            "organizer": {"emailAddress": {"name": "", "address": "lead@acme.example"}},
            "attendees": [
                {"type": "required", "status": {"response": "none"}, "emailAddress": {"address": "buyer@other.example"}},
                {"type": "resource", "emailAddress": {"address": "room-4@acme.example"}},
            ],
            "seriesMasterId": "AAMk=",
        }));
        assert_eq!(facts.title.as_deref(), Some("Quarterly review"));
        assert_eq!(facts.own_response, Some(ResponseStatus::Accepted));
        assert_eq!(facts.series, SeriesId::parse("AAMk=").ok());
        let people: Vec<_> = facts.people().map(Email::as_str).collect();
        assert_eq!(people, ["buyer@other.example", "lead@acme.example"]);
    }

    #[test_case(json!({"isOrganizer": true, "responseStatus": {"response": "none"}}), Some(ResponseStatus::Accepted); "an organizer has accepted")]
    #[test_case(json!({"isOrganizer": true, "responseStatus": {"response": "declined"}}), Some(ResponseStatus::Declined); "an organizer who declined")]
    #[test_case(json!({"responseStatus": {"response": "organizer"}}), Some(ResponseStatus::Accepted); "the response value of an organizer")]
    #[test_case(json!({"responseStatus": {"response": "tentativelyAccepted"}}), Some(ResponseStatus::Tentative); "tentative")]
    #[test_case(json!({"responseStatus": {"response": "declined"}}), Some(ResponseStatus::Declined); "declined")]
    #[test_case(json!({"responseStatus": {"response": "notResponded"}}), Some(ResponseStatus::Pending); "no response yet")]
    #[test_case(json!({}), None; "nothing")]
    fn reads_the_response_of_the_owner(raw: Value, expected: Option<ResponseStatus>) {
        assert_eq!(facts(&raw).own_response, expected);
    }
}
