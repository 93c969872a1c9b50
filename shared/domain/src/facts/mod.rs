//! What Google's and Outlook's payloads say, read into one shape.
//!
//! Every field of a payload is optional and may be of a type nobody expected.
//! What cannot be read is unknown, never an error: one odd field must not cost
//! a calendar its other meetings.

mod entry;
mod google;
#[cfg(test)]
pub(crate) mod odd;
mod outlook;
mod raw;
#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::{Email, Platform, SeriesId, TimeZoneName};
pub use entry::{EventType, ShowsAs, Visibility};
use raw::Raw;

/// How much of a title is kept, in characters: a row must stay small.
const LONGEST_TITLE: usize = 200;

/// What somebody said to an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResponseStatus {
    /// Comes. The organizer counts as coming.
    Accepted,
    /// May come.
    Tentative,
    /// Does not come.
    Declined,
    /// Has not said.
    Pending,
}

impl ResponseStatus {
    /// The name it has in expressions.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Tentative => "tentative",
            Self::Declined => "declined",
            Self::Pending => "pending",
        }
    }

    /// The answer of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Accepted,
            Self::Tentative,
            Self::Declined,
            Self::Pending,
        ]
        .into_iter()
        .find(|answer| answer.as_str() == name)
    }
}

/// Somebody who is invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendee {
    /// The address invited.
    pub email: Email,
    /// What they said.
    pub response: ResponseStatus,
    /// A room or a piece of equipment.
    pub is_resource: bool,
    /// They need not come.
    pub is_optional: bool,
    /// They called the meeting.
    pub is_organizer: bool,
}

/// Who is invited, as far as the calendar may see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attendees {
    /// Those that are listed.
    pub listed: Vec<Attendee>,
    /// Whether the platform says that the list leaves people out.
    pub is_incomplete: bool,
}

/// What the platform's payload says about an event; what it does not tell is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// What the meeting is called.
    pub title: Option<String>,
    /// Called off, though the event still stands in the calendar.
    pub is_cancelled: bool,
    /// What the calendar's owner said.
    pub own_response: Option<ResponseStatus>,
    /// Who called the meeting.
    pub organizer: Option<Email>,
    /// Whether the calendar's owner called it.
    pub is_hosted: Option<bool>,
    /// Who is invited.
    pub attendees: Attendees,
    /// One of a series, even if the series has no name.
    pub is_recurring: bool,
    /// The recurring series it belongs to.
    pub series: Option<SeriesId>,
    /// The time zone it was entered in.
    pub zone: Option<TimeZoneName>,
    /// Whether it takes whole days.
    pub is_all_day: Option<bool>,
    /// Who may see it.
    pub visibility: Option<Visibility>,
    /// What others see of its owner's time.
    pub shows_as: Option<ShowsAs>,
    /// What kind of entry it is.
    pub kind: Option<EventType>,
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
        let attendees = self
            .attendees
            .listed
            .iter()
            .filter(|attendee| !attendee.is_resource);
        attendees
            .map(|attendee| &attendee.email)
            .chain(&self.organizer)
    }
}
