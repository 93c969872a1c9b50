//! Google Calendar's payload: <https://developers.google.com/workspace/calendar/api/v3/reference/events>.
//!
//! Booleans are absent when false. The list of attendees is absent when there
//! is nobody and also when it is hidden; `attendeesOmitted` tells of a cut list.

use super::raw::Raw;
use super::{Answer, Facts, Guest, Guests};
use crate::SeriesId;

pub(super) fn read(raw: Raw<'_>) -> Facts {
    Facts {
        title: raw.at("summary").text().map(str::to_owned),
        is_cancelled: raw.at("status").text() == Some("cancelled"),
        own_answer: own_answer(raw),
        organizer: raw.at("organizer").at("email").email(),
        guests: Guests {
            listed: raw.at("attendees").items().filter_map(guest).collect(),
            is_incomplete: raw.at("attendeesOmitted").is_true(),
        },
        series: raw
            .at("recurringEventId")
            .text()
            .and_then(|id| SeriesId::parse(id).ok()),
    }
}

fn own_answer(raw: Raw<'_>) -> Option<Answer> {
    let own_entry = raw
        .at("attendees")
        .items()
        .find(|attendee| attendee.at("self").is_true());
    match own_entry {
        Some(entry) => Some(answer(entry)),
        None if raw.at("organizer").at("self").is_true() => Some(Answer::Accepted),
        None => None,
    }
}

fn guest(attendee: Raw<'_>) -> Option<Guest> {
    Some(Guest {
        email: attendee.at("email").email()?,
        answer: answer(attendee),
        is_resource: attendee.at("resource").is_true(),
    })
}

fn answer(attendee: Raw<'_>) -> Answer {
    match attendee.at("responseStatus").text() {
        Some("accepted") => Answer::Accepted,
        Some("tentative") => Answer::Tentative,
        Some("declined") => Answer::Declined,
        _ => Answer::Pending,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use test_case::test_case;

    fn facts(raw: &Value) -> Facts {
        read(Raw(raw))
    }

    #[test]
    fn reads_a_usual_event() {
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
        assert_eq!(facts.own_answer, Some(Answer::Tentative));
        assert_eq!(facts.series, SeriesId::parse("series_1").ok());
        let people: Vec<_> = facts.people().map(crate::Email::as_str).collect();
        assert_eq!(
            people,
            [
                "sales@acme.example",
                "buyer@other.example",
                "lead@acme.example"
            ]
        );
        assert!(!facts.is_cancelled && !facts.guests.is_incomplete);
    }

    #[test_case(json!({"attendees": [{"email": "a@b.example", "self": true, "responseStatus": "declined"}]}), Some(Answer::Declined); "an own entry")]
    #[test_case(json!({"organizer": {"email": "a@b.example", "self": true}}), Some(Answer::Accepted); "the organizer without an entry comes")]
    #[test_case(json!({"organizer": {"self": true}, "attendees": [{"self": true, "responseStatus": "declined"}]}), Some(Answer::Declined); "an own entry goes before being the organizer")]
    #[test_case(json!({"attendees": [{"email": "a@b.example", "responseStatus": "accepted"}]}), None; "nobody is marked as the owner")]
    #[test_case(json!({}), None; "nothing")]
    fn knows_what_the_owner_said(raw: Value, expected: Option<Answer>) {
        assert_eq!(facts(&raw).own_answer, expected);
    }

    #[test]
    fn a_cancelled_event_and_a_cut_list_are_seen() {
        let facts = facts(&json!({"status": "cancelled", "attendeesOmitted": true}));
        assert!(facts.is_cancelled && facts.guests.is_incomplete);
    }
}
