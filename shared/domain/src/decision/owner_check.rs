//! A check of who owns a shared bot, which a row keeps until it is made.

use jiff::Timestamp;

use crate::bot_config::ConfigDigest;
use crate::id::DeduplicationKey;

/// The owners of the bots that a row wants or has left are to be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerCheck {
    /// The instant before which the index may not show what it must.
    pub not_before: Timestamp,
    /// Bots that the row wanted before, or among whose copies it had a better rank.
    pub left: Vec<LeftBot>,
}

/// A bot that a row wanted before, or among whose copies it had a better rank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftBot {
    /// Its key.
    pub deduplication_key: DeduplicationKey,
    /// The [rank](super::Decision::bot_rank) that the row had.
    pub rank: String,
    /// When it was decided to leave it.
    pub at: Timestamp,
    /// The configuration that a call for the row sent last; none if that is not known.
    pub sent: Option<SentConfig>,
}

/// The configuration that the last call for a row gave its bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentConfig {
    /// The configuration.
    pub config: ConfigDigest,
    /// When the call was answered.
    pub at: Timestamp,
}
