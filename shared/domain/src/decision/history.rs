//! The last calls that were made for a row: for whoever asks what happened to
//! a meeting, and since when what Recall lists must agree with it.
//!
//! It is bounded, since it is read and written with the row, and rows are
//! written with every answer. The last call that went through is never pushed
//! out by those that failed after it.

use crate::rate::Operation;
use jiff::Timestamp;

/// Why a call was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A bot is wanted, and none is there.
    New,
    /// The bot that is there is to join at another time.
    Moved,
    /// It is to have another link, key or configuration.
    Changed,
    /// What is there is not certain.
    Uncertain,
    /// No bot is wanted any more.
    Unwanted,
    /// More bots are listed with the event than are wanted.
    TooMany,
}

impl Cause {
    const ALL: [Self; 6] = [
        Self::New,
        Self::Moved,
        Self::Changed,
        Self::Uncertain,
        Self::Unwanted,
        Self::TooMany,
    ];

    /// The name it is kept and shown under.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Moved => "moved",
            Self::Changed => "changed",
            Self::Uncertain => "uncertain",
            Self::Unwanted => "unwanted",
            Self::TooMany => "too-many",
        }
    }

    /// The cause of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == name)
    }
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordedResult {
    /// It went through.
    Done,
    /// It is to be made again, for this reason.
    Again(String),
    /// It was refused for good, for this reason.
    Refused(String),
    /// This one call was blocked, and others may not be, for this reason.
    Blocked(String),
    /// It came too late: the bot was on its way.
    Dispatched,
}

/// One call that was made for a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// When its answer came: whatever is listed after that shows its effect.
    pub at: Timestamp,
    /// What kind of call.
    pub operation: Operation,
    /// Why it was made.
    pub cause: Cause,
    /// What came of it.
    pub outcome: RecordedResult,
    /// It was made so near the start that the bot came, if at all, from the
    /// pool of those that nobody reserved.
    pub is_late: bool,
}

/// The last calls, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History(Vec<CallRecord>);

impl History {
    /// How many calls are kept.
    pub const LONGEST: usize = 8;

    /// A history that was kept; of one too long the oldest calls go.
    #[must_use]
    pub fn kept(calls: impl IntoIterator<Item = CallRecord>) -> Self {
        let mut history = Self::default();
        for call in calls {
            history.add(call);
        }
        history
    }

    /// The calls, oldest first.
    #[must_use]
    pub fn calls(&self) -> &[CallRecord] {
        &self.0
    }

    /// When the last call that went through was answered.
    #[must_use]
    pub fn done_at(&self) -> Option<Timestamp> {
        self.last_done().map(|index| self.0[index].at)
    }

    pub(crate) fn add(&mut self, call: CallRecord) {
        self.0.push(call);
        if self.0.len() > Self::LONGEST {
            let oldest = usize::from(self.last_done() == Some(0));
            self.0.remove(oldest);
        }
    }

    fn last_done(&self) -> Option<usize> {
        self.0
            .iter()
            .rposition(|call| call.outcome == RecordedResult::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(second: i64, outcome: RecordedResult) -> CallRecord {
        CallRecord {
            at: Timestamp::from_second(1_800_000_000 + second).expect("in range"),
            operation: Operation::ScheduleBot,
            cause: Cause::New,
            outcome,
            is_late: false,
        }
    }

    fn failed(second: i64) -> CallRecord {
        call(second, RecordedResult::Again("busy".to_owned()))
    }

    #[test]
    fn the_last_calls_are_kept() {
        let history = History::kept((0..20).map(failed));
        let seconds: Vec<_> = (12..20).map(failed).collect();
        assert_eq!(history.calls(), seconds);
        assert_eq!(history.done_at(), None);
    }

    #[test]
    fn the_last_one_that_went_through_outlasts_those_that_failed_after_it() {
        let calls = (0..3).map(|second| call(second, RecordedResult::Done));
        let history = History::kept(calls.chain((3..40).map(failed)));
        assert_eq!(history.calls().len(), History::LONGEST);
        assert_eq!(history.done_at(), Some(call(2, RecordedResult::Done).at));
    }

    #[test]
    fn causes_come_back_by_their_names() {
        for cause in Cause::ALL {
            assert_eq!(Cause::named(cause.as_str()), Some(cause));
        }
        assert_eq!(Cause::named("a whim"), None);
    }
}
