//! What Google's and Outlook's payloads say, read into one shape.
//!
//! Every field of a payload is optional and may be of a type nobody expected.
//! What cannot be read is unknown, never an error: one odd field must not cost
//! a calendar its other meetings.

mod google;
mod outlook;
mod raw;

use serde_json::Value;

use crate::{Email, Platform, SeriesId};
use raw::Raw;

/// How much of a title is kept, in characters: a row must stay small.
const LONGEST_TITLE: usize = 200;

/// What somebody said to an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Comes. The organizer counts as coming.
    Accepted,
    /// May come.
    Tentative,
    /// Does not come.
    Declined,
    /// Has not said.
    Pending,
}

/// Somebody who is invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// The address invited.
    pub email: Email,
    /// What they said.
    pub answer: Answer,
    /// A room or a piece of equipment.
    pub is_resource: bool,
}

/// Who is invited, as far as the calendar may see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guests {
    /// Those that are listed.
    pub listed: Vec<Guest>,
    /// Whether the platform says that the list leaves people out.
    pub is_incomplete: bool,
}

/// What the platform's payload says about an event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// What the meeting is called.
    pub title: Option<String>,
    /// Called off, though the event still stands in the calendar.
    pub is_cancelled: bool,
    /// What the calendar's owner said; absent where the payload does not tell.
    pub own_answer: Option<Answer>,
    /// Who called the meeting.
    pub organizer: Option<Email>,
    /// Who is invited.
    pub guests: Guests,
    /// The recurring series it belongs to.
    pub series: Option<SeriesId>,
}

impl Facts {
    /// Reads the facts out of a platform's payload.
    #[must_use]
    pub fn read(platform: Platform, raw: &Value) -> Self {
        let facts = match platform {
            Platform::Google => google::read(Raw(raw)),
            Platform::Outlook => outlook::read(Raw(raw)),
        };
        let title = facts
            .title
            .map(|title| title.chars().take(LONGEST_TITLE).collect());
        Self { title, ..facts }
    }

    /// Everybody who takes part: guests that are people, and the organizer.
    pub fn people(&self) -> impl Iterator<Item = &Email> {
        let guests = self.guests.listed.iter().filter(|guest| !guest.is_resource);
        guests.map(|guest| &guest.email).chain(&self.organizer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
            Just(json!("a@b.example")),
            Just(json!("accepted")),
        ];
        let name = prop::sample::select(vec![
            "summary",
            "status",
            "attendees",
            "organizer",
            "email",
            "self",
            "responseStatus",
            "subject",
            "isCancelled",
            "emailAddress",
            "address",
            "response",
            "seriesMasterId",
            "recurringEventId",
            "type",
            "resource",
            "attendeesOmitted",
            "isOrganizer",
        ]);
        leaf.prop_recursive(4, 48, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((name.clone(), inner), 0..6).prop_map(|pairs| {
                    Value::Object(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_payload_is_too_odd_to_read(raw in any_json()) {
            for platform in [Platform::Google, Platform::Outlook] {
                let facts = Facts::read(platform, &raw);
                prop_assert_eq!(&facts, &Facts::read(platform, &raw));
            }
        }
    }
}
