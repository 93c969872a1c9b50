//! Microsoft Outlook's payload: <https://learn.microsoft.com/en-us/graph/api/resources/event>.
//!
//! The attendees mostly omit the organizer. The owner's response is in `responseStatus`,
//! which is `organizer` for the organizer. Times are usually converted to UTC, so the zone
//! of `start` is meaningful only if it is another; `originalStartTimeZone` is the zone that
//! the event was entered in.

use super::raw::Raw;
use crate::email::Email;
use crate::event::appearance::{EventType, ShowsAs, Visibility};
use crate::event::attendee::{Attendee, Attendees, LONGEST_ATTENDEE_LIST, ResponseStatus};
use crate::event::facts::Facts;
use crate::zone::TimeZoneName;

pub(super) fn facts(raw: Raw<'_>) -> Facts {
    let organizer = raw.at("organizer").at("emailAddress").at("address").email();
    let series = raw.at("seriesMasterId");
    let attendees = raw.at("attendees").items();
    Facts {
        title: raw.at("subject").text().map(str::to_owned),
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
        is_recurring: series.text().is_some() || is_of_series(raw.at("type")),
        series: series.series(),
        zone: zone(raw),
        is_all_day: raw.at("isAllDay").flag(),
        visibility: visibility(raw.at("sensitivity")),
        shows_as: shows_as(raw.at("showAs")),
        kind: Some(EventType::Default),
    }
}

fn own_response(raw: Raw<'_>) -> Option<ResponseStatus> {
    let response = raw.at("responseStatus").at("response").text().map(response);
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
    let response = attendee.at("status").at("response").text();
    let kind = attendee.at("type").text();
    Some(Attendee {
        response: response.map_or(ResponseStatus::Pending, self::response),
        is_resource: kind == Some("resource"),
        is_optional: kind == Some("optional"),
        is_organizer: organizer == Some(&email),
        email,
    })
}

fn response(response: &str) -> ResponseStatus {
    match response {
        "accepted" | "organizer" => ResponseStatus::Accepted,
        "tentativelyAccepted" => ResponseStatus::Tentative,
        "declined" => ResponseStatus::Declined,
        _ => ResponseStatus::Pending,
    }
}

fn is_of_series(kind: Raw<'_>) -> bool {
    let series = ["occurrence", "exception", "seriesMaster"];
    kind.text().is_some_and(|kind| series.contains(&kind))
}

/// If the payload names an unknown zone, the zone is unknown: another would be a guess.
fn zone(raw: Raw<'_>) -> Option<TimeZoneName> {
    let original = ["originalStartTimeZone", "originalEndTimeZone"].map(|name| raw.at(name));
    if let Some(named) = original.into_iter().find(|zone| zone.text().is_some()) {
        return named.zone();
    }
    let normalised = raw.at("start").at("timeZone");
    let is_utc = normalised.text()?.eq_ignore_ascii_case("UTC");
    if is_utc { None } else { normalised.zone() }
}

fn visibility(sensitivity: Raw<'_>) -> Option<Visibility> {
    match sensitivity.text()? {
        "normal" => Some(Visibility::Default),
        "personal" | "private" => Some(Visibility::Private),
        "confidential" => Some(Visibility::Confidential),
        _ => None,
    }
}

fn shows_as(show_as: Raw<'_>) -> Option<ShowsAs> {
    match show_as.text()? {
        "free" => Some(ShowsAs::Free),
        "tentative" => Some(ShowsAs::Tentative),
        "busy" => Some(ShowsAs::Busy),
        "oof" => Some(ShowsAs::OutOfOffice),
        "workingElsewhere" => Some(ShowsAs::Elsewhere),
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
