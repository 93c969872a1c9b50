//! The next call for a decision: the one that makes applied equal to wanted.

use crate::bot::{AppliedBot, WantedBot};
use crate::decision::applied::Applied;
use crate::decision::history::Cause;
use crate::decision::row::Decision;
use crate::decision::wanted::Wanted;
use crate::id::{BotId, DeduplicationKey};

/// The next call that a decision needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// None: the wanted bot is applied, or the decision is abandoned.
    Nothing,
    /// Schedule this bot, which also moves or reconfigures an existing one.
    Schedule(&'a WantedBot),
    /// Unschedule this bot.
    Unschedule(&'a AppliedBot),
    /// List the event's bots to find the id of this one, which is joining or in the call.
    Find(&'a AppliedBot),
    /// Make this bot leave the call, unless another copy of the meeting wants it.
    Leave(&'a AppliedBot, &'a BotId),
}

impl Decision {
    /// The next call that makes applied equal to wanted.
    #[must_use]
    pub fn step(&self) -> Step<'_> {
        self.step_towards(&self.wanted)
    }

    /// The next call if `wanted` were wanted; none if the row's own bot is applied.
    pub(super) fn step_towards<'a>(&'a self, wanted: &'a Wanted) -> Step<'a> {
        if self.is_abandoned() {
            return Step::Nothing;
        }
        match (wanted, &self.applied) {
            _ if self.is_certain() => Step::Nothing,
            (_, Applied::TooMany(applied)) => Step::Unschedule(applied),
            (Wanted::Bot(wanted), applied) => match left_behind(wanted, applied) {
                Some((bot, bot_id)) => Step::Leave(bot, bot_id),
                None => Step::Schedule(wanted),
            },
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

    /// Why the next call is needed.
    #[must_use]
    pub fn cause(&self) -> Cause {
        match (&self.wanted, &self.applied) {
            (_, Applied::TooMany(_)) => Cause::TooMany,
            (Wanted::Nothing, _) => Cause::Unwanted,
            (Wanted::Bot(_), Applied::Nothing) => Cause::New,
            (Wanted::Bot(wanted), applied) if left_behind(wanted, applied).is_some() => {
                Cause::Moved
            }
            (Wanted::Bot(_), Applied::Uncertain(_) | Applied::Dispatched(_)) => Cause::Uncertain,
            (Wanted::Bot(wanted), Applied::Bot(bot)) if wanted.starts_at != bot.starts_at => {
                Cause::Moved
            }
            (Wanted::Bot(wanted), Applied::Bot(bot)) if wanted.is_retry_of(bot) => Cause::Retry,
            (Wanted::Bot(_), Applied::Bot(_)) => Cause::Changed,
        }
    }

    /// Whether the decision is due: wanted differs from applied, and it is not abandoned.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.step() != Step::Nothing
    }

    /// Whether the next call claims a bot that is not known to be held: what another copy of
    /// the meeting may have done already.
    #[must_use]
    pub fn claims_bot(&self) -> bool {
        let holds = |wanted: &WantedBot| {
            let applied = self.applied.bot();
            applied.is_some_and(|applied| applied.deduplication_key == wanted.deduplication_key)
        };
        matches!(self.step(), Step::Schedule(wanted) if !holds(wanted))
    }

    /// The key under which Recall takes one call at a time for the next step.
    #[must_use]
    pub fn deduplication_key(&self) -> Option<&DeduplicationKey> {
        match self.step() {
            Step::Schedule(wanted) => Some(&wanted.deduplication_key),
            Step::Unschedule(applied) | Step::Find(applied) | Step::Leave(applied, _) => {
                Some(&applied.deduplication_key)
            }
            Step::Nothing => None,
        }
    }
}

/// The bot of another meeting that is in its call, and is not the wanted one: the event was moved
/// away from it.
fn left_behind<'a>(
    wanted: &WantedBot,
    applied: &'a Applied,
) -> Option<(&'a AppliedBot, &'a BotId)> {
    let Applied::Dispatched(bot) = applied else {
        return None;
    };
    let key = &bot.deduplication_key;
    let is_another = !key.is_of_same_meeting(&wanted.deduplication_key);
    let bot_id = bot.bot_id.as_ref().filter(|_| is_another)?;
    Some((bot, bot_id))
}
