//! Rebuilds decisions that cannot be read.
//!
//! The row is deleted, on condition that it still cannot be read, and a full sync of
//! its calendar is requested. The sync finds the event without a decision, and decides
//! again. A bot that the event has at Recall is found by the sync's comparison.

#[cfg(test)]
mod tests;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use callsheet_api::rebuild::{Outcome, Rebuilt, RebuiltRow};
use callsheet_api::unreadable::UnreadableDecision;
use callsheet_app::UseCaseError;
use callsheet_app::find_calendar::known_calendars;
use callsheet_app::ports::{Calendars, Decisions, Queue, SyncStates, UnreadableRow};
use callsheet_app::resync_now::request_full_syncs;
use callsheet_domain::{
    CalendarId, DecisionKey, EventId, SyncJob, SyncReason, SyncRequest, Timestamp,
};

use crate::arguments::RebuildArguments;
use crate::error::CliError;
use crate::workspace::Workspace;

/// The most due rows that are looked at.
const MOST_DUE: usize = 100_000;

/// The ports that a rebuild needs.
#[derive(Debug)]
pub(crate) struct Ports<S, D, Q> {
    pub(crate) state: S,
    pub(crate) decisions: D,
    pub(crate) queue: Q,
}

/// Rebuilds the decisions that `arguments` select.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: RebuildArguments,
    now: Timestamp,
) -> Result<Rebuilt, CliError> {
    let ports = Ports {
        state: workspace.state().await?,
        decisions: workspace.decisions().await?,
        queue: workspace.required_queue().await?,
    };
    let rows = match &arguments.target.event {
        Some(event) => ports.unreadable_of(event).await?,
        None => ports.all_unreadable(now).await?,
    };
    ports.rebuild(rows, arguments.dry_run, now).await
}

impl<S, D, Q> Ports<S, D, Q>
where
    S: Calendars + SyncStates,
    D: Decisions,
    Q: Queue,
{
    /// The rows of an event that cannot be read.
    pub(crate) async fn unreadable_of(
        &self,
        event: &EventId,
    ) -> Result<Vec<UnreadableRow>, CliError> {
        let rows = self.decisions.of_event(event).await?;
        if !rows.unreadable.is_empty() {
            return Ok(rows.unreadable);
        }
        Err(if rows.decisions.is_empty() {
            UseCaseError::UnknownEvent(event.clone()).into()
        } else {
            CliError::Refused(format!(
                "the decision about event {event} can be read, so it is not rebuilt: \
                 `callsheet explain {event}` shows it"
            ))
        })
    }

    /// The rows of upcoming meetings, and the due rows, that cannot be read.
    pub(crate) async fn all_unreadable(
        &self,
        now: Timestamp,
    ) -> Result<Vec<UnreadableRow>, CliError> {
        let mut keys: BTreeSet<DecisionKey> = BTreeSet::new();
        for calendar in known_calendars(&self.state).await? {
            keys.extend(self.decisions.of_calendar(&calendar, now).await?);
        }
        keys.extend(self.decisions.due(now, MOST_DUE).await?.ready);
        let keys: Vec<_> = keys.into_iter().collect();
        Ok(self.decisions.decisions(&keys).await?.unreadable)
    }

    /// Deletes the rows, unless it is a dry run, and requests syncs of their calendars.
    pub(crate) async fn rebuild(
        &self,
        rows: Vec<UnreadableRow>,
        is_dry_run: bool,
        now: Timestamp,
    ) -> Result<Rebuilt, CliError> {
        let mut rebuilt = Vec::new();
        let mut calendars: BTreeMap<Option<CalendarId>, usize> = BTreeMap::new();
        for row in rows {
            let outcome = if is_dry_run {
                Outcome::WouldBeRebuilt
            } else if self.decisions.discard(&row.key).await? {
                Outcome::Rebuilt
            } else {
                Outcome::Readable
            };
            if outcome != Outcome::Readable {
                *calendars.entry(row.calendar_id.clone()).or_default() += 1;
            }
            let row = UnreadableDecision::of(row);
            rebuilt.push(RebuiltRow { row, outcome });
        }
        if !is_dry_run {
            self.request_syncs(calendars.keys(), now)
                .await
                .map_err(|error| not_requested(calendars.values().sum(), &error))?;
        }
        let named = calendars.keys().flatten();
        Ok(Rebuilt {
            is_dry_run,
            syncs: named.map(ToString::to_string).collect(),
            is_every_calendar_synced: calendars.contains_key(&None),
            rows: rebuilt,
        })
    }

    /// Requests a full sync of each calendar; of all if one is unknown.
    async fn request_syncs<'a>(
        &self,
        calendars: impl Iterator<Item = &'a Option<CalendarId>>,
        now: Timestamp,
    ) -> Result<(), CliError> {
        for calendar in calendars {
            let job = if let Some(calendar) = calendar {
                SyncJob::Request(SyncRequest {
                    calendar_id: calendar.clone(),
                    reason: SyncReason::FullSync,
                    sent_at: now,
                })
            } else {
                request_full_syncs(&self.state, now).await?;
                SyncJob::ResyncNow { sent_at: now }
            };
            self.queue.send(&job).await?;
        }
        Ok(())
    }
}

fn not_requested(deleted: usize, error: &CliError) -> CliError {
    let rows = crate::render::counted(deleted, "row was", "rows were");
    CliError::Failed(format!(
        "{rows} deleted, but no sync could be requested ({error}). Run `callsheet resync --full`, which \
         decides about their events again"
    ))
}
