//! The last calls that were made for a row. They explain what happened to a meeting, and
//! say since when Recall's list must agree with the row.
//!
//! The history is bounded, because it is read and written with the row, and a row is
//! written after every call. Failed calls never push out the last successful one.

use crate::rate::Operation;
use jiff::Timestamp;

/// Why a call was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A bot is wanted, and none exists.
    New,
    /// The existing bot must join at another time.
    Moved,
    /// The existing bot must get another link, key or configuration.
    Changed,
    /// It is uncertain which bot exists.
    Uncertain,
    /// No bot is wanted any more.
    Unwanted,
    /// Recall lists more bots with the event than are wanted.
    TooMany,
    /// The bot has ended, and another one is sent in its place.
    Retry,
}

impl Cause {
    const ALL: [Self; 7] = [
        Self::New,
        Self::Moved,
        Self::Changed,
        Self::Uncertain,
        Self::Unwanted,
        Self::TooMany,
        Self::Retry,
    ];

    /// The name in stored rows and in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Moved => "moved",
            Self::Changed => "changed",
            Self::Uncertain => "uncertain",
            Self::Unwanted => "unwanted",
            Self::TooMany => "too-many",
            Self::Retry => "retry",
        }
    }

    /// The cause of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == name)
    }
}

/// The result of a call as the history keeps it. A [`CallResult`](super::CallResult) also
/// carries what the row needs next: the listed bots, or the wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordedResult {
    /// The call succeeded.
    Done,
    /// The call is made again, for this reason.
    Again(String),
    /// Recall refused the call for good, for this reason.
    Refused(String),
    /// This one call was blocked, for this reason; other calls may not be.
    Blocked(String),
    /// The call came too late: the bot was joining already.
    Dispatched,
}

/// One call in the history of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// When the result arrived. A list that is requested later shows the call's effect.
    pub at: Timestamp,
    /// The kind of call.
    pub operation: Operation,
    /// Why it was made.
    pub cause: Cause,
    /// The result.
    pub outcome: RecordedResult,
    /// A bot was scheduled so close to the start that Recall takes it from the pool of
    /// unreserved bots.
    pub is_late: bool,
}

/// The last calls, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History(Vec<CallRecord>);

impl History {
    /// How many calls are kept.
    pub const LONGEST: usize = 8;

    /// The history of stored calls; the oldest are dropped if there are too many.
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

    /// When the last successful call was answered.
    #[must_use]
    pub fn done_at(&self) -> Option<Timestamp> {
        self.last_done().map(|index| self.0[index].at)
    }

    /// When the last successful call that scheduled a bot was answered.
    #[must_use]
    pub fn scheduled_at(&self) -> Option<Timestamp> {
        let is_scheduled = |call: &&CallRecord| {
            call.operation == Operation::ScheduleBot && call.outcome == RecordedResult::Done
        };
        self.0.iter().rev().find(is_scheduled).map(|call| call.at)
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
    fn the_last_successful_call_is_kept_however_many_fail_after_it() {
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
        assert_eq!(Cause::named("unknown"), None);
    }
}
