//! The bot that should exist at Recall for an event.

use crate::bot::WantedBot;
use crate::bot_config::BotConfig;

/// The bot that should exist at Recall for an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// No bot.
    Nothing,
    /// One bot.
    Bot(Box<WantedBot>),
}

/// The configuration that one copy of a meeting offers for the bot that the copies share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The bot's configuration, made from the facts of this copy.
    pub config: BotConfig,
    /// This copy is in the organizer's calendar.
    pub is_organizers: bool,
    /// Recall has refused or blocked a call with this configuration, so that another copy owns
    /// the bot if there is one. Forgotten once the event or its calendar has changed.
    pub is_refused: bool,
}
