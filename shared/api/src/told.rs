//! What the calendars and their decisions tell about the health of the stack.

use callsheet_app::status::{DueCounts, WorkspaceStatus};
use callsheet_domain::Timestamp;

use crate::signals::{DueStatus, Signals};

/// What the calendars and their decisions tell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    /// Number of connected calendars.
    pub(crate) connected: usize,
    /// When the longest unchanged of the known calendars last changed.
    pub(crate) known_since: Option<Timestamp>,
    /// When an event was last changed, of those that are decided about.
    pub(crate) last_change_at: Option<Timestamp>,
    /// When the last sync of a single calendar began.
    pub(crate) calendar_synced_at: Option<Timestamp>,
    /// The newest revision of the policy that decisions were made with.
    pub(crate) newest_policy_used: u64,
    pub(crate) due: DueStatus,
    pub(crate) unreadable_decisions: usize,
    pub(crate) unreadable_calendars: usize,
    pub(crate) unreadable_events: usize,
    pub(crate) abandoned: usize,
}

impl Told {
    /// Adds up what the calendars tell.
    pub(crate) fn by(read: &WorkspaceStatus) -> Self {
        let connected = read.calendars.iter();
        let connected = connected.filter(|one| one.record.calendar.status.holds_bots());
        let problems = read.calendars.iter();
        let problems = problems.filter(|one| one.overrides_problem.is_some());
        let mut told = Self {
            connected: connected.count(),
            unreadable_calendars: read.unreadable.len() + problems.count(),
            ..Self::default()
        };
        let mut due = DueCounts::default();
        for one in &read.calendars {
            let changed_at = one.record.calendar.updated_at;
            let synced_at = one.record.last_sync.as_ref().map(|sync| sync.began_at);
            let known_since = told.known_since.unwrap_or(changed_at);
            told.known_since = Some(known_since.min(changed_at));
            told.last_change_at = told.last_change_at.max(one.last_change_at);
            told.calendar_synced_at = told.calendar_synced_at.max(synced_at);
            told.newest_policy_used = told.newest_policy_used.max(one.newest_policy_used.0);
            due.add(one.due.clone());
            told.unreadable_decisions += one.unreadable.len();
            told.unreadable_events += one.record.unreadable_events.count();
            told.abandoned += one.abandoned.len();
        }
        told.due = DueStatus::of(due);
        told
    }
}

/// When the last sync finished, as far as it is known.
pub(crate) fn synced_at(signals: &Signals, told: &Told) -> Option<Timestamp> {
    signals.workspace_synced_at.max(told.calendar_synced_at)
}
