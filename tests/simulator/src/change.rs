//! Changes that people make to calendar events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::draft::{Attendee, EventDraft, ResponseStatus};
use crate::ids::EventId;

/// Change that a person makes to an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// Moves the event.
    SetTimes {
        /// New start time.
        start: Timestamp,
        /// New end time.
        end: Timestamp,
    },
    /// Changes the title.
    SetTitle {
        /// New title.
        title: String,
    },
    /// Changes or removes the meeting link.
    SetMeetingUrl {
        /// New meeting link.
        meeting_url: Option<String>,
    },
    /// Changes the response of the calendar's owner.
    SetOwnerResponse {
        /// New response.
        response: ResponseStatus,
    },
    /// Adds an attendee, in place of the attendee with the same address if there is one.
    AddAttendee {
        /// Attendee.
        attendee: Attendee,
    },
    /// Removes an attendee.
    RemoveAttendee {
        /// E-mail address.
        email: String,
    },
    /// Cancels the event, which stays in the calendar.
    Cancel,
    /// Replaces all content. The `ical_uid` is kept unless the draft has one.
    Replace {
        /// New content.
        draft: Box<EventDraft>,
    },
}

/// Change and the event that it applies to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventChange {
    /// Event.
    pub event: EventId,
    /// Change.
    #[serde(flatten)]
    pub change: Change,
}

impl EventDraft {
    /// Applies a change.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::SetTimes { start, end } => {
                self.start = start;
                self.end = end;
            }
            Change::SetTitle { title } => self.title = title,
            Change::SetMeetingUrl { meeting_url } => self.meeting_url = meeting_url,
            Change::SetOwnerResponse { response } => self.owner_response = response,
            Change::AddAttendee { attendee } => {
                self.attendees.retain(|known| known.email != attendee.email);
                self.attendees.push(attendee);
            }
            Change::RemoveAttendee { email } => self.attendees.retain(|a| a.email != email),
            Change::Cancel => self.cancelled = true,
            Change::Replace { draft } => {
                let uid = self.ical_uid.take();
                *self = *draft;
                self.ical_uid = self.ical_uid.take().or(uid);
            }
        }
    }
}
