//! The bot that is known to exist at Recall for an event.

use crate::bot::AppliedBot;

/// What is known to be at Recall for an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// No bot.
    Nothing,
    /// One bot.
    Bot(Box<AppliedBot>),
    /// Perhaps this bot, or another, or none: something else came to be wanted
    /// while a call may have been under way, and the end of that call is not
    /// known. Both operations may be done again, so the next one makes it certain.
    Uncertain(Box<AppliedBot>),
    /// More bots are listed with the event than are wanted, this one among
    /// them. Taking away drops all claims of the event, so that comes first;
    /// what is wanted is scheduled after it.
    TooMany(Box<AppliedBot>),
    /// One bot, which is on its way or in the call: it can no longer be taken
    /// away, only be sent out.
    Dispatched(Box<AppliedBot>),
}

impl Applied {
    /// The bot that is there, or may be.
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
