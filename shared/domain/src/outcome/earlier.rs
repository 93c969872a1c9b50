//! What became of the bots that an event had beside or before its present one.
//!
//! A meeting that is moved while its bot is on its way gets another bot, and the statuses of
//! both arrive in any order. The list is bounded, since it is written with the row.

use crate::id::BotId;
use crate::outcome::Outcome;

/// The outcomes of an event's other bots, the one with the newest status last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EarlierOutcomes(Vec<Outcome>);

impl EarlierOutcomes {
    /// How many outcomes are kept: those with the newest statuses.
    pub const MOST: usize = 3;

    /// The list of stored outcomes.
    #[must_use]
    pub fn kept(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let mut earlier = Self::default();
        for outcome in outcomes {
            earlier.add(outcome);
        }
        earlier
    }

    /// The outcomes, the one with the newest status last.
    #[must_use]
    pub fn all(&self) -> &[Outcome] {
        &self.0
    }

    /// The outcome of a bot.
    #[must_use]
    pub fn of(&self, bot: &BotId) -> Option<&Outcome> {
        self.0.iter().find(|outcome| outcome.bot_id == *bot)
    }

    /// Adds an outcome, in place of the one of the same bot.
    pub(crate) fn add(&mut self, outcome: Outcome) {
        self.take(&outcome.bot_id);
        let place = self.0.partition_point(|other| {
            (&other.newest, &other.bot_id) <= (&outcome.newest, &outcome.bot_id)
        });
        self.0.insert(place, outcome);
        if self.0.len() > Self::MOST {
            self.0.remove(0);
        }
    }

    /// Takes the outcome of a bot out of the list.
    pub(crate) fn take(&mut self, bot: &BotId) -> Option<Outcome> {
        let place = self.0.iter().position(|outcome| outcome.bot_id == *bot)?;
        Some(self.0.remove(place))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::outcome::BotStatus;

    fn outcome(bot: i64, second: i64) -> Outcome {
        let at = Timestamp::from_second(1_800_000_000 + second).expect("in range");
        let status = BotStatus::new("joining_call", None, at).expect("a code");
        Outcome::of(BotId::parse(format!("bot-{bot}")).expect("an id"), status)
    }

    #[test]
    fn the_outcomes_with_the_newest_statuses_are_kept() {
        let earlier = EarlierOutcomes::kept([3, 1, 5, 2, 4].map(|bot| outcome(bot, bot)));
        assert_eq!(earlier.all(), [3, 4, 5].map(|bot| outcome(bot, bot)));
    }

    #[test]
    fn a_bot_has_one_outcome() {
        let mut earlier = EarlierOutcomes::kept([outcome(1, 1), outcome(2, 2)]);
        earlier.add(outcome(1, 3));
        assert_eq!(earlier.all(), [outcome(2, 2), outcome(1, 3)]);
        assert_eq!(earlier.take(&outcome(2, 2).bot_id), Some(outcome(2, 2)));
        assert_eq!(earlier.of(&outcome(2, 2).bot_id), None);
        assert_eq!(earlier.of(&outcome(1, 0).bot_id), Some(&outcome(1, 3)));
    }
}
