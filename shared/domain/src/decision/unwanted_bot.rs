//! A bot that joins for an event that wants none leaves at once.
//!
//! A scheduler run may end between its call and the write of the result, and the event may want
//! no bot before the next run. Once that bot is in its call, no list of Recall need show it, so
//! only its own status tells of it. The bot becomes the row's dispatched one, and the scheduler
//! makes it leave, unless another copy of the meeting wants it: the key that the row wanted last
//! shows that.
//!
//! The bots of deleted events and of lost calendars are Recall's to remove, and a bot that is in
//! its call already stays: the calendar may be connected again, or the event may have got another
//! id, before the meeting ends.

use crate::bot::{AppliedBot, BotEntry};
use crate::decision::applied::Applied;
use crate::decision::row::{Attempts, Decision};
use crate::decision::wanted::Wanted;
use crate::id::{BotId, DeduplicationKey};
use crate::outcome::{Outcome, Phase};
use crate::verdict::RuleName;

impl Decision {
    /// The row that makes `bot`, which was made for its event, leave its call, if the bot is on
    /// its way or in its call and the row wants and knows none.
    #[must_use]
    pub fn dismissing(mut self, bot: &BotId) -> Self {
        let wants_none = self.wanted == Wanted::Nothing && self.applied == Applied::Nothing;
        let rule = &self.verdict.reason().rule;
        let is_left_to_recall = [RuleName::DELETED, RuleName::DISCONNECTED].contains(rule);
        if !wants_none || is_left_to_recall || self.is_superseded() {
            return self;
        }
        let Some(joined) = self.outcome_of(bot).filter(|outcome| is_present(outcome)) else {
            return self;
        };
        let key = self.life.last_key.clone();
        let key = key.or_else(|| DeduplicationKey::parse(format!("bot {bot}")).ok());
        let Some(deduplication_key) = key else {
            return self;
        };
        let entry = BotEntry {
            bot_id: bot.clone(),
            starts_at: joined.since(),
            deduplication_key,
        };
        self.applied = Applied::Dispatched(Box::new(AppliedBot::reported(&entry)));
        self.attempts = Attempts::default();
        self.abandoned = None;
        self
    }
}

fn is_present(outcome: &Outcome) -> bool {
    matches!(
        outcome.phase(),
        Phase::Joining | Phase::WaitingRoom | Phase::InCall | Phase::Recording
    )
}
