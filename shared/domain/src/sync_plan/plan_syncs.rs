//! Which looks to make for a batch of notices: none, one calendar, or the workspace.
//!
//! One look at the workspace answers the notices of all calendars, those still
//! on the queue included, so it is made as soon as two calendars are asked for,
//! and for one calendar too while others were asked for a moment ago. It is not
//! made where it would reach so far back that it takes more pages than the
//! calendars one by one, nor where the setting forbids it.
//!
//! One look at a time is under way at the workspace, and one at a calendar.
//! Whoever finds one at work that will answer waits for it. One that was left,
//! because time ran out or a machine died, is taken up where it stopped by
//! whoever needs it.

use std::collections::BTreeSet;
use std::fmt;

use jiff::SignedDuration;

use super::PAGE;
use super::coverage::OWN_CLOCKS;
use super::debounce::{debounced, earliest};
use super::requested::{Extent, RequestedSync};
use super::state::{
    CompletedSync, LatestSync, OVERLAP, SyncInProgress, WorkspaceCoverage, WorkspaceSyncState,
};
use crate::id::CalendarId;
use crate::time::plus;
use jiff::Timestamp;

/// A look at the workspace overlaps the one before by as much as its notices are
/// late, and no more than this: others that the last look has not answered are
/// as late, wait on the queue still, and are answered too.
const MOST_LATE: SignedDuration = SignedDuration::from_secs(5);
/// While a look at the workspace began so little ago, others are asking too.
const BUSY: SignedDuration = SignedDuration::from_secs(30);
/// A look at the workspace reaches back no further than this.
const FURTHEST: SignedDuration = SignedDuration::from_hours(1);
/// A look at the workspace of more pages than this, a minute's lists, must be
/// fewer than the calendars that are asked for.
const WORTH: i64 = 60;

/// What a look lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One calendar.
    Calendar(CalendarId),
    /// Every calendar of the workspace.
    Workspace,
}

/// A look to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSync {
    /// What it lists.
    pub scope: Scope,
    /// Only what changed at or after this instant; none for everything.
    pub since: Option<Timestamp>,
    /// It goes on where somebody left it.
    pub resumes: bool,
    /// Not before this instant, so that it answers more.
    pub not_before: Timestamp,
    /// The calendars whose notices it is made for.
    pub for_calendars: BTreeSet<CalendarId>,
}

/// What to do for a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncPlan {
    /// Calendars whose notices a finished look has answered.
    pub answered: BTreeSet<CalendarId>,
    /// Calendars that somebody is looking at already.
    pub awaited: BTreeSet<CalendarId>,
    /// Looks to make, in this order.
    pub syncs: Vec<PlannedSync>,
}

/// What is asked about one calendar, and how far it was looked at.
#[derive(Debug, Clone)]
pub struct PendingCalendar<'a> {
    /// Which.
    pub calendar: &'a CalendarId,
    /// What the notices ask.
    pub requested: &'a RequestedSync,
    /// The last finished look at it alone.
    pub last_sync: Option<&'a CompletedSync>,
    /// One at it alone that is not finished, and of use.
    pub in_progress: Option<&'a SyncInProgress<CompletedSync>>,
    /// It is [owed](super::needs_full_sync) a look at everything.
    pub needs_full_sync: bool,
}

/// How a workspace is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListingOptions {
    /// The workspace may be listed as a whole.
    pub lists_workspace: bool,
    /// The time between two lists.
    pub interval: SignedDuration,
}

/// Plans the looks that answer `pending` at `now`, where each calendar is named once.
#[must_use]
pub fn plan_syncs(
    pending: &[PendingCalendar<'_>],
    workspace: &WorkspaceSyncState,
    options: ListingOptions,
    now: Timestamp,
) -> SyncPlan {
    let mut plan = SyncPlan::default();
    let mut wanting = Vec::new();
    for pending in pending {
        let id = || pending.calendar.clone();
        if is_answered(pending, workspace) {
            plan.answered.insert(id());
        } else if let Some(in_progress) = pending.in_progress {
            if in_progress.is_held(now) {
                plan.awaited.insert(id());
            } else {
                let (since, for_calendars) = (in_progress.mark.since, BTreeSet::from([id()]));
                let planned = resumed(Scope::Calendar(id()), since, for_calendars, now);
                plan.syncs.push(planned);
            }
        } else {
            match pending.requested.wants {
                Extent::Since(since) if !pending.needs_full_sync => wanting.push((pending, since)),
                _ => plan.syncs.push(alone(pending, None, now)),
            }
        }
    }
    if options.lists_workspace
        && let Some(in_progress) = &workspace.in_progress
    {
        wanting = plan.join(wanting, in_progress, now);
    }
    let planned = options
        .lists_workspace
        .then(|| together(&wanting, workspace, options, now))
        .flatten();
    match planned {
        Some(planned) => plan.syncs.insert(0, planned),
        None => {
            for (pending, since) in wanting {
                let reached = pending.last_sync.map(|last_sync| last_sync.began_at);
                let reached = reached.max(workspace.synced_until.min(Some(now)));
                let since = reached.map_or(since, |at| since.min(plus(at, -OVERLAP)));
                let not_before = pending.last_sync.map_or(now, |last_sync| {
                    earliest(last_sync.began_at, options.interval).max(now)
                });
                plan.syncs.push(alone(pending, Some(since), not_before));
            }
        }
    }
    plan.syncs.sort_by_key(|planned| planned.not_before);
    plan
}

fn is_answered(pending: &PendingCalendar<'_>, workspace: &WorkspaceSyncState) -> bool {
    let (last_sync, latest) = (pending.last_sync, workspace.latest.as_ref());
    !pending.needs_full_sync
        && (pending.requested.wants == Extent::Nothing
            || last_sync.is_some_and(|last_sync| last_sync.reach().covers(pending.requested))
            || latest
                .is_some_and(|latest| latest.reach.covers(pending.calendar, pending.requested)))
}

fn resumed(
    scope: Scope,
    since: Option<Timestamp>,
    for_calendars: BTreeSet<CalendarId>,
    now: Timestamp,
) -> PlannedSync {
    PlannedSync {
        scope,
        since,
        resumes: true,
        not_before: now,
        for_calendars,
    }
}

fn alone(
    pending: &PendingCalendar<'_>,
    since: Option<Timestamp>,
    not_before: Timestamp,
) -> PlannedSync {
    PlannedSync {
        scope: Scope::Calendar(pending.calendar.clone()),
        since,
        resumes: false,
        not_before,
        for_calendars: BTreeSet::from([pending.calendar.clone()]),
    }
}

impl SyncPlan {
    /// Has those wait for a look at the workspace that is under way, or take it
    /// up, who get something of it; gives those who do not.
    fn join<'a>(
        &mut self,
        wanting: Vec<(&'a PendingCalendar<'a>, Timestamp)>,
        in_progress: &SyncInProgress<WorkspaceCoverage>,
        now: Timestamp,
    ) -> Vec<(&'a PendingCalendar<'a>, Timestamp)> {
        let is_held = in_progress.is_held(now);
        // Whoever begins another at once would list the same again.
        let is_soon_over = now <= plus(in_progress.mark.began_at, BUSY);
        let mut others = Vec::new();
        let mut takers = BTreeSet::new();
        for (pending, since) in wanting {
            let is_answer = in_progress.mark.covers(pending.calendar, pending.requested);
            if is_held && (is_answer || is_soon_over) {
                self.awaited.insert(pending.calendar.clone());
            } else if is_answer && in_progress.next.is_some() {
                takers.insert(pending.calendar.clone());
            } else {
                others.push((pending, since));
            }
        }
        if !takers.is_empty() {
            let planned = resumed(Scope::Workspace, in_progress.mark.since, takers, now);
            self.syncs.insert(0, planned);
        }
        others
    }
}

/// One look at the workspace for all of these, if that is worth it.
fn together(
    wanting: &[(&PendingCalendar<'_>, Timestamp)],
    workspace: &WorkspaceSyncState,
    options: ListingOptions,
    now: Timestamp,
) -> Option<PlannedSync> {
    let in_progress = workspace.in_progress.as_ref();
    let is_long =
        |planned: &SyncInProgress<WorkspaceCoverage>| now > plus(planned.mark.began_at, BUSY);
    if in_progress
        .is_some_and(|planned| planned.is_held(now) || (planned.next.is_some() && is_long(planned)))
    {
        return None;
    }
    let latest = workspace.latest.as_ref();
    let is_busy = latest.is_some_and(|latest| now <= plus(latest.reach.began_at, BUSY));
    let fewest = if is_busy { 1 } else { 2 };
    if wanting.len() < fewest {
        return None;
    }
    let pending = wanting.iter().map(|(_, since)| *since).min()?;
    let lateness = wanting
        .iter()
        .map(|(pending, _)| pending.requested.lateness)
        .max()?;
    let overlap = OWN_CLOCKS + lateness.clamp(SignedDuration::ZERO, MOST_LATE);
    let before = latest.map(|latest| plus(latest.reach.began_at, -overlap));
    // One that was left behind a moment ago is begun again together with this one.
    let left = in_progress.and_then(|planned| planned.mark.since);
    let since = [Some(pending), before, left].into_iter().flatten().min()?;
    let most = i64::try_from(wanting.len()).unwrap_or(i64::MAX).max(WORTH);
    if since < plus(now, -FURTHEST) || expected_pages(latest, since, now) > most {
        return None;
    }
    let not_before = latest.map_or(now, |latest| debounced(latest, options.interval).max(now));
    Some(PlannedSync {
        scope: Scope::Workspace,
        since: Some(since),
        resumes: false,
        not_before,
        for_calendars: wanting
            .iter()
            .map(|(pending, _)| pending.calendar.clone())
            .collect(),
    })
}

/// How many pages a look at the workspace since `since` may take, if as much
/// changed in a second as in the time that the last one looked at.
fn expected_pages(latest: Option<&LatestSync>, since: Timestamp, now: Timestamp) -> i64 {
    let Some(latest) = latest else { return 1 };
    let looked_at = latest.span().as_secs();
    let asked_for = now.duration_since(since).as_secs().max(0);
    i64::from(latest.listed) * asked_for / looked_at / i64::from(PAGE) + 1
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Calendar(id) => write!(formatter, "calendar {id}"),
            Self::Workspace => formatter.write_str("the workspace"),
        }
    }
}

/// What is planned, as the log shows it.
impl fmt::Display for PlannedSync {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scope, since, .. } = self;
        if self.resumes {
            formatter.write_str("go on with ")?;
        }
        match since {
            Some(since) => write!(formatter, "{scope} since {since}")?,
            None => write!(formatter, "{scope} whole")?,
        }
        write!(
            formatter,
            " for {} at {}",
            self.for_calendars.len(),
            self.not_before
        )
    }
}

/// What is planned, as the log shows it.
impl fmt::Display for SyncPlan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (answered, awaited) = (self.answered.len(), self.awaited.len());
        write!(formatter, "{answered} answered, {awaited} awaited")?;
        self.syncs
            .iter()
            .try_for_each(|planned| write!(formatter, "; {planned}"))
    }
}

#[cfg(test)]
mod tests;
