//! Bots: the wanted one, the applied one, and the one that Recall lists.

use std::fmt;

use jiff::Timestamp;

use crate::bot_config::{BotConfig, ConfigDigest};
use crate::id::{BotId, DeduplicationKey};
use crate::short_hash::short_hash;

/// A digest of a meeting's link: tells whether the link is another one, without holding it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LinkDigest(String);

impl LinkDigest {
    /// The digest of `link`.
    #[must_use]
    pub fn of(link: &str) -> Self {
        Self(short_hash(link.as_bytes()))
    }

    /// A stored digest.
    #[must_use]
    pub fn kept(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The digest as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LinkDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The bot that should exist for an event. Its `Debug` hides the link.
#[derive(Clone, PartialEq, Eq)]
pub struct WantedBot {
    /// The key that copies of a meeting share.
    pub deduplication_key: DeduplicationKey,
    /// When it joins.
    pub starts_at: Timestamp,
    /// Where it joins.
    pub meeting_url: String,
    /// How it is configured.
    pub config: BotConfig,
}

impl WantedBot {
    /// Whether it is sent in place of `before`, which had the same meeting.
    #[must_use]
    pub fn is_retry_of(&self, before: &AppliedBot) -> bool {
        let (key, before) = (&self.deduplication_key, &before.deduplication_key);
        key.is_of_same_meeting(before) && key.retry() > before.retry()
    }
}

impl fmt::Debug for WantedBot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "WantedBot({}, {:?})",
            self.starts_at, self.config
        )
    }
}

/// The bot that is known to exist at Recall for an event. Its `Debug` hides the link.
#[derive(Clone, PartialEq, Eq)]
pub struct AppliedBot {
    /// Its id; none if no response has contained it.
    pub bot_id: Option<BotId>,
    /// The key it was scheduled under.
    pub deduplication_key: DeduplicationKey,
    /// The start it was scheduled for.
    pub starts_at: Timestamp,
    /// The link it was given.
    pub meeting_url: String,
    /// The configuration it was given.
    pub config: ConfigDigest,
}

impl AppliedBot {
    /// Whether this is exactly the wanted bot.
    #[must_use]
    pub fn is(&self, wanted: &WantedBot) -> bool {
        self.deduplication_key == wanted.deduplication_key
            && self.starts_at == wanted.starts_at
            && self.meeting_url == wanted.meeting_url
            && self.config == *wanted.config.digest()
    }

    /// The bot of an entry that Recall lists. An entry has neither link nor configuration.
    #[must_use]
    pub fn listed(entry: &BotEntry) -> Self {
        Self {
            bot_id: Some(entry.bot_id.clone()),
            deduplication_key: entry.deduplication_key.clone(),
            starts_at: entry.starts_at,
            meeting_url: String::new(),
            config: ConfigDigest::kept(""),
        }
    }

    /// A bot that is known from a status of its own only: its link and configuration are not.
    pub(crate) fn reported(entry: &BotEntry) -> Self {
        Self {
            meeting_url: "reported".to_owned(),
            ..Self::listed(entry)
        }
    }

    /// Whether it is known from Recall's list only.
    pub(crate) fn is_listed_only(&self) -> bool {
        self.meeting_url.is_empty()
    }
}

/// The bot as it is wanted, under an id that is not known yet.
impl From<&WantedBot> for AppliedBot {
    fn from(wanted: &WantedBot) -> Self {
        Self {
            bot_id: None,
            deduplication_key: wanted.deduplication_key.clone(),
            starts_at: wanted.starts_at,
            meeting_url: wanted.meeting_url.clone(),
            config: wanted.config.digest().clone(),
        }
    }
}

impl fmt::Debug for AppliedBot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "AppliedBot({:?}, {}, {})",
            self.bot_id, self.starts_at, self.config
        )
    }
}

/// A bot that Recall lists with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotEntry {
    /// The bot.
    pub bot_id: BotId,
    /// The start it was scheduled for. It stays when the event moves.
    pub starts_at: Timestamp,
    /// The key it was scheduled under.
    pub deduplication_key: DeduplicationKey,
}
