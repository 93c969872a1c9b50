//! Meetings of the demonstration: what people do to them, and the verdict that is then expected.
//!
//! Expected verdicts are written down in the scenarios, not computed by Callsheet's rules.

use jiff::{SignedDuration, Timestamp};
use recall_simulator::{Attendee, Change, EventId, ResponseStatus};

use crate::people::Person;

/// Expected verdict of a meeting, with the name of the rule that gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ExpectedVerdict {
    /// The meeting is recorded.
    Record(&'static str),
    /// The meeting is not recorded.
    Skip(&'static str),
}

impl ExpectedVerdict {
    /// A participant of another company.
    pub(crate) const EXTERNAL: Self = Self::Record("external");
    /// Colleagues only.
    pub(crate) const INTERNAL: Self = Self::Skip("default");
    /// No meeting link.
    pub(crate) const NO_MEETING: Self = Self::Skip("no-meeting");
    /// Declined by the calendar's owner.
    pub(crate) const DECLINED: Self = Self::Skip("declined");
    /// Cancelled, but still in the calendar.
    pub(crate) const CANCELLED: Self = Self::Skip("cancelled");
    /// In the past.
    pub(crate) const OVER: Self = Self::Skip("over");
    /// Deleted from the calendar.
    pub(crate) const DELETED: Self = Self::Skip("deleted");
    /// In a disconnected calendar.
    pub(crate) const DISCONNECTED: Self = Self::Skip("disconnected");

    /// Name of the verdict.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Record(_) => "record",
            Self::Skip(_) => "skip",
        }
    }

    /// Name of the rule.
    pub(crate) fn rule(&self) -> &'static str {
        match self {
            Self::Record(rule) | Self::Skip(rule) => rule,
        }
    }
}

/// Meeting in one person's calendar.
#[derive(Debug, Clone)]
pub(crate) struct Meeting {
    pub(crate) owner: Person,
    pub(crate) event: EventId,
    pub(crate) ical_uid: String,
    pub(crate) title: String,
    pub(crate) starts_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) link: Option<String>,
    pub(crate) expected: ExpectedVerdict,
}

/// Change that a person makes to a meeting.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    /// Move it to a later or earlier time.
    MoveBy(SignedDuration),
    /// Replace or remove the meeting link.
    SetMeetingUrl(Option<String>),
    /// Respond as the calendar's owner.
    Respond(ResponseStatus),
    /// Add an attendee.
    Invite(&'static str),
    /// Remove an attendee.
    Uninvite(&'static str),
    /// Cancel it.
    Cancel,
    /// Delete it from the calendar.
    Delete,
}

/// Edit of all meetings with one title in one calendar.
#[derive(Debug, Clone)]
pub(crate) struct Action {
    pub(crate) owner: Person,
    pub(crate) title: &'static str,
    pub(crate) edit: Edit,
    pub(crate) expected: Option<ExpectedVerdict>,
}

impl Action {
    /// Creates an action that does not change the expected verdict.
    pub(crate) fn new(owner: Person, title: &'static str, edit: Edit) -> Self {
        Self {
            owner,
            title,
            edit,
            expected: None,
        }
    }

    /// Sets the verdict that is expected after the action.
    pub(crate) fn expect(mut self, expected: ExpectedVerdict) -> Self {
        self.expected = Some(expected);
        self
    }
}

impl Meeting {
    /// Owner, start and title, for messages.
    pub(crate) fn description(&self) -> String {
        let start = self.starts_at.strftime("%a %d %b %H:%M UTC");
        format!("\"{}\" of {}, {start}", self.title, self.owner.email())
    }

    /// Applies an action to the expectation. Returns the change to make in the calendar, or `None`
    /// for a deletion.
    pub(crate) fn apply(&mut self, action: &Action) -> Option<Change> {
        if let Some(expected) = &action.expected {
            self.expected = expected.clone();
        }
        Some(match action.edit.clone() {
            Edit::MoveBy(by) => {
                self.starts_at += by;
                self.ends_at += by;
                Change::SetTimes {
                    start: self.starts_at,
                    end: self.ends_at,
                }
            }
            Edit::SetMeetingUrl(meeting_url) => {
                self.link.clone_from(&meeting_url);
                Change::SetMeetingUrl { meeting_url }
            }
            Edit::Respond(response) => Change::SetOwnerResponse { response },
            Edit::Invite(email) => Change::AddAttendee {
                attendee: Attendee::new(email),
            },
            Edit::Uninvite(email) => Change::RemoveAttendee {
                email: email.to_owned(),
            },
            Edit::Cancel => Change::Cancel,
            Edit::Delete => return None,
        })
    }
}
