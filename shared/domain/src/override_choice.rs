//! The choice of an override.

use std::str::FromStr;

/// The choice of an override.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OverrideChoice {
    /// Record the meeting.
    Record,
    /// Do not record the meeting.
    Skip,
    /// Follow the policy. It is stored, so that the revision of a cleared override is known.
    Clear,
}

/// A text that is not one of the choices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected record, skip or clear")]
pub struct UnknownChoice;

impl OverrideChoice {
    /// The name in stored overrides.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Skip => "skip",
            Self::Clear => "clear",
        }
    }
}

impl FromStr for OverrideChoice {
    type Err = UnknownChoice;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Record, Self::Skip, Self::Clear]
            .into_iter()
            .find(|choice| choice.as_str() == text)
            .ok_or(UnknownChoice)
    }
}
