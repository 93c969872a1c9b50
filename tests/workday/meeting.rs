//! A meeting as the scenario knows it, what may be done to it, and what must
//! then come of it. The scenario says so itself, and asks no rule of Callsheet.

use jiff::{SignedDuration, Timestamp};
use recall_simulator::{Attendee, Change, EventId, ResponseStatus};

use crate::cast::Desk;

/// What must come of a meeting, and by which rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A bot is there.
    Recorded(&'static str),
    /// None is.
    Skipped(&'static str),
}

impl Outcome {
    /// With people of another company, and so recorded.
    pub(crate) const EXTERNAL: Self = Self::Recorded("external");
    /// Among colleagues, and so left alone.
    pub(crate) const INTERNAL: Self = Self::Skipped("default");
    /// Without a link to join by.
    pub(crate) const NO_MEETING: Self = Self::Skipped("no-meeting");
    /// Without the calendar's owner.
    pub(crate) const DECLINED: Self = Self::Skipped("declined");
    /// Called off, and still in the calendar.
    pub(crate) const CANCELLED: Self = Self::Skipped("cancelled");
    /// In the past.
    pub(crate) const OVER: Self = Self::Skipped("over");
    /// No longer in the calendar.
    pub(crate) const DELETED: Self = Self::Skipped("deleted");
    /// In a calendar that is not connected.
    pub(crate) const DISCONNECTED: Self = Self::Skipped("disconnected");

    /// The verdict's name.
    pub(crate) fn verdict(&self) -> &'static str {
        match self {
            Self::Recorded(_) => "record",
            Self::Skipped(_) => "skip",
        }
    }

    /// The rule that must have decided.
    pub(crate) fn rule(&self) -> &'static str {
        match self {
            Self::Recorded(rule) | Self::Skipped(rule) => rule,
        }
    }
}

/// A meeting in one calendar.
#[derive(Debug, Clone)]
pub(crate) struct Meeting {
    pub(crate) desk: Desk,
    pub(crate) event: EventId,
    pub(crate) ical_uid: String,
    pub(crate) title: String,
    pub(crate) starts_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) link: Option<String>,
    pub(crate) outcome: Outcome,
}

/// What people do to a meeting.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// To so much later, or earlier.
    Moves(SignedDuration),
    /// To this link, or to none.
    Links(Option<String>),
    /// The calendar's owner says.
    Answers(ResponseStatus),
    /// One more takes part.
    Invites(&'static str),
    /// One fewer.
    Uninvites(&'static str),
    /// It is called off.
    Cancels,
    /// It is removed from the calendar.
    Deletes,
}

/// What is done to the meetings of one title in one calendar, and what must come of it.
#[derive(Debug, Clone)]
pub(crate) struct Deed {
    pub(crate) desk: Desk,
    pub(crate) title: &'static str,
    pub(crate) act: Act,
    pub(crate) outcome: Option<Outcome>,
}

impl Deed {
    /// Does `act`, which by itself changes nothing about who is recorded.
    pub(crate) fn new(desk: Desk, title: &'static str, act: Act) -> Self {
        Self {
            desk,
            title,
            act,
            outcome: None,
        }
    }

    /// With this to come of it.
    pub(crate) fn then(mut self, outcome: Outcome) -> Self {
        self.outcome = Some(outcome);
        self
    }
}

impl Meeting {
    /// Where a person finds it.
    pub(crate) fn place(&self) -> String {
        let start = self.starts_at.strftime("%a %d %b %H:%M");
        format!("{} {start} “{}”", self.desk.address(), self.title)
    }

    /// Writes the deed into the scenario; the change to tell the calendar of,
    /// none for a removal.
    pub(crate) fn undergo(&mut self, deed: &Deed) -> Option<Change> {
        if let Some(outcome) = &deed.outcome {
            self.outcome = outcome.clone();
        }
        Some(match deed.act.clone() {
            Act::Moves(by) => {
                self.starts_at += by;
                self.ends_at += by;
                Change::SetTimes {
                    start: self.starts_at,
                    end: self.ends_at,
                }
            }
            Act::Links(meeting_url) => {
                self.link.clone_from(&meeting_url);
                Change::SetMeetingUrl { meeting_url }
            }
            Act::Answers(answer) => Change::SetOwnerResponse { response: answer },
            Act::Invites(email) => Change::AddAttendee {
                attendee: Attendee::new(email),
            },
            Act::Uninvites(email) => Change::RemoveAttendee {
                email: email.to_owned(),
            },
            Act::Cancels => Change::Cancel,
            Act::Deletes => return None,
        })
    }
}
