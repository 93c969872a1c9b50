//! Microsoft Outlook's payload: <https://learn.microsoft.com/en-us/graph/api/resources/event>.
//!
//! The attendees mostly omit the organizer. The owner's response is in `responseStatus`,
//! which is `organizer` for the organizer. Times are usually converted to UTC, so the zone
//! of `start` is meaningful only if it is another; `originalStartTimeZone` is the zone that
//! the event was entered in.

use std::collections::BTreeSet;

use super::people::{self, Entry, Organizer};
use super::raw::Raw;
use crate::email::Email;
use crate::event::appearance::{EventType, ShowsAs, Visibility};
use crate::event::attendee::{Attendee, ResponseStatus};
use crate::event::facts::Facts;
use crate::zone::TimeZoneName;

pub(super) fn facts(raw: Raw<'_>) -> Facts {
    let series = raw.at("seriesMasterId");
    let own_status = raw.at("responseStatus");
    let own_response = own_status.at("response");
    let stated = response(own_response);
    let is_own_response_missing =
        own_response.is_missing() && (own_status.is_missing() || own_status.is_object());
    Facts {
        title: raw.at("subject").text().map(str::to_owned),
        is_cancelled: raw.at("isCancelled").is_true(),
        own_response: stated,
        is_own_response_unreadable: stated.is_none() && !is_own_response_missing,
        is_recurring: series.text().is_some() || is_of_series(raw.at("type")),
        series: series.series(),
        zone: zone(raw),
        is_all_day: raw.at("isAllDay").flag(),
        visibility: visibility(raw.at("sensitivity")),
        shows_as: shows_as(raw.at("showAs")),
        kind: Some(EventType::Default),
        ..people(raw)
    }
}

fn people(raw: Raw<'_>) -> Facts {
    let organizer = raw.at("organizer");
    let address = address(organizer);
    let rooms = rooms(raw);
    let (mut list, own_addresses) = people::attendees(raw.at("attendees"), |entry| {
        (listed(entry, address.as_ref(), &rooms), Some(0))
    });
    let is_hidden = raw.at("hideAttendees").flag_or_false();
    list.is_hidden_from_guests = is_hidden != Some(false);
    let own_response = raw.at("responseStatus").at("response");
    let is_hosted = match raw.at("isOrganizer").flag() {
        None if is_organizers(own_response) => Some(true),
        stated => stated,
    };
    // Whoever may be the owner under another address is not known to be somebody else.
    let is_own_known = is_hosted.is_some() || raw.at("isOrganizer").is_missing();
    let named = match address.filter(|_| is_own_known) {
        None if !is_own_known => Organizer::Unreadable,
        address => Organizer::of(address, organizer.is_missing()),
    };
    people::facts(list, own_addresses, named, is_hosted)
}

/// The address of an attendee or an organizer.
fn address(of: Raw<'_>) -> Option<Email> {
    of.at("emailAddress").at("address").email()
}

/// The addresses of the event's locations that the platform marks as rooms, or that are in the
/// directory. As attendees they are often `required`. A location that somebody typed is neither.
fn rooms(raw: Raw<'_>) -> BTreeSet<Email> {
    let locations = raw.at("locations").items();
    let locations = locations.chain(std::iter::once(raw.at("location")));
    let is = |place: Raw<'_>, wanted: &str| {
        let text = place.text();
        text.is_some_and(|text| text.eq_ignore_ascii_case(wanted))
    };
    let rooms = locations.filter(|location| {
        is(location.at("locationType"), "conferenceRoom")
            || is(location.at("uniqueIdType"), "directory")
    });
    let addresses = rooms.flat_map(|location| {
        let names = ["uniqueId", "locationUri", "locationEmailAddress"];
        names.map(|name| location.at(name).email())
    });
    addresses.flatten().collect()
}

fn listed(entry: Raw<'_>, organizer: Option<&Email>, rooms: &BTreeSet<Email>) -> Entry {
    let kind = entry.at("type");
    let kind = match kind.text().map(str::to_ascii_lowercase).as_deref() {
        Some("resource") => Kind::Resource,
        Some("optional") => Kind::Person { is_optional: true },
        Some("required") => Kind::Person { is_optional: false },
        None if kind.is_missing() => Kind::Person { is_optional: false },
        _ => Kind::Unknown,
    };
    let answer = entry.at("status").at("response");
    let attendee = address(entry).map(|email| Attendee {
        response: response(answer).unwrap_or(ResponseStatus::Pending),
        is_resource: kind == Kind::Resource || email.is_stand_in() || rooms.contains(&email),
        is_optional: kind == Kind::Person { is_optional: true },
        is_organizer: is_organizers(answer) || organizer == Some(&email),
        email,
    });
    match (kind, attendee) {
        (_, Some(attendee)) if attendee.is_resource => Entry::Attendee(attendee),
        (Kind::Person { .. }, Some(attendee)) => Entry::Attendee(attendee),
        (Kind::Resource, None) => Entry::Room,
        _ => Entry::Unreadable,
    }
}

/// The type of an attendee.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Person { is_optional: bool },
    Resource,
    Unknown,
}

/// Whether a response is the organizer's.
fn is_organizers(response: Raw<'_>) -> bool {
    let text = response.text();
    text.is_some_and(|text| text.eq_ignore_ascii_case("organizer"))
}

/// The response here; none if it is missing or cannot be read.
fn response(place: Raw<'_>) -> Option<ResponseStatus> {
    match place.text()?.to_ascii_lowercase().as_str() {
        "accepted" | "organizer" => Some(ResponseStatus::Accepted),
        "tentativelyaccepted" => Some(ResponseStatus::Tentative),
        "declined" => Some(ResponseStatus::Declined),
        "notresponded" | "none" => Some(ResponseStatus::Pending),
        _ => None,
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

    #[test_case(json!({"isOrganizer": true, "responseStatus": {"response": "none"}}), Some(ResponseStatus::Pending); "an organizer without a response")]
    #[test_case(json!({"isOrganizer": true, "responseStatus": {"response": "declined"}}), Some(ResponseStatus::Declined); "an organizer who declined")]
    #[test_case(json!({"responseStatus": {"response": "organizer"}}), Some(ResponseStatus::Accepted); "the response value of an organizer")]
    #[test_case(json!({"responseStatus": {"response": "tentativelyAccepted"}}), Some(ResponseStatus::Tentative); "tentative")]
    #[test_case(json!({"responseStatus": {"response": "declined"}}), Some(ResponseStatus::Declined); "declined")]
    #[test_case(json!({"responseStatus": {"response": "Declined"}}), Some(ResponseStatus::Declined); "declined, in another case")]
    #[test_case(json!({"responseStatus": {"response": "notResponded"}}), Some(ResponseStatus::Pending); "no response yet")]
    #[test_case(json!({}), None; "nothing")]
    fn reads_the_response_of_the_owner(raw: Value, expected: Option<ResponseStatus>) {
        let facts = facts(&raw);
        assert_eq!(facts.own_response, expected);
        assert!(!facts.is_own_response_unreadable);
    }

    #[test]
    fn a_response_that_nobody_knows_is_not_missing() {
        let facts = facts(&json!({"responseStatus": {"response": "perhaps"}}));
        assert_eq!(facts.own_response, None);
        assert!(facts.is_own_response_unreadable);
    }
}
