//! What a plan is made from: the calendars of the requests, and the windows that are listed.

use std::collections::BTreeMap;

use callsheet_domain::{CalendarId, CalendarRecord, WindowedSyncState};
use futures_util::{StreamExt as _, stream};

use crate::calendar_loader::CalendarLoader;
use crate::ports::SyncStates as _;
use crate::sync::pending::{Batch, Pending};
use crate::sync::reconnection::Reconnection;
use crate::sync::retirement::Retirement;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{CalendarContext, CallTerms};

/// Calendars that are loaded at the same time: those of a batch.
const AT_ONCE: usize = 10;

/// Loads the calendars of requests.
pub(super) struct RequestedCalendars<'a, P: SyncPorts> {
    /// Storage of sync states.
    pub(super) state: &'a P::State,
    /// Loads the calendars.
    pub(super) loader: &'a CalendarLoader<'a, P>,
    /// Retires the decisions of lost calendars.
    pub(super) retirement: &'a Retirement<'a, P>,
}

/// The calendars that were loaded, and those that could not be.
pub(super) type Loaded<'a> = (
    BTreeMap<&'a CalendarId, CalendarContext>,
    Vec<(&'a CalendarId, SyncError)>,
);

/// The requests of a calendar, with its record if that need not be read from Recall.
type Stored<'a> = (
    &'a CalendarId,
    Pending<'a>,
    Result<Option<CalendarRecord>, SyncError>,
);

impl<P: SyncPorts> RequestedCalendars<'_, P> {
    /// The stored records of calendars that need no call, all at once: when thousands of people
    /// are invited to a meeting, most requests only have to be found answered.
    pub(super) async fn stored<'a>(
        &self,
        requests: BTreeMap<&'a CalendarId, Pending<'a>>,
    ) -> Vec<Stored<'a>> {
        let loads = requests.into_iter().map(async |(id, pending)| {
            let changed_at = pending.requested.calendar_changed_at();
            let record = self.loader.current_record(id, changed_at).await;
            let synced = record.map(|it| it.filter(|record| record.last_sync.is_some()));
            (id, pending, synced.map_err(SyncError::from))
        });
        stream::iter(loads).buffered(AT_ONCE).collect().await
    }

    /// The record of a calendar that needs a sync. One that was disconnected or
    /// deleted is retired instead; if it was never synced, its mailbox may have been
    /// connected before.
    pub(super) async fn load_or_retire(
        &self,
        id: &CalendarId,
        pending: &Pending<'_>,
        terms: CallTerms,
    ) -> Result<Option<CalendarRecord>, SyncError> {
        let changed_at = pending.requested.calendar_changed_at();
        let record = self.loader.load_or_fetch(id, changed_at, terms).await?;
        match record {
            Some(record) if !record.calendar.status.holds_bots() => {
                self.retirement.retire(&record, terms.latest).await?;
                Ok(None)
            }
            Some(record) if record.last_sync.is_none() => {
                self.reconnection().check(&record, terms).await?;
                Ok(Some(record))
            }
            record => Ok(record),
        }
    }

    fn reconnection(&self) -> Reconnection<'_, P> {
        Reconnection {
            loader: self.loader,
            retirement: self.retirement,
        }
    }

    /// How many calendars need a full sync, and which windows are listed, if the workspace is.
    pub(super) async fn windowed(&self, batch: &Batch<'_>) -> Result<WindowedSyncState, SyncError> {
        if !batch.options.lists_workspace {
            return Ok(WindowedSyncState::default());
        }
        match self
            .state
            .windowed_sync_state()
            .await
            .map_err(SyncError::from)
        {
            Err(error) if error.is_of_content() => Ok(WindowedSyncState::default()),
            windowed => windowed,
        }
    }

    /// The calendars of the pending requests, with their overrides, as they are stored now.
    pub(super) async fn load<'a>(&self, batch: &mut Batch<'a>) -> Loaded<'a> {
        let (mut calendars, mut failed) = (BTreeMap::new(), Vec::new());
        let ids: Vec<&'a CalendarId> = batch.pending.keys().copied().collect();
        let records = ids.into_iter().map(|id| {
            let pending = batch.pending.get_mut(id);
            (id, pending.and_then(|pending| pending.record.take()))
        });
        let records: Vec<_> = records.collect();
        let loads = records.into_iter().map(async |(id, record)| {
            let loaded = match record {
                Some(record) => self.loader.with_overrides(record).await,
                None => self.loader.load(id).await,
            };
            (id, loaded)
        });
        let mut loaded = stream::iter(loads).buffer_unordered(AT_ONCE);
        while let Some((id, loaded)) = loaded.next().await {
            match loaded {
                Ok(Some(calendar)) => {
                    calendars.insert(id, calendar);
                }
                // It was lost meanwhile: the worker that wrote so has retired it.
                Ok(None) => {
                    batch.pending.remove(id);
                }
                Err(error) => failed.push((id, error.into())),
            }
        }
        (calendars, failed)
    }
}
