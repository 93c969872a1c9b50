//! Handles the sync requests of a batch: plan, make one sync, plan again.
//!
//! Each plan is made from what is stored at that moment, so that a calendar is
//! not synced again that another worker has synced meanwhile. A plan is a value;
//! it is logged before anything is done.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{
    CalendarId, ListingOptions, PlannedSync, Scope, Timestamp, WorkspaceSyncState, plus,
};
use jiff::SignedDuration;

use crate::event_pages::EventPages;
use crate::ports::{Clock as _, SyncStates as _};
use crate::sync::calendar_sync::CalendarSync;
use crate::sync::first_syncs::FirstSyncs;
use crate::sync::pending::{Batch, Pending, by_calendar};
use crate::sync::requested_calendars::RequestedCalendars;
use crate::sync::requeue::{Delivery, Handled, Requeue};
use crate::sync::workspace_sync::WorkspaceSync;
use crate::sync_counts::SyncCounts;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{ActivePolicy, CalendarContext, CallTerms, Priority};

/// Time between two checks of a sync that another worker has in progress.
const POLL: SignedDuration = SignedDuration::from_secs(1);
/// A calendar that was loaded this long ago is loaded again: an override may have
/// been set, or a sync completed, while its sync waited for a permit.
const OUTDATED: SignedDuration = SignedDuration::from_secs(1);
/// A planned sync that starts later than this is not waited for: its messages
/// are delivered again then.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(5);

/// Handles sync requests.
pub(super) struct RequestHandler<'a, P: SyncPorts> {
    /// Loads the calendars.
    pub(super) calendars: RequestedCalendars<'a, P>,
    /// Source of the time.
    pub(super) clock: &'a P::Clock,
    /// Permits for the first page of a calendar's sync.
    pub(super) pages: &'a EventPages<'a, P>,
    /// Syncs one calendar.
    pub(super) calendar_sync: &'a CalendarSync<'a, P>,
    /// Syncs the workspace.
    pub(super) workspace_sync: &'a WorkspaceSync<'a, P>,
    /// Delivers messages again.
    pub(super) requeue: &'a Requeue<'a, P::Queue, P::Clock>,
}

/// A completed sync: its counts, and the calendars that were skipped.
type Synced = (SyncCounts, BTreeSet<CalendarId>);

impl<P: SyncPorts> RequestHandler<'_, P> {
    /// Handles the sync requests among `deliveries` on the terms given. The
    /// messages of those that it cannot handle are delivered again.
    pub(super) async fn handle(
        &self,
        deliveries: &[Delivery],
        policy: &ActivePolicy,
        options: ListingOptions,
        terms: CallTerms,
        handled: &mut Handled,
    ) {
        let mut batch = Batch {
            pending: BTreeMap::new(),
            policy,
            options,
            terms,
            handled,
        };
        let requests = by_calendar(deliveries);
        for (calendar, mut pending, stored) in self.calendars.stored(requests).await {
            let record = match stored {
                Ok(None) => {
                    let loaded = self.calendars.load_or_retire(calendar, &pending, terms);
                    loaded.await
                }
                stored => stored,
            };
            match record {
                Ok(None) => {}
                Ok(record) => {
                    pending.record = record;
                    batch.pending.insert(calendar, pending);
                }
                Err(error) => {
                    self.fail(calendar, pending, &error, batch.handled).await;
                }
            }
        }
        while !batch.pending.is_empty() {
            self.step(&mut batch).await;
        }
    }

    /// Plans, and makes the first sync of the plan.
    async fn step(&self, batch: &mut Batch<'_>) {
        let (calendars, failed) = self.calendars.load(batch).await;
        for (calendar, error) in failed {
            let calendars = BTreeSet::from([calendar.clone()]);
            self.fail_some(batch, &calendars, &error).await;
        }
        let workspace = match self
            .calendars
            .state
            .workspace()
            .await
            .map_err(SyncError::from)
        {
            Ok(workspace) => workspace,
            Err(error) if error.is_of_content() => {
                if batch.options.lists_workspace {
                    tracing::error!(%error, "the workspace is not synced as a whole: {error}");
                }
                batch.options.lists_workspace = false;
                WorkspaceSyncState::default()
            }
            Err(error) => return self.fail_all(batch, &error).await,
        };
        let first_syncs = FirstSyncs {
            state: self.calendars.state,
        };
        let calendars = match first_syncs.credit(calendars, &workspace).await {
            Ok(calendars) => calendars,
            Err(error) => return self.fail_all(batch, &error).await,
        };
        let now = self.clock.now();
        let windowed = match self.calendars.windowed(batch).await {
            Ok(windowed) => windowed,
            Err(error) => return self.fail_all(batch, &error).await,
        };
        let plan = batch.plan(&calendars, (&workspace, &windowed), now);
        for calendar in &plan.answered {
            batch.pending.remove(calendar);
        }
        let Some(planned) = plan.syncs.first() else {
            if !batch.pending.is_empty() {
                self.poll(batch, now).await;
            }
            return;
        };
        tracing::info!(%plan, "planned syncs: {plan}");
        let start_at = planned.not_before;
        let new = calendars
            .iter()
            .filter(|(_, it)| it.record.last_sync.is_none());
        let new: BTreeSet<CalendarId> = new.map(|(id, _)| (*id).clone()).collect();
        let synced = if start_at > plus(now, LONGEST_WAIT) {
            Err(SyncError::RateLimited(start_at))
        } else if start_at > now {
            let waited = self.wait_until(start_at, batch.terms).await;
            waited.map(|()| None)
        } else {
            match self.acquire(planned, batch.terms).await {
                Ok(true) => {
                    let loaded = (calendars, workspace, now);
                    self.sync(planned, loaded, batch).await.map(Some)
                }
                Ok(false) => {
                    batch.options.leaves_full_syncs = true;
                    Ok(None)
                }
                Err(error) => Err(error),
            }
        };
        self.conclude(batch, (planned, &new), synced, now).await;
    }

    /// Acts on the result of a planned sync, or of the wait for its start.
    async fn conclude(
        &self,
        batch: &mut Batch<'_>,
        (planned, new): (&PlannedSync, &BTreeSet<CalendarId>),
        synced: Result<Option<Synced>, SyncError>,
        now: Timestamp,
    ) {
        match synced {
            Ok(None) => {}
            Ok(Some(synced)) => self.complete(batch, (planned, new), synced).await,
            Err(SyncError::AlreadyRunning) => self.poll(batch, now).await,
            Err(error) if planned.scope == Scope::Workspace && error.is_of_content() => {
                tracing::error!(
                    %error,
                    "the workspace cannot be synced as a whole, so its calendars are synced one \
                     at a time: {error}"
                );
                batch.options.lists_workspace = false;
            }
            Err(error) => self.fail_some(batch, &planned.for_calendars, &error).await,
        }
    }

    /// Acquires the permit for the first page of a calendar; the workspace acquires its own.
    /// False if the sync may be left, and no permit is free that live requests can spare.
    async fn acquire(&self, planned: &PlannedSync, terms: CallTerms) -> Result<bool, SyncError> {
        if planned.scope == Scope::Workspace {
            return Ok(true);
        }
        if !planned.may_be_left {
            return self.pages.acquire(terms).await.map(|()| true);
        }
        let at_once = CallTerms {
            priority: Priority::Background,
            latest: self.clock.now().min(terms.latest),
        };
        match self.pages.acquire(at_once).await {
            Ok(()) => Ok(true),
            Err(SyncError::DeadlineReached) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes a planned sync, of what was loaded at an instant.
    async fn sync(
        &self,
        planned: &PlannedSync,
        (mut calendars, workspace, loaded_at): (
            BTreeMap<&CalendarId, CalendarContext>,
            WorkspaceSyncState,
            Timestamp,
        ),
        batch: &Batch<'_>,
    ) -> Result<Synced, SyncError> {
        let (policy, terms, since) = (batch.policy, batch.terms, planned.since);
        let none_skipped = |counts| (counts, BTreeSet::new());
        match &planned.scope {
            Scope::Calendar(id) => {
                let calendar = if self.clock.now() < plus(loaded_at, OUTDATED) {
                    calendars.remove(id)
                } else {
                    self.calendars.loader.load(id).await?
                };
                // One that was lost meanwhile is gone from the next plan.
                let calendar = calendar.ok_or(SyncError::AlreadyRunning)?;
                let counts = if planned.resumes {
                    self.calendar_sync.resume(calendar, policy, terms).await
                } else {
                    let sync = self.calendar_sync;
                    sync.start(calendar, since, policy, terms).await
                };
                counts.map(none_skipped)
            }
            Scope::Workspace if planned.resumes => {
                let counts = self.workspace_sync.resume(workspace, policy, terms).await;
                counts.map(none_skipped)
            }
            Scope::Workspace => {
                let since = since.ok_or(SyncError::AlreadyRunning)?;
                // Where one is new, others are.
                if calendars.values().any(|it| it.record.last_sync.is_none()) {
                    self.calendars.loader.read_new(terms).await?;
                }
                let (sync, calendars) = (self.workspace_sync, &planned.for_calendars);
                sync.start(workspace, since, calendars, policy, terms).await
            }
        }
    }

    /// Logs a completed sync, and removes the requests that it covers. Those of
    /// skipped calendars fail. Whether a resumed sync covers any, and whether one of the
    /// workspace is the first sync of a new calendar, is for the next plan to say.
    async fn complete(
        &self,
        batch: &mut Batch<'_>,
        (planned, new): (&PlannedSync, &BTreeSet<CalendarId>),
        synced: Synced,
    ) {
        let (counts, skipped) = synced;
        counts.log(&planned.scope, planned.for_calendars.len());
        if planned.resumes {
            return;
        }
        self.fail_some(batch, &skipped, &SyncError::Conflict).await;
        let is_left = |calendar: &CalendarId| {
            let is_new = planned.scope == Scope::Workspace && new.contains(calendar);
            is_new || !planned.for_calendars.contains(calendar)
        };
        batch.pending.retain(|calendar, _| is_left(calendar));
    }

    /// Waits a moment for a sync that another worker has in progress.
    async fn poll(&self, batch: &mut Batch<'_>, now: Timestamp) {
        if let Err(error) = self.wait_until(plus(now, POLL), batch.terms).await {
            self.fail_all(batch, &error).await;
        }
    }

    /// Waits until `instant`, if a call may be started then.
    async fn wait_until(&self, instant: Timestamp, terms: CallTerms) -> Result<(), SyncError> {
        if instant > terms.latest {
            return Err(SyncError::DeadlineReached);
        }
        self.clock.sleep_until(instant).await;
        Ok(())
    }

    async fn fail_all(&self, batch: &mut Batch<'_>, error: &SyncError) {
        for (calendar, pending) in std::mem::take(&mut batch.pending) {
            self.fail(calendar, pending, error, batch.handled).await;
        }
    }

    async fn fail_some(
        &self,
        batch: &mut Batch<'_>,
        calendars: &BTreeSet<CalendarId>,
        error: &SyncError,
    ) {
        for calendar in calendars {
            if let Some(pending) = batch.pending.remove(calendar) {
                self.fail(calendar, pending, error, batch.handled).await;
            }
        }
    }

    /// Logs why the requests of a calendar are not handled now, and has their
    /// messages delivered again.
    async fn fail(
        &self,
        calendar: &CalendarId,
        pending: Pending<'_>,
        error: &SyncError,
        handled: &mut Handled,
    ) {
        let requests = pending.deliveries.len();
        if error.is_retry_later() || matches!(error, SyncError::Conflict) {
            tracing::info!(%calendar, requests, %error, "calendar {calendar} waits: {error}");
        } else {
            tracing::warn!(
                %calendar,
                requests,
                %error,
                "could not sync calendar {calendar}: {error}"
            );
        }
        self.requeue.again(pending.deliveries, error, handled).await;
    }
}
