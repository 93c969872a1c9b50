//! A bot that has ended counts for the copies whose call for it was not made yet.
//!
//! Recall does not say what a call gives under the key of a bot that has ended: that bot, or
//! another one. So no such call is made: a copy that is due for the bot takes it, and its end, as
//! if the call had been made before.

use jiff::Timestamp;

use crate::bot::AppliedBot;
use crate::decision::applied::Applied;
use crate::decision::row::Decision;
use crate::decision::wanted::Wanted;
use crate::id::{BotId, DeduplicationKey};
use crate::outcome::Outcome;

/// A bot that has shut down.
pub(super) struct EndedBot<'a> {
    key: &'a DeduplicationKey,
    outcome: &'a Outcome,
}

impl<'a> EndedBot<'a> {
    /// The bot of `key`, if it has ended for all of `copies` that hold it, and no call under that
    /// key may have sent another one.
    pub(super) fn of(key: &'a DeduplicationKey, copies: &'a [Decision]) -> Option<Self> {
        if copies.iter().any(|copy| copy.may_have_called(key)) {
            return None;
        }
        let holders = copies
            .iter()
            .filter(|copy| copy.wanted_key() == Some(key) && copy.is_certain());
        let mut ended = holders.map(Self::that_it_holds);
        let first = ended.next()?;
        let is_over = ended.all(|ended| ended.is_some());
        first.filter(|_| is_over)
    }

    /// The bot that `holder` knows to be there, or may have called once more.
    fn that_it_holds(holder: &'a Decision) -> Option<Self> {
        let (Applied::Bot(bot) | Applied::Uncertain(bot)) = &holder.applied else {
            return None;
        };
        let key = &bot.deduplication_key;
        Self::of_key(key, holder).filter(|ended| bot.bot_id.as_ref() == Some(&ended.outcome.bot_id))
    }

    /// The bot of `key` that `row`, which wants none now, wanted last.
    pub(super) fn that_it_had(row: &'a Decision, key: &'a DeduplicationKey) -> Option<Self> {
        let had = row.life.last_key.as_ref() == Some(key);
        had.then(|| Self::of_key(key, row))?
    }

    fn of_key(key: &'a DeduplicationKey, row: &'a Decision) -> Option<Self> {
        let outcome = row.bot_outcome().filter(|outcome| outcome.is_final())?;
        Some(Self { key, outcome })
    }

    /// When it ended, by Recall's clock.
    pub(super) fn ended_at(&self) -> Timestamp {
        self.outcome.since()
    }
}

/// The rows to write after `bot` has ended, of `copies`, all that are known of its meeting: those
/// whose call for it was not made yet, or was to be made once more, share the ended bot, as if it
/// had been. Their call would send one more under the same key.
#[must_use]
pub fn share_ended(copies: &[Decision], bot: &BotId, now: Timestamp) -> Vec<Decision> {
    let mut ended = copies.iter().filter_map(EndedBot::that_it_holds);
    let ended = ended.find(|ended| ended.outcome.bot_id == *bot);
    let shared = ended.map(|ended| {
        let shared = copies.iter().filter_map(|copy| copy.holding(&ended, now));
        shared.collect()
    });
    shared.unwrap_or_default()
}

impl Decision {
    /// Whether the bot of the row, or the last one that it had, has shut down.
    #[must_use]
    pub fn has_ended_bot(&self) -> bool {
        self.bot_outcome().is_some_and(Outcome::is_final)
    }

    /// Whether a call under `key` may have sent a bot into the running meeting, which no answer
    /// told of.
    pub(super) fn may_have_called(&self, key: &DeduplicationKey) -> bool {
        self.life.called_key.as_ref() == Some(key)
    }

    /// The row, for which a call under the key of its bot is about to be made; none if that is
    /// noted, or if its meeting has not begun: then no bot joins at once.
    #[must_use]
    pub fn calling(&self, now: Timestamp) -> Option<Self> {
        let key = self.wanted_key().filter(|_| self.has_begun(now))?;
        let is_noted = self.may_have_called(key);
        (!is_noted).then(|| {
            let mut row = self.clone();
            row.life.called_key = Some(key.clone());
            row
        })
    }

    /// The row after a call under `key` was answered.
    pub(super) fn note_called(&mut self, key: &DeduplicationKey) {
        if self.may_have_called(key) {
            self.life.called_key = None;
        }
    }

    /// Whether the row holds `bot`, which has shut down.
    #[must_use]
    pub fn holds_ended(&self, bot: &BotId) -> bool {
        self.known_bot() == Some(bot) && self.has_ended_bot()
    }

    /// The row, which has come to want a bot, with that bot and its end if it has ended: for
    /// `copies`, or for the row `before`, which wanted it last.
    pub(super) fn sharing_end(
        self,
        before: Option<&Self>,
        copies: &[Self],
        now: Timestamp,
    ) -> Self {
        let Some(key) = self.wanted_key() else {
            return self;
        };
        let holds = |copy: &Self| copy.wanted_key() == Some(key) && copy.is_certain();
        let ended = if copies.iter().any(holds) {
            EndedBot::of(key, copies)
        } else {
            before.and_then(|before| EndedBot::that_it_had(before, key))
        };
        let shared = ended.and_then(|ended| self.holding(&ended, now));
        shared.unwrap_or(self)
    }

    /// The row, which is due for a bot that has ended, as if it had that bot; none if it is due
    /// for something else.
    fn holding(&self, ended: &EndedBot<'_>, now: Timestamp) -> Option<Self> {
        let Wanted::Bot(wanted) = &self.wanted else {
            return None;
        };
        let key = &wanted.deduplication_key;
        let is_for_it =
            key == ended.key && self.is_due() && self.has_begun(now) && !self.may_have_called(key);
        let bot_id = &ended.outcome.bot_id;
        let holds_no_other = match &self.applied {
            Applied::Nothing => true,
            Applied::Bot(bot) | Applied::Uncertain(bot) => {
                bot.deduplication_key.is_of_same_meeting(key)
            }
            Applied::Dispatched(bot) => bot.bot_id.as_ref() == Some(bot_id),
            Applied::TooMany(_) => false,
        };
        if !is_for_it || !holds_no_other {
            return None;
        }
        let mut row = self.clone();
        row.applied = Applied::Bot(Box::new(AppliedBot {
            bot_id: Some(bot_id.clone()),
            ..AppliedBot::from(&**wanted)
        }));
        Some(row.with_end_of_another(ended.outcome))
    }

    /// The row, which was due for a call that is not made any more, with what became of the bot
    /// that it holds instead.
    pub(super) fn with_end_of_another(mut self, outcome: &Outcome) -> Self {
        self.had_bot = true;
        self.attempts.not_before = None;
        self.attempts.last_error = None;
        let before = self.outcome.replace(outcome.clone());
        if let Some(before) = before.filter(|before| before.bot_id != outcome.bot_id) {
            self.life.earlier.add(before);
        }
        self.life.earlier.take(&outcome.bot_id);
        self
    }
}
