//! A bot that joins for an event that wants none, or another one, leaves at once.
//!
//! *None.* A scheduler run may end between its call and the write of the result, and the event may
//! want no bot before the next run. Once that bot is in its call, no list of Recall need show it, so
//! only its own status tells of it. The bot becomes the row's dispatched one, and the scheduler
//! makes it leave, unless another copy of the meeting wants it: the key that the row wanted last
//! shows that.
//!
//! *Another one.* A meeting was moved shortly before its start. Each of its copies takes a call to
//! get to the bot at the new start, one after the other, so of a large meeting some still hold the
//! bot at the old one when that joins. It leaves by a call of one of them, before that one goes on.
//!
//! The bots of deleted events and of lost calendars are Recall's to remove, and a bot that is in
//! its call already stays: the calendar may be connected again, or the event may have got another
//! id, before the meeting ends.

use crate::bot::{AppliedBot, BotEntry};
use crate::decision::applied::Applied;
use crate::decision::row::{Attempts, Decision};
use crate::decision::step::Step;
use crate::decision::wanted::Wanted;
use crate::id::{BotId, DeduplicationKey};
use crate::outcome::{Outcome, Phase};
use crate::verdict::RuleName;

impl Decision {
    /// Whether the row wants `bot`, which it holds.
    #[must_use]
    pub fn wants_held(&self, bot: &BotId) -> bool {
        let held = self.applied.bot().map(|held| &held.deduplication_key);
        let is_wanted = |key: &DeduplicationKey| held.is_some_and(|of| of.is_of_same_meeting(key));
        self.known_bot() == Some(bot) && self.wanted_key().is_some_and(is_wanted)
    }

    /// The row that makes `bot`, which it holds and which has just joined, leave its call, since
    /// the row wants the bot of another meeting by now: at another start, or by another link. None
    /// if that is not so.
    #[must_use]
    pub fn dismissing_moved(&self, bot: &BotId) -> Option<Self> {
        let (Wanted::Bot(_), Applied::Bot(held) | Applied::Uncertain(held)) =
            (&self.wanted, &self.applied)
        else {
            return None;
        };
        let has_joined = self.outcome_of(bot).is_some_and(is_present);
        if self.known_bot() != Some(bot) || self.wants_held(bot) || !has_joined {
            return None;
        }
        let mut row = self.clone();
        row.applied = Applied::Dispatched(held.clone());
        row.attempts = Attempts::default();
        row.abandoned = None;
        Some(row)
    }

    /// The row, which goes on to the bot that it wants: another copy wants the one that it was to
    /// make leave. None if it wants none.
    #[must_use]
    pub fn leaving_to_copy(&self) -> Option<Self> {
        let goes_on = self.wanted != Wanted::Nothing && matches!(self.step(), Step::Leave(..));
        goes_on.then(|| {
            let mut row = self.clone();
            row.applied = Applied::Nothing;
            row
        })
    }

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
