//! Drafts of calendar events.
//!
//! A draft is independent of the platform. The calendar that receives it decides whether `raw`
//! has the form of Google's payload or of Outlook's.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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

/// Invited person, room or other resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendee {
    /// E-mail address.
    pub email: String,
    /// Response to the invitation.
    #[serde(default)]
    pub response: ResponseStatus,
    /// Whether it is a room or another resource.
    #[serde(default)]
    pub resource: bool,
    /// Whether attendance is optional.
    #[serde(default)]
    pub optional: bool,
}

impl Attendee {
    /// Creates a required attendee who has accepted.
    #[must_use]
    pub fn new(email: impl Into<String>) -> Self {
        Self {
            email: email.into(),
            response: ResponseStatus::default(),
            resource: false,
            optional: false,
        }
    }

    /// Sets the response.
    #[must_use]
    pub fn response(mut self, response: ResponseStatus) -> Self {
        self.response = response;
        self
    }

    /// Makes it a resource.
    #[must_use]
    pub fn resource(mut self) -> Self {
        self.resource = true;
        self
    }

    /// Makes attendance optional.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
}

impl From<&str> for Attendee {
    fn from(email: &str) -> Self {
        Self::new(email)
    }
}

/// Response to an invitation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseStatus {
    /// No response yet.
    NeedsAction,
    /// Accepted.
    #[default]
    Accepted,
    /// Accepted tentatively.
    Tentative,
    /// Declined.
    Declined,
}

/// Visibility of the details of an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// The calendar's default.
    #[default]
    Default,
    /// Visible to everyone. Outlook has no such value and writes `normal`.
    Public,
    /// Visible to the invited people.
    Private,
    /// Outlook's `personal`. Google has no such value and writes `private`.
    Personal,
    /// `confidential`, on both platforms.
    Confidential,
}

/// Availability of the calendar's owner during an event, as other people see it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShowAs {
    /// Busy.
    #[default]
    Busy,
    /// Free; Google's `transparent`.
    Free,
    /// Tentatively busy. In Google's payload the event's own status is `tentative`.
    Tentative,
    /// Out of office; Outlook only.
    OutOfOffice,
    /// Working elsewhere; Outlook only.
    WorkingElsewhere,
}

/// Type of calendar entry: Google's `eventType`. Outlook shows the nearest value of `showAs`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventType {
    /// Meeting or appointment.
    #[default]
    Default,
    /// Absence.
    OutOfOffice,
    /// Time reserved for focused work.
    FocusTime,
    /// Place of work on that day.
    WorkingLocation,
    /// Entry that Google created from an e-mail.
    FromGmail,
    /// Birthday.
    Birthday,
}
