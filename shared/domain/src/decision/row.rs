//! A decision is desired state, not a command.
//!
//! The row holds the wanted bot and the bot that is known to be applied at Recall. If
//! they differ, the row is due. The work is never "send this call" but "make these two
//! equal", so any step may crash, be repeated, or lose a race.

use jiff::Timestamp;

use crate::bot::{AppliedBot, LinkDigest};
use crate::decision::applied::Applied;
use crate::decision::history::{History, RecordedResult};
use crate::decision::inputs::DecisionInputs;
use crate::decision::owner_check::OwnerCheck;
use crate::decision::verdicts::PastVerdicts;
use crate::decision::wanted::{Offer, Wanted};
use crate::id::{CalendarId, DecisionKey, DeduplicationKey, PlatformEventId, SeriesId};
use crate::meeting_name::MeetingName;
use crate::outcome::{Alerts, BotLife, BotReads, Outcome};
use crate::overrides::{ApplicableOverrides, Overrides};
use crate::revision::{Generation, Version};
use crate::verdict::Verdict;

/// The calls that were made for the current generation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attempts {
    /// The number of calls.
    pub count: u32,
    /// The instant before which no call is made.
    pub not_before: Option<Timestamp>,
    /// Why the last call failed.
    pub last_error: Option<String>,
}

/// Why no more calls are made for a generation, though wanted and applied differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abandonment {
    /// The abandoned generation.
    pub generation: Generation,
    /// Why.
    pub reason: String,
}

/// The stored row of an event: the verdict, the wanted and the applied bot, and the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The key of the row.
    pub key: DecisionKey,
    /// The calendar that the event is in.
    pub calendar_id: CalendarId,
    /// The platform's id of the event, which overrides name. Earlier builds did not store
    /// it.
    pub platform_id: Option<PlatformEventId>,
    /// The platform's id of the series that the event belongs to.
    pub series: Option<SeriesId>,
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The meeting's title.
    pub title: Option<String>,
    /// A digest of the meeting's link; none without a link.
    pub link: Option<LinkDigest>,
    /// The meeting's platform by Recall's name, of an open set; none without a link.
    pub platform: Option<String>,
    /// Whether to record, and why.
    pub verdict: Verdict,
    /// The state that the verdict was made from.
    pub inputs: DecisionInputs,
    /// The bot that should exist at Recall.
    pub wanted: Wanted,
    /// The configuration that this copy of the meeting offers for the shared bot; none if
    /// it wants no bot.
    pub offer: Option<Offer>,
    /// The bot that is known to exist at Recall.
    pub applied: Applied,
    /// Whether Recall has ever scheduled a bot for the event.
    pub had_bot: bool,
    /// What became of the bot, by the statuses that Recall reported.
    pub outcome: Option<Outcome>,
    /// What is known of its bots beside that.
    pub life: BotLife,
    /// Counts the changes of `wanted`.
    pub generation: Generation,
    /// The calls for this generation.
    pub attempts: Attempts,
    /// The last calls.
    pub history: History,
    /// The last verdicts.
    pub verdicts: PastVerdicts,
    /// Why no more calls are made.
    pub abandoned: Option<Abandonment>,
    /// The owners of its bots are to be checked once more.
    pub owner_check: Option<OwnerCheck>,
    /// Counts the writes of the row.
    pub version: Version,
}

impl Decision {
    /// Order of the rows that want one bot: the first of those that Recall has not refused
    /// owns it.
    #[must_use]
    pub fn bot_rank(&self) -> Option<String> {
        let offer = self.offer.as_ref();
        self.wanted_key()?;
        let digit = |is_last: bool| if is_last { '1' } else { '0' };
        Some(format!(
            "{}{}{}#{}",
            digit(self.is_abandoned()),
            digit(offer.is_some_and(|offer| offer.is_refused)),
            digit(!offer.is_some_and(|offer| offer.is_organizers)),
            self.key.event_id.as_str()
        ))
    }

    /// When the last successful call for this row was answered: what Recall lists with the
    /// event from then on should agree with `applied`.
    #[must_use]
    pub fn applied_at(&self) -> Option<Timestamp> {
        self.history.done_at()
    }

    /// The name of its meeting, which all copies have.
    #[must_use]
    pub fn meeting_name(&self) -> MeetingName {
        MeetingName::of(&self.key.ical_uid, self.platform_id.as_ref())
    }

    /// Whether the last call for this generation was blocked.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        let last = self.history.calls().last();
        self.attempts.count > 0
            && last.is_some_and(|call| matches!(call.outcome, RecordedResult::Blocked(_)))
    }

    /// Whether the current generation is abandoned.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        let abandoned = self.abandoned.as_ref();
        abandoned.is_some_and(|abandoned| abandoned.generation == self.generation)
    }

    /// Whether the row was made from the same versions of the event and its calendar.
    pub(crate) fn is_made_from(&self, inputs: DecisionInputs) -> bool {
        (self.inputs.event, self.inputs.calendar) == (inputs.event, inputs.calendar)
    }

    /// The row after it was abandoned for `reason`.
    #[must_use]
    pub fn abandon(mut self, reason: impl Into<String>) -> Self {
        self.abandoned = Some(Abandonment {
            generation: self.generation,
            reason: reason.into(),
        });
        self.attempts.not_before = None;
        self
    }

    /// The row after it was reopened. Its attempts are not reset: each one names a request
    /// of its own.
    #[must_use]
    pub fn reopened(mut self) -> Self {
        self.abandoned = None;
        self.attempts.not_before = None;
        self.attempts.last_error = None;
        self
    }

    /// The deduplication key of the wanted bot.
    #[must_use]
    pub fn wanted_key(&self) -> Option<&DeduplicationKey> {
        match &self.wanted {
            Wanted::Bot(bot) => Some(&bot.deduplication_key),
            Wanted::Nothing => None,
        }
    }

    /// The key of the bot that the row holds or wants.
    #[must_use]
    pub fn bot_key(&self) -> Option<&DeduplicationKey> {
        let applied = self.applied.bot().map(|bot| &bot.deduplication_key);
        applied.or_else(|| self.wanted_key())
    }

    /// The row with no call before `instant`, for `reason`.
    #[must_use]
    pub fn waiting(mut self, instant: Timestamp, reason: impl Into<String>) -> Self {
        self.attempts.not_before = Some(instant);
        self.attempts.last_error = Some(reason.into());
        self
    }

    /// The row with another `wanted`; a change of it opens a new generation.
    ///
    /// A call for the old generation may be in flight, or a scheduler run may have made it
    /// and crashed before it wrote the result. Recall may then hold a bot that no row
    /// knows. So the row keeps that bot as uncertain.
    #[must_use]
    pub(crate) fn wanting(mut self, wanted: Wanted) -> Self {
        if self.wanted != wanted {
            if let Some(bot) = self.uncertain_bot() {
                self.applied = Applied::Uncertain(Box::new(bot));
            }
            // The bot of another meeting, or of another start, has a life of its own.
            if let Wanted::Bot(bot) = &wanted
                && self.bot_key() != Some(&bot.deduplication_key)
            {
                if let Some(earlier) = self.outcome.take() {
                    self.life.earlier.add(earlier);
                }
                self.life.reads = BotReads::default();
                // A retry is made in the same meeting, of which people are told once.
                let is_retry =
                    |before: &DeduplicationKey| before.is_of_same_meeting(&bot.deduplication_key);
                if !self.bot_key().is_some_and(is_retry) {
                    self.life.alerts = Alerts::default();
                }
            }
            self.life.last_key = match &wanted {
                Wanted::Bot(_) => None,
                Wanted::Nothing => self.wanted_key().cloned(),
            };
            self.wanted = wanted;
            self.generation = Generation(self.generation.0 + 1);
            self.attempts = Attempts::default();
            self.abandoned = None;
        }
        self
    }

    /// Whether the wanted bot is known to be applied.
    pub(crate) fn is_certain(&self) -> bool {
        matches!((&self.wanted, &self.applied),
            (Wanted::Bot(wanted), Applied::Bot(applied)) if applied.is(wanted))
    }

    /// The bot that may exist as long as the wanted bot is not known to be applied. This
    /// holds for an abandoned row too: a call before the refused one may have succeeded.
    fn uncertain_bot(&self) -> Option<AppliedBot> {
        match (&self.wanted, &self.applied) {
            // It stays certain that there are too many bots.
            (_, Applied::TooMany(_)) => None,
            _ if self.is_certain() => None,
            // Of two that may exist, the later one says until when they must be removed.
            (Wanted::Bot(wanted), applied)
                if applied
                    .bot()
                    .is_some_and(|bot| bot.starts_at > wanted.starts_at) =>
            {
                applied.bot().cloned()
            }
            (Wanted::Bot(wanted), applied) => Some(AppliedBot {
                // Recall keeps a bot under its key, however often it is scheduled.
                bot_id: applied
                    .bot()
                    .filter(|bot| bot.deduplication_key == wanted.deduplication_key)
                    .and_then(|bot| bot.bot_id.clone()),
                ..AppliedBot::from(&**wanted)
            }),
            (Wanted::Nothing, applied) => applied.bot().cloned(),
        }
    }
}

impl Overrides {
    /// The overrides and the pause that apply to the event of `decision`.
    #[must_use]
    pub fn for_decision(&self, decision: &Decision) -> ApplicableOverrides<'_> {
        self.find(
            decision.platform_id.as_ref(),
            &decision.key.ical_uid,
            decision.series.as_ref(),
        )
    }
}
