//! What an answer of the service makes of a decision.

use std::time::Duration;

use jiff::SignedDuration;

use crate::time::plus;
use crate::{Applied, AppliedBot, BotEntry, Decision, Generation, Timestamp, WantedBot};

/// A call that was made for a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// This bot was to be scheduled.
    Schedule {
        /// What was wanted when the call was made.
        bot: Box<WantedBot>,
        /// The generation it was wanted in.
        generation: Generation,
    },
    /// The bot was to be taken away.
    Unschedule {
        /// The generation in which none was wanted.
        generation: Generation,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// Done; the event's bots as they are now.
    Done(Vec<BotEntry>),
    /// Refused for good.
    Refused(String),
    /// To be tried again, for the reason given, after the wait.
    Again {
        /// Why it did not go through.
        reason: String,
        /// How long to wait.
        wait: Duration,
    },
}

/// Folds an answer that came at `now` into the row as it is stored now.
///
/// What was sent is applied even if something else is wanted by now: it is
/// what Recall holds. Failures count only against the generation they were
/// made for.
#[must_use]
pub fn settle(mut decision: Decision, sent: &Sent, answered: Answered, now: Timestamp) -> Decision {
    let generation = match sent {
        Sent::Schedule { generation, .. } | Sent::Unschedule { generation } => *generation,
    };
    let is_current = decision.generation == generation;
    match answered {
        Answered::Done(bots) => {
            decision.applied = match sent {
                Sent::Schedule { bot, .. } => Applied::Bot(Box::new(applied(bot, &bots))),
                Sent::Unschedule { .. } => Applied::Nothing,
            };
            if is_current {
                decision.attempts.count += 1;
                decision.attempts.not_before = None;
                decision.attempts.last_error = None;
            }
            decision
        }
        Answered::Refused(reason) if is_current => {
            decision.attempts.count += 1;
            decision.attempts.last_error = Some(reason.clone());
            decision.close(reason)
        }
        Answered::Again { reason, wait } if is_current => {
            let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
            decision.attempts.count += 1;
            decision.attempts.last_error = Some(reason);
            decision.attempts.not_before = Some(plus(now, wait));
            decision
        }
        Answered::Refused(_) | Answered::Again { .. } => decision,
    }
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
