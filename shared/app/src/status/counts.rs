//! Counts of upcoming meetings, and of the calls that are to be made.

use std::collections::BTreeMap;

use callsheet_domain::{Applied, Decision, Timestamp, Verdict, Wanted, plus};
use jiff::SignedDuration;

/// Counts of meetings that are not over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MeetingCounts {
    /// Meetings that are to be recorded.
    pub record: usize,
    /// Meetings that are not.
    pub skip: usize,
    /// Meetings whose bot is at Recall as wanted.
    pub with_bot: usize,
    /// Meetings that will be called about as soon as a permit is free.
    pub due: usize,
    /// Meetings that will be called about later, since the last call failed.
    pub waiting: usize,
    /// Meetings that may or may not have a bot at Recall.
    pub uncertain: usize,
    /// Meetings whose decision is abandoned, by reason.
    pub abandoned: BTreeMap<String, usize>,
}

impl MeetingCounts {
    pub(super) fn count(&mut self, row: &Decision, now: Timestamp) {
        match row.verdict {
            Verdict::Record(_) => self.record += 1,
            Verdict::Skip(_) => self.skip += 1,
        }
        match (&row.wanted, &row.applied) {
            (Wanted::Bot(wanted), Applied::Bot(bot)) if bot.is(wanted) => self.with_bot += 1,
            (_, Applied::Uncertain(_)) => self.uncertain += 1,
            _ => {}
        }
        if row.is_due() {
            let waits = row.attempts.not_before.is_some_and(|at| at > now);
            *(if waits {
                &mut self.waiting
            } else {
                &mut self.due
            }) += 1;
        }
        if let Some(abandoned) = row.abandoned.as_ref().filter(|_| row.is_abandoned()) {
            *self.abandoned.entry(abandoned.reason.clone()).or_default() += 1;
        }
    }

    /// Adds the counts of another calendar.
    pub fn add(&mut self, other: &Self) {
        self.record += other.record;
        self.skip += other.skip;
        self.with_bot += other.with_bot;
        self.due += other.due;
        self.waiting += other.waiting;
        self.uncertain += other.uncertain;
        for (reason, count) in &other.abandoned {
            *self.abandoned.entry(reason.clone()).or_default() += count;
        }
    }
}

/// Calls that are to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DueCounts {
    /// Number of due decisions, waiting ones included.
    pub decisions: usize,
    /// Start of the earliest of their meetings.
    pub oldest_start: Option<Timestamp>,
    /// Number of those whose meeting has begun, or begins within ten minutes though a call failed.
    pub overdue: usize,
    /// Number of those that are set aside, since Recall blocked their call.
    pub blocked: usize,
    /// Number of the others whose calls failed five times or more.
    pub failing: usize,
    /// Reason of the last failure among those.
    pub last_error: Option<String>,
}

/// Number of failed calls after which a person should look.
const MANY_ATTEMPTS: u32 = 5;
/// Bots that are scheduled nearer to the start are late.
const LATE: SignedDuration = SignedDuration::from_mins(10);

impl DueCounts {
    pub(super) fn count(&mut self, row: &Decision, now: Timestamp) {
        if !row.is_due() || row.ends_at <= now {
            return;
        }
        self.decisions += 1;
        self.oldest_start = [self.oldest_start, Some(row.starts_at)]
            .into_iter()
            .flatten()
            .min();
        let attempts = &row.attempts;
        let has_begun = row.starts_at <= now;
        let is_near = row.starts_at <= plus(now, LATE);
        self.overdue += usize::from(has_begun || (is_near && attempts.count > 0));
        if row.is_blocked() {
            self.blocked += 1;
        } else if attempts.count >= MANY_ATTEMPTS {
            self.failing += 1;
            self.last_error.clone_from(&attempts.last_error);
        }
    }

    /// Adds the counts of another calendar.
    pub fn add(&mut self, other: Self) {
        self.decisions += other.decisions;
        self.oldest_start = [self.oldest_start, other.oldest_start]
            .into_iter()
            .flatten()
            .min();
        self.overdue += other.overdue;
        self.blocked += other.blocked;
        self.failing += other.failing;
        self.last_error = self.last_error.take().or(other.last_error);
    }
}
