//! Totals of all calendars, from their records alone.

use std::collections::BTreeMap;

use callsheet_domain::{CalendarId, Email, PolicyRevision, Timestamp, UnreadableEvent};

use crate::calendar_state::{CalendarProblem, Workspace};
use crate::ports::ListedCalendar;

/// The most calendars that are named for a problem.
const MOST_NAMED: usize = 20;

/// Totals of all calendars whose records can be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CalendarTotals {
    /// Number of calendars by status at Recall.
    pub statuses: BTreeMap<String, usize>,
    /// Number of those whose bots can exist.
    pub connected: usize,
    /// Number of those whose decisions may be outdated.
    pub needing_full_sync: usize,
    /// Number of those that have a problem.
    pub with_problem: usize,
    /// The first of those, the most urgent problems first.
    pub problems: Vec<ProblemCalendar>,
    /// Number of events that cannot be read.
    pub unreadable_events: usize,
    /// The first of those that their calendars name.
    pub named_events: Vec<(CalendarId, UnreadableEvent)>,
    /// When the longest unchanged of them last changed at Recall.
    pub known_since: Option<Timestamp>,
    /// When the last sync of a single calendar began.
    pub synced_at: Option<Timestamp>,
    /// The newest revision of the policy that one of them was synced with.
    pub newest_policy: PolicyRevision,
}

/// A calendar that has a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemCalendar {
    /// Its id.
    pub id: CalendarId,
    /// The owner's address.
    pub owner: Option<Email>,
    /// The problem.
    pub problem: CalendarProblem,
}

impl CalendarTotals {
    pub(super) fn of(calendars: &[ListedCalendar], workspace: Workspace<'_>) -> Self {
        let mut totals = Self::default();
        for calendar in calendars {
            totals.count(calendar, workspace);
        }
        totals
            .problems
            .sort_by(|one, other| one.place().cmp(&other.place()));
        totals.problems.truncate(MOST_NAMED);
        totals
            .named_events
            .sort_by(|one, other| (&one.0, &one.1.id).cmp(&(&other.0, &other.1.id)));
        totals.named_events.truncate(MOST_NAMED);
        totals
    }

    fn count(&mut self, listed: &ListedCalendar, workspace: Workspace<'_>) {
        let record = &listed.record;
        let calendar = &record.calendar;
        *self
            .statuses
            .entry(calendar.status.to_string())
            .or_default() += 1;
        self.connected += usize::from(calendar.status.holds_bots());
        let needs_full_sync = workspace.needs_full_sync(record, listed.override_revision);
        self.needing_full_sync += usize::from(needs_full_sync);
        if let Some(problem) = workspace.problem(record) {
            self.with_problem += 1;
            self.problems.push(ProblemCalendar {
                id: calendar.id.clone(),
                owner: calendar.email.clone(),
                problem,
            });
        }
        self.unreadable_events += record.unreadable_events.count();
        let named = record.unreadable_events.named.iter().take(MOST_NAMED);
        let named = named.map(|event| (calendar.id.clone(), event.clone()));
        self.named_events.extend(named);
        let changed_at = calendar.updated_at;
        self.known_since = Some(self.known_since.map_or(changed_at, |at| at.min(changed_at)));
        if let Some(sync) = &record.last_sync {
            self.synced_at = self.synced_at.max(Some(sync.began_at));
            self.newest_policy = self.newest_policy.max(sync.policy);
        }
    }
}

impl ProblemCalendar {
    /// The place among others: calendars that could be recorded go first.
    fn place(&self) -> (u8, Option<&str>, &CalendarId) {
        let urgency = match self.problem {
            CalendarProblem::NotSynced { .. } => 0,
            CalendarProblem::UnreadableEvents(_) => 1,
            CalendarProblem::Disconnected { .. } => 2,
        };
        (urgency, self.owner.as_ref().map(Email::as_str), &self.id)
    }
}
