//! Which of an event's bots is joining or in the call.
//!
//! Recall unschedules no bot of an event while one of them is dispatched. The row knows one
//! bot, which need not be that one: the meeting was moved, or got another link, while its bot
//! was in the call. Whether Recall has the bot of the change then is a matter of the instant at
//! which it was changed once more. So
//!
//! - a known bot that starts so late that it cannot be dispatched yet is not told to leave:
//!   Recall's list shows which one is,
//! - the listed bot takes the place of the known one, with its own key: other events that
//!   share it are found by that,
//! - once it has left, the event's bots are unscheduled again. A known bot that is still
//!   scheduled is removed then.

use jiff::Timestamp;

use crate::bot::{AppliedBot, BotEntry};
use crate::decision::applied::Applied;
use crate::decision::call::LATE;
use crate::decision::row::Decision;
use crate::decision::wanted::Wanted;
use crate::time::plus;

/// The row after its bots could not be unscheduled, because one is joining or in the call.
pub(super) fn dispatched(mut decision: Decision, now: Timestamp) -> Decision {
    decision.attempts.not_before = None;
    match decision.applied {
        // One bot is wanted, and it is unknown which of them is joining.
        Applied::TooMany(_) if decision.wanted != Wanted::Nothing => {
            decision.abandon("Recall has more bots than are wanted, and one is joining already")
        }
        Applied::Bot(mut bot) | Applied::Uncertain(mut bot) | Applied::TooMany(mut bot) => {
            if !may_be_dispatched(bot.starts_at, now) {
                bot.bot_id = None;
            }
            decision.applied = Applied::Dispatched(bot);
            decision
        }
        Applied::Nothing | Applied::Dispatched(_) => decision,
    }
}

/// What is applied once Recall listed `bots` to show which one is dispatched, in place of
/// `known`. The result is a dispatched bot without an id if none of them is and the known one
/// should be; it is uncertain if the known one is scheduled for later.
///
/// Recall lists an entry for each past occurrence of an event, so the known start comes first,
/// with the known key if possible. A call that Recall took only after the event had moved made
/// a bot of the known key at another start. Of other bots, the one that started last is meant.
pub(super) fn found(mut known: Box<AppliedBot>, bots: &[BotEntry], now: Timestamp) -> Applied {
    let rank = |entry: &&BotEntry| {
        let is_of_start = entry.starts_at == known.starts_at;
        let is_of_key = entry.deduplication_key == known.deduplication_key;
        (
            is_of_start && is_of_key,
            is_of_start,
            is_of_key,
            entry.starts_at,
        )
    };
    let candidates = bots
        .iter()
        .filter(|entry| may_be_dispatched(entry.starts_at, now));
    match candidates.max_by_key(rank) {
        Some(entry) if rank(&entry).0 => {
            known.bot_id = Some(entry.bot_id.clone());
            Applied::Dispatched(known)
        }
        Some(entry) => Applied::Dispatched(Box::new(AppliedBot::listed(entry))),
        None if may_be_dispatched(known.starts_at, now) => {
            known.bot_id = None;
            Applied::Dispatched(known)
        }
        None => Applied::Uncertain(known),
    }
}

/// Whether a bot that starts then may be on its way at `now`: Recall keeps a bot reserved until
/// shortly before its start.
fn may_be_dispatched(starts_at: Timestamp, now: Timestamp) -> bool {
    starts_at <= plus(now, LATE)
}
