//! Syncs of the workspace in windows of start time: full ones, and of changes that are too many
//! for one list.
//!
//! Only one is in progress, and one worker holds it. Its state says which window is listed,
//! and which page of it comes next, so that it outlasts the time limit of a run, a crash and a
//! wait for the rate limit. A newer policy begins it anew, with the meetings that start next.
//!
//! Once the last window is listed, each calendar is credited with the sync, see
//! [`WorkspaceCredit`](super::workspace_credit::WorkspaceCredit).

use callsheet_domain::{
    SyncInProgress, Timestamp, WindowedEvents, WindowedSync, WindowedSyncState, plus,
};
use jiff::SignedDuration;

use crate::event_pages::{EventPages, ListPosition};
use crate::ports::{Clock as _, ListedCalendar, Policies as _, SyncStates as _};
use crate::sync::all_calendars::{AllCalendars, connected};
use crate::sync::listed_window::list_window;
use crate::sync::page_intake::PageIntake;
use crate::sync::window_run::{WindowContext, first_page};
use crate::sync::windows_need::Need;
use crate::sync::workspace_state::change_workspace_state;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{ActivePolicy, CallTerms, PortError};

/// The clocks of our own functions differ by less.
const MOMENT: SignedDuration = SignedDuration::from_secs(1);

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// The last window is listed.
    Done,
    /// Nothing has to be listed.
    Idle,
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
            let in_progress = in_progress.filter(|sync| sync.mark.policy >= policy.revision);
            let in_progress = match next(&state, in_progress, need, now) {
                Next::GoOn(sync) if sync.is_held(now) => return Ok(Progress::Held),
                Next::GoOn(sync) => sync,
                // One of an older policy may have been left, which nothing needs any more.
                Next::Nothing => return Ok(Progress::Idle),
                Next::Begin {
                    events,
                    interrupted,
                } => {
                    let listed = calendars.get().await?;
                    // A calendar that changed a moment ago would not be credited.
                    if now < begins_at(listed) {
                        self.wait_until(begins_at(listed), terms).await?;
                        continue;
                    }
                    let (revision, connected) = (policy.revision, connected(listed));
                    let begun = WindowedSync::begin(revision, connected, events, now);
                    if state.is_full_sync_urgent(&begun, need.requested_at()) {
                        self.list_nearest_beside().await?;
                    }
                    log_begun(events, connected);
                    let begun = match interrupted {
                        Some(sync) => sync.interrupted_by(begun),
                        None => begun,
                    };
                    ListPosition::start(now).in_progress(begun)
                }
            };
            if in_progress.mark.policy > policy.revision || self.is_outdated(policy).await? {
                return Ok(Progress::Left);
            }
            let context = WindowContext {
                store: self.state,
                pages: self.pages,
                intake: self.intake,
                policy,
                terms,
            };
            match list_window(&context, state, in_progress).await {
                Ok(is_last) if is_last => return Ok(Progress::Done),
                Ok(_) => {}
                Err(SyncError::DeadlineReached) => return Ok(Progress::Left),
                Err(SyncError::AlreadyRunning) => return Ok(Progress::Held),
                Err(error) => return Err(error),
            }
        }
    }

    /// Has lists of the workspace leave changes to the windows that begin, if there are many.
    async fn list_nearest_beside(&self) -> Result<(), SyncError> {
        let now = self.clock().now();
        match change_workspace_state(self.state, |state| state.beside_windows(now)).await {
            // A row that cannot be read keeps no window from being listed.
            Err(error) if error.is_of_content() => Ok(()),
            changed => changed,
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
}

/// The sync that a run lists windows of.
enum Next {
    /// The one in progress, or the full one that waits for it.
    GoOn(SyncInProgress<WindowedSync>),
    /// Another one of these events. If it is of changes, it interrupts a full sync.
    Begin {
        events: WindowedEvents,
        interrupted: Option<WindowedSync>,
    },
    /// None.
    Nothing,
}

/// What comes next where syncs of the active policy are `in_progress` at `now`.
fn next(
    state: &WindowedSyncState,
    in_progress: Option<SyncInProgress<WindowedSync>>,
    need: Need,
    now: Timestamp,
) -> Next {
    let begin = |events: Option<_>, interrupted| {
        let begin = |events| Next::Begin {
            events,
            interrupted,
        };
        events.map_or(Next::Nothing, begin)
    };
    let Some(in_progress) = in_progress else {
        return begin(need.events(), None);
    };
    let sync = &in_progress.mark;
    let are_changes_left = matches!(need, Need::Distant { .. });
    let is_interrupted = are_changes_left && state.is_routine(sync, need.requested_at());
    if need.is_met_by(sync, now) && !is_interrupted {
        return Next::GoOn(in_progress);
    }
    let is_of_changes = matches!(sync.events, WindowedEvents::ChangedSince(_));
    if is_interrupted || are_changes_left && is_of_changes {
        return begin(need.events(), Some(in_progress.mark));
    }
    match sync.full() {
        Some(full) if is_of_changes && need.is_met_by(full, now) => {
            Next::GoOn(first_page(now).in_progress(full.clone()))
        }
        _ => begin(need.events_anew(sync), None),
    }
}

/// When a sync can begin that lists all `calendars` as they are.
fn begins_at(calendars: &[ListedCalendar]) -> Timestamp {
    let changed_at = calendars.iter().map(|listed| listed.record.changed_at);
    plus(changed_at.max().unwrap_or(Timestamp::MIN), MOMENT)
}

fn log_begun(events: WindowedEvents, connected: u32) {
    let what = match events {
        WindowedEvents::ChangedSince(_) => "a sync of what changed in the workspace",
        WindowedEvents::Coming | WindowedEvents::All => "a full sync of the workspace",
    };
    tracing::info!(connected, "began {what}, of {connected} calendars");
}
