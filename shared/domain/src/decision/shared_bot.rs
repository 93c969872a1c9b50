//! Changes of a row whose bot is shared with other copies of its meeting.

use crate::bot::WantedBot;
use crate::bot_config::BotConfig;
use crate::decision::applied::Applied;
use crate::decision::call::{Call, CallResult};
use crate::decision::evaluation::Evaluation;
use crate::decision::inputs::DecisionInputs;
use crate::decision::plan::Plan;
use crate::decision::row::Decision;
use crate::decision::wanted::{Offer, Wanted};
use crate::id::DeduplicationKey;
use jiff::Timestamp;

impl Decision {
    /// Whether the row wants `bot` already, apart from its configuration.
    pub(super) fn wants_but_for_configuration(&self, bot: &WantedBot) -> bool {
        matches!(&self.wanted, Wanted::Bot(wanted)
            if wanted.deduplication_key == bot.deduplication_key
                && wanted.starts_at == bot.starts_at
                && wanted.meeting_url == bot.meeting_url)
    }

    /// Whether the row keeps its bot and the evaluation offers another configuration for it, or
    /// gives it another rank: whether a call is to be made depends on who owns the bot.
    #[must_use]
    pub fn changes_offer(&self, evaluation: &Evaluation<'_>) -> bool {
        let Plan::Bot {
            deduplication_key,
            offer,
            ..
        } = &evaluation.plan
        else {
            return false;
        };
        let is_other = |before: &Offer| {
            before.config != offer.config
                || before.is_organizers != offer.is_organizers
                || before.is_refused != self.has_refused(offer, evaluation.inputs)
        };
        let is_of_meeting = |key: &DeduplicationKey| key.is_of_same_meeting(deduplication_key);
        self.wanted_key().is_some_and(is_of_meeting) && self.offer.as_ref().is_none_or(is_other)
    }

    /// Whether the evaluation gives the row a better rank among the copies that want its bot:
    /// if it owns the bot by that, another copy may have been called since.
    pub(super) fn is_promoted(&self, evaluation: &Evaluation<'_>) -> bool {
        let (Some(before), Plan::Bot { offer, .. }) = (&self.offer, &evaluation.plan) else {
            return false;
        };
        let is_refused = self.has_refused(offer, evaluation.inputs);
        (before.is_refused, !before.is_organizers) > (is_refused, !offer.is_organizers)
    }

    /// The row with another configuration of the shared bot. After the start no copy makes a
    /// call because of it.
    #[must_use]
    pub(super) fn reconfigured(self, config: &BotConfig, now: Timestamp) -> Self {
        let Wanted::Bot(mut bot) = self.wanted.clone() else {
            return self;
        };
        let is_kept = self.has_begun(now) && (self.is_abandoned() || self.is_certain());
        if bot.config == *config || is_kept {
            return self;
        }
        bot.config = config.clone();
        self.wanting(Wanted::Bot(bot))
    }

    /// The row with the configuration that a call for it sent.
    pub(super) fn note_sent(&mut self, call: &Call) {
        if let (Call::Schedule(sent), Wanted::Bot(bot)) = (call, &mut self.wanted)
            && sent.deduplication_key == bot.deduplication_key
        {
            bot.config = sent.config.clone();
        }
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
