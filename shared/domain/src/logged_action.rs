//! What people did to calendars and meetings, as it is logged: each override, choice for a whole
//! meeting, pause and disconnection, with those that were replaced, cleared or ended since.

use jiff::Timestamp;

use crate::actor::Actor;
use crate::id::{CalendarId, DecisionKey};
use crate::override_choice::OverrideChoice;
use crate::override_scope::OverrideScope;

/// What a person did, as it was logged with what it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedAction {
    /// Its sequence number: the revision of an override or a pause among those of one owner, the
    /// number of a choice among those for one meeting. 0 for a disconnection.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// What.
    pub what: LoggedActionKind,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoggedActionKind {
    /// An override was set or cleared.
    Override {
        /// What it is for.
        scope: OverrideScope,
        /// What it says.
        choice: OverrideChoice,
        /// The calendars of the owner that had the event then; none for a series.
        calendars: Vec<CalendarId>,
    },
    /// The owner's calendars were paused, or their pause was ended.
    Pause {
        /// The end. If it is not after the action, a pause was ended.
        until: Timestamp,
    },
    /// A choice for a whole meeting was made or taken back.
    Meeting(MeetingAction),
    /// A calendar was disconnected.
    Disconnection {
        /// The calendar.
        calendar: CalendarId,
    },
}

/// A choice for a whole meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingAction {
    /// The calendar in which it was made.
    pub calendar: CalendarId,
    /// The event of this calendar.
    pub event: DecisionKey,
    /// What was chosen.
    pub choice: MeetingWish,
}

/// What a person wants for a whole meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeetingWish {
    /// The own choice.
    Own(OverrideChoice),
    /// Nobody's choice holds any more.
    ClearAll,
}
