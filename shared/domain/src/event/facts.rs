//! The facts that a platform's payload states about an event.

use super::appearance::{EventType, ShowsAs, Visibility};
use super::attendee::{Attendees, ResponseStatus};
use super::whole_days::WholeDays;
use crate::email::Email;
use crate::id::SeriesId;
use crate::zone::TimeZoneName;

/// The longest title that is stored and shown, in characters: a row must stay small.
pub(crate) const LONGEST_SHOWN_TITLE: usize = 200;

/// The facts that a platform's payload states about an event; none for unknown ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and none excludes another"
)]
pub struct Facts {
    /// The title, as far as it is read.
    pub title: Option<String>,
    /// There is a title that cannot be read.
    pub has_unreadable_title: bool,
    /// The meeting was cancelled, though the event is still in the calendar.
    pub is_cancelled: bool,
    /// The response of the calendar's owner, as the platform states it.
    pub own_response: Option<ResponseStatus>,
    /// The platform states a response of the owner that cannot be read.
    pub is_own_response_unreadable: bool,
    /// Addresses that the platform states to be the owner's.
    pub own_addresses: Vec<Email>,
    /// The organizer's address; none if the organizer is no person.
    pub organizer: Option<Email>,
    /// The payload names an organizer, though perhaps one that is no person or cannot be read.
    pub is_organizer_named: bool,
    /// Whether the calendar's owner is the organizer, as the platform states it.
    pub is_hosted: Option<bool>,
    /// The attendees.
    pub attendees: Attendees,
    /// It belongs to a series, even if the series has no id.
    pub is_recurring: bool,
    /// The platform's id of the series.
    pub series: Option<SeriesId>,
    /// The time zone that it was entered in.
    pub zone: Option<TimeZoneName>,
    /// It names a time zone, and no name of it is understood.
    pub has_unknown_zone: bool,
    /// Whether it is an all-day event.
    pub is_all_day: Option<bool>,
    /// The days that it takes, if it is an all-day event of known dates.
    pub whole_days: Option<WholeDays>,
    /// Who may see it.
    pub visibility: Option<Visibility>,
    /// How it shows the owner's time to others.
    pub shows_as: Option<ShowsAs>,
    /// Its type.
    pub kind: Option<EventType>,
}

impl Facts {
    /// The title as it is stored and shown: cut to 200 characters.
    #[must_use]
    pub fn short_title(&self) -> Option<String> {
        self.title.as_deref().map(short_title)
    }

    /// The attendees who are people, then the organizer; a person may occur twice.
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

/// A title cut to the length in which it is stored and shown.
pub(crate) fn short_title(title: &str) -> String {
    title.chars().take(LONGEST_SHOWN_TITLE).collect()
}
