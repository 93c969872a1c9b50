//! The result of a meeting: recorded, lost for a reason, or not to be recorded.

use crate::decision::{Applied, Decision};
use crate::outcome::{Outcome, OutcomeClass};
use crate::verdict::Verdict;

/// Why a meeting that was to be recorded was not. The order is that of how far its bot came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Loss {
    /// No bot is known to have been scheduled for it.
    NoBot,
    /// A bot was scheduled, and Recall reported nothing of it: whether it recorded is unknown.
    NotFollowed,
    /// What Recall reported of the bot does not tell how it ended.
    Unfinished,
    /// The bot left, could not join, or was not allowed to record.
    Ended(OutcomeClass),
}

/// The result of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MeetingResult {
    /// It was not to be recorded.
    NotWanted,
    /// It was to be recorded, and was not.
    Lost(Loss),
    /// It was to be recorded, and was, from whatever moment on.
    Recorded,
}

impl Loss {
    fn of(row: &Decision, outcome: Option<&Outcome>) -> Self {
        let scheduled = match &row.applied {
            Applied::Bot(bot) | Applied::Dispatched(bot) => Some(&bot.deduplication_key),
            Applied::Nothing | Applied::Uncertain(_) | Applied::TooMany(_) => None,
        };
        match outcome.map(Outcome::class) {
            Some(Some(class)) => Self::Ended(class),
            Some(None) => Self::Unfinished,
            None if scheduled.is_some() && scheduled == row.wanted_key() => Self::NotFollowed,
            None => Self::NoBot,
        }
    }

    /// The name in stored rows and in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoBot => "no_bot",
            Self::NotFollowed => "not_followed",
            Self::Unfinished => "unfinished",
            Self::Ended(class) => class.as_str(),
        }
    }
}

impl MeetingResult {
    /// The result of a decision's meeting, if it is over. Before that, it is the one that it
    /// would have if nothing more became known.
    #[must_use]
    pub fn of(row: &Decision) -> Self {
        if matches!(row.verdict, Verdict::Skip(_)) {
            return Self::NotWanted;
        }
        let outcome = row.bot_outcome();
        if row
            .meeting_outcomes()
            .any(|outcome| outcome.recorded_at.is_some())
        {
            Self::Recorded
        } else {
            Self::Lost(Loss::of(row, outcome))
        }
    }

    /// All results.
    pub fn all() -> impl Iterator<Item = Self> {
        let losses = [Loss::NoBot, Loss::NotFollowed, Loss::Unfinished];
        let ended = OutcomeClass::ALL.into_iter().map(Loss::Ended);
        let lost = losses.into_iter().chain(ended).map(Self::Lost);
        [Self::NotWanted]
            .into_iter()
            .chain(lost)
            .chain([Self::Recorded])
    }

    /// Whether the meeting was to be recorded.
    #[must_use]
    pub fn is_wanted(self) -> bool {
        self != Self::NotWanted
    }

    /// Whether a bot was scheduled for it.
    #[must_use]
    pub fn is_scheduled(self) -> bool {
        self.is_wanted() && self != Self::Lost(Loss::NoBot)
    }

    /// The name in stored rows and in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotWanted => "not_wanted",
            Self::Lost(loss) => loss.as_str(),
            Self::Recorded => "recorded",
        }
    }

    /// The result of this name; none if there is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().find(|result| result.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_result_has_a_name_of_its_own() {
        let names: BTreeSet<_> = MeetingResult::all().map(MeetingResult::as_str).collect();
        assert_eq!(names.len(), MeetingResult::all().count());
        for result in MeetingResult::all() {
            assert_eq!(MeetingResult::parse(result.as_str()), Some(result));
        }
        assert_eq!(MeetingResult::parse("won"), None);
    }
}
