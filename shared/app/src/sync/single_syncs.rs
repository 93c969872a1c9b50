//! The part of a resync that syncs calendars, each by itself: the nearest meetings first.

use callsheet_domain::{CalendarId, DistantChanges, Scope, Timestamp};

use crate::calendar_loader::CalendarLoader;
use crate::event_pages::EventPages;
use crate::ports::Clock as _;
use crate::sync::calendar_sync::CalendarSync;
use crate::sync::due_order::nearest_first;
use crate::sync::reconnection::Reconnection;
use crate::sync::resync_plan::{DueCalendars, DueSync, ResyncPlan};
use crate::sync::retirement::Retirement;
use crate::sync::workload::Done;
use crate::sync_counts::SyncCounts;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{ActivePolicy, CallTerms};

/// A resync, in progress.
pub(super) struct Run<'a> {
    /// The policy that decides.
    pub(super) policy: &'a ActivePolicy,
    /// Says which calendars are due.
    pub(super) plan: ResyncPlan,
    /// The terms of its calls.
    pub(super) terms: CallTerms,
    /// Full syncs of everything were requested at this instant.
    pub(super) full_sync_requested_at: Option<Timestamp>,
    /// The changes that are left to windows.
    pub(super) distant: Option<DistantChanges>,
    /// A permit to list events is acquired and not used yet.
    pub(super) has_permit: bool,
}

/// Syncs the calendars that are due, each by itself.
pub(super) struct SingleSyncs<'a, P: SyncPorts> {
    /// Source of the time.
    pub(super) clock: &'a P::Clock,
    /// Permits for the first page of each sync.
    pub(super) pages: &'a EventPages<'a, P>,
    /// Loads the calendars.
    pub(super) loader: &'a CalendarLoader<'a, P>,
    /// Retires the decisions of lost calendars.
    pub(super) retirement: &'a Retirement<'a, P>,
    /// Syncs one calendar.
    pub(super) calendar_sync: &'a CalendarSync<'a, P>,
}

impl<P: SyncPorts> SingleSyncs<'_, P> {
    /// Syncs the calendars that are due, each by itself.
    ///
    /// # Errors
    /// If the store fails, Recall denies us, or Recall or the store throttles us.
    pub(super) async fn sync_each(
        &self,
        run: &mut Run<'_>,
        due: DueCalendars,
    ) -> Result<Done, SyncError> {
        let decisions = self.calendar_sync.writer.decisions;
        let due = nearest_first(decisions, due, self.clock.now()).await?.all();
        let (mut synced, mut left, mut done) = (0, due.len(), Done::All);
        for calendar in &due {
            match self.sync_calendar(calendar, run).await {
                Ok(counts) => {
                    left -= 1;
                    if let Some(counts) = counts {
                        synced += 1;
                        counts.log(&Scope::Calendar(calendar.clone()), 0);
                    }
                }
                Err(SyncError::DeadlineReached) => {
                    done = Done::NotAll;
                    break;
                }
                Err(SyncError::AlreadyRunning) => left -= 1,
                Err(error) if error.stops_all() => return Err(error),
                Err(error @ SyncError::Conflict) => {
                    tracing::info!(%calendar, %error, "calendar {calendar} waits: {error}");
                }
                Err(error) => {
                    // One with odd content is tried again with the others, now and then.
                    if !error.is_of_content() {
                        done = Done::NotAll;
                    }
                    tracing::warn!(
                        %calendar,
                        requests = 0,
                        %error,
                        "resync: could not sync calendar {calendar}: {error}"
                    );
                }
            }
        }
        log_finished(due.len(), synced, left);
        Ok(done)
    }

    /// Syncs a calendar, if that is still due once there is a permit: the list of
    /// calendars may lag, and another worker may have synced it meanwhile.
    async fn sync_calendar(
        &self,
        calendar: &CalendarId,
        run: &mut Run<'_>,
    ) -> Result<Option<SyncCounts>, SyncError> {
        let (policy, terms) = (run.policy, run.terms);
        if !run.has_permit {
            self.pages.acquire(terms).await?;
            run.has_permit = true;
        }
        let Some(calendar) = self.loader.load(calendar).await? else {
            return Ok(None);
        };
        let (record, now) = (&calendar.record, self.clock.now());
        let due_sync = run
            .plan
            .due_sync(record, calendar.overrides.full_sync_revision, now);
        let Some(due_sync) = due_sync else {
            return Ok(None);
        };
        if record.last_sync.is_none() {
            let (loader, retirement) = (self.loader, self.retirement);
            let reconnection = Reconnection { loader, retirement };
            reconnection.check(record, terms).await?;
        }
        run.has_permit = false;
        let sync = self.calendar_sync;
        let counts = match due_sync {
            DueSync::Resume => sync.resume(calendar, policy, terms).await,
            DueSync::First | DueSync::NeedsFull | DueSync::NewPolicy | DueSync::OutdatedFull => {
                sync.start(calendar, None, policy, terms).await
            }
            DueSync::Incremental(since) => sync.start(calendar, Some(since), policy, terms).await,
        };
        counts.map(Some)
    }
}

fn log_finished(due: usize, synced: usize, left: usize) {
    tracing::info!(
        due,
        synced,
        left,
        "resync finished: {due} calendars due, {synced} synced, {left} left"
    );
}
