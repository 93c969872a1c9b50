//! What a full sync of the workspace is worth to each calendar.
//!
//! Once its last window is listed, each calendar is credited with it. That costs one write for
//! each calendar, and the next resync goes on with it if there is no time left.

use std::future::ready;

use callsheet_domain::{Timestamp, WindowedSync, WindowedSyncState};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::ports::{Calendars, Clock, ListedCalendar, OverrideStore, SyncStates, WriteOutcome};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync_error::SyncError;

/// Calendars that are credited at once.
const AT_ONCE: usize = 16;

/// Credits calendars with full syncs of the workspace.
pub(super) struct WorkspaceCredit<'a, S, K> {
    /// Storage of calendars and sync states.
    pub(super) state: &'a S,
    /// The clock.
    pub(super) clock: &'a K,
}

impl<S: Calendars + OverrideStore + SyncStates, K: Clock> WorkspaceCredit<'_, S, K> {
    /// Credits every calendar with the latest completed sync in `state`, unless that is done.
    /// Gives the calendars as they are then; none if not all could be credited up to the instant
    /// `latest`.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) async fn credit(
        &self,
        mut calendars: Vec<ListedCalendar>,
        state: WindowedSyncState,
        latest: Timestamp,
    ) -> Result<Option<Vec<ListedCalendar>>, SyncError> {
        let Some(completed) = state.completed.filter(|it| !it.is_credited) else {
            return Ok(Some(calendars));
        };
        let (sync, all) = (&completed.sync, calendars.len());
        let credited = stream::iter(&mut calendars)
            .take_while(|_| ready(self.clock.now() <= latest))
            .map(|listed| self.credit_one(sync, listed))
            .buffer_unordered(AT_ONCE);
        let add = async |(seen, changed), one| Ok((seen + 1, changed + one));
        let (seen, credited): (usize, usize) = credited.try_fold((0, 0), add).await?;
        tracing::info!(
            calendars = credited,
            "{credited} calendars are synced in full by a sync of the workspace"
        );
        if seen < all {
            return Ok(None);
        }
        self.change(|state| {
            let same = state.completed.as_mut();
            if let Some(same) = same.filter(|it| it.sync.began_at == sync.began_at) {
                same.is_credited = true;
                // Those that are not credited are found among all calendars.
                state.all_read = None;
            }
        })
        .await?;
        Ok(Some(calendars))
    }

    /// Credits one calendar; gives 1 if that changed its record.
    async fn credit_one(
        &self,
        sync: &WindowedSync,
        listed: &mut ListedCalendar,
    ) -> Result<usize, SyncError> {
        let mut record = listed.record.clone();
        let credited = retry_on_conflict(async || {
            if !record.calendar.status.holds_bots() || !sync.is_of(&record) {
                return Ok(Attempt::Done(false));
            }
            let overrides = if record.last_sync.is_none() {
                let owner = record.calendar.owner();
                Some(self.state.overrides(&owner).await?)
            } else {
                None
            };
            let Some(last_sync) = sync.credit(&record, overrides.as_ref()) else {
                return Ok(Attempt::Done(false));
            };
            record.last_sync = Some(last_sync);
            record.unreadable_events = record.unreadable_events.seen_since(sync.began_at);
            if self.state.write_record(&record).await? == WriteOutcome::Written {
                record.version = record.version.next();
                return Ok(Attempt::Done(true));
            }
            match self.state.record(&record.calendar.id).await? {
                Some(stored) => record = stored,
                None => return Ok(Attempt::Done(false)),
            }
            Ok(Attempt::Conflict)
        })
        .await;
        let calendar = &listed.record.calendar.id;
        match credited {
            Err(error) if error.is_of_content() => {
                tracing::error!(
                    %calendar,
                    %error,
                    "calendar {calendar} is not credited with a sync of the workspace: {error}"
                );
                Ok(0)
            }
            Err(error) => Err(error),
            Ok(is_changed) => {
                listed.record = record;
                Ok(usize::from(is_changed))
            }
        }
    }

    /// Stores how many calendars are connected, and how many of them need a full sync for a
    /// reason of their own, if that makes a difference.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) async fn note_counts(
        &self,
        state: &WindowedSyncState,
        connected: u32,
        needing: u32,
    ) -> Result<(), SyncError> {
        let counts = (connected, needing);
        if state.counts_agree(counts) {
            return Ok(());
        }
        self.change(|state| {
            (state.connected, state.needing) = counts;
        })
        .await
    }

    /// Changes the state, whatever else is in it.
    async fn change(&self, change: impl Fn(&mut WindowedSyncState)) -> Result<(), SyncError> {
        retry_on_conflict(async || {
            let mut state = self.state.windowed_sync_state().await?;
            change(&mut state);
            let written = self.state.write_windowed_sync_state(&state).await?;
            Ok(match written {
                WriteOutcome::Written => Attempt::Done(()),
                WriteOutcome::Conflict => Attempt::Conflict,
            })
        })
        .await
    }
}
