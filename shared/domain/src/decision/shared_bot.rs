//! Changes of a row whose bot is shared with other copies of its meeting.

use crate::bot::{BotConfig, WantedBot};
use crate::decision::applied::Applied;
use crate::decision::call::{Call, CallResult};
use crate::decision::inputs::DecisionInputs;
use crate::decision::row::Decision;
use crate::decision::step::Step;
use crate::decision::wanted::{Offer, Wanted};
use jiff::Timestamp;

impl Decision {
    /// Whether the row wants `bot` already, apart from its configuration.
    pub(super) fn wants_but_for_configuration(&self, bot: &WantedBot) -> bool {
        matches!(&self.wanted, Wanted::Bot(wanted)
            if wanted.deduplication_key == bot.deduplication_key
                && wanted.starts_at == bot.starts_at
                && wanted.meeting_url == bot.meeting_url)
    }

    /// Whether this row, written in place of `before`, may give a shared bot another owner or
    /// another configuration: the copies of its meeting are to be
    /// [settled](super::settle_copies) then.
    #[must_use]
    pub fn changes_shared_bot(&self, before: Option<&Self>) -> bool {
        match before {
            Some(before) => (&before.wanted, &before.offer) != (&self.wanted, &self.offer),
            None => self.wanted != Wanted::Nothing,
        }
    }

    /// The row with another configuration of the shared bot.
    ///
    /// A copy that is not due and does not own the bot makes no call: the owner's call
    /// reconfigures the bot for both. After the start no copy makes a call because of it.
    #[must_use]
    pub(super) fn reconfigured(self, config: &BotConfig, is_owner: bool, now: Timestamp) -> Self {
        let Wanted::Bot(mut bot) = self.wanted.clone() else {
            return self;
        };
        let has_begun = self.has_begun(now);
        if bot.config == *config || (has_begun && self.is_abandoned()) {
            return self;
        }
        bot.config = config.clone();
        let is_idle = self.step() == Step::Nothing && !self.is_abandoned();
        let mut row = self.wanting(Wanted::Bot(bot));
        if let Applied::Bot(applied) = &mut row.applied
            && is_idle
            && (!is_owner || has_begun)
        {
            applied.config = config.digest().clone();
        }
        row
    }

    /// Whether the applied configuration is unconfirmed: the row took over a configuration
    /// that another copy's call is to bring about, and made no call itself.
    pub(super) fn is_unconfirmed(&self) -> bool {
        self.is_certain() && !self.is_abandoned() && self.attempts.count == 0
    }

    /// The row with its bot uncertain, so that it is due.
    #[must_use]
    pub(super) fn requiring_call(mut self) -> Self {
        if let Applied::Bot(bot) = self.applied {
            self.applied = Applied::Uncertain(bot);
        }
        self
    }

    /// Notes whether Recall takes the configuration that this copy offers, if `call` was made
    /// with it.
    pub(super) fn note_answer(&mut self, call: &Call, result: &CallResult) {
        let (Call::Schedule(bot), Some(offer)) = (call, &mut self.offer) else {
            return;
        };
        if bot.config != offer.config {
            return;
        }
        match result {
            CallResult::Done(_) => offer.is_refused = false,
            CallResult::Refused(_) | CallResult::Blocked { .. } => offer.is_refused = true,
            CallResult::Dispatched | CallResult::Again { .. } => {}
        }
    }

    /// Whether Recall has refused `offer`, made from `inputs`, before.
    pub(super) fn has_refused(&self, offer: &Offer, inputs: DecisionInputs) -> bool {
        let before = self.offer.as_ref();
        self.is_made_from(inputs)
            && before.is_some_and(|before| before.is_refused && before.config == offer.config)
    }
}
