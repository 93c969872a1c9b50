//! What the calendars and their decisions tell about the health of the stack.

use callsheet_app::status::WorkspaceStatus;
use callsheet_domain::Timestamp;

use crate::signals::{DueStatus, Signals};

/// What the calendars and their decisions tell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    /// Number of connected calendars.
    pub(crate) connected: usize,
    /// When the longest unchanged of the known calendars last changed.
    pub(crate) known_since: Option<Timestamp>,
    /// When an event was last changed, as far as it is known.
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
    pub(crate) fn by(read: &WorkspaceStatus, unreadable_calendars: usize) -> Self {
        let totals = &read.totals;
        Self {
            connected: totals.connected,
            known_since: totals.known_since,
            last_change_at: read.last_change_at,
            calendar_synced_at: totals.synced_at,
            newest_policy_used: read.newest_policy_used.0,
            due: DueStatus::of(&read.due),
            unreadable_decisions: read.unreadable_decisions.len(),
            unreadable_calendars,
            unreadable_events: totals.unreadable_events,
            abandoned: read.abandoned.decisions.len(),
        }
    }
}

/// When the last sync finished, as far as it is known.
pub(crate) fn synced_at(signals: &Signals, told: &Told) -> Option<Timestamp> {
    signals.workspace_synced_at.max(told.calendar_synced_at)
}
