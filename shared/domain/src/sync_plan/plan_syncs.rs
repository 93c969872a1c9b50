//! Plans the syncs for a batch of requests: none, single calendars, or the workspace.
//!
//! One sync of the workspace answers the requests of all calendars, those still on the
//! queue included. So it is planned as soon as two calendars have requests, and for one
//! calendar too if the workspace was synced a moment ago, or if windows are urgent, which need
//! the pages that a list for each request would take. It is not planned if it would reach so far
//! back that it takes more pages than the single calendars, or if the options forbid it.
//!
//! A full sync that a calendar's record asks for is made at once if the rate limit has room. If
//! not, it is left to the resync, which makes it in the background, in windows if there are many:
//! thousands of calendars that are connected again must not keep live requests waiting.
//!
//! At most one sync of the workspace is in progress, and one of each calendar. A worker
//! that finds one in progress that covers its requests waits for it. One that was left,
//! because its worker ran out of time or died, is resumed by the next worker that needs
//! it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::debounce::{debounced, earliest};
use super::plan::{ListingOptions, NewCalendar, PendingCalendar, PlannedSync, Scope, SyncPlan};
use super::requested::Extent;
use super::state::{OVERLAP, SyncInProgress, WorkspaceCoverage, WorkspaceSyncState};
use super::workspace_reach::{
    FURTHEST, Incremental, caught_up_since, expected_pages, requested_since, workspace_since,
};
use crate::time::plus;

/// If a sync of the workspace started no longer ago than this, other calendars have requests
/// too.
const BUSY: SignedDuration = SignedDuration::from_secs(30);
/// So many calendars are listed one by one beside a long sync of the workspace; more of them wait
/// for it.
const FEW: usize = 2;
/// A sync of the workspace that takes more pages than this, one minute's limit, must take
/// fewer than there are calendars with requests.
const WORTH: i64 = 60;
/// The shortest time.
const MOMENT: SignedDuration = SignedDuration::from_millis(1);
/// Plans the syncs that answer the requests of `pending` at `now`. Each calendar is
/// pending once.
#[must_use]
pub fn plan_syncs(
    pending: &[PendingCalendar<'_>],
    workspace: &WorkspaceSyncState,
    options: ListingOptions,
    now: Timestamp,
) -> SyncPlan {
    let mut plan = SyncPlan::default();
    let mut incremental = Vec::new();
    let pending: Vec<_> = pending
        .iter()
        .map(|pending| without_full_sync_to_leave(pending, options, now))
        .collect();
    for pending in &pending {
        if let Some(since) = plan_single(&mut plan, pending, workspace, options, now) {
            incremental.push((pending, since));
        }
    }
    // The full sync that is left lists what changed long ago.
    incremental.retain(|(pending, since)| {
        let is_left = is_left(pending) && *since < plus(now, -FURTHEST);
        if is_left {
            plan.answered.insert(pending.calendar.clone());
        }
        !is_left
    });
    if options.lists_workspace {
        if let Some(in_progress) = &workspace.in_progress {
            // There are too many changes to list calendars one by one beside it.
            let is_awaited = workspace.distant.is_some();
            incremental = join(&mut plan, incremental, (in_progress, is_awaited), now);
        }
        let of_workspace = |incremental: &_| of_workspace(incremental, workspace, options, now);
        if let Some(planned) = of_workspace(&incremental) {
            plan.syncs.insert(0, planned);
            incremental.clear();
        } else if incremental.iter().any(is_new) {
            // New calendars may reach too far back, and must not keep the others from this.
            let (new, others) = incremental.into_iter().partition(is_new);
            incremental = new;
            match of_workspace(&others) {
                Some(planned) => plan.syncs.insert(0, planned),
                None => incremental.extend(others),
            }
        }
    }
    let singles = incremental.into_iter().map(|one| match one {
        (pending, _) if pending.needs_full_sync => full(pending, options, now),
        (pending, since) => overlapping(pending, since, workspace, options, now),
    });
    plan.syncs.extend(singles);
    plan.syncs.sort_by_key(|planned| planned.not_before);
    plan
}

/// Plans a calendar that is answered, is being synced, or needs a full sync. Any other one
/// needs an incremental sync, from the returned instant.
fn plan_single(
    plan: &mut SyncPlan,
    pending: &PendingCalendar<'_>,
    workspace: &WorkspaceSyncState,
    options: ListingOptions,
    now: Timestamp,
) -> Option<Timestamp> {
    if is_answered(pending, workspace) {
        plan.answered.insert(pending.calendar.clone());
    } else if let Some(in_progress) = pending.in_progress {
        if in_progress.is_held(now) {
            plan.awaited.insert(pending.calendar.clone());
        } else {
            let planned = single(pending, in_progress.mark.since, now);
            plan.syncs.push(PlannedSync {
                resumes: true,
                ..planned
            });
        }
    } else {
        let new = pending.new.filter(|_| options.lists_workspace);
        match (pending.requested.extent, new) {
            (Extent::Since(since), _) if !pending.needs_full_sync => return Some(since),
            (Extent::Since(since), Some(new)) => return Some(since.min(new.since)),
            (Extent::Nothing, Some(new)) => return Some(new.since),
            _ => plan.syncs.push(full(pending, options, now)),
        }
    }
    None
}

/// Whether a full sync of a calendar may be left to a resync: the calendar was connected again or
/// has changed, nobody asked for the sync, and it was not created a moment ago: then a list of the
/// workspace can be its full sync. One whose decisions are of an older policy or
/// override is synced before its requests are answered.
fn may_be_left(pending: &PendingCalendar<'_>, options: ListingOptions, now: Timestamp) -> bool {
    let reaches_far = |new: NewCalendar| new.since < plus(now, -FURTHEST);
    options.lists_workspace
        && pending.last_sync.is_none()
        && pending.requested.extent != Extent::Full
        && pending.new.is_none_or(reaches_far)
}

/// The calendar as one that needs no full sync, if that is left.
fn without_full_sync_to_leave<'a>(
    pending: &PendingCalendar<'a>,
    options: ListingOptions,
    now: Timestamp,
) -> PendingCalendar<'a> {
    let is_left = options.leaves_full_syncs && may_be_left(pending, options, now);
    let new = pending.new.filter(|_| !is_left);
    PendingCalendar {
        needs_full_sync: pending.needs_full_sync && !is_left,
        new,
        ..pending.clone()
    }
}

/// Whether the full sync of a calendar that was never synced is left.
fn is_left(pending: &PendingCalendar<'_>) -> bool {
    pending.last_sync.is_none() && !pending.needs_full_sync
}

/// Whether a list of what changed is the full sync of a new calendar.
fn is_new((pending, _): &Incremental<'_>) -> bool {
    pending.needs_full_sync
}

fn is_answered(pending: &PendingCalendar<'_>, workspace: &WorkspaceSyncState) -> bool {
    let last_sync = pending.last_sync;
    !pending.needs_full_sync
        && (pending.requested.extent == Extent::Nothing
            || last_sync.is_some_and(|last_sync| last_sync.coverage().covers(pending.requested))
            || workspace.answers(pending.calendar, pending.requested))
}

/// A sync of one calendar.
fn single(
    pending: &PendingCalendar<'_>,
    since: Option<Timestamp>,
    not_before: Timestamp,
) -> PlannedSync {
    PlannedSync {
        scope: Scope::Calendar(pending.calendar.clone()),
        since,
        resumes: false,
        may_be_left: false,
        not_before,
        for_calendars: BTreeSet::from([pending.calendar.clone()]),
    }
}

/// A full sync of one calendar.
fn full(pending: &PendingCalendar<'_>, options: ListingOptions, now: Timestamp) -> PlannedSync {
    PlannedSync {
        may_be_left: may_be_left(pending, options, now),
        ..single(pending, None, now)
    }
}

/// An incremental sync of one calendar that overlaps the last sync.
fn overlapping(
    pending: &PendingCalendar<'_>,
    since: Timestamp,
    workspace: &WorkspaceSyncState,
    options: ListingOptions,
    now: Timestamp,
) -> PlannedSync {
    let began_at = pending.last_sync.map(|last_sync| last_sync.began_at);
    let synced_until = began_at.max(workspace.synced_until.min(Some(now)));
    let since = synced_until.map_or(since, |until| since.min(plus(until, -OVERLAP)));
    let not_before = began_at.map_or(now, |at| earliest(at, options.interval).max(now));
    single(pending, Some(since), not_before)
}

/// Makes calendars wait for the sync of the workspace that is in progress, or resume it, if
/// it helps them. Returns the other calendars; none if all have to wait as long as it is held.
fn join<'a>(
    plan: &mut SyncPlan,
    incremental: Vec<Incremental<'a>>,
    (in_progress, is_awaited): (&SyncInProgress<WorkspaceCoverage>, bool),
    now: Timestamp,
) -> Vec<Incremental<'a>> {
    let is_held = in_progress.is_held(now);
    // Another sync of the workspace at once would list the same pages again.
    let is_recent = now <= plus(in_progress.mark.began_at, BUSY);
    let is_reached = |since| {
        in_progress
            .mark
            .since
            .is_none_or(|reached| reached <= since)
    };
    let mut others = Vec::new();
    let mut for_calendars = BTreeSet::new();
    for (pending, since) in incremental {
        let covers =
            is_reached(since) && in_progress.mark.covers(pending.calendar, pending.requested);
        if is_held && (covers || is_recent || is_awaited) {
            plan.awaited.insert(pending.calendar.clone());
        } else if covers && in_progress.next.is_some() {
            for_calendars.insert(pending.calendar.clone());
        } else {
            others.push((pending, since));
        }
    }
    // It keeps a list for all of them from starting, and one list for each would take longer.
    let are_many = others.len() > FEW && others.iter().all(|(_, since)| is_reached(*since));
    if are_many && (is_held || is_to_be_resumed(in_progress, is_awaited, now)) {
        let others = others.drain(..);
        let others = others.map(|(pending, _)| pending.calendar.clone());
        if is_held {
            plan.awaited.extend(others);
        } else {
            for_calendars.extend(others);
        }
    }
    if !for_calendars.is_empty() {
        plan.syncs.insert(
            0,
            PlannedSync {
                scope: Scope::Workspace,
                since: in_progress.mark.since,
                resumes: true,
                may_be_left: false,
                not_before: now,
                for_calendars,
            },
        );
    }
    others
}

/// One sync of the workspace for all of these calendars, if it is worth it.
fn of_workspace(
    incremental: &[Incremental<'_>],
    workspace: &WorkspaceSyncState,
    options: ListingOptions,
    now: Timestamp,
) -> Option<PlannedSync> {
    let latest = workspace.latest.as_ref();
    let is_busy = latest.is_some_and(|latest| now <= plus(latest.reach.began_at, BUSY));
    let fewest = if is_busy || options.are_windows_urgent {
        1
    } else {
        2
    };
    if incremental.len() < fewest || is_hindered(workspace, now) {
        return None;
    }
    let most = i64::try_from(incremental.len())
        .unwrap_or(i64::MAX)
        .max(WORTH);
    let is_worth_it = |since: &Timestamp| {
        *since >= plus(now, -FURTHEST) && expected_pages(latest, *since, now) <= most
    };
    let linked = workspace_since(incremental, workspace)?;
    let requested = requested_since(incremental, workspace)?;
    let since = [linked, requested].into_iter().find(is_worth_it)?;
    let since = caught_up_since(workspace, since, now).unwrap_or(since);
    let not_before = latest.map_or(now, |latest| debounced(latest, options).max(now));
    let new = incremental.iter().filter(|one| is_new(one));
    let known_from = new.filter_map(|(pending, _)| pending.new.map(|new| new.known_from));
    let known_at = known_from.max().map(|from| plus(from, MOMENT));
    Some(PlannedSync {
        scope: Scope::Workspace,
        since: Some(since),
        resumes: false,
        may_be_left: false,
        not_before: known_at.map_or(not_before, |at| at.max(not_before)),
        for_calendars: incremental
            .iter()
            .map(|(pending, _)| pending.calendar.clone())
            .collect(),
    })
}

/// Whether an unfinished sync of the workspace keeps another one from starting: a worker
/// holds it, or it was left after so much work that it should be resumed. A list of near events is
/// short.
fn is_hindered(workspace: &WorkspaceSyncState, now: Timestamp) -> bool {
    workspace.in_progress.as_ref().is_some_and(|in_progress| {
        in_progress.is_held(now) || is_to_be_resumed(in_progress, workspace.distant.is_some(), now)
    })
}

/// Whether a sync of the workspace was left after so much work that it should be resumed.
fn is_to_be_resumed(
    in_progress: &SyncInProgress<WorkspaceCoverage>,
    is_short: bool,
    now: Timestamp,
) -> bool {
    let is_long = now > plus(in_progress.mark.began_at, BUSY);
    in_progress.next.is_some() && is_long && !is_short && !in_progress.is_held(now)
}

#[cfg(test)]
mod tests;
