//! What a person writes into a calendar: a meeting, and later changes to it.
//!
//! Drafts speak of meetings, not of platforms. The calendar that takes one decides whether
//! `raw` looks like Google's payload or Outlook's.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::EventId;

/// A meeting as one calendar holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDraft {
    /// The title.
    pub title: String,
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// The link to join by, if any.
    pub meeting_url: Option<String>,
    /// The organizer's address; the calendar's owner when not given.
    pub organizer: Option<String>,
    /// Who is invited besides the calendar's owner, who is added where the platform does so.
    pub attendees: Vec<Attendee>,
    /// What the calendar's owner answered.
    pub owner_answer: Answer,
    /// The meeting's identity across calendars; generated when not given.
    pub ical_uid: Option<String>,
    /// The series this is an instance of.
    pub series_id: Option<String>,
    /// Called off, but still in the calendar.
    pub cancelled: bool,
    /// The time zone it is entered in, by its IANA name; UTC when not given.
    pub time_zone: Option<String>,
    /// Whole days, written as dates.
    pub all_day: bool,
    /// Who may see the details.
    pub privacy: Privacy,
    /// What the time is shown as to others.
    pub show_as: ShowAs,
    /// What kind of entry it is.
    pub kind: EventKind,
    /// The guests are hidden from each other: only who called the meeting gets the list.
    pub guests_hidden: bool,
}

impl EventDraft {
    /// A plain meeting of the calendar's owner, without a link and without guests.
    #[must_use]
    pub fn new(title: impl Into<String>, start: Timestamp, end: Timestamp) -> Self {
        Self {
            title: title.into(),
            start,
            end,
            meeting_url: None,
            organizer: None,
            attendees: Vec::new(),
            owner_answer: Answer::Accepted,
            ical_uid: None,
            series_id: None,
            cancelled: false,
            time_zone: None,
            all_day: false,
            privacy: Privacy::Default,
            show_as: ShowAs::Busy,
            kind: EventKind::Default,
            guests_hidden: false,
        }
    }

    /// With a link to join by.
    #[must_use]
    pub fn link(mut self, url: impl Into<String>) -> Self {
        self.meeting_url = Some(url.into());
        self
    }

    /// Organized by someone else.
    #[must_use]
    pub fn organizer(mut self, email: impl Into<String>) -> Self {
        self.organizer = Some(email.into());
        self
    }

    /// With one more invited.
    #[must_use]
    pub fn attendee(mut self, attendee: Attendee) -> Self {
        self.attendees.push(attendee);
        self
    }

    /// With one more invited, who has accepted.
    #[must_use]
    pub fn guest(self, email: impl Into<String>) -> Self {
        self.attendee(Attendee::new(email))
    }

    /// As the calendar's owner answered.
    #[must_use]
    pub fn owner_answer(mut self, answer: Answer) -> Self {
        self.owner_answer = answer;
        self
    }

    /// As the same meeting as that in another calendar.
    #[must_use]
    pub fn ical_uid(mut self, uid: impl Into<String>) -> Self {
        self.ical_uid = Some(uid.into());
        self
    }

    /// As an instance of a series.
    #[must_use]
    pub fn series(mut self, id: impl Into<String>) -> Self {
        self.series_id = Some(id.into());
        self
    }

    /// Called off.
    #[must_use]
    pub fn cancelled(mut self) -> Self {
        self.cancelled = true;
        self
    }

    /// Entered in this time zone, by its IANA name. Outlook gets the name that Windows has for it.
    #[must_use]
    pub fn time_zone(mut self, name: impl Into<String>) -> Self {
        self.time_zone = Some(name.into());
        self
    }

    /// Over whole days.
    #[must_use]
    pub fn all_day(mut self) -> Self {
        self.all_day = true;
        self
    }

    /// Visible as told.
    #[must_use]
    pub fn privacy(mut self, privacy: Privacy) -> Self {
        self.privacy = privacy;
        self
    }

    /// Shown as told.
    #[must_use]
    pub fn show_as(mut self, show_as: ShowAs) -> Self {
        self.show_as = show_as;
        self
    }

    /// An entry of another kind.
    #[must_use]
    pub fn kind(mut self, kind: EventKind) -> Self {
        self.kind = kind;
        self
    }

    /// With the guest list hidden.
    #[must_use]
    pub fn guests_hidden(mut self) -> Self {
        self.guests_hidden = true;
        self
    }

    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::Move { start, end } => {
                self.start = start;
                self.end = end;
            }
            Change::Retitle { title } => self.title = title,
            Change::Link { meeting_url } => self.meeting_url = meeting_url,
            Change::OwnerAnswer { answer } => self.owner_answer = answer,
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

/// Somebody, or a room, that is invited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendee {
    /// The address.
    pub email: String,
    /// What they answered.
    pub answer: Answer,
    /// A room or a thing.
    pub resource: bool,
    /// May stay away.
    pub optional: bool,
}

impl Attendee {
    /// Somebody who is required and has accepted.
    #[must_use]
    pub fn new(email: impl Into<String>) -> Self {
        Self {
            email: email.into(),
            answer: Answer::Accepted,
            resource: false,
            optional: false,
        }
    }

    /// Having answered so.
    #[must_use]
    pub fn answer(mut self, answer: Answer) -> Self {
        self.answer = answer;
        self
    }

    /// As a room or a thing.
    #[must_use]
    pub fn resource(mut self) -> Self {
        self.resource = true;
        self
    }

    /// As somebody who may stay away.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
}

/// An answer to an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// None yet.
    None,
    /// Comes.
    Accepted,
    /// Comes perhaps.
    Tentative,
    /// Does not come.
    Declined,
}

/// Who may see the details of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// As the calendar has it.
    Default,
    /// Everyone. (Outlook has no such word and says `normal`.)
    Public,
    /// The people invited.
    Private,
    /// Outlook's `personal`; Google has no such word and says `private`.
    Personal,
    /// Both platforms have it.
    Confidential,
}

/// What the time of an entry is shown as to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShowAs {
    /// Taken.
    Busy,
    /// Open: Google's `transparent`.
    Free,
    /// Perhaps taken. (Google: the event's own status is `tentative`.)
    Tentative,
    /// Away: Outlook only.
    OutOfOffice,
    /// Working from another place: Outlook only.
    WorkingElsewhere,
}

/// What kind of entry it is: Google's `eventType`; Outlook shows the nearest in `showAs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A meeting, or an appointment.
    Default,
    /// Away.
    OutOfOffice,
    /// Time kept free for work.
    FocusTime,
    /// Where somebody works that day.
    WorkingLocation,
    /// Taken from a mail.
    FromGmail,
    /// A birthday.
    Birthday,
}

/// A change that somebody makes to a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// To another time.
    Move {
        /// When it now begins.
        start: Timestamp,
        /// When it now ends.
        end: Timestamp,
    },
    /// To another title.
    Retitle {
        /// The new title.
        title: String,
    },
    /// To another link, or to none.
    Link {
        /// The new link.
        meeting_url: Option<String>,
    },
    /// The calendar's owner answers.
    OwnerAnswer {
        /// The new answer.
        answer: Answer,
    },
    /// One more is invited; or the same one again, with another answer.
    AddAttendee {
        /// Who.
        attendee: Attendee,
    },
    /// One fewer is invited.
    RemoveAttendee {
        /// Who.
        email: String,
    },
    /// It is called off and stays in the calendar.
    Cancel,
    /// Everything at once; the identity across calendars stays when none is given.
    Replace {
        /// What the meeting now is.
        draft: Box<EventDraft>,
    },
}

/// A change and the event it is made to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventChange {
    /// The event.
    pub event: EventId,
    /// The change.
    #[serde(flatten)]
    pub change: Change,
}
