//! The calls that are to be made, and the decisions for which none is made any more.
//!
//! The first entries of the index of due rows are counted, in order of start. The rows are read
//! of those whose meetings are near or whose calls have failed before, as many as are bounded:
//! what is wrong with them is not in the index.

use std::collections::BTreeMap;

use callsheet_domain::{Decision, DecisionKey, Timestamp, plus};
use jiff::SignedDuration;

use crate::PortError;
use crate::ports::{DecisionOverview, Decisions, DueStart, UnreadableRow};

/// The most due decisions that are counted.
const MOST_COUNTED: usize = 10_000;
/// The most rows that are read.
const MOST_READ: usize = 1_000;
/// Rows that are read together.
const TOGETHER: usize = 100;
/// Number of failed calls after which a person should know.
const MANY_ATTEMPTS: u32 = 5;
/// Bots that are scheduled nearer to the start are late.
const LATE: SignedDuration = SignedDuration::from_mins(10);
/// The meetings that start within this time are near.
const NEAR: SignedDuration = SignedDuration::from_hours(1);
/// Abandoned meetings that started earlier are over.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// Calls that are to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DueCounts {
    /// Number of due decisions, waiting ones included; of the first ten thousand, if there are
    /// more.
    pub decisions: usize,
    /// Whether there are more.
    pub has_more: bool,
    /// Number of those whose call may be made now.
    pub ready: usize,
    /// Number of those whose meeting starts within the hour, or has begun.
    pub within_the_hour: usize,
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
    /// Title of the meeting of that failure, which the reason may quote.
    pub failing_title: Option<String>,
}

/// Decisions about coming meetings for which no more calls are made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Abandoned {
    /// The decisions, in order of start; the first thousand, if there are more.
    pub decisions: Vec<Decision>,
    /// Whether there are more.
    pub has_more: bool,
}

impl Abandoned {
    /// Number of them by reason.
    #[must_use]
    pub fn by_reason(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        let reasons = self
            .decisions
            .iter()
            .filter_map(|row| row.abandoned.as_ref());
        for abandoned in reasons {
            *counts.entry(abandoned.reason.clone()).or_default() += 1;
        }
        counts
    }
}

/// Counts the calls that are to be made, and gives the rows that cannot be read.
pub(super) async fn read_due<D>(
    decisions: &D,
    now: Timestamp,
) -> Result<(DueCounts, Vec<UnreadableRow>), PortError>
where
    D: Decisions + DecisionOverview,
{
    let entries = decisions.first_due(MOST_COUNTED).await?;
    let mut counts = DueCounts {
        has_more: entries.has_more,
        ..DueCounts::default()
    };
    let is_near = |entry: &&DueStart| entry.starts_at <= plus(now, NEAR);
    let may_be_bad = |entry: &&DueStart| is_near(entry) || entry.not_before.is_some();
    let examined = entries.first.iter().filter(may_be_bad).take(MOST_READ);
    let examined: Vec<_> = examined.map(|entry| entry.key.clone()).collect();
    let (rows, unreadable) = rows_of(decisions, &examined).await?;
    let is_over = |key: &DecisionKey| {
        let row = rows.get(key);
        row.is_some_and(|row| !row.is_due() || row.ends_at <= now)
    };
    for entry in entries.first.iter().filter(|entry| !is_over(&entry.key)) {
        counts.decisions += 1;
        counts.ready += usize::from(entry.not_before.is_none_or(|at| at <= now));
        counts.within_the_hour += usize::from(is_near(&entry));
        let oldest = counts.oldest_start.unwrap_or(entry.starts_at);
        counts.oldest_start = Some(oldest.min(entry.starts_at));
    }
    for row in rows.values() {
        counts.examine(row, now);
    }
    Ok((counts, unreadable))
}

/// The abandoned decisions about coming meetings, and the rows that cannot be read.
pub(super) async fn read_abandoned<D>(
    decisions: &D,
    now: Timestamp,
) -> Result<(Abandoned, Vec<UnreadableRow>), PortError>
where
    D: Decisions + DecisionOverview,
{
    let keys = decisions.abandoned(plus(now, -LONGEST), MOST_READ).await?;
    let (rows, unreadable) = rows_of(decisions, &keys.first).await?;
    let mut rows: Vec<_> = rows.into_values().collect();
    rows.retain(|row| row.is_abandoned() && row.ends_at > now);
    rows.sort_by(|one, other| (one.starts_at, &one.key).cmp(&(other.starts_at, &other.key)));
    let abandoned = Abandoned {
        decisions: rows,
        has_more: keys.has_more,
    };
    Ok((abandoned, unreadable))
}

/// Rows by key.
type Rows = BTreeMap<DecisionKey, Decision>;

async fn rows_of<D: Decisions>(
    decisions: &D,
    keys: &[DecisionKey],
) -> Result<(Rows, Vec<UnreadableRow>), PortError> {
    let (mut rows, mut unreadable) = (Rows::new(), Vec::new());
    for keys in keys.chunks(TOGETHER) {
        let read = decisions.decisions(keys).await?;
        let read_rows = read.decisions.into_iter();
        rows.extend(read_rows.map(|row| (row.key.clone(), row)));
        unreadable.extend(read.unreadable);
    }
    Ok((rows, unreadable))
}

impl DueCounts {
    /// Counts what is wrong with a row.
    fn examine(&mut self, row: &Decision, now: Timestamp) {
        if !row.is_due() || row.ends_at <= now {
            return;
        }
        let attempts = &row.attempts;
        let has_begun = row.starts_at <= now;
        let is_late = row.starts_at <= plus(now, LATE) && attempts.count > 0;
        self.overdue += usize::from(has_begun || is_late);
        if row.is_blocked() {
            self.blocked += 1;
        } else if attempts.count >= MANY_ATTEMPTS {
            self.failing += 1;
            self.last_error.clone_from(&attempts.last_error);
            self.failing_title.clone_from(&row.title);
        }
    }
}
