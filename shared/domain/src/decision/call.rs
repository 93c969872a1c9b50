//! The calls that decisions need, and their results.
//!
//! A [`CallAttempt`] is a call with the generation it is made for. A [`CallResult`] is its
//! outcome with what the row needs next. The history keeps both as one
//! [`CallRecord`](super::CallRecord), whose result has no more than the reason.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::bot::{BotEntry, WantedBot};
use crate::decision::history::{Cause, RecordedResult};
use crate::decision::row::Decision;
use crate::decision::step::Step;
use crate::id::BotId;
use crate::rate::Operation;
use crate::revision::Generation;
use crate::time::plus;

/// Recall takes a bot from the pool of unreserved bots if it starts no later than this
/// from now, by Recall's documentation.
pub(super) const LATE: SignedDuration = SignedDuration::from_mins(10);

/// A call about the bots of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// Schedule this bot.
    Schedule(Box<WantedBot>),
    /// Unschedule the event's bots.
    Unschedule,
    /// List the event's bots.
    Find,
    /// Make this bot leave the call.
    Leave(BotId),
}

/// One attempt of a call for a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallAttempt {
    /// The call.
    pub call: Call,
    /// The generation it is made for.
    pub generation: Generation,
    /// Why it is made.
    pub cause: Cause,
    /// A bot is scheduled so close to the start that none is reserved for it.
    pub is_late: bool,
}

impl CallAttempt {
    /// The call that `row` needs at `now`, if it is due.
    #[must_use]
    pub fn of(row: &Decision, now: Timestamp) -> Option<Self> {
        let (call, is_late) = match row.step_at(now) {
            Step::Nothing => return None,
            Step::Schedule(bot) => (
                Call::Schedule(Box::new(bot.clone())),
                bot.starts_at <= plus(now, LATE),
            ),
            Step::Unschedule(_) => (Call::Unschedule, false),
            Step::Find(_) => (Call::Find, false),
            Step::Leave(_, bot_id) => (Call::Leave(bot_id.clone()), false),
        };
        Some(Self {
            call,
            generation: row.generation,
            cause: row.cause_at(now),
            is_late,
        })
    }

    /// The kind of call, by which it is rate limited.
    #[must_use]
    pub fn operation(&self) -> Operation {
        match self.call {
            Call::Schedule(_) => Operation::ScheduleBot,
            Call::Unschedule => Operation::UnscheduleBot,
            Call::Find => Operation::GetEvent,
            Call::Leave(_) => Operation::LeaveCall,
        }
    }
}

/// The result of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallResult {
    /// The call succeeded; the event's bots as Recall lists them now.
    Done(Vec<BotEntry>),
    /// Recall refused the call for good.
    Refused(String),
    /// The call came too late: the bot is joining, and can only be told to leave.
    Dispatched,
    /// The call failed, and is made again after the wait.
    Again {
        /// Why it failed.
        reason: String,
        /// How long to wait.
        wait: Duration,
    },
    /// Recall blocked this one call: the row is set aside for the wait.
    Blocked {
        /// Why, without any content of the call.
        reason: String,
        /// How long the row is set aside.
        wait: Duration,
    },
}

impl CallResult {
    /// The result as the history keeps it.
    pub(super) fn recorded(&self) -> RecordedResult {
        match self {
            Self::Done(_) => RecordedResult::Done,
            Self::Refused(reason) => RecordedResult::Refused(reason.clone()),
            Self::Dispatched => RecordedResult::Dispatched,
            Self::Again { reason, .. } => RecordedResult::Again(reason.clone()),
            Self::Blocked { reason, .. } => RecordedResult::Blocked(reason.clone()),
        }
    }
}
