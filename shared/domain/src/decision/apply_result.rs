//! Folds the result of a call into the decision.

use jiff::{SignedDuration, Timestamp};

use crate::bot::{AppliedBot, BotEntry, WantedBot};
use crate::decision::applied::Applied;
use crate::decision::call::{Call, CallAttempt, CallResult};
use crate::decision::history::CallRecord;
use crate::decision::row::Decision;
use crate::decision::wanted::Wanted;
use crate::id::BotId;
use crate::time::plus;

/// Folds a result that arrived at `now` into the row as it is stored now.
///
/// After a call of the current generation, Recall holds what the result says. The result
/// of an older generation only says what Recall may hold, because another scheduler run
/// may have made a call since: it leaves the row uncertain, and the next call makes it
/// certain. Failures count only against the generation of their call. A superseded row
/// only keeps the call in its history: the row that supersedes it calls again.
#[must_use]
pub fn apply_result(
    mut decision: Decision,
    attempt: &CallAttempt,
    result: CallResult,
    now: Timestamp,
) -> Decision {
    let is_current = decision.generation == attempt.generation;
    decision.history.add(CallRecord {
        at: now,
        operation: attempt.operation(),
        cause: attempt.cause,
        outcome: result.recorded(),
        is_late: attempt.is_late,
    });
    if decision.is_superseded() {
        return decision;
    }
    let has_begun = is_removed_after_start(&decision, now);
    if let CallResult::Done(bots) = &result {
        decision.applied = applied_after(decision.applied, &attempt.call, bots, is_current);
    }
    let has_bot = match (&attempt.call, &result) {
        (_, CallResult::Dispatched) => true,
        (Call::Schedule(_), result) => matches!(result, CallResult::Done(_)),
        _ => false,
    };
    decision.had_bot |= has_bot;
    if !is_current {
        return decision;
    }
    decision.attempts.count += 1;
    match result {
        CallResult::Done(_) if has_begun && attempt.call == Call::Unschedule => {
            decision.abandon("the meeting had begun when a bot at a later start was removed")
        }
        CallResult::Done(_) => succeeded(decision, &attempt.call),
        CallResult::Dispatched => dispatched(decision),
        CallResult::Refused(reason) => refused(decision, &attempt.call, reason, now),
        CallResult::Again { reason, wait } | CallResult::Blocked { reason, wait } => {
            let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
            decision.waiting(plus(now, wait), reason)
        }
    }
}

/// Whether the next unscheduling removes a bot that was found after the start. The meeting's
/// own bot may have joined and left before, so it is not scheduled again.
fn is_removed_after_start(decision: &Decision, now: Timestamp) -> bool {
    match (&decision.wanted, &decision.applied) {
        (Wanted::Bot(wanted), Applied::TooMany(bot)) => {
            wanted.starts_at <= now && bot.is_listed_only()
        }
        _ => false,
    }
}

/// What is applied after `call` succeeded, if `before` was applied.
fn applied_after(before: Applied, call: &Call, bots: &[BotEntry], is_current: bool) -> Applied {
    match (call, before) {
        // Scheduling does not remove other bots of the event.
        (Call::Schedule(bot), Applied::TooMany(_)) => {
            Applied::TooMany(Box::new(scheduled(bot, bots)))
        }
        (Call::Schedule(bot), _) if is_current => Applied::Bot(Box::new(scheduled(bot, bots))),
        (Call::Schedule(bot), _) => Applied::Uncertain(Box::new(scheduled(bot, bots))),
        (Call::Unschedule, _) | (Call::Leave(_), Applied::Dispatched(_)) if is_current => {
            Applied::Nothing
        }
        (Call::Unschedule, Applied::Bot(bot)) => Applied::Uncertain(bot),
        (Call::Find, Applied::Dispatched(mut bot)) => {
            bot.bot_id = dispatched_id(&bot, bots).cloned();
            Applied::Dispatched(bot)
        }
        (Call::Unschedule | Call::Find | Call::Leave(_), before) => before,
    }
}

/// The row after `call` succeeded. It is abandoned if `Find` found no bot.
fn succeeded(mut decision: Decision, call: &Call) -> Decision {
    decision.attempts.not_before = None;
    decision.attempts.last_error = None;
    match &decision.applied {
        Applied::Dispatched(bot) if *call == Call::Find && bot.bot_id.is_none() => {
            decision.abandon("Recall lists no bot that could be made to leave the call")
        }
        _ => decision,
    }
}

/// The row after its call was refused for good. A bot that could not be moved would still
/// join at the old start, so it is unscheduled before the row is abandoned.
fn refused(mut decision: Decision, call: &Call, reason: String, now: Timestamp) -> Decision {
    let unmoved = match (call, &decision.applied) {
        (Call::Schedule(wanted), Applied::Bot(bot) | Applied::Uncertain(bot)) => {
            let is_unmoved = bot.starts_at != wanted.starts_at && bot.starts_at > now;
            is_unmoved.then(|| bot.clone())
        }
        _ => None,
    };
    decision.attempts.last_error = Some(reason.clone());
    match unmoved {
        Some(bot) => {
            decision.attempts.not_before = None;
            decision.applied = Applied::TooMany(bot);
            decision
        }
        None => decision.abandon(reason),
    }
}

/// The row after its bots could not be unscheduled, because one is joining already.
fn dispatched(mut decision: Decision) -> Decision {
    decision.attempts.not_before = None;
    match decision.applied {
        // One bot is wanted, and it is unknown which of them is joining.
        Applied::TooMany(_) if decision.wanted != Wanted::Nothing => {
            decision.abandon("Recall has more bots than are wanted, and one is joining already")
        }
        Applied::Bot(bot) | Applied::Uncertain(bot) | Applied::TooMany(bot) => {
            decision.applied = Applied::Dispatched(bot);
            decision
        }
        Applied::Nothing | Applied::Dispatched(_) => decision,
    }
}

/// The id of `known` among the listed bots. Recall lists an entry for each past occurrence
/// of an event, so the entry must have the same start; one with the same key is preferred.
/// A call that Recall took only after the event had moved made a bot at another start than
/// is known: it has the key alone.
fn dispatched_id<'a>(known: &AppliedBot, bots: &'a [BotEntry]) -> Option<&'a BotId> {
    let same_start = || bots.iter().filter(|bot| bot.starts_at == known.starts_at);
    let same_key = same_start().find(|bot| bot.deduplication_key == known.deduplication_key);
    let is_known = |bot: &&BotEntry| bot.deduplication_key == known.deduplication_key;
    let by_key_alone = || bots.iter().filter(is_known).max_by_key(|bot| bot.starts_at);
    same_key
        .or_else(|| same_start().next())
        .or_else(by_key_alone)
        .map(|bot| &bot.bot_id)
}

/// The bot that was scheduled, with the id that Recall lists it under.
///
/// Recall lists an entry for each past occurrence of an event, so only the entry with the
/// same key and start counts.
fn scheduled(bot: &WantedBot, bots: &[BotEntry]) -> AppliedBot {
    let entry = bots.iter().find(|entry| {
        entry.deduplication_key == bot.deduplication_key && entry.starts_at == bot.starts_at
    });
    AppliedBot {
        bot_id: entry.map(|entry| entry.bot_id.clone()),
        ..AppliedBot::from(bot)
    }
}
