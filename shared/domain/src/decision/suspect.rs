//! Another bot of the event that may be in the call beside the row's own.
//!
//! Of a bot that was there first, only the webhook of its end tells that it has left, and that
//! one may be lost. So it is a suspect until a status or a read shows it in the call after the
//! row's own bot came: then it is a second bot.

use jiff::Timestamp;

use crate::decision::row::Decision;
use crate::id::BotId;
use crate::outcome::{BotStatus, Outcome, Phase};

/// Whether the bot was in its call by its newest status.
fn is_in_call(outcome: &Outcome) -> bool {
    matches!(outcome.phase(), Phase::InCall | Phase::Recording)
}

impl Decision {
    /// The other bot that is or may be in the call, and since when the row's own is.
    fn beside(&self) -> Option<(&Outcome, Timestamp)> {
        let own = self.bot_outcome().filter(|outcome| is_in_call(outcome))?;
        let mut others = self.earlier_outcomes();
        let other = others.find(|outcome| is_in_call(outcome))?;
        Some((other, own.joined_at?))
    }

    fn is_seen_since(&self, other: &Outcome, joined_at: Timestamp) -> bool {
        let is_since = |at: Timestamp| at >= joined_at;
        is_since(other.newest.at()) || self.life.suspect_read_at.is_some_and(is_since)
    }

    /// Another bot of the event that is in the call beside the row's own.
    pub(super) fn second_bot(&self) -> Option<&BotId> {
        let (other, joined_at) = self.beside()?;
        self.is_seen_since(other, joined_at)
            .then_some(&other.bot_id)
    }

    /// Another bot of the event that may be in the call beside the row's own, and since when
    /// that is so. It is to be read.
    #[must_use]
    pub fn suspect(&self) -> Option<(&BotId, Timestamp)> {
        let (other, joined_at) = self.beside()?;
        (!self.is_seen_since(other, joined_at)).then_some((&other.bot_id, joined_at))
    }

    /// The row after a [suspect](Self::suspect) was read at `now`, with the statuses that Recall
    /// shows of it; none if Recall does not know it.
    pub(super) fn after_read_of_suspect(
        mut self,
        bot: &BotId,
        statuses: Option<&[BotStatus]>,
        now: Timestamp,
    ) -> Self {
        let Some(statuses) = statuses else {
            self.life.earlier.take(bot);
            return self;
        };
        self = self.with_statuses(bot, statuses, true);
        self.life.suspect_read_at = Some(now);
        self
    }
}
