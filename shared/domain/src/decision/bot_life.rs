//! Folds the statuses of bots into the rows that hold or want them.

use crate::decision::row::Decision;
use crate::id::BotId;
use crate::outcome::{BotStatus, Outcome};

impl Decision {
    /// What became of the row's bot; none if nothing was reported of it, or only of a bot that
    /// another one has replaced.
    #[must_use]
    pub fn bot_outcome(&self) -> Option<&Outcome> {
        let outcome = self.outcome.as_ref()?;
        let is_present = self
            .known_bot()
            .is_none_or(|known| *known == outcome.bot_id);
        is_present.then_some(outcome)
    }

    /// The row's bot, if its id is known.
    fn known_bot(&self) -> Option<&BotId> {
        self.applied.bot()?.bot_id.as_ref()
    }

    /// The row with statuses of a bot, which change neither the wish nor the work. A bot is
    /// foreign, and its statuses are left out, if the row knows another one. As long as the
    /// row knows none, the bot with the newest status counts.
    #[must_use]
    pub fn with_statuses(mut self, bot: &BotId, statuses: &[BotStatus]) -> Self {
        if self.known_bot().is_some_and(|known| known != bot) {
            return self;
        }
        let mut statuses = statuses.iter().cloned();
        let Some(first) = statuses.next() else {
            return self;
        };
        let outcome = match self.bot_outcome() {
            Some(outcome) if outcome.bot_id == *bot => outcome.clone().seen(first),
            _ => Outcome::of(bot.clone(), first),
        };
        let outcome = statuses.fold(outcome, Outcome::seen);
        let is_older = self
            .bot_outcome()
            .is_some_and(|present| present.newest > outcome.newest);
        if !is_older {
            self.outcome = Some(outcome);
        }
        self
    }
}
