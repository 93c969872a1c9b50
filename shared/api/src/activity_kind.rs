//! What a person did, in a word.

use callsheet_domain::{MeetingWish, OverrideChoice, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    /// An override was set to record.
    Record,
    /// An override was set to skip.
    Skip,
    /// An override was cleared.
    Clear,
    /// Everybody's choices for a whole meeting were cleared.
    ClearAll,
    /// Calendars were paused.
    Pause,
    /// A pause was ended.
    Resume,
    /// A policy was pushed.
    PolicyPush,
    /// A calendar was disconnected.
    Disconnect,
}

impl ActivityKind {
    /// What the choice of an override was.
    pub(crate) fn of_override(choice: OverrideChoice) -> Self {
        match choice {
            OverrideChoice::Record => Self::Record,
            OverrideChoice::Skip => Self::Skip,
            OverrideChoice::Clear => Self::Clear,
        }
    }

    /// What was chosen for a whole meeting.
    pub(crate) fn of_wish(wish: MeetingWish) -> Self {
        match wish {
            MeetingWish::Own(choice) => Self::of_override(choice),
            MeetingWish::ClearAll => Self::ClearAll,
        }
    }

    /// Whether pausing until an instant began or ended a pause, by when that was said.
    pub(crate) fn of_pause(until: Timestamp, at: Timestamp) -> Self {
        if until <= at {
            Self::Resume
        } else {
            Self::Pause
        }
    }

    /// The name in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Skip => "skip",
            Self::Clear => "clear",
            Self::ClearAll => "clear_all",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::PolicyPush => "policy_push",
            Self::Disconnect => "disconnect",
        }
    }
}
