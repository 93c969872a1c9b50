//! Measures whether the bots of the next meetings are where they should be.
//!
//! Sync does so each minute, and not the scheduler, which would not measure that it hangs. What
//! is measured becomes metrics, and alarms are about those. Two reads of indexes are made,
//! bounded at any size of the workspace.

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;

use crate::PortError;
use crate::bot_state::BotState;
use crate::metrics::Metric;
use crate::ports::{DayEntry, DecisionOverview};

/// The most due decisions that are counted.
const MOST_DUE: usize = 1_000;
/// A bot that is missing so soon after the start may be on its way: the meeting may have been
/// created a moment ago.
const GRACE: SignedDuration = SignedDuration::from_mins(2);
/// A bot that is missing for longer is not counted any more: what could be saved is lost.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);

/// Measures the decisions.
#[derive(Debug)]
pub struct Watch<'a, D> {
    /// Storage of decisions.
    pub decisions: &'a D,
}

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measured {
    /// Number of due decisions; a thousand if there are more.
    pub due: usize,
    /// How long ago the earliest meeting began whose decision is due; zero if none has begun.
    pub overdue: SignedDuration,
    /// Number of meetings that began between 2 and 15 minutes ago, are not over and are to be
    /// recorded, and whose bot is not known to be at Recall.
    pub missing: usize,
}

impl<D: DecisionOverview> Watch<'_, D> {
    /// Measures the decisions as of `now`.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn measure(&self, now: Timestamp) -> Result<Measured, PortError> {
        let due = self.decisions.first_due(MOST_DUE).await?.first;
        let earliest = due.iter().map(|entry| entry.starts_at).min();
        let overdue = earliest.map_or(SignedDuration::ZERO, |start| now.duration_since(start));
        let (from, until) = (plus(now, -LONGEST), plus(now, -GRACE));
        let begun = self.decisions.starting_between(from, until).await?;
        let missing = begun.entries.iter().filter(|entry| is_missing(entry, now));
        Ok(Measured {
            due: due.len(),
            overdue: overdue.max(SignedDuration::ZERO),
            missing: missing.count(),
        })
    }
}

impl Measured {
    /// Adds what was measured to the metrics.
    pub fn count(self) {
        Metric::DueDecisions.count(self.due);
        Metric::OverdueSeconds.count(self.overdue.as_secs().max(0));
        Metric::MissingBots.count(self.missing);
    }
}

/// Whether a bot is wanted in a meeting that goes on, and is not known to be at Recall.
fn is_missing(entry: &DayEntry, now: Timestamp) -> bool {
    let bot = entry.bot_at(now);
    let is_there = matches!(
        bot,
        // None is wanted, although the meeting is recorded: it had begun when that was decided.
        BotState::None | BotState::Scheduled | BotState::Dispatched
    );
    entry.is_recorded && entry.ends_at > now && !is_there
}
