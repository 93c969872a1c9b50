//! A decision is a wish, not a command.
//!
//! The row holds what is wanted and what is known to be applied at Recall.
//! Where the two differ it is due. Work is never "send this call", it is "make
//! these two equal", so any step may crash, run twice or lose a race.

use super::applied::Applied;
use super::history::{History, RecordedResult};
use super::inputs::DecisionInputs;
use super::wanted::{Offer, Wanted};
use crate::bot::AppliedBot;
use crate::id::{CalendarId, DecisionKey, PlatformEventId, SeriesId};
use crate::overrides::{ApplicableOverrides, Overrides};
use crate::revision::{Generation, Version};
use crate::verdict::Verdict;
use jiff::Timestamp;

/// How the work of making the two equal has gone so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attempts {
    /// Calls made for this generation.
    pub count: u32,
    /// No call before this instant.
    pub not_before: Option<Timestamp>,
    /// Why the last one failed.
    pub last_error: Option<String>,
}

/// Why no more calls are made for a generation though the two differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abandonment {
    /// The generation given up on.
    pub generation: Generation,
    /// Why.
    pub reason: String,
}

/// What was decided about an event, and how far it is carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Where it is kept.
    pub key: DecisionKey,
    /// The calendar the event stands in.
    pub calendar_id: CalendarId,
    /// The platform's own name of the event, by which a person speaks about
    /// it; rows of earlier builds do not tell.
    pub platform_id: Option<PlatformEventId>,
    /// The series it belongs to, by the name its platform gives it.
    pub series: Option<SeriesId>,
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// What it is called.
    pub title: Option<String>,
    /// Whether to record, and why.
    pub verdict: Verdict,
    /// What that was decided from.
    pub inputs: DecisionInputs,
    /// What should be at Recall.
    pub wanted: Wanted,
    /// What this copy of the meeting brings to the bot it shares; none if it wants none.
    pub offer: Option<Offer>,
    /// What is known to be there.
    pub applied: Applied,
    /// How often `wanted` has changed.
    pub generation: Generation,
    /// How the calls have gone.
    pub attempts: Attempts,
    /// The last calls.
    pub history: History,
    /// Given up on, and why.
    pub abandoned: Option<Abandonment>,
    /// Grows with each write.
    pub version: Version,
}

impl Decision {
    /// When the last call for this row was answered that went through: what
    /// Recall lists with the event from then on should be what is applied.
    #[must_use]
    pub fn applied_at(&self) -> Option<Timestamp> {
        self.history.done_at()
    }

    /// Whether the last call for this row was blocked, and what is wanted has
    /// not changed since.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        let last = self.history.calls().last();
        self.attempts.count > 0
            && last.is_some_and(|call| matches!(call.outcome, RecordedResult::Blocked(_)))
    }

    /// Whether what is wanted now was given up on.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        let abandoned = self.abandoned.as_ref();
        abandoned.is_some_and(|abandoned| abandoned.generation == self.generation)
    }

    /// Whether the event and its calendar were seen as they are in `view`.
    pub(crate) fn is_seen(&self, view: DecisionInputs) -> bool {
        (self.inputs.event, self.inputs.calendar) == (view.event, view.calendar)
    }

    /// The row after nothing more is to be done for this generation, for `reason`.
    #[must_use]
    pub fn abandon(mut self, reason: impl Into<String>) -> Self {
        self.abandoned = Some(Abandonment {
            generation: self.generation,
            reason: reason.into(),
        });
        self.attempts.not_before = None;
        self
    }

    /// The row with what was given up on to be tried again. Its attempts are
    /// counted on: each names a request of its own.
    #[must_use]
    pub fn reopened(mut self) -> Self {
        self.abandoned = None;
        self.attempts.not_before = None;
        self.attempts.last_error = None;
        self
    }

    /// Whether this row wants the bot of `key` for a meeting that is not over at `now`.
    #[must_use]
    pub fn wants(&self, key: &crate::id::DeduplicationKey, now: Timestamp) -> bool {
        let is_it = matches!(&self.wanted, Wanted::Bot(bot) if bot.deduplication_key == *key);
        is_it && self.ends_at > now
    }

    /// The row as it is when no call is to be made before `instant`, for `reason`.
    #[must_use]
    pub fn waiting(mut self, instant: Timestamp, reason: impl Into<String>) -> Self {
        self.attempts.not_before = Some(instant);
        self.attempts.last_error = Some(reason.into());
        self
    }

    /// The row with `wanted` in place; a change of it opens a new generation.
    ///
    /// A call for the old generation may be under way, or have been made by a
    /// drain that crashed before it could write that down. Recall then holds
    /// what nobody knows of, unless this row goes on knowing that it may.
    #[must_use]
    pub(crate) fn wanting(mut self, wanted: Wanted) -> Self {
        if self.wanted != wanted {
            if let Some(bot) = self.uncertain_bot() {
                self.applied = Applied::Uncertain(Box::new(bot));
            }
            self.wanted = wanted;
            self.generation = Generation(self.generation.0 + 1);
            self.attempts = Attempts::default();
            self.abandoned = None;
        }
        self
    }

    /// Whether its bot is known to be as it is wanted.
    pub(crate) fn is_certain(&self) -> bool {
        matches!((&self.wanted, &self.applied),
            (Wanted::Bot(wanted), Applied::Bot(applied)) if applied.is(wanted))
    }

    /// The bot whose presence is in doubt as long as what is wanted is not
    /// known to be applied. Having given up is no certainty: a call before the
    /// one that was refused may have gone through.
    fn uncertain_bot(&self) -> Option<AppliedBot> {
        match (&self.wanted, &self.applied) {
            // That there are too many is as certain as before.
            (_, Applied::TooMany(_)) => None,
            _ if self.is_certain() => None,
            (Wanted::Bot(wanted), applied) => Some(AppliedBot {
                // Recall keeps a bot under its key, however often it is scheduled.
                bot_id: applied
                    .bot()
                    .filter(|bot| bot.deduplication_key == wanted.deduplication_key)
                    .and_then(|bot| bot.bot_id.clone()),
                deduplication_key: wanted.deduplication_key.clone(),
                starts_at: wanted.starts_at,
                meeting_url: wanted.meeting_url.clone(),
                config: wanted.config.digest().clone(),
            }),
            (Wanted::Nothing, applied) => applied.bot().cloned(),
        }
    }
}

impl Overrides {
    /// What of it concerns the event that a decision is about.
    #[must_use]
    pub fn for_decision(&self, decision: &Decision) -> ApplicableOverrides<'_> {
        self.lookup(
            decision.platform_id.as_ref(),
            &decision.key.ical_uid,
            decision.series.as_ref(),
        )
    }
}
