//! Folds the statuses of bots into the rows that hold or want them.

use crate::decision::applied::Applied;
use crate::decision::row::Decision;
use crate::id::BotId;
use crate::outcome::{BotStatus, Outcome};

impl Decision {
    /// What became of the row's bot; none if nothing was reported of it, or only of a bot that
    /// another one has replaced.
    #[must_use]
    pub fn bot_outcome(&self) -> Option<&Outcome> {
        match self.known_bot() {
            None => self.outcome.as_ref(),
            Some(known) => self.outcome_of(known),
        }
    }

    /// What became of one of the event's bots.
    pub(super) fn outcome_of(&self, bot: &BotId) -> Option<&Outcome> {
        let present = self.outcome.as_ref();
        let present = present.filter(|outcome| outcome.bot_id == *bot);
        present.or_else(|| self.life.earlier.of(bot))
    }

    /// What became of the event's other bots, the one with the newest status last.
    pub fn earlier_outcomes(&self) -> impl Iterator<Item = &Outcome> {
        let present = self.bot_outcome().map(|outcome| &outcome.bot_id);
        let all = self.life.earlier.all().iter().chain(&self.outcome);
        all.filter(move |outcome| Some(&outcome.bot_id) != present)
    }

    /// Recall's id of the row's bot, if it is known.
    #[must_use]
    pub fn known_bot(&self) -> Option<&BotId> {
        self.applied.bot()?.bot_id.as_ref()
    }

    /// The row with statuses of a bot, which change neither the wish nor the work.
    ///
    /// `is_of_event` says that the bot was made for the row's own event. Such a bot is followed
    /// beside the known one: it is the one of before a move, or one too many. A bot of another
    /// event is foreign, and its statuses are left out, if the row knows another one. As long
    /// as the row knows none, the bot with the newest status counts.
    #[must_use]
    pub fn with_statuses(mut self, bot: &BotId, statuses: &[BotStatus], is_of_event: bool) -> Self {
        // One that has shut down, and in whose place another one is wanted, does not come back.
        let is_over =
            self.wants_another() && self.life.earlier.of(bot).is_some_and(Outcome::is_final);
        let is_known = !is_over && self.known_bot().is_none_or(|known| known == bot);
        let followed = self.outcome_of(bot);
        if !is_known && !is_of_event && followed.is_none() {
            return self;
        }
        let seen = statuses.iter().fold(followed.cloned(), |outcome, status| {
            Some(match outcome {
                None => Outcome::of(bot.clone(), status.clone()),
                Some(outcome) => outcome.seen(status.clone()),
            })
        });
        let Some(seen) = seen else {
            return self;
        };
        if is_known && followed != Some(&seen) {
            self.life.reads = self.life.reads.with_sign_of_life();
        }
        if is_known && !self.is_older(&seen) {
            self.life.earlier.take(bot);
            let replaced = self.outcome.replace(seen);
            if let Some(replaced) = replaced.filter(|outcome| outcome.bot_id != *bot) {
                self.life.earlier.add(replaced);
            }
        } else if self.outcome.as_ref().is_some_and(|it| it.bot_id == *bot) {
            self.outcome = Some(seen);
        } else {
            self.life.earlier.add(seen);
        }
        self
    }

    /// Whether the row wants another bot in place of one that has ended: under the key of a
    /// retry, or under the same key without knowing which one that is.
    fn wants_another(&self) -> bool {
        let is_retry = self.wanted_key().is_some_and(|key| key.retry() > 0);
        is_retry || matches!(&self.applied, Applied::Uncertain(bot) if bot.bot_id.is_none())
    }

    /// Whether another bot has a newer status, and the row does not know which one is its own.
    fn is_older(&self, seen: &Outcome) -> bool {
        let present = self.outcome.as_ref().filter(|_| self.known_bot().is_none());
        present.is_some_and(|present| present.bot_id != seen.bot_id && present.newest > seen.newest)
    }
}
