//! Looks at what nobody said anything about.
//!
//! Changes whose notice never came are found by a look at the whole workspace
//! that overlaps the one before, every few minutes. And every calendar that is
//! owed a look at everything is looked at alone: after a policy was pushed, a
//! word, a pause that ended, a first look that never came to its end, on
//! demand, and once a day whatever happened.
//!
//! What is owed is derived from what is stored, so a sweep remembers nothing:
//! one that runs out of time, fails or is never run leaves it to the next.
//!
//! Nobody waits for a sweep, so it goes [behind](Priority::Background) live notices. Two
//! sweeps may run side by side. Each begins at another calendar, and reads what
//! is owed again once it is its turn, since the other may have looked while it
//! waited; a turn that is not needed is kept for the next calendar. So they
//! mostly do not do the same; where they do, it costs a look.

use std::collections::BTreeSet;

use callsheet_domain::{
    CalendarId, CalendarRecord, CatchUp, Operation, OverrideRevision, Scope, Timestamp,
    WorkspaceSyncState, is_full_sync_outdated, needs_full_sync, plus,
};
use jiff::SignedDuration;

use super::turn::{CallTerms, Priority};
use super::{SyncError, SyncHandler, SyncPorts, Tally};
use crate::ports::{Calendars as _, Clock as _, ListedCalendar, SyncStates as _, WriteOutcome};
use crate::{ActivePolicy, PortError};

/// How often everything in a calendar is looked at, whatever happened.
const WHOLE_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// How much a look at one calendar overlaps the one before.
const OVERLAP: SignedDuration = SignedDuration::from_secs(30);

/// What became of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Swept {
    /// Recall denied us, so it was broken off.
    pub(super) is_denied: bool,
}

/// How much a sweep is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trigger {
    /// It comes by its schedule: what was looked at a moment ago can wait.
    Scheduled,
    /// Somebody asks for it.
    Requested,
}

/// What a sweep looks for.
#[derive(Debug, Clone)]
struct Sweep {
    policy: ActivePolicy,
    /// A look at everything that began earlier is too old.
    whole_since: Timestamp,
    /// A look at what changed that began earlier is too old; none if the
    /// workspace is listed as a whole.
    changed_since: Option<Timestamp>,
    terms: CallTerms,
}

/// The look at a calendar that is due, the more pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// One that somebody left is to be gone on with.
    Left,
    /// At everything: what was decided does not hold any more.
    Owed,
    /// At what changed since.
    Changed(Timestamp),
    /// At everything: the last one was long ago.
    Aged,
}

impl Sweep {
    fn due(
        &self,
        record: &CalendarRecord,
        override_revision: OverrideRevision,
        now: Timestamp,
    ) -> Option<Due> {
        let last_sync = record.last_sync.as_ref();
        let policy = self.policy.revision;
        if !record.calendar.status.holds_bots() {
            return None;
        }
        if let Some(in_progress) = &record.in_progress
            && in_progress.is_resumable(policy, override_revision, now)
        {
            return (!in_progress.is_held(now)).then_some(Due::Left);
        }
        if needs_full_sync(last_sync, policy, override_revision, now) {
            return Some(Due::Owed);
        }
        if is_full_sync_outdated(last_sync, self.whole_since) {
            return Some(Due::Aged);
        }
        let began_at = last_sync?.began_at;
        let is_old = self.changed_since.is_some_and(|limit| began_at < limit);
        is_old.then(|| Due::Changed(plus(began_at, -OVERLAP)))
    }
}

impl<P: SyncPorts> SyncHandler<P> {
    /// Looks at what is due until `deadline`. Fails only if what is remembered
    /// cannot be read.
    pub(super) async fn sweep(
        &self,
        policy: &ActivePolicy,
        urge: Trigger,
        deadline: Timestamp,
    ) -> Result<Swept, SyncError> {
        let terms = CallTerms {
            rank: Priority::Background,
            deadline,
        };
        let mut swept = Swept::default();
        let mut lists_workspace = self.settings.is_workspace_listed;
        let mark = match self.heal(policy, urge, terms).await {
            Ok(mark) => mark,
            Err(error) if error.is_retry_later() && urge == Trigger::Requested => {
                return Err(error);
            }
            Err(error) => {
                if !error.is_retry_later() {
                    tracing::warn!(%error, "could not look for what nobody told of");
                }
                if error.is_denied() {
                    swept.is_denied = true;
                    return Ok(swept);
                }
                lists_workspace &= !error.is_of_content();
                self.ports.state().workspace().await?
            }
        };
        let now = self.ports.clock().now();
        let whole_since =
            plus(now, -WHOLE_EVERY).max(mark.full_sync_requested_at.unwrap_or(Timestamp::MIN));
        if mark.listed_calendars_at.is_none_or(|at| at < whole_since)
            && let Err(error) = self.list_calendars(terms).await
        {
            tracing::warn!(%error, "could not list the calendars");
            if error.is_denied() {
                swept.is_denied = true;
                return Ok(swept);
            }
        }
        let listed = self.ports.state().listed().await?;
        let sweep = Sweep {
            policy: policy.clone(),
            whole_since,
            changed_since: (!lists_workspace)
                .then(|| plus(now, -self.catch_up_interval_per_calendar(urge, &listed))),
            terms,
        };
        swept.is_denied = self.catch_up_all(&sweep, listed).await?;
        Ok(swept)
    }

    /// Looks at what changed in the workspace since the last such look, if that
    /// is wanted now, and gives the mark.
    async fn heal(
        &self,
        policy: &ActivePolicy,
        urge: Trigger,
        terms: CallTerms,
    ) -> Result<WorkspaceSyncState, SyncError> {
        let mark = self.ports.state().workspace().await?;
        let now = self.ports.clock().now();
        if !self.settings.is_workspace_listed {
            return Ok(mark);
        }
        let tally = match &mark.in_progress {
            // It may have begun before whatever somebody asks about.
            Some(in_progress) if in_progress.is_held(now) => {
                return match urge {
                    Trigger::Scheduled => Ok(mark),
                    Trigger::Requested => Err(SyncError::AlreadyRunning),
                };
            }
            Some(in_progress) if in_progress.next.is_some() => {
                self.go_on_with_workspace(mark, policy, terms).await?
            }
            _ => match mark.catch_up(self.catch_up_interval(urge), now) {
                None => return Ok(mark),
                Some(CatchUp::Since(since)) => {
                    let nobody = BTreeSet::new();
                    let last_sync = self.look_at_workspace(mark, since, &nobody, policy, terms);
                    last_sync.await?.0
                }
                Some(CatchUp::Begin) => {
                    let until = self.looked_until().await?;
                    self.begin_chain(mark.begun_at(until)).await?;
                    return Box::pin(self.heal(policy, urge, terms)).await;
                }
                Some(CatchUp::Everything) => return self.begin_chain(mark.begun_anew(now)).await,
            },
        };
        tally.tell(&Scope::Workspace, 0);
        Ok(self.ports.state().workspace().await?)
    }

    /// How long ago the last look for changes is when the next one is due.
    fn catch_up_interval(&self, urge: Trigger) -> SignedDuration {
        match urge {
            Trigger::Requested => SignedDuration::ZERO,
            Trigger::Scheduled => {
                let every = SignedDuration::try_from(self.settings.catch_up_every);
                every.unwrap_or(SignedDuration::MAX)
            }
        }
    }

    /// The same where each calendar is looked at alone: so long that it takes
    /// half of the lists at most.
    fn catch_up_interval_per_calendar(
        &self,
        urge: Trigger,
        listed: &[ListedCalendar],
    ) -> SignedDuration {
        let every = self.catch_up_interval(urge);
        let lists = i32::try_from(2 * listed.len()).unwrap_or(i32::MAX);
        match urge {
            Trigger::Requested => every,
            Trigger::Scheduled => every.max(self.settings.list_events.interval() * lists),
        }
    }

    /// Begins a chain of looks at the workspace; gives its mark.
    async fn begin_chain(
        &self,
        mut mark: WorkspaceSyncState,
    ) -> Result<WorkspaceSyncState, SyncError> {
        match self.ports.state().write_workspace_state(&mark).await? {
            WriteOutcome::Written => {
                mark.version = mark.version.next();
                Ok(mark)
            }
            WriteOutcome::Conflict => Err(SyncError::AlreadyRunning),
        }
    }

    /// Since when every calendar that was looked at at all was last looked at.
    async fn looked_until(&self) -> Result<Timestamp, PortError> {
        let now = self.ports.clock().now();
        let listed = self.ports.state().listed().await?;
        let connected = listed
            .iter()
            .filter(|listed| listed.record.calendar.status.holds_bots());
        let last_sync = connected.filter_map(|listed| listed.record.last_sync.as_ref());
        Ok(last_sync
            .map(|last_sync| last_sync.began_at)
            .min()
            .unwrap_or(now))
    }

    /// Looks at the calendars that are due; says whether Recall denied us.
    async fn catch_up_all(
        &self,
        sweep: &Sweep,
        listed: Vec<ListedCalendar>,
    ) -> Result<bool, PortError> {
        let due = self.due(sweep, listed);
        let (mut looked_at, mut left) = (0, due.len());
        let (mut has_turn, mut is_denied) = (false, false);
        for calendar in &due {
            match self.catch_up(calendar, sweep, &mut has_turn).await {
                Ok(caught_up) => {
                    left -= 1;
                    if let Some(tally) = caught_up {
                        looked_at += 1;
                        tally.tell(&Scope::Calendar(calendar.clone()), 0);
                    }
                }
                Err(SyncError::DeadlineReached) => break,
                Err(SyncError::AlreadyRunning) => left -= 1,
                Err(error) => {
                    tracing::warn!(%calendar, requests = 0, %error, "could not attend to a calendar");
                    if error.is_denied() {
                        is_denied = true;
                        break;
                    }
                }
            }
        }
        tracing::info!(owed = due.len(), looked_at, left, "swept");
        Ok(is_denied)
    }

    /// The calendars that the list shows to be due, the pressing ones first,
    /// and beginning at whichever the clock says: a deadline does not cut off
    /// the same ones each time.
    fn due(&self, sweep: &Sweep, listed: Vec<ListedCalendar>) -> Vec<CalendarId> {
        let now = self.ports.clock().now();
        let due = listed.into_iter().filter_map(
            |ListedCalendar {
                 record,
                 override_revision,
             }| {
                let due = sweep.due(&record, override_revision, now)?;
                Some((due, record.calendar.id))
            },
        );
        let mut due: Vec<_> = due.collect();
        if !due.is_empty() {
            let first = now.as_microsecond().unsigned_abs() % due.len() as u64;
            due.rotate_left(usize::try_from(first).unwrap_or(0));
        }
        due.sort_by_key(|(due, _)| *due);
        due.into_iter().map(|(_, calendar)| calendar).collect()
    }

    /// Looks at a calendar, if that is still due when it is its turn: the list
    /// may have lagged, and somebody else may have looked since.
    async fn catch_up(
        &self,
        calendar: &CalendarId,
        sweep: &Sweep,
        has_turn: &mut bool,
    ) -> Result<Option<Tally>, SyncError> {
        let terms = sweep.terms;
        if !*has_turn {
            self.turn(Operation::ListEvents, terms).await?;
            *has_turn = true;
        }
        let Some(known) = self.remembered(calendar).await? else {
            return Ok(None);
        };
        let override_revision = known.overrides.revision;
        let since = match sweep.due(&known.record, override_revision, self.ports.clock().now()) {
            None => return Ok(None),
            Some(Due::Left) => {
                *has_turn = false;
                let last_sync = self.go_on_with_calendar(known, &sweep.policy, terms).await;
                return last_sync.map(Some);
            }
            Some(Due::Owed | Due::Aged) => None,
            Some(Due::Changed(since)) => Some(since),
        };
        *has_turn = false;
        let last_sync = self
            .look_at_calendar(known, since, &sweep.policy, terms)
            .await;
        last_sync.map(Some)
    }
}
