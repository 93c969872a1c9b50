//! Rebuilds decisions that cannot be read.
//!
//! The row is deleted, on condition that it still cannot be read, and a full sync of
//! its calendar is requested. The sync finds the event without a decision, and decides
//! again. A bot that the event has at Recall is found by the sync's comparison.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{
    CalendarId, DecisionKey, EventId, SyncJob, SyncReason, SyncRequest, Timestamp,
};

use crate::PortError;
use crate::find_calendar::known_calendars;
use crate::ports::{Calendars, Decisions, DueQuery, Queue, SyncStates, UnreadableRow};
use crate::resync_now::request_full_syncs;
use crate::use_case_error::UseCaseError;

/// The decisions that were rebuilt.
#[derive(Debug, Clone)]
pub struct RebuiltDecisions {
    /// Whether nothing was changed.
    pub is_dry_run: bool,
    /// The rows, and what became of each.
    pub rows: Vec<(UnreadableRow, RebuildOutcome)>,
    /// Calendars whose full sync was requested, or would be.
    pub syncs: BTreeSet<CalendarId>,
    /// Whether a full sync of every calendar was requested, or would be, since the calendar
    /// of a row is unknown.
    pub is_every_calendar_synced: bool,
}

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RebuildOutcome {
    /// It was deleted, and a sync was requested.
    Rebuilt,
    /// It would be if it were no dry run.
    WouldBeRebuilt,
    /// Meanwhile it is gone or can be read, so it stays as it is.
    Readable,
}

/// The rows of an event that cannot be read.
///
/// # Errors
/// If there is none, or a collaborator fails.
pub async fn unreadable_of<D: Decisions>(
    decisions: &D,
    event: &EventId,
) -> Result<Vec<UnreadableRow>, UseCaseError> {
    let rows = decisions.of_event(event).await?;
    if !rows.unreadable.is_empty() {
        return Ok(rows.unreadable);
    }
    Err(if rows.decisions.is_empty() {
        UseCaseError::UnknownEvent(event.clone())
    } else {
        UseCaseError::ReadableDecision(event.clone())
    })
}

/// The rows of upcoming meetings, and the due rows, that cannot be read.
///
/// # Errors
/// If a collaborator fails.
pub async fn all_unreadable<S: Calendars, D: Decisions>(
    (state, decisions): (&S, &D),
    now: Timestamp,
) -> Result<Vec<UnreadableRow>, PortError> {
    let mut keys: BTreeSet<DecisionKey> = BTreeSet::new();
    for calendar in known_calendars(state).await? {
        keys.extend(decisions.of_calendar(&calendar, now).await?);
    }
    let due = decisions.due(&DueQuery::all(now)).await?;
    keys.extend(due.keys().cloned());
    let keys: Vec<_> = keys.into_iter().collect();
    Ok(decisions.decisions(&keys).await?.unreadable)
}

/// Deletes the rows, unless it is a dry run, and requests syncs of their calendars.
///
/// # Errors
/// If a collaborator fails.
pub async fn rebuild<S, D, Q>(
    (state, decisions, queue): (&S, &D, &Q),
    rows: Vec<UnreadableRow>,
    is_dry_run: bool,
    now: Timestamp,
) -> Result<RebuiltDecisions, UseCaseError>
where
    S: Calendars + SyncStates,
    D: Decisions,
    Q: Queue,
{
    let mut rebuilt = Vec::new();
    let mut calendars: BTreeMap<Option<CalendarId>, usize> = BTreeMap::new();
    for row in rows {
        let outcome = if is_dry_run {
            RebuildOutcome::WouldBeRebuilt
        } else if decisions.discard(&row.key).await? {
            RebuildOutcome::Rebuilt
        } else {
            RebuildOutcome::Readable
        };
        if outcome != RebuildOutcome::Readable {
            *calendars.entry(row.calendar_id.clone()).or_default() += 1;
        }
        rebuilt.push((row, outcome));
    }
    if !is_dry_run {
        let requested = request_syncs((state, queue), calendars.keys(), now).await;
        requested.map_err(|error| UseCaseError::NotDecidedAgain {
            deleted: calendars.values().sum(),
            error: Box::new(error),
        })?;
    }
    Ok(RebuiltDecisions {
        is_dry_run,
        rows: rebuilt,
        is_every_calendar_synced: calendars.contains_key(&None),
        syncs: calendars.into_keys().flatten().collect(),
    })
}

/// Requests a full sync of each calendar; of all if one is unknown.
async fn request_syncs<'a, S, Q>(
    (state, queue): (&S, &Q),
    calendars: impl Iterator<Item = &'a Option<CalendarId>>,
    now: Timestamp,
) -> Result<(), UseCaseError>
where
    S: Calendars + SyncStates,
    Q: Queue,
{
    for calendar in calendars {
        let job = if let Some(calendar) = calendar {
            SyncJob::Request(SyncRequest {
                calendar_id: calendar.clone(),
                reason: SyncReason::FullSync,
                sent_at: now,
            })
        } else {
            request_full_syncs(state, now).await?;
            SyncJob::ResyncNow { sent_at: now }
        };
        queue.send(&job).await?;
    }
    Ok(())
}
