//! Drafts of calendar events.
//!
//! A draft is independent of the platform. The calendar that receives it decides whether `raw`
//! has the form of Google's payload or of Outlook's.

mod attendee;
mod properties;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::attendee::{Attendee, ResponseStatus};
pub use self::properties::{EventType, Privacy, ShowAs};

/// Content of a calendar event, as a person enters it.
///
/// In JSON only `title`, `start` and `end` are required; the other fields default to the values
/// of [`EventDraft::new`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDraft {
    /// Title.
    pub title: String,
    /// Start time.
    pub start: Timestamp,
    /// End time.
    pub end: Timestamp,
    /// Meeting link, if the event has one.
    #[serde(default)]
    pub meeting_url: Option<String>,
    /// E-mail address of the organizer. Default: the calendar's owner.
    #[serde(default)]
    pub organizer: Option<String>,
    /// Invited people and resources. The payload adds the calendar's owner where the platform
    /// would.
    #[serde(default)]
    pub attendees: Vec<Attendee>,
    /// Response of the calendar's owner to the invitation.
    #[serde(default)]
    pub owner_response: ResponseStatus,
    /// `ical_uid` of the meeting, equal in every copy. Default: generated.
    #[serde(default)]
    pub ical_uid: Option<String>,
    /// Identifier of the series, if the event is an instance of one.
    #[serde(default)]
    pub series_id: Option<String>,
    /// Whether the event is cancelled; it stays in the calendar.
    #[serde(default)]
    pub cancelled: bool,
    /// IANA name of the time zone that the event is entered in. Default: UTC.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// Whether the event covers whole days, so that its times are written as dates.
    #[serde(default)]
    pub all_day: bool,
    /// Visibility of the details.
    #[serde(default)]
    pub privacy: Privacy,
    /// Availability shown to other people during the event.
    #[serde(default)]
    pub show_as: ShowAs,
    /// Type of calendar entry.
    #[serde(default)]
    pub event_type: EventType,
    /// Whether the attendee list is visible to the organizer only.
    #[serde(default)]
    pub attendees_hidden: bool,
}

impl EventDraft {
    /// Creates a meeting of the calendar's owner, without a meeting link and without attendees.
    #[must_use]
    pub fn new(title: impl Into<String>, start: Timestamp, end: Timestamp) -> Self {
        Self {
            title: title.into(),
            start,
            end,
            meeting_url: None,
            organizer: None,
            attendees: Vec::new(),
            owner_response: ResponseStatus::default(),
            ical_uid: None,
            series_id: None,
            cancelled: false,
            time_zone: None,
            all_day: false,
            privacy: Privacy::default(),
            show_as: ShowAs::default(),
            event_type: EventType::default(),
            attendees_hidden: false,
        }
    }

    /// Sets the meeting link.
    #[must_use]
    pub fn meeting_url(mut self, url: impl Into<String>) -> Self {
        self.meeting_url = Some(url.into());
        self
    }

    /// Sets an organizer other than the calendar's owner.
    #[must_use]
    pub fn organizer(mut self, email: impl Into<String>) -> Self {
        self.organizer = Some(email.into());
        self
    }

    /// Adds an attendee. An e-mail address alone is a required attendee who has accepted.
    #[must_use]
    pub fn attendee(mut self, attendee: impl Into<Attendee>) -> Self {
        self.attendees.push(attendee.into());
        self
    }

    /// Sets the response of the calendar's owner.
    #[must_use]
    pub fn owner_response(mut self, response: ResponseStatus) -> Self {
        self.owner_response = response;
        self
    }

    /// Sets the `ical_uid`, which makes the event a copy of the meeting with the same one.
    #[must_use]
    pub fn ical_uid(mut self, uid: impl Into<String>) -> Self {
        self.ical_uid = Some(uid.into());
        self
    }

    /// Makes the event an instance of a series.
    #[must_use]
    pub fn series(mut self, id: impl Into<String>) -> Self {
        self.series_id = Some(id.into());
        self
    }

    /// Cancels the event.
    #[must_use]
    pub fn cancelled(mut self) -> Self {
        self.cancelled = true;
        self
    }

    /// Sets the time zone by its IANA name. Outlook's payload gets the Windows name.
    #[must_use]
    pub fn time_zone(mut self, name: impl Into<String>) -> Self {
        self.time_zone = Some(name.into());
        self
    }

    /// Makes the event cover whole days.
    #[must_use]
    pub fn all_day(mut self) -> Self {
        self.all_day = true;
        self
    }

    /// Sets the visibility of the details.
    #[must_use]
    pub fn privacy(mut self, privacy: Privacy) -> Self {
        self.privacy = privacy;
        self
    }

    /// Sets the availability shown to other people.
    #[must_use]
    pub fn show_as(mut self, show_as: ShowAs) -> Self {
        self.show_as = show_as;
        self
    }

    /// Sets the type of calendar entry.
    #[must_use]
    pub fn event_type(mut self, event_type: EventType) -> Self {
        self.event_type = event_type;
        self
    }

    /// Hides the attendee list from everyone but the organizer.
    #[must_use]
    pub fn attendees_hidden(mut self) -> Self {
        self.attendees_hidden = true;
        self
    }
}
