//! Periodic resync: finds changes whose webhook never came, and calendars that
//! need a full sync.
//!
//! *Catch-up* syncs the whole workspace every few minutes, overlapping the sync
//! before. A full sync of one calendar is due after a policy was pushed, after an
//! override, when a pause has ended, when the first sync was not completed, on
//! demand, and once a day in any case.
//!
//! No user waits for a resync, so it runs at
//! [background priority](crate::Priority::Background), but for its catch-up: live requests wait
//! for that. Two resyncs may run side
//! by side: each starts at another calendar, and reads the calendar's record
//! again once it has a permit, since the other one may have synced the calendar
//! meanwhile. A permit that is not needed is kept for the next calendar. Where
//! both sync the same calendar, that costs one page.

use callsheet_domain::{CalendarId, CalendarRecord, SyncJob, Timestamp, WorkspaceSyncState, plus};
use jiff::SignedDuration;

use crate::calendar_loader::CalendarLoader;
use crate::event_pages::EventPages;
use crate::ports::{Calendars as _, Clock as _, ListedCalendar, Queue as _, SyncStates as _};
use crate::sync::all_calendars::AllCalendars;
use crate::sync::calendar_list::CalendarList;
use crate::sync::calendar_sync::CalendarSync;
use crate::sync::catch_up::{CatchUpSync, Trigger};
use crate::sync::event_sync::EventSync;
use crate::sync::resync_plan::{DueCalendars, ResyncPlan};
use crate::sync::retirement::Retirement;
use crate::sync::settings::SyncSettings;
use crate::sync::silent_bots::{SilentBots, SilentRead};
use crate::sync::single_syncs::{Run, SingleSyncs};
use crate::sync::unreadable_again::UnreadableAgain;
use crate::sync::windows::{Progress, WindowedSyncs};
use crate::sync::windows_need::Need;
use crate::sync::workload::{Asked, Done, Workload, Workloads};
use crate::sync::workspace_credit::WorkspaceCredit;
use crate::sync_counts::count;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{ActivePolicy, CallTerms, Priority};

/// Recall's list of calendars is read this often, whatever happened.
const CALENDARS_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Syncs what no webhook asked for.
pub(super) struct Resync<'a, P: SyncPorts> {
    /// Settings of the handler.
    pub(super) settings: &'a SyncSettings,
    /// Storage of calendars and sync states.
    pub(super) state: &'a P::State,
    /// Source of the time.
    pub(super) clock: &'a P::Clock,
    /// Permits for the first page of each sync.
    pub(super) pages: &'a EventPages<'a, P>,
    /// Loads the calendars.
    pub(super) loader: &'a CalendarLoader<'a, P>,
    /// Compares Recall's calendars with the stored ones.
    pub(super) calendar_list: &'a CalendarList<'a, P>,
    /// Retires the decisions of lost calendars.
    pub(super) retirement: &'a Retirement<'a, P>,
    /// Syncs one calendar.
    pub(super) calendar_sync: &'a CalendarSync<'a, P>,
    /// Syncs what changed in the workspace.
    pub(super) catch_up: &'a CatchUpSync<'a, P>,
    /// Syncs the workspace in full.
    pub(super) windows: &'a WindowedSyncs<'a, P>,
    /// Reads the bots whose statuses did not come.
    pub(super) silent_bots: &'a SilentBots<'a, P>,
    /// Takes the message that has a resync go on.
    pub(super) queue: &'a P::Queue,
}

impl<P: SyncPorts> Resync<'_, P> {
    /// Syncs what is due, as long as calls may be started until `latest`.
    ///
    /// # Errors
    /// If the store fails, a requested catch-up has to wait, Recall denies us, or
    /// Recall or the store throttles us.
    pub(super) async fn run(
        &self,
        policy: &ActivePolicy,
        trigger: Trigger,
        latest: Timestamp,
    ) -> Result<(), SyncError> {
        let terms = CallTerms {
            priority: Priority::Background,
            latest,
        };
        Box::pin(self.read_silent_bots(terms)).await?;
        let began_at = self.clock.now();
        let mut lists_workspace = self.settings.is_workspace_listed;
        let workspace = match self.catch_up.run(policy, trigger, latest).await {
            Ok(workspace) => workspace,
            Err(error)
                if error.stops_all()
                    || (error.is_retry_later() && trigger == Trigger::Requested) =>
            {
                return Err(error);
            }
            Err(error) => {
                if !error.is_retry_later() {
                    tracing::warn!(%error, "resync: could not list changed events: {error}");
                }
                lists_workspace &= !error.is_of_content();
                match self.state.workspace().await.map_err(SyncError::from) {
                    // One row that cannot be read keeps no calendar from its sync.
                    Err(error) if error.is_of_content() => WorkspaceSyncState::default(),
                    workspace => workspace?,
                }
            }
        };
        let latest = workspace.latest.as_ref();
        let was_listed = latest.is_some_and(|latest| latest.until >= began_at);
        let listed = (&workspace, lists_workspace, was_listed);
        self.sync_calendars(policy, trigger, terms, listed).await
    }

    /// Reads silent bots in half of the time; another resync goes on with those that are left.
    async fn read_silent_bots(&self, terms: CallTerms) -> Result<(), SyncError> {
        let now = self.clock.now();
        let terms = CallTerms {
            latest: plus(now, now.duration_until(terms.latest) / 2),
            ..terms
        };
        match self.silent_bots.read(terms).await {
            Ok(SilentRead::All) => {}
            Ok(SilentRead::NotAll) => self.go_on().await,
            Err(error) if error.stops_all() => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "resync: could not read silent bots: {error}");
            }
        }
        Ok(())
    }

    /// Syncs the calendars that are due; those with changes too, unless the
    /// workspace is listed as a whole. If it was listed just now, the events that could not
    /// be read are read again.
    async fn sync_calendars(
        &self,
        policy: &ActivePolicy,
        trigger: Trigger,
        terms: CallTerms,
        (workspace, lists_workspace, was_listed): (&WorkspaceSyncState, bool, bool),
    ) -> Result<(), SyncError> {
        let listed_since = since(workspace, plus(self.clock.now(), -CALENDARS_EVERY));
        if let Err(error) = self.refresh_calendars(workspace, listed_since, terms).await {
            if error.stops_all() {
                return Err(error);
            }
            if error.is_retry_later() {
                tracing::info!(%error, "the list of calendars is left to the next resync: {error}");
            } else {
                tracing::warn!(%error, "resync: could not list the calendars: {error}");
            }
        }
        let workloads = Workloads::<P> {
            state: self.state,
            clock: self.clock,
        };
        let asked = Asked {
            policy: policy.revision,
            full_sync_at: workspace.full_sync_requested_at,
            is_alone: !lists_workspace,
            is_of_all: trigger != Trigger::Scheduled
                || lists_workspace != self.settings.is_workspace_listed,
        };
        let mut work = workloads.read(asked).await?;
        if lists_workspace {
            let (credit, windowed) = (self.credit(), work.windowed.clone());
            let credited = credit.credit(work.calendars, windowed, terms.latest);
            let Some(calendars) = credited.await? else {
                self.go_on().await;
                return Ok(());
            };
            work.calendars = calendars;
        }
        self.work_on_single(&work.calendars, policy, was_listed, terms)
            .await?;
        let interval = self.catch_up.interval_per_calendar(trigger, work.connected);
        let changed_since = plus(self.clock.now(), -interval);
        let list_every = self.settings.list_events.interval();
        let period = work.windowed.routine_period(work.connected, list_every);
        let full_since = since(workspace, plus(self.clock.now(), -period));
        let plan = ResyncPlan {
            policy: policy.revision,
            full_since,
            changed_since: (!lists_workspace).then_some(changed_since),
        };
        let mut run = Run {
            policy,
            plan,
            terms,
            full_sync_requested_at: workspace.full_sync_requested_at,
            distant: workspace.distant,
            has_permit: false,
        };
        let mut due = run.plan.due_calendars(&work.calendars, self.clock.now());
        due.more = work.more;
        let done = if lists_workspace {
            self.sync_due_workspace(run, due, &work).await?
        } else {
            self.single().sync_each(&mut run, due).await?
        };
        match work.all_at.filter(|_| done != Done::NotAll) {
            Some(at) => {
                let read = (at, policy.revision);
                workloads.note_done(read, work.connected, done).await
            }
            None => Ok(()),
        }
    }

    /// Retires lost calendars, and syncs single events: those with overrides that no sync has
    /// applied, and if the workspace was listed just now the next that could not be read.
    async fn work_on_single(
        &self,
        calendars: &[ListedCalendar],
        policy: &ActivePolicy,
        was_listed: bool,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        self.retire_lost(calendars, terms).await?;
        let events = EventSync::of(self.loader, self.calendar_sync, self.queue);
        events
            .go_on(calendars, policy, terms)
            .await
            .or_else(|error| {
                if error.stops_all() {
                    return Err(error);
                }
                tracing::info!(%error, "overrides of events wait for the next resync: {error}");
                Ok(())
            })?;
        if was_listed {
            let CalendarSync { pages, writer, .. } = *self.calendar_sync;
            let state = self.state;
            let again = UnreadableAgain {
                state,
                pages,
                writer,
            };
            let loaded_with = (self.loader, policy);
            again.read_next(loaded_with, terms).await;
        }
        Ok(())
    }

    /// Syncs the calendars that are due: few of them each by itself, many in windows of the
    /// workspace.
    async fn sync_due_workspace(
        &self,
        mut run: Run<'_>,
        due: DueCalendars,
        work: &Workload,
    ) -> Result<Done, SyncError> {
        let (state, connected) = (&work.windowed, work.connected);
        let needing = count(due.needing());
        self.credit().note_counts(state, connected, needing).await?;
        let size = usize::try_from(connected).unwrap_or(usize::MAX);
        let (single, need) = due
            .clone()
            .divide(size, (run.distant, run.full_sync_requested_at));
        let done = self.single().sync_each(&mut run, single).await?;
        if need == Need::Nothing && state.in_progress.is_none() {
            return Ok(done);
        }
        let (policy, terms) = (run.policy, run.terms);
        let known = work.all_at.map(|_| &work.calendars[..]);
        let calendars = AllCalendars::new(self.state, known);
        match self.windows.run(policy, need, &calendars, terms).await {
            Ok(Progress::Left) => self.go_on().await,
            Ok(Progress::Held | Progress::Idle) => {}
            // The next one credits the calendars: their list need not be held twice.
            Ok(Progress::Done) => {
                self.go_on().await;
                return Ok(Done::NotAll);
            }
            Err(error) if error.stops_all() => return Err(error),
            Err(error) => {
                tracing::warn!(
                    %error,
                    "resync: could not list the workspace in windows: {error}"
                );
                if error.is_of_content() {
                    self.single().sync_each(&mut run, due).await?;
                }
                return Ok(Done::NotAll);
            }
        }
        Ok(if done == Done::All {
            Done::ButWindows
        } else {
            Done::NotAll
        })
    }

    fn single(&self) -> SingleSyncs<'_, P> {
        SingleSyncs {
            clock: self.clock,
            pages: self.pages,
            loader: self.loader,
            retirement: self.retirement,
            calendar_sync: self.calendar_sync,
        }
    }

    fn credit(&self) -> WorkspaceCredit<'_, P::State, P::Clock> {
        WorkspaceCredit {
            state: self.state,
            clock: self.clock,
        }
    }

    /// Has another resync go on at once. If the message is lost, the next scheduled one does.
    async fn go_on(&self) {
        if let Err(error) = self.queue.send(&SyncJob::Resync).await {
            tracing::warn!(%error, "the resync goes on only with the next scheduled one: {error}");
        }
    }

    /// Deletes the calendars that people disconnected, and goes on with retiring the decisions of
    /// lost ones.
    async fn retire_lost(
        &self,
        calendars: &[ListedCalendar],
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        let lost = calendars.iter().map(|listed| &listed.record);
        let is_lost =
            |record: &CalendarRecord| record.is_to_be_deleted() || record.needs_retiring();
        for listed in lost.filter(|record| is_lost(record)) {
            let calendar = &listed.calendar.id;
            match self.retire_if_lost(calendar, terms).await {
                Err(error) if error.stops_all() => return Err(error),
                Err(error) => tracing::warn!(
                    %calendar,
                    %error,
                    "resync: could not retire calendar {calendar}: {error}"
                ),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    /// Retires a calendar as it is stored now: the list may lag.
    async fn retire_if_lost(
        &self,
        calendar: &CalendarId,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        let mut record = self.state.record(calendar).await?;
        if record
            .as_ref()
            .is_some_and(CalendarRecord::is_to_be_deleted)
        {
            record = self.loader.load_or_fetch(calendar, None, terms).await?;
        }
        match record {
            Some(record) if record.needs_retiring() => {
                self.retirement.retire(&record, terms.latest).await
            }
            _ => Ok(()),
        }
    }

    /// Compares the calendars with Recall's, unless that was done since `listed_since`.
    async fn refresh_calendars(
        &self,
        workspace: &WorkspaceSyncState,
        listed_since: Timestamp,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        let listed_at = workspace.listed_calendars_at;
        if listed_at.is_some_and(|at| at >= listed_since) {
            return Ok(());
        }
        self.calendar_list.refresh(terms).await
    }
}

/// What started earlier is outdated: before `instant`, or before everything was requested.
fn since(workspace: &WorkspaceSyncState, instant: Timestamp) -> Timestamp {
    instant.max(workspace.full_sync_requested_at.unwrap_or(Timestamp::MIN))
}
