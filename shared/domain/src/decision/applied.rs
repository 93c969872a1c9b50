//! The bot that is known to exist at Recall for an event.

use crate::bot::AppliedBot;

/// The bot that is known to exist at Recall for an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// No bot.
    Nothing,
    /// One bot.
    Bot(Box<AppliedBot>),
    /// This bot, or another, or none: the wanted bot changed while a call may have been in
    /// flight, and the result of that call is unknown. Both operations may be repeated, so
    /// the next call makes it certain.
    Uncertain(Box<AppliedBot>),
    /// Recall lists more bots with the event than are wanted, this one among them.
    /// Unscheduling removes all bots of the event, so that call comes first; the wanted
    /// bot is scheduled after it.
    TooMany(Box<AppliedBot>),
    /// One bot, which is joining or in the call: it can no longer be unscheduled, only be
    /// told to leave.
    Dispatched(Box<AppliedBot>),
}

impl Applied {
    /// The bot that exists, or may exist.
    #[must_use]
    pub fn bot(&self) -> Option<&AppliedBot> {
        match self {
            Self::Nothing => None,
            Self::Bot(bot) | Self::Uncertain(bot) | Self::TooMany(bot) | Self::Dispatched(bot) => {
                Some(bot)
            }
        }
    }
}
