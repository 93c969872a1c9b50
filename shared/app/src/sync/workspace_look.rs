//! A look at the whole workspace.
//!
//! One is under way at a time: whoever begins one writes that down first, so
//! that others wait for it rather than list the same. The same row says how far
//! it has come, page by page, and so where the next run takes it up.

use std::collections::BTreeSet;

use callsheet_domain::{
    CalendarId, Operation, SyncInProgress, Timestamp, WorkspaceCoverage, WorkspaceSyncState, plus,
};
use futures_util::future::join;

use super::intake::Intake;
use super::known::View;
use super::list::List;
use super::tally::count;
use super::turn::{CallTerms, HOLD};
use super::{ROUNDS, SyncError, SyncHandler, SyncPorts, Tally};
use crate::ActivePolicy;
use crate::ports::{Clock as _, EventQuery, SyncStates as _, WriteOutcome};

/// A look at the workspace, under way.
struct WorkspaceLook {
    mark: WorkspaceSyncState,
    began_at: Timestamp,
    list: List,
    intake: Intake,
}

impl WorkspaceLook {
    fn of(
        mark: WorkspaceSyncState,
        in_progress: &SyncInProgress<WorkspaceCoverage>,
        policy: &ActivePolicy,
    ) -> Self {
        let query = EventQuery {
            calendar_id: None,
            updated_since: in_progress.mark.since,
            starts_from: None,
        };
        let mut intake = Intake::of(View::empty(policy), in_progress.mark.since);
        let skipped = &mut intake.passed_over.skipped;
        skipped.clone_from(&in_progress.mark.skipped);
        Self {
            mark,
            began_at: in_progress.mark.began_at,
            list: List::from(
                query,
                in_progress.next.clone(),
                in_progress.pages,
                in_progress.listed,
            ),
            intake,
        }
    }

    fn progress(&self, held_until: Timestamp) -> SyncInProgress<WorkspaceCoverage> {
        SyncInProgress {
            mark: WorkspaceCoverage {
                began_at: self.began_at,
                since: self.intake.since,
                skipped: self.intake.passed_over.skipped.clone(),
            },
            next: self.list.next.clone(),
            pages: self.list.pages,
            listed: self.list.listed,
            held_until,
        }
    }
}

impl<P: SyncPorts> SyncHandler<P> {
    /// Looks at whatever changed in the workspace since `since`, for those whose
    /// notices ask for it, and marks the look as finished after its last page is
    /// written. Gives the calendars that it had to leave out, too.
    pub(super) async fn look_at_workspace(
        &self,
        mark: WorkspaceSyncState,
        since: Timestamp,
        for_calendars: &BTreeSet<CalendarId>,
        policy: &ActivePolicy,
        terms: CallTerms,
    ) -> Result<(Tally, BTreeSet<CalendarId>), SyncError> {
        let now = self.ports.clock().now();
        let in_progress = SyncInProgress {
            mark: WorkspaceCoverage {
                began_at: now,
                since: Some(since),
                skipped: BTreeSet::new(),
            },
            next: None,
            pages: 0,
            listed: 0,
            held_until: plus(now, HOLD),
        };
        let mut look = WorkspaceLook::of(mark, &in_progress, policy);
        look.intake.for_calendars.clone_from(for_calendars);
        self.read_workspace(look, terms).await
    }

    /// Goes on with a look at the workspace that somebody left.
    pub(super) async fn go_on_with_workspace(
        &self,
        mark: WorkspaceSyncState,
        policy: &ActivePolicy,
        terms: CallTerms,
    ) -> Result<Tally, SyncError> {
        let left = mark.in_progress.clone().ok_or(SyncError::AlreadyRunning)?;
        let look = WorkspaceLook::of(mark, &left, policy);
        let (tally, _) = self.read_workspace(look, terms).await?;
        Ok(tally)
    }

    async fn read_workspace(
        &self,
        mut look: WorkspaceLook,
        terms: CallTerms,
    ) -> Result<(Tally, BTreeSet<CalendarId>), SyncError> {
        let held = look.progress(plus(self.ports.clock().now(), HOLD));
        self.claim(&mut look, Some(held)).await?;
        let mut tally = Tally::default();
        let mut ended = self.read_all(&mut look, &mut tally, terms).await;
        if ended.is_ok() {
            tally.skipped = count(look.intake.passed_over.skipped.len());
            ended = self.finish_workspace(&mut look).await;
        }
        if let Err(error) = ended {
            self.leave_workspace(look, &error).await;
            return Err(error);
        }
        Ok((tally, look.intake.passed_over.skipped))
    }

    async fn read_all(
        &self,
        look: &mut WorkspaceLook,
        tally: &mut Tally,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        self.turn(Operation::ListEvents, terms).await?;
        let mut page = self.read(&mut look.list, tally).await?;
        loop {
            let mut held = look.progress(plus(self.ports.clock().now(), HOLD));
            if look.list.next.is_none() {
                return self.take_in(&mut look.intake, page, tally, terms).await;
            }
            // While one page is written the next one is read.
            let mut ahead = Tally::default();
            let next = self.read_ahead(&mut look.list, &mut ahead, terms);
            let (taken_in, next) =
                join(self.take_in(&mut look.intake, page, tally, terms), next).await;
            taken_in?;
            held.mark
                .skipped
                .clone_from(&look.intake.passed_over.skipped);
            self.claim(look, Some(held)).await?;
            page = next?;
            tally.add(ahead);
        }
    }

    /// Writes that the look is under way and how far it has come, or that none
    /// is, unless somebody else has begun one.
    async fn claim(
        &self,
        look: &mut WorkspaceLook,
        in_progress: Option<SyncInProgress<WorkspaceCoverage>>,
    ) -> Result<(), SyncError> {
        self.change_mark(look, |mark| WorkspaceSyncState {
            in_progress: in_progress.clone(),
            ..mark
        })
        .await
    }

    async fn finish_workspace(&self, look: &mut WorkspaceLook) -> Result<(), SyncError> {
        let now = self.ports.clock().now();
        let finished = look.progress(now);
        self.change_mark(look, |mark| mark.finished(&finished, now))
            .await
    }

    /// Changes the mark as long as it says of the look under way what we wrote.
    async fn change_mark(
        &self,
        look: &mut WorkspaceLook,
        change: impl Fn(WorkspaceSyncState) -> WorkspaceSyncState,
    ) -> Result<(), SyncError> {
        for _ in 0..ROUNDS {
            let mut mark = change(look.mark.clone());
            if self.ports.state().write_workspace_state(&mark).await? == WriteOutcome::Written {
                mark.version = mark.version.next();
                look.mark = mark;
                return Ok(());
            }
            let stored = self.ports.state().workspace().await?;
            if stored.in_progress != look.mark.in_progress {
                return Err(SyncError::AlreadyRunning);
            }
            look.mark = stored;
        }
        Err(SyncError::Conflict)
    }

    /// Leaves a look for somebody to go on with, if that would help.
    async fn leave_workspace(&self, mut look: WorkspaceLook, error: &SyncError) {
        if matches!(error, SyncError::AlreadyRunning) && look.list.pages > 0 {
            return;
        }
        let is_forgotten = look.list.pages == 0 || matches!(error, SyncError::Endless);
        let left = look.mark.in_progress.clone().filter(|_| !is_forgotten);
        let left = left.map(|in_progress| SyncInProgress {
            held_until: self.ports.clock().now(),
            ..in_progress
        });
        if let Err(error) = self.claim(&mut look, left).await {
            tracing::warn!(%error, "a look at the workspace is held until its time is over");
        }
    }
}
