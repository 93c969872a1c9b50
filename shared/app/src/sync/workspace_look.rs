//! A look at the whole workspace.
//!
//! One is under way at a time: whoever begins one writes that down first, so
//! that others wait for it rather than list the same. The same row says how far
//! it has come, page by page, and so where the next run takes it up.

use std::collections::BTreeSet;

use callsheet_domain::{
    CalendarId, Operation, Timestamp, UnderWay, WorkspaceMark, WorkspaceReach, plus,
};
use futures_util::future::join;

use super::intake::Intake;
use super::known::View;
use super::list::List;
use super::tally::count;
use super::turn::{HOLD, Terms};
use super::{ROUNDS, Sync, SyncState, Tally, Unattended};
use crate::InForce;
use crate::ports::{Clock, Decisions, EventQuery, Kept, Queue, RecallReader};

/// A look at the workspace, under way.
struct WorkspaceLook {
    mark: WorkspaceMark,
    began_at: Timestamp,
    list: List,
    intake: Intake,
}

impl WorkspaceLook {
    fn of(mark: WorkspaceMark, looking: &UnderWay<WorkspaceReach>, policy: &InForce) -> Self {
        let query = EventQuery {
            calendar_id: None,
            updated_since: looking.mark.since,
            starts_from: None,
        };
        let mut intake = Intake::of(View::empty(policy), looking.mark.since);
        let left_out = &mut intake.passed_over.left_out;
        left_out.clone_from(&looking.mark.left_out);
        Self {
            mark,
            began_at: looking.mark.began_at,
            list: List::from(query, looking.next.clone(), looking.pages, looking.listed),
            intake,
        }
    }

    fn progress(&self, held_until: Timestamp) -> UnderWay<WorkspaceReach> {
        UnderWay {
            mark: WorkspaceReach {
                began_at: self.began_at,
                since: self.intake.since,
                left_out: self.intake.passed_over.left_out.clone(),
            },
            next: self.list.next.clone(),
            pages: self.list.pages,
            listed: self.list.listed,
            held_until,
        }
    }
}

impl<R, D, S, Q, K> Sync<R, D, S, Q, K>
where
    R: RecallReader,
    D: Decisions,
    S: SyncState,
    Q: Queue,
    K: Clock,
{
    /// Looks at whatever changed in the workspace since `since`, for those whose
    /// notices ask for it, and marks the look as finished after its last page is
    /// written. Gives the calendars that it had to leave out, too.
    pub(super) async fn look_at_workspace(
        &self,
        mark: WorkspaceMark,
        since: Timestamp,
        made_for: &BTreeSet<CalendarId>,
        policy: &InForce,
        terms: Terms,
    ) -> Result<(Tally, BTreeSet<CalendarId>), Unattended> {
        let now = self.clock.now();
        let looking = UnderWay {
            mark: WorkspaceReach {
                began_at: now,
                since: Some(since),
                left_out: BTreeSet::new(),
            },
            next: None,
            pages: 0,
            listed: 0,
            held_until: plus(now, HOLD),
        };
        let mut look = WorkspaceLook::of(mark, &looking, policy);
        look.intake.made_for.clone_from(made_for);
        self.read_workspace(look, terms).await
    }

    /// Goes on with a look at the workspace that somebody left.
    pub(super) async fn go_on_with_workspace(
        &self,
        mark: WorkspaceMark,
        policy: &InForce,
        terms: Terms,
    ) -> Result<Tally, Unattended> {
        let left = mark.looking.clone().ok_or(Unattended::Taken)?;
        let look = WorkspaceLook::of(mark, &left, policy);
        let (tally, _) = self.read_workspace(look, terms).await?;
        Ok(tally)
    }

    async fn read_workspace(
        &self,
        mut look: WorkspaceLook,
        terms: Terms,
    ) -> Result<(Tally, BTreeSet<CalendarId>), Unattended> {
        let held = look.progress(plus(self.clock.now(), HOLD));
        self.claim(&mut look, Some(held)).await?;
        let mut tally = Tally::default();
        let mut ended = self.read_all(&mut look, &mut tally, terms).await;
        if ended.is_ok() {
            tally.left_out = count(look.intake.passed_over.left_out.len());
            ended = self.finish_workspace(&mut look).await;
        }
        if let Err(error) = ended {
            self.leave_workspace(look, &error).await;
            return Err(error);
        }
        Ok((tally, look.intake.passed_over.left_out))
    }

    async fn read_all(
        &self,
        look: &mut WorkspaceLook,
        tally: &mut Tally,
        terms: Terms,
    ) -> Result<(), Unattended> {
        self.turn(Operation::ListEvents, terms).await?;
        let mut page = self.read(&mut look.list, tally).await?;
        loop {
            let mut held = look.progress(plus(self.clock.now(), HOLD));
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
                .left_out
                .clone_from(&look.intake.passed_over.left_out);
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
        looking: Option<UnderWay<WorkspaceReach>>,
    ) -> Result<(), Unattended> {
        self.change_mark(look, |mark| WorkspaceMark {
            looking: looking.clone(),
            ..mark
        })
        .await
    }

    async fn finish_workspace(&self, look: &mut WorkspaceLook) -> Result<(), Unattended> {
        let now = self.clock.now();
        let finished = look.progress(now);
        self.change_mark(look, |mark| mark.finished(&finished, now))
            .await
    }

    /// Changes the mark as long as it says of the look under way what we wrote.
    async fn change_mark(
        &self,
        look: &mut WorkspaceLook,
        change: impl Fn(WorkspaceMark) -> WorkspaceMark,
    ) -> Result<(), Unattended> {
        for _ in 0..ROUNDS {
            let mut mark = change(look.mark.clone());
            if self.state.keep_workspace(&mark).await? == Kept::Written {
                mark.version = mark.version.next();
                look.mark = mark;
                return Ok(());
            }
            let stored = self.state.workspace().await?;
            if stored.looking != look.mark.looking {
                return Err(Unattended::Taken);
            }
            look.mark = stored;
        }
        Err(Unattended::Contended)
    }

    /// Leaves a look for somebody to go on with, if that would help.
    async fn leave_workspace(&self, mut look: WorkspaceLook, error: &Unattended) {
        if matches!(error, Unattended::Taken) && look.list.pages > 0 {
            return;
        }
        let is_forgotten = look.list.pages == 0 || matches!(error, Unattended::Endless);
        let left = look.mark.looking.clone().filter(|_| !is_forgotten);
        let left = left.map(|looking| UnderWay {
            held_until: self.clock.now(),
            ..looking
        });
        if let Err(error) = self.claim(&mut look, left).await {
            tracing::warn!(%error, "a look at the workspace is held until its time is over");
        }
    }
}
