//! Catch-up: syncs what changed in the workspace, whether or not a webhook came.
//!
//! Catch-ups follow each other without a gap: each overlaps the one before. After
//! too long a gap every calendar gets a full sync instead.

use std::collections::BTreeSet;

use callsheet_domain::{CatchUp, Scope, Timestamp, WorkspaceSyncState};
use jiff::SignedDuration;

use crate::ports::{Calendars as _, Clock as _, SyncStates as _, WriteOutcome};
use crate::sync::settings::SyncSettings;
use crate::sync::workspace_sync::WorkspaceSync;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{ActivePolicy, CallTerms, Metric, PortError, Priority};

/// The cause of a resync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trigger {
    /// The schedule: what was synced a moment ago need not be synced again.
    Scheduled,
    /// The schedule, while Recall denies us: lists something, to see whether Recall
    /// admits us again.
    Probe,
    /// A request of an operator: catches up at once.
    Requested,
}

impl Trigger {
    /// The result while another worker holds a sync of the workspace. It may have
    /// started before the change that an operator expects to be found.
    fn while_held(self, state: WorkspaceSyncState) -> Result<WorkspaceSyncState, SyncError> {
        match self {
            Self::Scheduled | Self::Probe => Ok(state),
            Self::Requested => Err(SyncError::AlreadyRunning),
        }
    }
}

/// Syncs what changed in the workspace since the last catch-up.
pub(super) struct CatchUpSync<'a, P: SyncPorts> {
    /// Settings of the handler.
    pub(super) settings: &'a SyncSettings,
    /// Storage of calendars and sync states.
    pub(super) state: &'a P::State,
    /// Source of the time.
    pub(super) clock: &'a P::Clock,
    /// Syncs the workspace.
    pub(super) workspace_sync: &'a WorkspaceSync<'a, P>,
}

impl<P: SyncPorts> CatchUpSync<'_, P> {
    /// Syncs what changed in the workspace since the last catch-up, if the next
    /// one is due, and gives the workspace's sync state.
    ///
    /// It has the priority of live requests: while it lists, they wait for it.
    pub(super) async fn run(
        &self,
        policy: &ActivePolicy,
        trigger: Trigger,
        latest: Timestamp,
    ) -> Result<WorkspaceSyncState, SyncError> {
        let priority = Priority::Live;
        let terms = CallTerms { priority, latest };
        loop {
            match self.catch_up(policy, trigger, terms).await {
                Err(SyncError::ListTooLong) => {}
                caught_up => return caught_up,
            }
        }
    }

    async fn catch_up(
        &self,
        policy: &ActivePolicy,
        trigger: Trigger,
        terms: CallTerms,
    ) -> Result<WorkspaceSyncState, SyncError> {
        let mut state = self.state.workspace().await?;
        if !self.settings.is_workspace_listed {
            return self.without_windows(state).await;
        }
        let counts = loop {
            let now = self.clock.now();
            match &state.in_progress {
                Some(in_progress) if in_progress.is_held(now) => return trigger.while_held(state),
                Some(in_progress) if in_progress.next.is_some() => {
                    break self.workspace_sync.resume(state, policy, terms).await?;
                }
                _ => {}
            }
            match state.catch_up(self.interval(trigger), now) {
                None => return Ok(state),
                Some(CatchUp::Since(since)) => {
                    let for_calendars = BTreeSet::new();
                    let sync = self.workspace_sync;
                    let synced = sync.start(state, since, &for_calendars, policy, terms);
                    break synced.await?.0;
                }
                Some(CatchUp::Begin) => {
                    let until = self.all_synced_until().await?;
                    state = self.write(state.begun_at(until)).await?;
                }
                Some(CatchUp::Everything) => return self.write(state.begun_anew(now)).await,
            }
        };
        Metric::CatchUpDecisions.count(counts.written);
        counts.log(&Scope::Workspace, 0);
        Ok(self.state.workspace().await?)
    }

    /// The state where the workspace is not listed any more: the windows that changes to
    /// distant events were left to will not be listed either.
    async fn without_windows(
        &self,
        state: WorkspaceSyncState,
    ) -> Result<WorkspaceSyncState, SyncError> {
        if state.distant.is_none() {
            return Ok(state);
        }
        self.write(state.begun_anew(self.clock.now())).await
    }

    /// The time from one catch-up to the next.
    fn interval(&self, trigger: Trigger) -> SignedDuration {
        match trigger {
            Trigger::Probe | Trigger::Requested => SignedDuration::ZERO,
            Trigger::Scheduled => {
                let every = SignedDuration::try_from(self.settings.catch_up_every);
                every.unwrap_or(SignedDuration::MAX)
            }
        }
    }

    /// The same where each calendar is listed by itself: so long that catch-up
    /// takes half of the rate limit at most.
    pub(super) fn interval_per_calendar(&self, trigger: Trigger, connected: u32) -> SignedDuration {
        let every = self.interval(trigger);
        let lists = i32::try_from(connected.saturating_mul(2)).unwrap_or(i32::MAX);
        match trigger {
            Trigger::Probe | Trigger::Requested => every,
            Trigger::Scheduled => every.max(self.settings.list_events.interval() * lists),
        }
    }

    /// Writes the workspace's sync state; gives it with the version that is now
    /// stored.
    async fn write(&self, mut state: WorkspaceSyncState) -> Result<WorkspaceSyncState, SyncError> {
        match self.state.write_workspace_state(&state).await? {
            WriteOutcome::Written => {
                state.version = state.version.next();
                Ok(state)
            }
            WriteOutcome::Conflict => Err(SyncError::AlreadyRunning),
        }
    }

    /// The instant up to which every calendar is synced that was ever synced.
    async fn all_synced_until(&self) -> Result<Timestamp, PortError> {
        let now = self.clock.now();
        let calendars = self.state.listed().await?;
        let connected = calendars
            .iter()
            .filter(|listed| listed.record.calendar.status.holds_bots());
        let last_syncs = connected.filter_map(|listed| listed.record.last_sync.as_ref());
        let began_at = last_syncs.map(|last_sync| last_sync.began_at);
        Ok(began_at.min().unwrap_or(now))
    }
}
