//! What a row makes of a bot that it shares with other copies of its meeting.

use super::applied::Applied;
use super::row::Decision;
use super::step::Step;
use super::wanted::Wanted;
use crate::bot::{BotConfig, WantedBot};

impl Decision {
    /// Whether `bot` is what is wanted already, apart from its configuration.
    pub(crate) fn wants_but_for_configuration(&self, bot: &WantedBot) -> bool {
        matches!(&self.wanted, Wanted::Bot(wanted)
            if wanted.deduplication_key == bot.deduplication_key
                && wanted.starts_at == bot.starts_at
                && wanted.meeting_url == bot.meeting_url)
    }

    /// The row with another configuration of the bot it shares.
    ///
    /// A copy at rest whose bot another owns need not call: the owner's own
    /// call reconfigures the bot for both.
    #[must_use]
    pub(crate) fn reconfigured(self, config: &BotConfig, is_owner: bool) -> Self {
        let Wanted::Bot(mut bot) = self.wanted.clone() else {
            return self;
        };
        if bot.config == *config {
            return self;
        }
        bot.config = config.clone();
        let is_at_rest = self.step() == Step::Nothing && !self.is_abandoned();
        let mut row = self.wanting(Wanted::Bot(bot));
        if let Applied::Bot(applied) = &mut row.applied
            && is_at_rest
            && !is_owner
        {
            applied.config = config.digest().clone();
        }
        row
    }

    /// Whether it rests though no call was made for what it wants now: it took
    /// note of a configuration that another copy was to bring about.
    pub(crate) fn is_unconfirmed(&self) -> bool {
        self.is_certain() && !self.is_abandoned() && self.attempts.count == 0
    }

    /// The row with a call to make, if it rests.
    #[must_use]
    pub(crate) fn requiring_call(mut self) -> Self {
        if let Applied::Bot(bot) = self.applied {
            self.applied = Applied::Uncertain(bot);
        }
        self
    }
}
