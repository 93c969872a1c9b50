//! The calendars that a resync works on.
//!
//! Most of the time these are the few that have something to do for a reason of their own: the
//! store has an index of them. All calendars are read where all are meant, and now and then as
//! routine, for what only time or a policy makes due. The interval grows with the workspace,
//! so that a resync of an idle one costs no more for more calendars.

use callsheet_domain::{
    AllCalendarsRead, CalendarId, PolicyRevision, Timestamp, WindowedSyncState,
};
use jiff::SignedDuration;
use std::collections::BTreeMap;

use crate::ports::{
    Calendars as _, Clock as _, DueHead, DueWork, ListedCalendar, MoreDue, SyncStates as _,
    WriteOutcome,
};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync::all_calendars::connected;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;

/// All calendars are read as routine no more often than this.
const ALL_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// The same where each calendar is listed by itself, so that only the list of all tells which
/// one is due: its turn comes no more often than each two seconds times their number, so up to
/// a thousand calendars are not late by this at all, and more by a thirtieth at most.
const ALL_EVERY_ALONE: SignedDuration = SignedDuration::from_mins(1);
/// So many calendars are read by key. More that are due wait for the next resync, or for windows of
/// the workspace.
const MOST_DUE: usize = 500;

/// The calendars that a resync works on.
pub(super) struct Workload {
    /// Those that may be due, or all.
    pub(super) calendars: Vec<ListedCalendar>,
    /// So many more are due for a sync, at least, and were not read.
    pub(super) more: usize,
    /// When the list of all calendars was read; none if these are not all.
    pub(super) all_at: Option<Timestamp>,
    /// The number of connected calendars in the workspace.
    pub(super) connected: u32,
    /// The state of full syncs of the workspace.
    pub(super) windowed: WindowedSyncState,
}

/// How much of the work a resync has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// All of it.
    All,
    /// All that a full sync of the workspace in progress does not do.
    ButWindows,
    /// The next one finds work that no index shows.
    NotAll,
}

/// What is asked of a resync.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// The active policy.
    pub(super) policy: PolicyRevision,
    /// Since when full syncs of all calendars are requested.
    pub(super) full_sync_at: Option<Timestamp>,
    /// Whether each calendar is listed by itself.
    pub(super) is_alone: bool,
    /// Whether all calendars are meant, whatever is stored.
    pub(super) is_of_all: bool,
}

/// Reads the calendars that a resync works on.
pub(super) struct Workloads<'a, P: SyncPorts> {
    /// Storage of calendars and sync states.
    pub(super) state: &'a P::State,
    /// Source of the time.
    pub(super) clock: &'a P::Clock,
}

impl<P: SyncPorts> Workloads<'_, P> {
    /// The calendars to work on.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) async fn read(&self, asked: Asked) -> Result<Workload, SyncError> {
        let now = self.clock.now();
        let windowed = self.windowed(asked).await?;
        let mut due = self.state.due(now, MOST_DUE).await?;
        self.clear(&mut due, now).await?;
        let every = if asked.is_alone {
            ALL_EVERY_ALONE
        } else {
            ALL_EVERY
        };
        let full_sync_at = asked.full_sync_at;
        let are_all_meant = || windowed.needs_all_calendars(asked.policy, full_sync_at, every, now);
        let (more, are_too_many) = match due.more {
            MoreDue::Nothing => (0, false),
            MoreDue::Syncs(more) => {
                let are_new = due.calendars.iter().all(is_new);
                (more, !windowed.are_due_known(MOST_DUE + more, are_new))
            }
            MoreDue::Anything => (0, true),
        };
        if asked.is_of_all || are_too_many || are_all_meant() {
            let calendars = self.state.listed().await?;
            return Ok(Workload {
                connected: connected(&calendars),
                all_at: Some(now),
                calendars,
                more: 0,
                windowed,
            });
        }
        Ok(Workload {
            connected: windowed.connected,
            all_at: None,
            calendars: due.calendars,
            more,
            windowed,
        })
    }

    /// The state of full syncs. One that cannot be read keeps no calendar from being synced by
    /// itself.
    async fn windowed(&self, asked: Asked) -> Result<WindowedSyncState, SyncError> {
        let state = self.state.windowed_sync_state().await;
        match state.map_err(SyncError::from) {
            Err(error) if asked.is_alone && error.is_of_content() => {
                Ok(WindowedSyncState::default())
            }
            state => state,
        }
    }

    /// Has rows leave the index that are shown without a reason: heads of overrides that all
    /// calendars have applied, and syncs that were left so long ago that none resumes them.
    async fn clear(&self, due: &mut DueWork, now: Timestamp) -> Result<(), SyncError> {
        for head in applied(due) {
            self.state.note_applied_by_all(head).await?;
        }
        for listed in &mut due.calendars {
            let Some(mut record) = listed.record.without_left_sync(now) else {
                continue;
            };
            if self.state.write_record(&record).await? == WriteOutcome::Written {
                record.version = record.version.next();
                listed.record = record;
            }
        }
        Ok(())
    }

    /// Notes that the read of all calendars left nothing to do, or only what a full sync of the
    /// workspace does that is in progress, so that the next read has time.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) async fn note_done(
        &self,
        (at, policy): (Timestamp, PolicyRevision),
        connected: u32,
        done: Done,
    ) -> Result<(), SyncError> {
        let noted = retry_on_conflict(async || {
            let mut state = self.state.windowed_sync_state().await?;
            let is_in_progress = state.in_progress.is_some();
            let is_left = match done {
                Done::All => false,
                Done::ButWindows => !is_in_progress,
                Done::NotAll => true,
            };
            if is_left || state.all_read.is_some_and(|read| read.at >= at) {
                return Ok(Attempt::Done(()));
            }
            state.all_read = Some(AllCalendarsRead { at, policy });
            state.connected = connected;
            Ok(match self.state.write_windowed_sync_state(&state).await? {
                WriteOutcome::Written => Attempt::Done(()),
                WriteOutcome::Conflict => Attempt::Conflict,
            })
        });
        match noted.await {
            Err(error) if error.is_of_content() => {
                tracing::warn!(%error, "the next resync reads all calendars again: {error}");
                Ok(())
            }
            noted => noted,
        }
    }
}

/// Whether nothing is known of a calendar's meetings, if it can have bots.
fn is_new(listed: &ListedCalendar) -> bool {
    let record = &listed.record;
    record.last_sync.is_none() || !record.calendar.status.holds_bots()
}

/// The heads of overrides that all calendars of their owners have applied.
fn applied(due: &DueWork) -> impl Iterator<Item = &DueHead> {
    let read = due.calendars.iter();
    let by_id: BTreeMap<&CalendarId, &ListedCalendar> = read
        .map(|listed| (&listed.record.calendar.id, listed))
        .collect();
    due.heads.iter().filter(move |head| {
        let mut theirs = head.calendars.iter().map(|id| by_id.get(id));
        theirs.all(|listed| listed.is_some_and(|listed| listed.has_applied_overrides()))
    })
}
