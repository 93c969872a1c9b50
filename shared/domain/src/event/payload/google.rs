//! Google Calendar's payload: <https://developers.google.com/workspace/calendar/api/v3/reference/events>.
//!
//! Google omits default values: flags that are false, a `visibility` and an `eventType` of
//! `default`, a `transparency` of `opaque`. The list of attendees is absent if it is empty
//! or hidden: `attendeesOmitted` marks a cut list, and with `guestsCanSeeOtherGuests` false
//! only the organizer gets the list. `self` marks the owner, under whatever address. Calendars
//! and rooms have addresses under `calendar.google.com`, in the list and as organizers.

use super::people::{self, Entry, Organizer};
use super::raw::{Raw, StatedZone};
use crate::event::appearance::{EventType, ShowsAs, Visibility};
use crate::event::attendee::{Attendee, ResponseStatus};
use crate::event::facts::Facts;
use crate::event::whole_days::WholeDays;

pub(super) fn facts(raw: Raw<'_>) -> Facts {
    let series = raw.at("recurringEventId");
    let (own_response, is_own_response_unreadable) = own_response(raw);
    Facts {
        title: raw.at("summary").text().map(str::to_owned),
        has_unreadable_title: raw.has_unreadable_text("summary"),
        is_cancelled: matches!(
            raw.at("status").word().as_deref(),
            Some("cancelled" | "canceled")
        ),
        own_response,
        is_own_response_unreadable,
        is_recurring: series.is_stated() || raw.at("recurrence").is_recurrence(),
        series: series.series(),
        zone: zone(raw).zone,
        has_unknown_zone: zone(raw).is_unknown,
        whole_days: whole_days(raw),
        is_all_day: is_all_day(raw.at("start")),
        visibility: visibility(raw),
        shows_as: shows_as(raw),
        kind: kind(raw),
        ..people(raw)
    }
}

fn people(raw: Raw<'_>) -> Facts {
    let (mut list, own_addresses) = people::attendees(raw.at("attendees"), |entry| {
        let address = entry.at("email");
        // An owner without an address is the owner; one whose address cannot be read may have
        // another address of a denied domain.
        let is_readable = address.is_missing() || address.email().is_some();
        let brought = entry.at("additionalGuests").count_or_zero();
        let is_own = entry.at("self").is_true();
        (listed(entry), brought.filter(|_| is_readable || !is_own))
    });
    list.is_incomplete |= raw.at("attendeesOmitted").flag_or_false() != Some(false);
    let is_hidden = raw.at("guestsCanSeeOtherGuests");
    list.is_hidden_from_guests = !is_hidden.is_missing() && is_hidden.flag() != Some(true);
    let organizer = raw.at("organizer");
    // Whoever may be the owner under another address is not known to be somebody else.
    let is_own_known = organizer.at("self").flag_or_false().is_some();
    let address = organizer.at("email").email().filter(|_| is_own_known);
    let named = Organizer::of(address, organizer.is_missing());
    let is_hosted = match organizer.at("self").flag() {
        None if own_entry(raw).is_some_and(|entry| entry.at("organizer").is_true()) => Some(true),
        stated => stated,
    };
    people::facts(list, own_addresses, named, is_hosted)
}

/// The owner's entry, by the platform's word.
fn own_entry(raw: Raw<'_>) -> Option<Raw<'_>> {
    let mut attendees = raw.at("attendees").items();
    attendees.find(|attendee| attendee.at("self").is_true())
}

/// The response in the owner's entry, and whether there is one that cannot be read, maybe in an
/// entry that cannot be read itself.
fn own_response(raw: Raw<'_>) -> (Option<ResponseStatus>, bool) {
    let attendees = raw.at("attendees");
    let is_others =
        |entry: Raw<'_>| entry.is_object() && entry.at("self").flag_or_false().is_some();
    let is_unreadable = !attendees.is_list() || !attendees.items().all(is_others);
    match own_entry(raw).map(response) {
        Some(response) => (response, response.is_none()),
        None => (None, is_unreadable && !attendees.is_missing()),
    }
}

fn listed(entry: Raw<'_>) -> Entry {
    let is_own = entry.at("self").flag_or_false();
    let is_resource = entry.at("resource").flag_or_false();
    let attendee = entry.at("email").email().map(|email| Attendee {
        response: response(entry).unwrap_or(ResponseStatus::Pending),
        is_resource: is_resource == Some(true) || email.is_stand_in(),
        is_optional: entry.at("optional").is_true(),
        is_organizer: entry.at("organizer").is_true(),
        email,
    });
    match (is_own, is_resource, attendee) {
        (Some(true), _, attendee) => Entry::Owner(attendee.map(|attendee| Attendee {
            is_resource: false,
            ..attendee
        })),
        (Some(false), _, Some(attendee)) if attendee.is_resource => Entry::Attendee(attendee),
        (Some(false), Some(false), Some(attendee)) => Entry::Attendee(attendee),
        (Some(false), Some(true), None) => Entry::Room,
        _ => Entry::Unreadable,
    }
}

/// The response of an attendee, which is pending if it is missing; none if it cannot be read.
fn response(attendee: Raw<'_>) -> Option<ResponseStatus> {
    let response = attendee.at("responseStatus");
    if response.is_missing() {
        return Some(ResponseStatus::Pending);
    }
    match response.word()?.as_str() {
        "accepted" => Some(ResponseStatus::Accepted),
        "tentative" => Some(ResponseStatus::Tentative),
        "declined" => Some(ResponseStatus::Declined),
        "needsaction" => Some(ResponseStatus::Pending),
        _ => None,
    }
}

fn zone(raw: Raw<'_>) -> StatedZone {
    StatedZone::of(["start", "end"].map(|end| raw.at(end).at("timeZone")))
}

/// Unknown if a date is stated that is none.
fn is_all_day(start: Raw<'_>) -> Option<bool> {
    if start.at("date").text().is_some() {
        return start.date("date").map(|_| true);
    }
    start.at("dateTime").text().map(|_| false)
}

fn whole_days(raw: Raw<'_>) -> Option<WholeDays> {
    let first = raw.at("start").date("date")?;
    Some(WholeDays::from(first, raw.at("end").date("date")))
}

fn visibility(raw: Raw<'_>) -> Option<Visibility> {
    match raw.word_or("visibility", "default")?.as_str() {
        "default" => Some(Visibility::Default),
        "public" => Some(Visibility::Public),
        "private" => Some(Visibility::Private),
        "confidential" => Some(Visibility::Confidential),
        _ => None,
    }
}

fn shows_as(raw: Raw<'_>) -> Option<ShowsAs> {
    if kind(raw) == Some(EventType::OutOfOffice) {
        return Some(ShowsAs::OutOfOffice);
    }
    match raw.word_or("transparency", "opaque")?.as_str() {
        "opaque" => Some(ShowsAs::Busy),
        "transparent" => Some(ShowsAs::Free),
        _ => None,
    }
}

fn kind(raw: Raw<'_>) -> Option<EventType> {
    match raw.word_or("eventType", "default")?.as_str() {
        "default" => Some(EventType::Default),
        "outofoffice" => Some(EventType::OutOfOffice),
        "focustime" => Some(EventType::FocusTime),
        "workinglocation" => Some(EventType::WorkingLocation),
        "fromgmail" => Some(EventType::FromGmail),
        "birthday" => Some(EventType::Birthday),
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
            "summary": "Quarterly review",
            "status": "confirmed",
            "organizer": {"email": "Lead@acme.example"},
            "attendees": [
                {"email": "sales@acme.example", "self": true, "responseStatus": "tentative"},
                {"email": "buyer@other.example", "responseStatus": "needsAction"},
                {"email": "room-4@resource.calendar.example", "resource": true, "responseStatus": "accepted"},
            ],
            "recurringEventId": "series_1",
        }));
        assert_eq!(facts.title.as_deref(), Some("Quarterly review"));
        assert_eq!(facts.own_response, Some(ResponseStatus::Tentative));
        assert_eq!(facts.series, SeriesId::parse("series_1").ok());
        let people: Vec<_> = facts.people().map(crate::email::Email::as_str).collect();
        assert_eq!(
            people,
            [
                "sales@acme.example",
                "buyer@other.example",
                "lead@acme.example"
            ]
        );
        assert!(!facts.is_cancelled && !facts.attendees.is_incomplete);
    }

    #[test_case(json!({"self": true, "responseStatus": "declined"}), Some(ResponseStatus::Declined), false; "an own entry")]
    #[test_case(json!({"self": true, "responseStatus": "Declined"}), Some(ResponseStatus::Declined), false; "in another case")]
    #[test_case(json!({"self": true, "email": "a@b.example"}), Some(ResponseStatus::Pending), false; "an own entry without a response")]
    #[test_case(json!({"self": true, "responseStatus": "perhaps"}), None, true; "a response that nobody knows")]
    #[test_case(json!({"self": true, "responseStatus": 1}), None, true; "a response of another type")]
    #[test_case(json!({"email": "a@b.example", "responseStatus": "accepted"}), None, false; "no entry is marked as the owner's")]
    fn reads_the_response_of_the_owner(
        entry: Value,
        expected: Option<ResponseStatus>,
        is_unreadable: bool,
    ) {
        let facts = facts(&json!({"attendees": [entry]}));
        assert_eq!(facts.own_response, expected);
        assert_eq!(facts.is_own_response_unreadable, is_unreadable);
    }
}
