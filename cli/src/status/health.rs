//! Health of the stack: what its functions did last, what waits, and what needs a person.

use callsheet_domain::Timestamp;
use serde::Serialize;

use super::findings::Finding;
use super::signals::{DenialStatus, DueStatus, Measured, QueueStatus};
use crate::unreadable::{UnreadableCalendar, UnreadableDecision, UnreadableEventSummary};

/// Health of the stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Health {
    /// Each problem that needs a person; empty if the stack is healthy.
    pub(crate) findings: Vec<Finding>,
    /// When the newest webhook that sync has received was accepted.
    pub(crate) webhook_accepted_at: Option<Timestamp>,
    /// When the last sync finished, of the workspace or of a calendar.
    pub(crate) synced_at: Option<Timestamp>,
    pub(crate) resynced_at: Option<Timestamp>,
    pub(crate) scheduler_ran_at: Option<Timestamp>,
    pub(crate) sync_queue: Measured<QueueStatus>,
    pub(crate) dead_letters: Measured<u64>,
    /// Denial of the API key by Recall.
    pub(crate) denial: Option<DenialStatus>,
    pub(crate) unreadable_calendars: Vec<UnreadableCalendar>,
    pub(crate) unreadable_decisions: Vec<UnreadableDecision>,
    /// Number of events that Recall lists in a shape that cannot be read.
    pub(crate) unreadable_event_count: usize,
    /// Those that are named, at most twenty of a calendar.
    pub(crate) unreadable_events: Vec<UnreadableEventSummary>,
    pub(crate) due: DueStatus,
}
