//! A bot that people removed or denied, or that was blocked, is followed by none of ours.
//!
//! No policy of retries can name these outcomes, and one of them among the bots of a meeting is
//! enough. It holds for its calls too: a copy may be due for the bot, or for a retry that was
//! decided before, while another copy learns that people put the bot out. So right before a call
//! into a running meeting, [its copies are asked](Decision::turned_away): only a person's wish that
//! is later than the no lets it through, whichever copy it was said on.

use jiff::{SignedDuration, Timestamp};

use crate::bot::AppliedBot;
use crate::decision::applied::Applied;
use crate::decision::row::Decision;
use crate::decision::wanted::Wanted;
use crate::outcome::{Outcome, OutcomeClass};
use crate::time::plus;

/// So long before its start, a bot may be on its way.
const EARLY: SignedDuration = SignedDuration::from_mins(10);

impl Decision {
    /// What became of the bots of the row's meeting: its own, and those in whose place it was
    /// sent. They were there from shortly before the start on.
    pub fn meeting_outcomes(&self) -> impl Iterator<Item = &Outcome> {
        let is_retry = self.wanted_key().is_some_and(|key| key.retry() > 0);
        let present = self.bot_outcome().map(|outcome| &outcome.bot_id);
        let outcomes = self.outcomes_since_start();
        outcomes.filter(move |outcome| is_retry || Some(&outcome.bot_id) == present)
    }

    /// What became of the event's bots that were there from shortly before the start on.
    fn outcomes_since_start(&self) -> impl Iterator<Item = &Outcome> {
        let from = plus(self.starts_at, -EARLY);
        let before = self.earlier_outcomes();
        let before = before.filter(move |outcome| outcome.since() >= from);
        self.bot_outcome().into_iter().chain(before)
    }

    /// Whether one of the event's bots was turned away.
    pub(super) fn is_turned_away(&self) -> bool {
        let outcomes = self.bot_outcome().into_iter();
        let mut outcomes = outcomes.chain(self.earlier_outcomes());
        outcomes.any(is_no)
    }

    /// The row, whose call would send a bot into its running meeting at `now`, without that call:
    /// if a bot of the meeting was turned away after the last wish of a person, as far as the row
    /// and `copies`, others that want a bot of the meeting, know. It holds that bot, as if its
    /// call had been made before. None if the call is to be made.
    #[must_use]
    pub fn turned_away(&self, copies: &[Self], now: Timestamp) -> Option<Self> {
        let Wanted::Bot(wanted) = &self.wanted else {
            return None;
        };
        let key = &wanted.deduplication_key;
        let is_copy = |copy: &&Self| {
            copy.key != self.key
                && copy
                    .wanted_key()
                    .is_some_and(|of| of.is_of_same_meeting(key))
        };
        let meeting = || copies.iter().filter(is_copy).chain([self]);
        let outcomes = meeting().flat_map(Self::outcomes_since_start);
        let no = outcomes
            .filter(|outcome| is_no(outcome))
            .max_by_key(|outcome| outcome.since())?;
        let wish = meeting().filter_map(|row| row.life.wished_at).max();
        let is_wished = wish.is_some_and(|wish| wish > no.since());
        if !self.has_begun(now) || is_wished {
            return None;
        }
        let mut row = self.clone();
        row.applied = Applied::Bot(Box::new(AppliedBot {
            bot_id: Some(no.bot_id.clone()),
            ..AppliedBot::from(&**wanted)
        }));
        Some(row.with_end_of_another(no))
    }

    /// The row, for which a person wanted a bot at `instant`.
    #[must_use]
    pub(super) fn wished_by(mut self, instant: Option<Timestamp>) -> Self {
        self.life.wished_at = self.life.wished_at.max(instant);
        self
    }
}

/// Whether an outcome is somebody's no.
fn is_no(outcome: &Outcome) -> bool {
    matches!(
        outcome.class(),
        Some(OutcomeClass::Removed | OutcomeClass::PermissionDenied | OutcomeClass::Blocked)
    )
}
