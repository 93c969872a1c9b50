//! A decision is a wish, not a command.
//!
//! The row holds what is wanted and what is known to be applied at Recall.
//! Where the two differ it is due. Work is never "send this call", it is "make
//! these two equal", so any step may crash, run twice or lose a race.

use crate::{
    AppliedBot, BotId, CalendarId, CalendarRevision, Cause, EventId, History, IcalUid, Offer,
    OverrideRevision, PlatformEventId, PolicyRevision, RecordedResult, SeriesId, Timestamp,
    Verdict, WantedBot,
};

/// Where a decision is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecisionKey {
    /// The meeting, across calendars.
    pub ical_uid: IcalUid,
    /// The event, in one calendar.
    pub event_id: EventId,
}

/// Grows with each write of a row; a write states the one it saw, so that no
/// write is lost under another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Version(pub u64);

impl Version {
    /// The version of what has never been written.
    pub const NEW: Self = Self(0);

    /// The version that a write makes of this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Grows with each change of what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Generation(pub u64);

/// What a decision was made from.
///
/// Of two views the one of the newer event is later; its other parts must not
/// be older than what is stored, or it is made again from what is newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DecisionInputs {
    /// The event's `updated_at`.
    pub event: Timestamp,
    /// The calendar's revision.
    pub calendar: CalendarRevision,
    /// The policy's revision.
    pub policy: PolicyRevision,
    /// The revision of a person's word, nought if nobody spoke.
    pub overrides: OverrideRevision,
}

/// What should be at Recall for an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// No bot.
    Nothing,
    /// One bot.
    Bot(Box<WantedBot>),
}

/// What is known to be at Recall for an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// No bot.
    Nothing,
    /// One bot.
    Bot(Box<AppliedBot>),
    /// Perhaps this bot, or another, or none: something else came to be wanted
    /// while a call may have been under way, and the end of that call is not
    /// known. Both operations may be done again, so the next one makes it certain.
    Uncertain(Box<AppliedBot>),
    /// More bots are listed with the event than are wanted, this one among
    /// them. Taking away drops all claims of the event, so that comes first;
    /// what is wanted is scheduled after it.
    TooMany(Box<AppliedBot>),
    /// One bot, which is on its way or in the call: it can no longer be taken
    /// away, only be sent out.
    Dispatched(Box<AppliedBot>),
}

impl Applied {
    /// The bot that is there, or may be.
    #[must_use]
    pub fn bot(&self) -> Option<&AppliedBot> {
        match self {
            Self::Nothing => None,
            Self::Bot(bot) | Self::Uncertain(bot) | Self::TooMany(bot) | Self::Dispatched(bot) => {
                Some(bot)
            }
        }
    }
}

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

/// What a row wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// Nothing: what is wanted is applied, or was given up on.
    Nothing,
    /// Schedule this bot, which also moves or reconfigures the one that is there.
    Schedule(&'a WantedBot),
    /// Take this bot away.
    Unschedule(&'a AppliedBot),
    /// Ask which bot this is: it is on its way, and no answer has told its id.
    Find(&'a AppliedBot),
    /// Send this bot, of this id, out of the call, unless another copy of the
    /// meeting wants it.
    Leave(&'a AppliedBot, &'a BotId),
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
    /// What is to be done so that what is wanted is applied.
    #[must_use]
    pub fn step(&self) -> Step<'_> {
        if self.is_abandoned() {
            return Step::Nothing;
        }
        match (&self.wanted, &self.applied) {
            _ if self.is_certain() => Step::Nothing,
            (_, Applied::TooMany(applied)) => Step::Unschedule(applied),
            (Wanted::Bot(wanted), _) => Step::Schedule(wanted),
            (Wanted::Nothing, Applied::Bot(applied) | Applied::Uncertain(applied)) => {
                Step::Unschedule(applied)
            }
            (Wanted::Nothing, Applied::Dispatched(applied)) => match &applied.bot_id {
                Some(bot_id) => Step::Leave(applied, bot_id),
                None => Step::Find(applied),
            },
            (Wanted::Nothing, Applied::Nothing) => Step::Nothing,
        }
    }

    /// Why the step is to be taken.
    #[must_use]
    pub fn cause(&self) -> Cause {
        match (&self.wanted, &self.applied) {
            (_, Applied::TooMany(_)) => Cause::TooMany,
            (Wanted::Nothing, _) => Cause::Unwanted,
            (Wanted::Bot(_), Applied::Nothing) => Cause::New,
            (Wanted::Bot(_), Applied::Uncertain(_) | Applied::Dispatched(_)) => Cause::Uncertain,
            (Wanted::Bot(wanted), Applied::Bot(bot)) if wanted.starts_at != bot.starts_at => {
                Cause::Moved
            }
            (Wanted::Bot(_), Applied::Bot(_)) => Cause::Changed,
        }
    }

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

    /// Whether there is something to be done.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.step() != Step::Nothing
    }

    /// The key under which Recall takes one call at a time for this row.
    #[must_use]
    pub fn deduplication_key(&self) -> Option<&crate::DeduplicationKey> {
        match self.step() {
            Step::Schedule(wanted) => Some(&wanted.deduplication_key),
            Step::Unschedule(applied) | Step::Find(applied) | Step::Leave(applied, _) => {
                Some(&applied.deduplication_key)
            }
            Step::Nothing => None,
        }
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
    pub fn wants(&self, key: &crate::DeduplicationKey, now: Timestamp) -> bool {
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
