//! What a person said about meetings of a calendar, which goes before the policy.

use std::collections::HashMap;
use std::str::FromStr;

use crate::IcalUid;

/// A person's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Word {
    /// Record it.
    Record,
    /// Do not record it.
    Skip,
    /// Whatever the policy says. Kept, so that the revision of a word taken back is known.
    AskPolicy,
}

/// A text that is no such word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected record, skip or ask-policy")]
pub struct UnknownWord;

impl Word {
    /// The name it is stored under.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Skip => "skip",
            Self::AskPolicy => "ask-policy",
        }
    }
}

impl FromStr for Word {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Record, Self::Skip, Self::AskPolicy]
            .into_iter()
            .find(|word| word.as_str() == text)
            .ok_or(UnknownWord)
    }
}

/// Grows with each word spoken about the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PreferenceRevision(pub u64);

/// A person's word about one series, and the how-manieth it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preference {
    /// What they said.
    pub word: Word,
    /// Which of their words this is.
    pub revision: PreferenceRevision,
}

/// Everything people said about one calendar's meetings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preferences {
    /// By the `ical_uid` that a series' instances share.
    pub series: HashMap<IcalUid, Preference>,
}

impl Preferences {
    /// What was said about the series of `ical_uid`.
    #[must_use]
    pub fn of(&self, ical_uid: &IcalUid) -> Option<Preference> {
        self.series.get(ical_uid).copied()
    }
}
