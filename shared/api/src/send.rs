//! A bot that is sent to a running meeting.

use callsheet_app::send::{BotSent, SentBy};
use callsheet_domain::{DeduplicationKey, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::overrides::OverrideSet;

/// A bot that is sent to a running meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SentBot {
    /// Recall's id of the event.
    pub event_id: String,
    /// The meeting's title.
    pub title: Option<String>,
    /// When the meeting ends.
    pub ends_at: Timestamp,
    /// How the bot is sent.
    pub by: SendingStep,
    /// How many bots of the meeting have ended before, so that this one is sent in their place, as
    /// far as the decision shows.
    pub retry: u32,
    /// The override that keeps the wish.
    #[serde(rename = "override")]
    pub set: OverrideSet,
}

/// How a bot is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SendingStep {
    /// The scheduler calls Recall as soon as a permit is free.
    Call,
    /// A sync takes the override in first.
    Sync,
}

impl SentBot {
    /// Represents a bot that is sent.
    #[must_use]
    pub fn of(sent: &BotSent) -> Self {
        let BotSent { set, decision, how } = sent;
        Self {
            event_id: decision.key.event_id.to_string(),
            title: decision.title.clone(),
            ends_at: decision.ends_at,
            by: match how {
                SentBy::Call => SendingStep::Call,
                SentBy::Sync => SendingStep::Sync,
            },
            retry: decision.wanted_key().map_or(0, DeduplicationKey::retry),
            set: OverrideSet::of(set),
        }
    }
}
