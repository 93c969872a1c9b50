//! What is known of the bots of an event beside the outcome of its present one.

use jiff::Timestamp;

use crate::id::DeduplicationKey;
use crate::outcome::alert::Alerts;
use crate::outcome::earlier::EarlierOutcomes;
use crate::outcome::reads::BotReads;

/// What is known of the bots of an event beside the outcome of its present one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BotLife {
    /// What became of the event's other bots, such as the one of before a move.
    pub earlier: EarlierOutcomes,
    /// The reads of the present bot.
    pub reads: BotReads,
    /// What people are told about the running meeting.
    pub alerts: Alerts,
    /// When a bot was last read that may be in the call beside the present one.
    pub suspect_read_at: Option<Timestamp>,
    /// The deduplication key that was wanted last, if none is wanted now.
    pub last_key: Option<DeduplicationKey>,
    /// The deduplication key of a call into the running meeting whose answer is not known: it may
    /// have sent a bot.
    pub called_key: Option<DeduplicationKey>,
    /// When a person last wanted the bot: by an override, or by sending one.
    pub wished_at: Option<Timestamp>,
}
