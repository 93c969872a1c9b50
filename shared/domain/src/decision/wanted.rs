//! The bot that should exist at Recall for an event.

use crate::bot::{BotConfig, WantedBot};

/// What should be at Recall for an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// No bot.
    Nothing,
    /// One bot.
    Bot(Box<WantedBot>),
}

/// What an event brings to the bot that the copies of a meeting share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The bot's configuration, made from the facts of this copy.
    pub config: BotConfig,
    /// This copy stands in the calendar of who called the meeting.
    pub is_organizers: bool,
}
