//! Sync of the whole workspace.
//!
//! Only one is in progress at a time: a worker first writes to the workspace's
//! sync state that it starts one, so that others wait for it rather than list the
//! same. The state also says how far the sync has come, page by page, and so
//! where the next run resumes it.

use std::collections::BTreeSet;

use callsheet_domain::{
    CalendarId, ListedStarts, SyncInProgress, Timestamp, WorkspaceCoverage, WorkspaceSyncState,
    plus,
};
use jiff::SignedDuration;

use crate::event_pages::{EventList, EventPage, EventPages, HOLD, ListPosition, PageHandler};
use crate::ports::{Clock as _, EventQuery, SyncStates, WriteOutcome};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync::page_intake::{ListedCalendars, PageIntake};
use crate::sync::unreadable_again::UnreadableAgain;
use crate::sync_counts::{SyncCounts, count};
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{ActivePolicy, CallTerms};

/// Syncs the workspace.
pub struct WorkspaceSync<'a, P: SyncPorts> {
    /// Storage of the workspace's sync state.
    pub state: &'a P::State,
    /// Source of the time.
    pub clock: &'a P::Clock,
    /// Recall's list of events.
    pub pages: &'a EventPages<'a, P>,
    /// Writes the decisions.
    pub intake: &'a PageIntake<'a, P>,
}

impl<P: SyncPorts> WorkspaceSync<'_, P> {
    /// Syncs what changed in the workspace since `since`, for the requests of
    /// `for_calendars`. Gives the skipped calendars, too. Changes to distant events are left to
    /// windows, if there are too many changes to list them at once.
    ///
    /// # Errors
    /// If the sync is not completed. It may then be resumed.
    pub async fn start(
        &self,
        state: WorkspaceSyncState,
        since: Timestamp,
        for_calendars: &BTreeSet<CalendarId>,
        policy: &ActivePolicy,
        terms: CallTerms,
    ) -> Result<(SyncCounts, BTreeSet<CalendarId>), SyncError> {
        let now = self.clock.now();
        let coverage = WorkspaceCoverage {
            began_at: now,
            since: Some(since),
            starts_until: state.starts_until(now),
            skipped: BTreeSet::new(),
            policy: policy.revision,
        };
        let list = EventList::new(query(&coverage));
        let mut calendars = ListedCalendars::new(&coverage, for_calendars.clone(), policy);
        calendars.follow(state.latest.as_ref());
        let mut run = self.run(state, coverage, calendars, terms);
        // A catch-up answers no requests.
        run.may_begin_again = !for_calendars.is_empty();
        self.finish(list, run).await
    }

    /// Resumes a sync of the workspace at the page where it stopped.
    ///
    /// # Errors
    /// If the sync is not completed, or another worker resumed it.
    pub async fn resume(
        &self,
        state: WorkspaceSyncState,
        policy: &ActivePolicy,
        terms: CallTerms,
    ) -> Result<SyncCounts, SyncError> {
        let in_progress = state.in_progress.clone();
        let in_progress = in_progress.ok_or(SyncError::AlreadyRunning)?;
        let list = EventList::resumed(query(&in_progress.mark), &in_progress);
        let coverage = in_progress.mark;
        let mut calendars = ListedCalendars::new(&coverage, BTreeSet::new(), policy);
        calendars.follow(state.latest.as_ref());
        let run = self.run(state, coverage, calendars, terms);
        let (counts, _) = self.finish(list, run).await?;
        Ok(counts)
    }

    fn run(
        &self,
        state: WorkspaceSyncState,
        coverage: WorkspaceCoverage,
        calendars: ListedCalendars,
        terms: CallTerms,
    ) -> Run<'_, P> {
        Run {
            sync: self,
            state,
            coverage,
            calendars,
            terms,
            starts: ListedStarts::default(),
            may_begin_again: false,
            early_end: None,
        }
    }

    async fn finish(
        &self,
        mut list: EventList,
        mut run: Run<'_, P>,
    ) -> Result<(SyncCounts, BTreeSet<CalendarId>), SyncError> {
        let held_until = || plus(self.clock.now(), HOLD);
        run.save(list.position(held_until())).await?;
        let mut counts = SyncCounts::default();
        let mut completed = run.read(&mut list, &mut counts).await;
        if run.early_end == Some(EarlyEnd::BeginsAgain) {
            list = run.begin_again(list.pages());
            run.save(list.position(held_until())).await?;
            completed = run.read(&mut list, &mut counts).await;
        }
        if completed.is_ok() {
            counts.skipped = count(run.calendars.skipped().len());
            completed = run.complete(&list).await;
        }
        match completed {
            Ok(()) => {
                run.read_unreadable_again(&mut counts).await;
                Ok((counts, run.calendars.skipped().clone()))
            }
            Err(error) => {
                run.release(&list, &error).await;
                Err(error)
            }
        }
    }
}

fn query(coverage: &WorkspaceCoverage) -> EventQuery {
    EventQuery {
        calendar_id: None,
        updated_since: coverage.since,
        starts_from: None,
        starts_until: coverage.starts_until,
    }
}

/// A sync of the workspace, in progress.
struct Run<'a, P: SyncPorts> {
    sync: &'a WorkspaceSync<'a, P>,
    /// The workspace's sync state as it was last read or written.
    state: WorkspaceSyncState,
    /// What the sync will have reached.
    coverage: WorkspaceCoverage,
    calendars: ListedCalendars,
    terms: CallTerms,
    /// How soon the events start that were listed.
    starts: ListedStarts,
    /// It may begin again, for the requests that come meanwhile.
    may_begin_again: bool,
    /// Why the list is not read to its end.
    early_end: Option<EarlyEnd>,
}

/// Why a list is not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EarlyEnd {
    /// It begins again, for the requests that came meanwhile.
    BeginsAgain,
    /// It is too long. This is what near is for the next one.
    TooLong(SignedDuration),
}

impl<P: SyncPorts> PageHandler for Run<'_, P> {
    async fn handle(&mut self, page: EventPage, counts: &mut SyncCounts) -> Result<(), SyncError> {
        let (intake, terms) = (self.sync.intake, self.terms);
        let began_at = self.coverage.began_at;
        self.starts.add_page();
        for event in &page.events {
            let starts_in = event.starts_at.duration_since(began_at);
            self.starts.add(starts_in, &event.ical_uid);
        }
        intake
            .write_page(&mut self.calendars, page, counts, terms)
            .await
    }

    async fn save(&mut self, position: ListPosition) -> Result<(), SyncError> {
        self.early_end = self.early_end_after(position.pages);
        if self.early_end.is_some() {
            return Err(SyncError::ListTooLong);
        }
        let in_progress = self.in_progress(position);
        self.claim(Some(in_progress)).await
    }
}

impl<P: SyncPorts> Run<'_, P> {
    fn early_end_after(&self, pages: u32) -> Option<EarlyEnd> {
        if self.may_begin_again && self.coverage.begins_again(pages, &self.starts) {
            return Some(EarlyEnd::BeginsAgain);
        }
        let latest = self.state.latest.as_ref();
        let near = self.coverage.shorter(pages, &self.starts, latest)?;
        Some(EarlyEnd::TooLong(near))
    }

    /// Begins again: gives the list from its first page on. It answers the requests that came
    /// since it began.
    fn begin_again(&mut self, pages: u32) -> EventList {
        tracing::info!(
            pages,
            "a list of changes begins again after {pages} pages, for the requests that came meanwhile"
        );
        let now = self.sync.clock.now();
        self.coverage.began_at = now;
        self.coverage.starts_until = self.state.starts_until(now);
        self.calendars.begin_again(now);
        self.starts = ListedStarts::default();
        (self.may_begin_again, self.early_end) = (false, None);
        EventList::new(query(&self.coverage))
    }

    async fn read(
        &mut self,
        list: &mut EventList,
        counts: &mut SyncCounts,
    ) -> Result<(), SyncError> {
        let (pages, terms) = (self.sync.pages, self.terms);
        pages.acquire(terms).await?;
        pages.for_each(list, self, counts, terms).await
    }

    fn in_progress(&self, position: ListPosition) -> SyncInProgress<WorkspaceCoverage> {
        position.in_progress(WorkspaceCoverage {
            skipped: self.calendars.skipped().clone(),
            ..self.coverage.clone()
        })
    }

    /// Writes that the sync is in progress and how far it has come, or that none
    /// is, unless another worker has started or resumed one.
    async fn claim(
        &mut self,
        in_progress: Option<SyncInProgress<WorkspaceCoverage>>,
    ) -> Result<(), SyncError> {
        self.change(|state| WorkspaceSyncState {
            in_progress: in_progress.clone(),
            ..state
        })
        .await
    }

    async fn complete(&mut self, list: &EventList) -> Result<(), SyncError> {
        let now = self.sync.clock.now();
        let completed = self.in_progress(list.position(now));
        self.change(|state| state.finished(&completed, now)).await
    }

    /// Reads the events of the listed and requested calendars that could not be read, once
    /// the sync is completed.
    async fn read_unreadable_again(&mut self, counts: &mut SyncCounts) {
        let WorkspaceSync { pages, intake, .. } = self.sync;
        if let Err(error) = intake.load_requested(&mut self.calendars).await {
            tracing::info!(%error, "events that could not be read wait for the next sync: {error}");
        }
        let again = UnreadableAgain {
            state: self.sync.state,
            pages,
            writer: intake.writer,
        };
        let (context, tried) = self.calendars.tried();
        again.read(context, tried, counts, self.terms).await;
    }

    /// Changes the sync state, as long as its sync in progress is the one that
    /// was last read or written.
    async fn change(
        &mut self,
        change: impl Fn(WorkspaceSyncState) -> WorkspaceSyncState,
    ) -> Result<(), SyncError> {
        retry_on_conflict(async || {
            let mut state = change(self.state.clone());
            if self.sync.state.write_workspace_state(&state).await? == WriteOutcome::Written {
                state.version = state.version.next();
                self.state = state;
                return Ok(Attempt::Done(()));
            }
            let stored = self.sync.state.workspace().await?;
            if stored.in_progress != self.state.in_progress {
                return Err(SyncError::AlreadyRunning);
            }
            self.state = stored;
            Ok(Attempt::Conflict)
        })
        .await
    }

    /// Leaves the changes to distant events to windows.
    async fn leave_distant(&mut self, list: &EventList, near: SignedDuration) {
        let left = self.coverage.clone();
        let (pages, hours) = (list.pages(), near.as_hours());
        tracing::info!(
            pages,
            near_hours = hours,
            "left a list of changes after {pages} pages: those to events that start in more than \
             {hours} h are listed in windows"
        );
        if let Err(error) = self.change(|state| state.left_distant(&left, near)).await {
            tracing::warn!(%error, "a list with too many pages could not be left: {error}");
        }
    }

    /// Releases a sync that ended with `error`, so that another worker can resume
    /// it; one that cannot be resumed is removed from the state.
    async fn release(&mut self, list: &EventList, error: &SyncError) {
        if matches!(error, SyncError::AlreadyRunning) && list.pages() > 0 {
            return; // the sync is another worker's
        }
        if let Some(EarlyEnd::TooLong(near)) = self.early_end {
            return self.leave_distant(list, near).await;
        }
        let is_resumable = list.pages() > 0 && !matches!(error, SyncError::EndlessList);
        let in_progress = self.state.in_progress.clone().filter(|_| is_resumable);
        let released = in_progress.map(|in_progress| SyncInProgress {
            held_until: self.sync.clock.now(),
            ..in_progress
        });
        if let Err(error) = self.claim(released).await {
            tracing::warn!(
                %error,
                "the workspace's sync in progress was not released and can be resumed only when \
                 its hold is over: {error}"
            );
        }
    }
}
