//! Sets many overrides and pauses at once, as the lines of a file say.
//!
//! All lines are resolved and compared with what is stored before anything is written, so a
//! line with a problem changes nothing of the others. What is stored as a line says is not
//! written again. So an import that was interrupted is simply repeated.

mod plan;
mod write;

use callsheet_domain::{
    Actor, CalendarOwner, Decision, Email, EventId, OverrideChoice, OverrideScope, Platform,
    Timestamp,
};

use crate::overrides::Target;
use crate::use_case_error::UseCaseError;
pub use plan::plan_import;
pub use write::carry_out;

/// What one line of a file says.
#[derive(Debug, Clone)]
pub struct ImportLine {
    /// Its number in the file, from 1.
    pub line: u64,
    /// What it says.
    pub content: LineContent,
    /// Who said it; none for the person who imports it.
    pub by: Option<Actor>,
}

/// An override or a pause in a file.
#[derive(Debug, Clone)]
pub enum LineContent {
    /// An override of what a platform's id names.
    Override {
        /// Whose it is.
        owner: OwnerName,
        /// For which events.
        scope: OverrideScope,
        /// What it says.
        choice: OverrideChoice,
    },
    /// An override of the event with Recall's id, or of its series.
    OfEvent {
        /// Whether of the series.
        target: Target,
        /// Recall's id.
        event: EventId,
        /// What it says.
        choice: OverrideChoice,
    },
    /// A pause.
    Pause {
        /// Of whose calendars.
        owner: OwnerName,
        /// Its end; none to end it now.
        until: Option<Timestamp>,
    },
}

/// How a file names the owner of calendars.
#[derive(Debug, Clone)]
pub enum OwnerName {
    /// A person, whether or not a calendar of theirs is connected.
    Person(Platform, Email),
    /// The owner of a connected calendar: by an address, or by Recall's id of the calendar.
    Of(String),
}

/// What a line changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineOutcome {
    /// Nothing of the kind was in force.
    New,
    /// It takes the place of what was in force.
    Changed,
    /// It is in force already.
    Unchanged,
    /// The pause is over.
    Over,
}

/// A line that can be carried out.
#[derive(Debug)]
pub struct PlannedLine {
    /// Its number in the file.
    pub line: u64,
    /// Whose it is.
    pub owner: CalendarOwner,
    /// Whether a calendar of the owner is stored.
    pub has_calendar: bool,
    /// What is written.
    pub action: PlannedAction,
    /// Who says it.
    pub by: Actor,
    /// What it changes.
    pub outcome: LineOutcome,
}

/// What is written for a line.
#[derive(Debug)]
pub enum PlannedAction {
    /// An override, with the decision of the event that named it.
    Override(
        OverrideScope,
        OverrideChoice,
        Option<(Target, Box<Decision>)>,
    ),
    /// A pause until an instant; none to end it now.
    Pause(Option<Timestamp>),
}

/// Why a line cannot be carried out.
#[derive(Debug)]
pub struct LineProblem {
    /// Its number in the file.
    pub line: u64,
    /// What is wrong.
    pub problem: ProblemOfLine,
}

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
pub enum ProblemOfLine {
    /// The owner cannot be told.
    #[error(transparent)]
    Owner(UseCaseError),
    /// The event cannot be told.
    #[error(transparent)]
    Event(UseCaseError),
    /// Another line is for the same events, or the same calendars.
    #[error("line {0} is about the same: keep one of the two")]
    SaidTwice(u64),
}

/// What an import would do.
#[derive(Debug, Default)]
pub struct ImportPlan {
    /// The lines that can be carried out, in order.
    pub lines: Vec<PlannedLine>,
    /// The problems of the others, in order.
    pub problems: Vec<LineProblem>,
}
