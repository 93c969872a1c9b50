//! The facts that a platform's payload states about an event.

use super::appearance::{EventType, ShowsAs, Visibility};
use super::attendee::Attendees;
use super::attendee::ResponseStatus;
use crate::email::Email;
use crate::id::SeriesId;
use crate::zone::TimeZoneName;

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
