//! Folds the result of a call into the decision.

use jiff::{SignedDuration, Timestamp};

use crate::bot::{AppliedBot, BotEntry, WantedBot};
use crate::decision::applied::Applied;
use crate::decision::call::{Call, CallAttempt, CallResult};
use crate::decision::dispatched::{dispatched, found};
use crate::decision::history::CallRecord;
use crate::decision::owner_check::LeftBot;
use crate::decision::row::Decision;
use crate::decision::wanted::Wanted;
use crate::time::plus;

/// How long no bot is unscheduled after another one of the event was in a call: Recall refuses
/// it as long as that one is there.
const IN_A_CALL: SignedDuration = SignedDuration::from_mins(1);

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
    let before = decision.clone();
    decision.note_answer(&attempt.call, &result);
    if let (Call::Schedule(bot), CallResult::Done(_) | CallResult::Refused(_)) =
        (&attempt.call, &result)
    {
        decision.note_called(&bot.deduplication_key);
    }
    let has_begun = is_removed_after_start(&decision, now);
    if let CallResult::Done(bots) = &result {
        decision.applied = applied_after(decision.applied, &attempt.call, bots, is_current, now);
    }
    let has_bot = match (&attempt.call, &result) {
        (_, CallResult::Dispatched) => true,
        (Call::Schedule(_), result) => matches!(result, CallResult::Done(_)),
        _ => false,
    };
    decision.had_bot |= has_bot;
    if !is_current {
        return checking_owner(decision, &before, attempt, &result, now);
    }
    if !matches!(result, CallResult::Again { .. } | CallResult::Dispatched) {
        decision.note_sent(&attempt.call);
    }
    decision.attempts.count += 1;
    let folded = folded(decision, attempt, result.clone(), has_begun, now);
    checking_owner(folded, &before, attempt, &result, now)
}

/// The row, which `attempt` was made for, with a check of the owner of its bot, if that sent a
/// configuration or gave the row another rank.
fn checking_owner(
    mut decision: Decision,
    before: &Decision,
    attempt: &CallAttempt,
    result: &CallResult,
    now: Timestamp,
) -> Decision {
    let (Call::Schedule(bot), CallResult::Done(_)) = (&attempt.call, result) else {
        return decision.checking_owner(Some(before), now);
    };
    if bot.starts_at > now {
        let left = (decision.wanted_key() != Some(&bot.deduplication_key)).then(|| LeftBot {
            deduplication_key: bot.deduplication_key.clone(),
            rank: String::new(),
            at: now,
            sent: None,
        });
        decision.add_check(left, now);
    }
    decision
}

/// The row after the result of a call for its current generation.
fn folded(
    decision: Decision,
    attempt: &CallAttempt,
    result: CallResult,
    has_begun: bool,
    now: Timestamp,
) -> Decision {
    match result {
        CallResult::Done(_) if has_begun && attempt.call == Call::Unschedule => {
            decision.abandon("the meeting had begun when a bot at a later start was removed")
        }
        CallResult::Done(_) => succeeded(decision, &attempt.call, now),
        CallResult::Dispatched => dispatched(decision, now),
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
fn applied_after(
    before: Applied,
    call: &Call,
    bots: &[BotEntry],
    is_current: bool,
    now: Timestamp,
) -> Applied {
    match (call, before) {
        // Scheduling does not remove other bots of the event.
        (Call::Schedule(bot), Applied::TooMany(_)) => {
            Applied::TooMany(Box::new(scheduled(bot, bots)))
        }
        (Call::Schedule(bot), _) if is_current => Applied::Bot(Box::new(scheduled(bot, bots))),
        (Call::Schedule(bot), _) => Applied::Uncertain(Box::new(scheduled(bot, bots))),
        // The event may have another bot, which could not be unscheduled before.
        (Call::Leave(_), Applied::Dispatched(bot)) if is_current && bot.is_listed_only() => {
            Applied::Uncertain(bot)
        }
        (Call::Unschedule, _) | (Call::Leave(_), Applied::Dispatched(_)) if is_current => {
            Applied::Nothing
        }
        (Call::Unschedule, Applied::Bot(bot)) => Applied::Uncertain(bot),
        (Call::Find, Applied::Dispatched(bot)) => found(bot, bots, now),
        (Call::Unschedule | Call::Find | Call::Leave(_), before) => before,
    }
}

/// The row after `call` succeeded.
fn succeeded(mut decision: Decision, call: &Call, now: Timestamp) -> Decision {
    decision.attempts.not_before = None;
    decision.attempts.last_error = None;
    match (call, &decision.applied) {
        (Call::Find, Applied::Dispatched(bot)) if bot.bot_id.is_none() => {
            decision.abandon("Recall lists no bot that could be made to leave the call")
        }
        (Call::Find, Applied::Uncertain(_)) => decision.waiting(
            plus(now, IN_A_CALL),
            "a bot of the event is in a call, and Recall does not list it",
        ),
        (Call::Leave(_), Applied::Uncertain(_)) => {
            decision.attempts.not_before = Some(plus(now, IN_A_CALL));
            decision
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
