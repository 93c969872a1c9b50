//! Microsoft Outlook's payload: <https://learn.microsoft.com/en-us/graph/api/resources/event>.
//!
//! Attendees mostly leave the organizer out; the owner's own answer stands in
//! `responseStatus`, where the organizer of a meeting reads `organizer`.

use super::raw::Raw;
use super::{Answer, Facts, Guest, Guests};
use crate::SeriesId;

pub(super) fn read(raw: Raw<'_>) -> Facts {
    Facts {
        title: raw.at("subject").text().map(str::to_owned),
        is_cancelled: raw.at("isCancelled").is_true(),
        own_answer: own_answer(raw),
        organizer: raw.at("organizer").at("emailAddress").at("address").email(),
        guests: Guests {
            listed: raw.at("attendees").items().filter_map(guest).collect(),
            is_incomplete: raw.at("hideAttendees").is_true() && !raw.at("isOrganizer").is_true(),
        },
        series: raw
            .at("seriesMasterId")
            .text()
            .and_then(|id| SeriesId::parse(id).ok()),
    }
}

fn own_answer(raw: Raw<'_>) -> Option<Answer> {
    let said = raw.at("responseStatus").at("response").text().map(answer);
    match said {
        // Who called the meeting need not answer; what they do say counts.
        None | Some(Answer::Pending) if raw.at("isOrganizer").is_true() => Some(Answer::Accepted),
        _ => said,
    }
}

fn guest(attendee: Raw<'_>) -> Option<Guest> {
    let response = attendee.at("status").at("response").text();
    Some(Guest {
        email: attendee.at("emailAddress").at("address").email()?,
        answer: response.map_or(Answer::Pending, answer),
        is_resource: attendee.at("type").text() == Some("resource"),
    })
}

fn answer(response: &str) -> Answer {
    match response {
        "accepted" | "organizer" => Answer::Accepted,
        "tentativelyAccepted" => Answer::Tentative,
        "declined" => Answer::Declined,
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
        assert_eq!(facts.own_answer, Some(Answer::Accepted));
        assert_eq!(facts.series, SeriesId::parse("AAMk=").ok());
        let people: Vec<_> = facts.people().map(crate::Email::as_str).collect();
        assert_eq!(people, ["buyer@other.example", "lead@acme.example"]);
    }

    #[test_case(json!({"isOrganizer": true, "responseStatus": {"response": "none"}}), Some(Answer::Accepted); "who called the meeting comes")]
    #[test_case(json!({"isOrganizer": true, "responseStatus": {"response": "declined"}}), Some(Answer::Declined); "unless they say otherwise")]
    #[test_case(json!({"responseStatus": {"response": "organizer"}}), Some(Answer::Accepted); "the answer of an organizer")]
    #[test_case(json!({"responseStatus": {"response": "tentativelyAccepted"}}), Some(Answer::Tentative); "perhaps")]
    #[test_case(json!({"responseStatus": {"response": "declined"}}), Some(Answer::Declined); "declined")]
    #[test_case(json!({"responseStatus": {"response": "notResponded"}}), Some(Answer::Pending); "no answer yet")]
    #[test_case(json!({}), None; "nothing")]
    fn knows_what_the_owner_said(raw: Value, expected: Option<Answer>) {
        assert_eq!(facts(&raw).own_answer, expected);
    }

    #[test_case(json!({"hideAttendees": true}), true; "hidden from a guest")]
    #[test_case(json!({"hideAttendees": true, "isOrganizer": true}), false; "the organizer sees them")]
    fn knows_when_the_list_is_hidden(raw: Value, expected: bool) {
        assert_eq!(facts(&raw).guests.is_incomplete, expected);
    }
}
