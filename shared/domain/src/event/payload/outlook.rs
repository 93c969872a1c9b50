//! Microsoft Outlook's payload: <https://learn.microsoft.com/en-us/graph/api/resources/event>.
//!
//! The attendees mostly omit the organizer. The owner's response is in `responseStatus`,
//! which is `organizer` for the organizer. Times are usually converted to UTC, so the zone
//! of `start` is meaningful only if it is another; `originalStartTimeZone` is the zone that
//! the event was entered in.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time};

use super::people::{self, Entry, Organizer};
use super::raw::{Raw, StatedZone};
use crate::email::Email;
use crate::event::appearance::{EventType, ShowsAs, Visibility};
use crate::event::attendee::{Attendee, ResponseStatus};
use crate::event::facts::Facts;
use crate::event::whole_days::WholeDays;
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
        has_unreadable_title: raw.has_unreadable_text("subject"),
        is_cancelled: raw.at("isCancelled").is_true(),
        own_response: stated,
        is_own_response_unreadable: stated.is_none() && !is_own_response_missing,
        is_recurring: is_recurring(raw),
        series: series.series(),
        zone: zone(raw).zone,
        has_unknown_zone: zone(raw).is_unknown,
        whole_days: whole_days(raw),
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
    let is = |place: Raw<'_>, wanted: &str| place.word().as_deref() == Some(wanted);
    let rooms = locations.filter(|location| {
        is(location.at("locationType"), "conferenceroom")
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
    let kind = match kind.word().as_deref() {
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
    response.word().as_deref() == Some("organizer")
}

/// The response here; none if it is missing or cannot be read.
fn response(place: Raw<'_>) -> Option<ResponseStatus> {
    match place.word()?.as_str() {
        "accepted" | "organizer" => Some(ResponseStatus::Accepted),
        "tentativelyaccepted" => Some(ResponseStatus::Tentative),
        "declined" => Some(ResponseStatus::Declined),
        "notresponded" | "none" => Some(ResponseStatus::Pending),
        _ => None,
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
