//! A window of a sync of the workspace while it is listed: its pages, its end, and what is stored
//! so that another worker can go on with it.

use callsheet_domain::{
    CompletedWindows, ListedIds, Revisits, SyncInProgress, Timestamp, WindowedEvents, WindowedSync,
    WindowedSyncState, WorkspaceSyncState,
};

use crate::event_pages::{EventList, EventPage, EventPages, ListPosition, PageHandler};
use crate::ports::{Clock as _, SyncStates as _, WriteOutcome};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync::page_intake::{ListedCalendars, PageIntake};
use crate::sync::unlisted::UnlistedEvents;
use crate::sync::workspace_state::change_workspace_state;
use crate::sync_counts::SyncCounts;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{ActivePolicy, CallTerms};

/// What listing a window needs.
pub(super) struct WindowContext<'a, P: SyncPorts> {
    /// Storage of calendars and sync states.
    pub(super) store: &'a P::State,
    /// Recall's list of events.
    pub(super) pages: &'a EventPages<'a, P>,
    /// Writes the decisions.
    pub(super) intake: &'a PageIntake<'a, P>,
    /// The policy that decides.
    pub(super) policy: &'a ActivePolicy,
    /// The terms of the calls.
    pub(super) terms: CallTerms,
}

impl<P: SyncPorts> WindowContext<'_, P> {
    /// Source of the time.
    pub(super) fn clock(&self) -> &P::Clock {
        self.intake.writer.clock
    }
}

/// A window that is being listed.
pub(super) struct WindowRun<'a, P: SyncPorts> {
    /// How it is listed.
    pub(super) context: &'a WindowContext<'a, P>,
    /// The state as it was last read or written.
    pub(super) state: WindowedSyncState,
    /// The sync whose window it is.
    pub(super) sync: WindowedSync,
    /// The calendars of the events that were listed.
    pub(super) calendars: ListedCalendars,
    /// The events that the window has listed; none if those of an earlier run are not known.
    pub(super) listed: Option<ListedIds>,
}

impl<P: SyncPorts> PageHandler for WindowRun<'_, P> {
    async fn handle(&mut self, page: EventPage, counts: &mut SyncCounts) -> Result<(), SyncError> {
        if let Some(listed) = &mut self.listed {
            page.ids().for_each(|id| listed.add(id));
        }
        let (intake, terms) = (self.context.intake, self.context.terms);
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

impl<P: SyncPorts> WindowRun<'_, P> {
    /// The sync, with the calendars that were skipped so far.
    fn sync(&self) -> WindowedSync {
        WindowedSync {
            skipped: &self.sync.skipped | self.calendars.skipped(),
            ..self.sync.clone()
        }
    }

    /// Lists the window to its end, and moves on to the next one. True if there is none.
    ///
    /// # Errors
    /// If it is not listed to its end.
    pub(super) async fn finish(mut self, mut list: EventList) -> Result<bool, SyncError> {
        let mut counts = SyncCounts::default();
        let WindowContext { pages, terms, .. } = *self.context;
        let listed = match pages.acquire(terms).await {
            Ok(()) => {
                pages
                    .for_each(&mut list, &mut self, &mut counts, terms)
                    .await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = listed {
            let is_too_long = matches!(error, SyncError::EndlessList) && list.is_too_long();
            if is_too_long && self.sync.revisits.current.is_some() {
                return self.give_revisits_up().await;
            }
            if is_too_long && let Some(half) = self.sync().at_half_of_window() {
                return self.halve(half).await;
            }
            self.release(&list, &error).await;
            return Err(error);
        }
        if self.sync.revisits.current.is_some() {
            return self.end_revisit(&list, counts).await;
        }
        self.read_unlisted(&mut counts).await;
        self.log(&list, counts);
        self.advance(&list).await
    }

    /// Goes on with the current window, after what changed in those before was listed.
    async fn end_revisit(
        &mut self,
        list: &EventList,
        counts: SyncCounts,
    ) -> Result<bool, SyncError> {
        let (from, pages) = (self.sync.window.from, list.pages());
        tracing::info!(
            until = %from,
            pages,
            listed = counts.listed,
            written = counts.written,
            "synced what changed in the workspace before {from} meanwhile: {counts}"
        );
        counts.measure();
        let sync = self.sync();
        let noted = |state: WorkspaceSyncState, now| state.revisited(&sync, pages, now);
        self.note(noted).await?;
        let from = sync.window.from;
        self.go_on(sync.revisits.done(from)).await
    }

    /// Goes on with the current window, after a list of what changed in those before had too many
    /// pages.
    async fn give_revisits_up(&mut self) -> Result<bool, SyncError> {
        tracing::warn!(
            "too much has changed in the windows of the workspace that were listed before: it is \
             left to the next windows"
        );
        self.go_on(self.sync.revisits.none_follow()).await
    }

    async fn go_on(&mut self, revisits: Revisits) -> Result<bool, SyncError> {
        let sync = WindowedSync {
            revisits,
            ..self.sync()
        };
        let first = Some(first_page(self.context.clock().now()).in_progress(sync));
        self.write(|state| state.in_progress.clone_from(&first))
            .await?;
        Ok(false)
    }

    /// Goes back to the first page of the window, of which only the first half is listed now.
    async fn halve(&mut self, half: WindowedSync) -> Result<bool, SyncError> {
        let from = half.window.from;
        tracing::info!(
            %from,
            "the window of the workspace from {from} on has too many pages, and is listed anew in \
             halves"
        );
        let first = Some(first_page(self.context.clock().now()).in_progress(half));
        self.write(|state| state.in_progress.clone_from(&first))
            .await?;
        Ok(false)
    }

    /// Moves on to the next window, which this worker holds too.
    async fn advance(&mut self, list: &EventList) -> Result<bool, SyncError> {
        let (sync, now) = (self.sync(), self.context.clock().now());
        if let Some(next) = sync.after_window(list.pages()) {
            let next = Some(first_page(now).in_progress(next));
            self.write(|state| state.in_progress.clone_from(&next))
                .await?;
            return Ok(false);
        }
        let listed = |state: WorkspaceSyncState, now| state.listed_in_windows(&sync, now);
        self.note(listed).await?;
        let completed = CompletedWindows {
            pages: sync.pages_before.saturating_add(list.pages()),
            sync,
            is_credited: false,
        };
        let is_full = changed_since(&completed.sync).is_none();
        let waiting = completed.sync.waiting.as_deref();
        let goes_on = waiting.map(|sync| first_page(now).in_progress(sync.clone()));
        self.write(|state| {
            state.in_progress.clone_from(&goes_on);
            if is_full {
                state.completed = Some(completed.clone());
            }
        })
        .await?;
        Ok(true)
    }

    /// Reads the events with a bot that the window should have listed. What cannot be read
    /// now is left to the next full sync.
    async fn read_unlisted(&self, counts: &mut SyncCounts) {
        let Some(listed) = &self.listed else {
            if changed_since(&self.sync).is_none() {
                tracing::info!(
                    "events that a full sync of the workspace did not list are left to the next \
                     one: this one does not know all that an earlier run listed"
                );
            }
            return;
        };
        let unlisted = UnlistedEvents {
            pages: self.context.pages,
            writer: self.context.intake.writer,
        };
        let WindowContext { policy, terms, .. } = *self.context;
        let loader = self.context.intake.loader;
        let window = (self.sync.window, listed);
        let read = unlisted.read_window((loader, policy), window, counts, terms);
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

    /// Stores what was listed in the state of the workspace: changes to distant events may have
    /// been left to it.
    async fn note(
        &self,
        listed: impl Fn(WorkspaceSyncState, Timestamp) -> WorkspaceSyncState,
    ) -> Result<(), SyncError> {
        let clock = self.context.clock();
        change_workspace_state(self.context.store, |state| listed(state, clock.now())).await
    }

    /// Changes the state, as long as its sync in progress is the one that was last read or
    /// written.
    async fn write(&mut self, change: impl Fn(&mut WindowedSyncState)) -> Result<(), SyncError> {
        let store = self.context.store;
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
        let now = self.context.clock().now();
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

/// The first page of a window, which no worker holds.
pub(super) fn first_page(now: Timestamp) -> ListPosition {
    ListPosition {
        held_until: now,
        ..ListPosition::start(now)
    }
}

/// The instant since which the sync lists changes; none if it lists all events.
pub(super) fn changed_since(sync: &WindowedSync) -> Option<Timestamp> {
    if let Some(revisit) = sync.revisits.current {
        return Some(revisit.since);
    }
    match sync.events {
        WindowedEvents::ChangedSince(since) => Some(since),
        WindowedEvents::Coming | WindowedEvents::All => None,
    }
}
