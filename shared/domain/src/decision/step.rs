//! The next call for a decision: the one that makes applied equal to wanted.

use super::applied::Applied;
use super::history::Cause;
use super::row::Decision;
use super::wanted::Wanted;
use crate::bot::{AppliedBot, WantedBot};
use crate::id::BotId;

/// What a row wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// Nothing: what is wanted is applied, or was given up on.
    Nothing,
    /// Schedule this bot, which also moves or reconfigures the one that is there.
    Schedule(&'a WantedBot),
    /// Take this bot away.
    Unschedule(&'a AppliedBot),
    /// Ask which bot this is: it is on its way, and no answer has told its id.
    Find(&'a AppliedBot),
    /// Send this bot, of this id, out of the call, unless another copy of the
    /// meeting wants it.
    Leave(&'a AppliedBot, &'a BotId),
}

impl Decision {
    /// What is to be done so that what is wanted is applied.
    #[must_use]
    pub fn step(&self) -> Step<'_> {
        if self.is_abandoned() {
            return Step::Nothing;
        }
        match (&self.wanted, &self.applied) {
            _ if self.is_certain() => Step::Nothing,
            (_, Applied::TooMany(applied)) => Step::Unschedule(applied),
            (Wanted::Bot(wanted), _) => Step::Schedule(wanted),
            (Wanted::Nothing, Applied::Bot(applied) | Applied::Uncertain(applied)) => {
                Step::Unschedule(applied)
            }
            (Wanted::Nothing, Applied::Dispatched(applied)) => match &applied.bot_id {
                Some(bot_id) => Step::Leave(applied, bot_id),
                None => Step::Find(applied),
            },
            (Wanted::Nothing, Applied::Nothing) => Step::Nothing,
        }
    }

    /// Why the step is to be taken.
    #[must_use]
    pub fn cause(&self) -> Cause {
        match (&self.wanted, &self.applied) {
            (_, Applied::TooMany(_)) => Cause::TooMany,
            (Wanted::Nothing, _) => Cause::Unwanted,
            (Wanted::Bot(_), Applied::Nothing) => Cause::New,
            (Wanted::Bot(_), Applied::Uncertain(_) | Applied::Dispatched(_)) => Cause::Uncertain,
            (Wanted::Bot(wanted), Applied::Bot(bot)) if wanted.starts_at != bot.starts_at => {
                Cause::Moved
            }
            (Wanted::Bot(_), Applied::Bot(_)) => Cause::Changed,
        }
    }

    /// Whether there is something to be done.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.step() != Step::Nothing
    }

    /// The key under which Recall takes one call at a time for this row.
    #[must_use]
    pub fn deduplication_key(&self) -> Option<&crate::id::DeduplicationKey> {
        match self.step() {
            Step::Schedule(wanted) => Some(&wanted.deduplication_key),
            Step::Unschedule(applied) | Step::Find(applied) | Step::Leave(applied, _) => {
                Some(&applied.deduplication_key)
            }
            Step::Nothing => None,
        }
    }
}
