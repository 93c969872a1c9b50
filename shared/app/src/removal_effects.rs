//! What is deleted with a calendar: its upcoming meetings, and the bots that nobody else needs.

use std::collections::HashSet;

use callsheet_domain::{Calendar, Decision, DeduplicationKey, Timestamp};

use crate::PortError;
use crate::first_copy::first_copies;
use crate::ports::{Decisions, UnreadableRow};

/// A calendar that is to be deleted, and what is deleted with it.
#[derive(Debug, Clone)]
pub struct RemovalEffects {
    /// The calendar.
    pub calendar: Calendar,
    /// Number of its upcoming meetings.
    pub meetings: usize,
    /// Number of bots that only its events have.
    pub bots: usize,
    /// Number of bots that events in other calendars share.
    pub shared_bots: usize,
    /// Decisions that cannot be read: they may have further bots, and cannot be retired.
    pub unreadable: Vec<UnreadableRow>,
}

/// Counts what is deleted with `calendar` at `now`.
///
/// # Errors
/// If the store fails.
pub async fn removal_effects<D: Decisions>(
    decisions: &D,
    calendar: Calendar,
    now: Timestamp,
) -> Result<RemovalEffects, PortError> {
    let keys = decisions.of_calendar(&calendar.id, now).await?;
    let mut bots = HashSet::new();
    let rows = decisions.decisions(&keys).await?;
    for row in rows.decisions {
        bots.extend(applied_bot(&row).cloned());
    }
    let is_other =
        |row: &Decision| row.calendar_id != calendar.id && applied_bot(row) == row.wanted_key();
    let shared = first_copies(decisions, &bots, is_other).await?;
    Ok(RemovalEffects {
        calendar,
        meetings: keys.len(),
        bots: bots.len() - shared.len(),
        shared_bots: shared.len(),
        unreadable: rows.unreadable,
    })
}

/// The bot that a meeting has at Recall, or may have.
fn applied_bot(row: &Decision) -> Option<&DeduplicationKey> {
    row.applied.bot().map(|bot| &bot.deduplication_key)
}
