//! Syncs of the workspace in windows of start time: full ones, and of changes that are too many
//! for one list.
//!
//! Only one is in progress, and one worker holds it. Its state says which window is listed,
//! and which page of it comes next, so that it outlasts the time limit of a run, a crash and a
//! wait for the rate limit. A newer policy begins it anew, with the meetings that start next.
//!
//! A window that is listed knows which events it came across. The events with a bot that
//! should have been among them are read by id, see [`UnlistedEvents`].
//!
//! Once the last window is listed, each calendar is credited with the sync, see
//! [`WorkspaceCredit`](super::workspace_credit::WorkspaceCredit).

use callsheet_domain::{
    CompletedWindows, ListedIds, SyncInProgress, Timestamp, WindowedEvents, WindowedSync,
    WindowedSyncState, WorkspaceCoverage, plus,
};
use std::collections::BTreeSet;

use jiff::SignedDuration;

use crate::event_pages::{EventList, EventPage, EventPages, HOLD, ListPosition, PageHandler};
use crate::ports::{
    Clock as _, EventQuery, ListedCalendar, Policies as _, SyncStates as _, WriteOutcome,
};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync::all_calendars::{AllCalendars, connected};
use crate::sync::page_intake::{ListedCalendars, PageIntake};
use crate::sync::unlisted::UnlistedEvents;
use crate::sync::windows_need::Need;
use crate::sync_counts::SyncCounts;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{ActivePolicy, CallTerms, PortError};

/// The clocks of our own functions differ by less.
const MOMENT: SignedDuration = SignedDuration::from_secs(1);

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// No sync is in progress any more.
    Done,
    /// The time of this run is up, or a newer policy is active: the next run goes on at once.
    Left,
    /// Another worker is at it.
    Held,
}

/// Syncs the workspace in full.
pub(super) struct WindowedSyncs<'a, P: SyncPorts> {
    /// Storage of calendars and sync states.
    pub(super) state: &'a P::State,
    /// Recall's list of events.
    pub(super) pages: &'a EventPages<'a, P>,
    /// Writes the decisions.
    pub(super) intake: &'a PageIntake<'a, P>,
}

impl<P: SyncPorts> WindowedSyncs<'_, P> {
    /// Goes on with the sync in progress, or begins one if it is needed, of the connected
    /// calendars.
    ///
    /// # Errors
    /// If Recall or the store fails, or Recall denies us.
    pub(super) async fn run(
        &self,
        policy: &ActivePolicy,
        need: Need,
        calendars: &AllCalendars<'_, P::State>,
        terms: CallTerms,
    ) -> Result<Progress, SyncError> {
        loop {
            let now = self.clock().now();
            let state = self.state.windowed_sync_state().await?;
            let in_progress = state.in_progress.clone();
            let meeting = in_progress.filter(|sync| {
                sync.mark.policy >= policy.revision && need.is_met_by(&sync.mark, now)
            });
            let in_progress = match (meeting, need.events()) {
                (Some(sync), _) if sync.is_held(now) => return Ok(Progress::Held),
                (Some(sync), _) => sync,
                (None, None) => return Ok(Progress::Done),
                (None, Some(events)) => {
                    let listed = calendars.get().await?;
                    // A calendar that changed a moment ago would not be credited.
                    if now < begins_at(listed) {
                        self.wait_until(begins_at(listed), terms).await?;
                        continue;
                    }
                    let (revision, connected) = (policy.revision, connected(listed));
                    let begun = WindowedSync::begin(revision, connected, events, now);
                    log_begun(events, connected);
                    ListPosition::start(now).in_progress(begun)
                }
            };
            if in_progress.mark.policy > policy.revision || self.is_outdated(policy).await? {
                return Ok(Progress::Left);
            }
            match self.list_window(state, in_progress, policy, terms).await {
                Ok(is_last) if is_last => return Ok(Progress::Done),
                Ok(_) => {}
                Err(SyncError::DeadlineReached) => return Ok(Progress::Left),
                Err(SyncError::AlreadyRunning) => return Ok(Progress::Held),
                Err(error) => return Err(error),
            }
        }
    }

    async fn wait_until(&self, instant: Timestamp, terms: CallTerms) -> Result<(), SyncError> {
        if instant > terms.latest {
            return Err(SyncError::DeadlineReached);
        }
        self.clock().sleep_until(instant).await;
        Ok(())
    }

    fn clock(&self) -> &P::Clock {
        self.intake.writer.clock
    }

    /// Whether a newer policy was pushed since this run began.
    async fn is_outdated(&self, policy: &ActivePolicy) -> Result<bool, PortError> {
        Ok(self.state.active_revision().await? > policy.revision)
    }

    /// Lists the rest of a window. True if it was the last one.
    async fn list_window(
        &self,
        state: WindowedSyncState,
        in_progress: SyncInProgress<WindowedSync>,
        policy: &ActivePolicy,
        terms: CallTerms,
    ) -> Result<bool, SyncError> {
        let query = query(&in_progress.mark);
        let (list, listed) = if in_progress.next.is_some() {
            let listed = state.listed_so_far.clone();
            (EventList::resumed(query, &in_progress), listed)
        } else {
            (EventList::new(query), Some(ListedIds::default()))
        };
        // A list of changes lacks the events that did not change.
        let listed = listed.filter(|_| changed_since(&in_progress.mark).is_none());
        let coverage = WorkspaceCoverage {
            began_at: in_progress.mark.began_at,
            since: changed_since(&in_progress.mark),
            starts_until: None,
            skipped: in_progress.mark.skipped.clone(),
            policy: in_progress.mark.policy,
        };
        let mut run = Run {
            syncs: self,
            state,
            calendars: ListedCalendars::new(&coverage, BTreeSet::new(), policy),
            sync: in_progress.mark,
            listed,
            terms,
        };
        let held_until = plus(self.clock().now(), HOLD);
        run.save(list.position(held_until)).await?;
        run.finish(list, policy).await
    }

    /// Stores that all windows of a sync are listed, in the state of the workspace: changes to
    /// distant events may have been left to them.
    async fn note_listed(&self, sync: &WindowedSync) -> Result<(), SyncError> {
        retry_on_conflict(async || {
            let state = self.state.workspace().await?;
            let listed = state.clone().listed_in_windows(sync, self.clock().now());
            if listed == state
                || self.state.write_workspace_state(&listed).await? == WriteOutcome::Written
            {
                return Ok(Attempt::Done(()));
            }
            Ok(Attempt::Conflict)
        })
        .await
    }
}

/// The first page of a window, which no worker holds.
fn first_page(now: Timestamp) -> ListPosition {
    ListPosition {
        held_until: now,
        ..ListPosition::start(now)
    }
}

/// When a sync can begin that lists all `calendars` as they are.
fn begins_at(calendars: &[ListedCalendar]) -> Timestamp {
    let changed_at = calendars.iter().map(|listed| listed.record.changed_at);
    plus(changed_at.max().unwrap_or(Timestamp::MIN), MOMENT)
}

/// The instant since which the sync lists changes; none if it lists all events.
fn changed_since(sync: &WindowedSync) -> Option<Timestamp> {
    match sync.events {
        WindowedEvents::ChangedSince(since) => Some(since),
        WindowedEvents::Coming | WindowedEvents::All => None,
    }
}

fn log_begun(events: WindowedEvents, connected: u32) {
    let what = match events {
        WindowedEvents::ChangedSince(_) => "a sync of what changed in the workspace",
        WindowedEvents::Coming | WindowedEvents::All => "a full sync of the workspace",
    };
    tracing::info!(connected, "began {what}, of {connected} calendars");
}

fn query(sync: &WindowedSync) -> EventQuery {
    EventQuery {
        calendar_id: None,
        updated_since: changed_since(sync),
        starts_from: Some(sync.window.from),
        starts_until: sync.window.until,
    }
}

/// A window that is being listed.
struct Run<'a, P: SyncPorts> {
    syncs: &'a WindowedSyncs<'a, P>,
    /// The state as it was last read or written.
    state: WindowedSyncState,
    sync: WindowedSync,
    calendars: ListedCalendars,
    /// The events that the window has listed; none if those of an earlier run are not known.
    listed: Option<ListedIds>,
    terms: CallTerms,
}

impl<P: SyncPorts> PageHandler for Run<'_, P> {
    async fn handle(&mut self, page: EventPage, counts: &mut SyncCounts) -> Result<(), SyncError> {
        if let Some(listed) = &mut self.listed {
            page.ids().for_each(|id| listed.add(id));
        }
        let (intake, terms) = (self.syncs.intake, self.terms);
        intake
            .write_page(&mut self.calendars, page, counts, terms)
            .await
    }

    async fn save(&mut self, position: ListPosition) -> Result<(), SyncError> {
        let in_progress = Some(position.in_progress(self.sync()));
        self.write(|state| {
            state.in_progress.clone_from(&in_progress);
            state.listed_so_far = None;
        })
        .await
    }
}

impl<P: SyncPorts> Run<'_, P> {
    /// The sync, with the calendars that were skipped so far.
    fn sync(&self) -> WindowedSync {
        WindowedSync {
            skipped: self.calendars.skipped().clone(),
            ..self.sync.clone()
        }
    }

    /// Lists the window to its end, and moves on to the next one. True if there is none.
    async fn finish(
        mut self,
        mut list: EventList,
        policy: &ActivePolicy,
    ) -> Result<bool, SyncError> {
        let mut counts = SyncCounts::default();
        let pages = self.syncs.pages;
        let listed = match pages.acquire(self.terms).await {
            Ok(()) => {
                let terms = self.terms;
                pages
                    .for_each(&mut list, &mut self, &mut counts, terms)
                    .await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = listed {
            self.release(&list, &error).await;
            return Err(error);
        }
        self.read_unlisted(policy, &mut counts).await;
        self.log(&list, counts);
        self.advance(&list).await
    }

    /// Moves on to the next window, which this worker holds too.
    async fn advance(&mut self, list: &EventList) -> Result<bool, SyncError> {
        let (sync, now) = (self.sync(), self.syncs.clock().now());
        if let Some(next) = sync.after_window(list.pages()) {
            let next = Some(first_page(now).in_progress(next));
            self.write(|state| state.in_progress.clone_from(&next))
                .await?;
            return Ok(false);
        }
        self.syncs.note_listed(&sync).await?;
        let completed = CompletedWindows {
            pages: sync.pages_before.saturating_add(list.pages()),
            sync,
            is_credited: false,
        };
        let is_full = changed_since(&completed.sync).is_none();
        self.write(|state| {
            state.in_progress = None;
            if is_full {
                state.completed = Some(completed.clone());
            }
        })
        .await?;
        Ok(true)
    }

    /// Reads the events with a bot that the window should have listed. What cannot be read
    /// now is left to the next full sync.
    async fn read_unlisted(&self, policy: &ActivePolicy, counts: &mut SyncCounts) {
        let Some(listed) = &self.listed else {
            return;
        };
        let unlisted = UnlistedEvents {
            pages: self.syncs.pages,
            writer: self.syncs.intake.writer,
        };
        let loader = self.syncs.intake.loader;
        let window = (self.sync.window, listed);
        let read = unlisted.read_window((loader, policy), window, counts, self.terms);
        if let Err(error) = read.await {
            tracing::info!(
                %error,
                "events that a full sync of the workspace did not list are left to the next \
                 one: {error}"
            );
        }
    }

    fn log(&self, list: &EventList, counts: SyncCounts) {
        let (from, pages) = (self.sync.window.from, list.pages());
        let until = self.sync.window.until;
        let until = until.map_or_else(|| "the last day".to_owned(), |until| until.to_string());
        tracing::info!(
            %from,
            until,
            pages,
            listed = counts.listed,
            written = counts.written,
            "synced the workspace from {from} to {until}: {counts}"
        );
        counts.measure();
    }

    /// Changes the state, as long as its sync in progress is the one that was last read or
    /// written.
    async fn write(&mut self, change: impl Fn(&mut WindowedSyncState)) -> Result<(), SyncError> {
        let store = self.syncs.state;
        retry_on_conflict(async || {
            let mut state = self.state.clone();
            change(&mut state);
            if store.write_windowed_sync_state(&state).await? == WriteOutcome::Written {
                state.version = state.version.next();
                self.state = state;
                return Ok(Attempt::Done(()));
            }
            let stored = store.windowed_sync_state().await?;
            if stored.in_progress != self.state.in_progress {
                return Err(SyncError::AlreadyRunning);
            }
            self.state = stored;
            Ok(Attempt::Conflict)
        })
        .await
    }

    /// Releases a window that ended with `error`, so that another worker can go on with it,
    /// with the events that it has listed.
    async fn release(&mut self, list: &EventList, error: &SyncError) {
        if matches!(error, SyncError::AlreadyRunning) && list.pages() > 0 {
            return; // it is another worker's
        }
        let now = self.syncs.clock().now();
        let is_resumable = list.pages() > 0 && !matches!(error, SyncError::EndlessList);
        let saved = self.state.in_progress.clone();
        let released = match saved.filter(|_| is_resumable) {
            Some(saved) => SyncInProgress {
                held_until: now,
                ..saved
            },
            None => first_page(now).in_progress(self.sync()),
        };
        let listed = self.listed.clone();
        let written = self.write(|state| {
            state.in_progress = Some(released.clone());
            state.listed_so_far.clone_from(&listed);
        });
        if let Err(error) = written.await {
            tracing::warn!(
                %error,
                "the full sync of the workspace was not released and can be resumed only when \
                 its hold is over: {error}"
            );
        }
    }
}
