//! What an answer of the service makes of a decision.

use std::time::Duration;

use jiff::SignedDuration;

use super::applied::Applied;
use super::history::{CallRecord, Cause, RecordedResult};
use super::row::Decision;
use super::step::Step;
use crate::bot::{AppliedBot, BotEntry, WantedBot};
use crate::id::BotId;
use crate::rate::Operation;
use crate::revision::Generation;
use crate::time::plus;
use jiff::Timestamp;

/// A bot whose start is no further ahead comes from the pool of those that
/// nobody reserved, by the service's own word.
const LATE: SignedDuration = SignedDuration::from_mins(10);

/// What was asked of Recall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// This bot was to be scheduled.
    Schedule(Box<WantedBot>),
    /// The event's bots were to be taken away.
    Unschedule,
    /// The event's bots were to be listed.
    Find,
    /// This bot was to leave the call.
    Leave(BotId),
}

/// A call that was made for a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallAttempt {
    /// What was asked.
    pub call: Call,
    /// The generation it was asked in.
    pub generation: Generation,
    /// Why.
    pub cause: Cause,
    /// A bot was asked for at such short notice that none is reserved.
    pub is_late: bool,
}

impl CallAttempt {
    /// The call that `row` wants made at `now`, if any.
    #[must_use]
    pub fn of(row: &Decision, now: Timestamp) -> Option<Self> {
        let (call, is_late) = match row.step() {
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
            cause: row.cause(),
            is_late,
        })
    }

    /// What kind of call it is.
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

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallResult {
    /// Done; the event's bots as they are now.
    Done(Vec<BotEntry>),
    /// Refused for good.
    Refused(String),
    /// Too late: the bot is on its way, and can only be sent out of the call.
    Dispatched,
    /// To be tried again, for the reason given, after the wait.
    Again {
        /// Why it did not go through.
        reason: String,
        /// How long to wait.
        wait: Duration,
    },
    /// Blocked because of this one call: the row is set aside for the wait.
    Blocked {
        /// Why, without anything that the call contained.
        reason: String,
        /// How long the row is set aside.
        wait: Duration,
    },
}

impl CallResult {
    fn outcome(&self) -> RecordedResult {
        match self {
            Self::Done(_) => RecordedResult::Done,
            Self::Refused(reason) => RecordedResult::Refused(reason.clone()),
            Self::Dispatched => RecordedResult::Dispatched,
            Self::Again { reason, .. } => RecordedResult::Again(reason.clone()),
            Self::Blocked { reason, .. } => RecordedResult::Blocked(reason.clone()),
        }
    }
}

/// Folds an answer that came at `now` into the row as it is stored now.
///
/// An answer to what is wanted now is what Recall holds. One to an older wish
/// tells no more than what Recall may hold: another call may have been made
/// since by a drain that took over, so it leaves the row in doubt, and the
/// next call makes it certain. Failures count only against the generation they
/// were made for.
#[must_use]
pub fn apply_result(
    mut decision: Decision,
    sent: &CallAttempt,
    answered: CallResult,
    now: Timestamp,
) -> Decision {
    let is_current = decision.generation == sent.generation;
    decision.history.add(CallRecord {
        at: now,
        operation: sent.operation(),
        cause: sent.cause,
        outcome: answered.outcome(),
        is_late: sent.is_late,
    });
    if let CallResult::Done(bots) = &answered {
        decision.applied = done(decision.applied, &sent.call, bots, is_current);
    }
    if !is_current {
        return decision;
    }
    decision.attempts.count += 1;
    match answered {
        CallResult::Done(_) => {
            decision.attempts.not_before = None;
            decision.attempts.last_error = None;
            if sent.call == Call::Find {
                return found(decision);
            }
            decision
        }
        CallResult::Dispatched => dispatched(decision),
        CallResult::Refused(reason) => {
            decision.attempts.last_error = Some(reason.clone());
            decision.abandon(reason)
        }
        CallResult::Again { reason, wait } | CallResult::Blocked { reason, wait } => {
            let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
            decision.attempts.last_error = Some(reason);
            decision.attempts.not_before = Some(plus(now, wait));
            decision
        }
    }
}

/// What is applied after `call` went through, where `before` was known.
fn done(before: Applied, call: &Call, bots: &[BotEntry], is_current: bool) -> Applied {
    match (call, before) {
        // Scheduling takes no other bot of the event away.
        (Call::Schedule(bot), Applied::TooMany(_)) => {
            Applied::TooMany(Box::new(applied(bot, bots)))
        }
        (Call::Schedule(bot), _) if is_current => Applied::Bot(Box::new(applied(bot, bots))),
        (Call::Schedule(bot), _) => Applied::Uncertain(Box::new(applied(bot, bots))),
        (Call::Unschedule, _) | (Call::Leave(_), Applied::Dispatched(_)) if is_current => {
            Applied::Nothing
        }
        (Call::Unschedule, Applied::Bot(bot)) => Applied::Uncertain(bot),
        (Call::Find, Applied::Dispatched(mut bot)) => {
            bot.bot_id = on_its_way(&bot, bots).cloned();
            Applied::Dispatched(bot)
        }
        (Call::Unschedule | Call::Find | Call::Leave(_), before) => before,
    }
}

/// The row once its bots could not be taken away, since one is on its way.
fn dispatched(mut decision: Decision) -> Decision {
    decision.attempts.not_before = None;
    match decision.applied {
        // One is wanted; which of them is on its way is not known.
        Applied::TooMany(_) => {
            decision.abandon("there are more bots than are wanted, and one is on its way already")
        }
        Applied::Bot(bot) | Applied::Uncertain(bot) => {
            decision.applied = Applied::Dispatched(bot);
            decision
        }
        Applied::Nothing | Applied::Dispatched(_) => decision,
    }
}

/// The row once the event's bots were listed.
fn found(decision: Decision) -> Decision {
    match &decision.applied {
        Applied::Dispatched(bot) if bot.bot_id.is_none() => {
            decision.abandon("Recall lists no bot that could be sent out of the call")
        }
        _ => decision,
    }
}

/// Which of the listed bots `known` is. An event keeps an entry for each past
/// occurrence, so one of the same start is meant, by the same key if there is.
fn on_its_way<'a>(known: &AppliedBot, bots: &'a [BotEntry]) -> Option<&'a BotId> {
    let same_start = || bots.iter().filter(|bot| bot.starts_at == known.starts_at);
    let same_key = same_start().find(|bot| bot.deduplication_key == known.deduplication_key);
    same_key
        .or_else(|| same_start().next())
        .map(|bot| &bot.bot_id)
}

/// The bot that was sent, by the id that Recall lists it under.
///
/// An event keeps an entry for each past occurrence, so only the one with the
/// key and start that were sent counts.
fn applied(sent: &WantedBot, bots: &[BotEntry]) -> AppliedBot {
    let entry = bots.iter().find(|entry| {
        entry.deduplication_key == sent.deduplication_key && entry.starts_at == sent.starts_at
    });
    AppliedBot {
        bot_id: entry.map(|entry| entry.bot_id.clone()),
        deduplication_key: sent.deduplication_key.clone(),
        starts_at: sent.starts_at,
        meeting_url: sent.meeting_url.clone(),
        config: sent.config.digest().clone(),
    }
}
