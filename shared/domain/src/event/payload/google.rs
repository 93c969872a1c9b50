//! Google Calendar's payload: <https://developers.google.com/workspace/calendar/api/v3/reference/events>.
//!
//! Google omits default values: flags that are false, a `visibility` and an `eventType` of
//! `default`, a `transparency` of `opaque`. The list of attendees is absent if it is empty
//! or hidden: `attendeesOmitted` marks a cut list, and with `guestsCanSeeOtherGuests` false
//! only the organizer gets the list.

use super::raw::{Raw, StatedZone};
use crate::event::appearance::{EventType, ShowsAs, Visibility};
use crate::event::attendee::{Attendee, Attendees, LONGEST_ATTENDEE_LIST, ResponseStatus};
use crate::event::facts::Facts;
use crate::event::whole_days::WholeDays;

pub(super) fn facts(raw: Raw<'_>) -> Facts {
    let organizer = raw.at("organizer");
    let series = raw.at("recurringEventId");
    Facts {
        title: raw.at("summary").text().map(str::to_owned),
        has_unreadable_title: raw.has_unreadable_text("summary"),
        is_cancelled: matches!(
            raw.at("status").word().as_deref(),
            Some("cancelled" | "canceled")
        ),
        own_response: own_response(raw),
        organizer: organizer.at("email").email(),
        is_hosted: organizer.flag_or_false("self"),
        attendees: Attendees {
            listed: raw
                .at("attendees")
                .items()
                .take(LONGEST_ATTENDEE_LIST)
                .filter_map(listed_attendee)
                .collect(),
            is_incomplete: is_incomplete(raw),
        },
        is_recurring: series.is_stated() || raw.at("recurrence").is_recurrence(),
        series: series.series(),
        zone: zone(raw).zone,
        has_unknown_zone: zone(raw).is_unknown,
        whole_days: whole_days(raw),
        is_all_day: is_all_day(raw.at("start")),
        visibility: visibility(raw),
        shows_as: shows_as(raw),
        kind: kind(raw),
    }
}

fn own_response(raw: Raw<'_>) -> Option<ResponseStatus> {
    let own_entry = raw
        .at("attendees")
        .items()
        .find(|attendee| attendee.at("self").is_true());
    match own_entry {
        Some(entry) => Some(response(entry)),
        None if raw.at("organizer").at("self").is_true() => Some(ResponseStatus::Accepted),
        None => None,
    }
}

fn listed_attendee(attendee: Raw<'_>) -> Option<Attendee> {
    Some(Attendee {
        email: attendee.at("email").email()?,
        response: response(attendee),
        is_resource: attendee.at("resource").is_true(),
        is_optional: attendee.at("optional").is_true(),
        is_organizer: attendee.at("organizer").is_true(),
    })
}

fn response(attendee: Raw<'_>) -> ResponseStatus {
    match attendee.at("responseStatus").word().as_deref() {
        Some("accepted") => ResponseStatus::Accepted,
        Some("tentative") => ResponseStatus::Tentative,
        Some("declined") => ResponseStatus::Declined,
        _ => ResponseStatus::Pending,
    }
}

fn is_incomplete(raw: Raw<'_>) -> bool {
    let is_hidden = raw.at("guestsCanSeeOtherGuests").flag() == Some(false);
    raw.at("attendeesOmitted").is_true()
        || raw.at("attendees").is_longer_than(LONGEST_ATTENDEE_LIST)
        || is_hidden && !raw.at("organizer").at("self").is_true()
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
                {"displayName": "no address"},
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

    #[test_case(json!({"attendees": [{"email": "a@b.example", "self": true, "responseStatus": "declined"}]}), Some(ResponseStatus::Declined); "an own entry")]
    #[test_case(json!({"organizer": {"email": "a@b.example", "self": true}}), Some(ResponseStatus::Accepted); "an organizer without an entry has accepted")]
    #[test_case(json!({"organizer": {"self": true}, "attendees": [{"self": true, "responseStatus": "declined"}]}), Some(ResponseStatus::Declined); "an own entry goes before being the organizer")]
    #[test_case(json!({"attendees": [{"email": "a@b.example", "responseStatus": "accepted"}]}), None; "no entry is marked as the owner's")]
    #[test_case(json!({}), None; "nothing")]
    fn reads_the_response_of_the_owner(raw: Value, expected: Option<ResponseStatus>) {
        assert_eq!(facts(&raw).own_response, expected);
    }
}
