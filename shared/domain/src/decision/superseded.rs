//! Two rows of one event.
//!
//! A row's key has the event's `ical_uid`. If that changes, the event has a row under each:
//! the later one decides, and takes over what is known of the bot. The earlier one is
//! superseded: it wants nothing, makes no call, and ignores the results of calls that were
//! in flight. It stays, since an older version of the event may still arrive under its key.

use jiff::Timestamp;

use crate::decision::applied::Applied;
use crate::decision::row::{Attempts, Decision};
use crate::decision::wanted::Wanted;
use crate::event::CalendarEvent;
use crate::id::DecisionKey;
use crate::revision::Version;
use crate::verdict::{Reason, RuleName, Verdict};

impl Decision {
    /// Whether another row of the event decides.
    #[must_use]
    pub fn is_superseded(&self) -> bool {
        self.verdict.reason().rule == RuleName::SUPERSEDED
    }

    /// The row after its event was given another `ical_uid`, as `event` has it. An older
    /// version of the event is stale here, too.
    #[must_use]
    pub fn superseded_by(&self, event: &CalendarEvent) -> Self {
        let mut row = self.clone().wanting(Wanted::Nothing);
        row.applied = Applied::Nothing;
        row.offer = None;
        row.abandoned = None;
        row.attempts = Attempts::default();
        row.inputs.event = row.inputs.event.max(event.updated_at);
        row.verdict = Verdict::skip(RuleName::SUPERSEDED, "the event has another ical_uid now");
        row
    }

    /// This row as the one under `key` that supersedes it, to be revised by an evaluation;
    /// `replaced` is stored there. Before the start the bot is uncertain: a call that was made
    /// for this row may still arrive. After it that would send a bot once more.
    #[must_use]
    pub fn moved_to(&self, key: DecisionKey, replaced: Option<&Self>, now: Timestamp) -> Self {
        let reason = self.verdict.reason();
        let mut row = Self {
            key,
            version: replaced.map_or(Version::NEW, |replaced| replaced.version),
            // No evaluation gives this verdict, so the row is written whatever it gives.
            verdict: Verdict::Skip(Reason {
                rule: RuleName::SUPERSEDED,
                is_locked: false,
                ..reason.clone()
            }),
            ..self.clone()
        };
        if let Applied::Bot(bot) = &row.applied
            && !row.has_begun(now)
        {
            row.applied = Applied::Uncertain(bot.clone());
        }
        row
    }
}
