//! Calendars and workspaces to plan syncs for, and plans in a line of text.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::id::CalendarId;
use crate::revision::{OverrideRevision, PolicyRevision};
use crate::sync_plan::LatestSync;
use crate::sync_plan::plan::{ListingOptions, NewCalendar, PendingCalendar, PlannedSync, SyncPlan};
use crate::sync_plan::plan_syncs::plan_syncs;
use crate::sync_plan::request::{SyncReason, SyncRequest};
use crate::sync_plan::requested::RequestedSync;
use crate::sync_plan::state::{
    CompletedSync, PageCursor, SyncInProgress, WorkspaceCoverage, WorkspaceSyncState,
};

pub(super) const NOW: i64 = 1_000;

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

/// A calendar, as tests vary it: synced in full at 100, with a request sent at 991
/// for a change at 990.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) requested: RequestedSync,
    pub(super) last_sync: Option<CompletedSync>,
    pub(super) in_progress: Option<SyncInProgress<CompletedSync>>,
    pub(super) needs_full_sync: bool,
    pub(super) new: Option<NewCalendar>,
}

pub(super) fn completed_sync(began: i64, since: Option<i64>) -> CompletedSync {
    CompletedSync {
        began_at: at(began),
        since: since.map(at),
        full_sync_at: None,
        policy: PolicyRevision(0),
        overrides: OverrideRevision(0),
        holds_until: None,
    }
}

pub(super) fn requested(reason: SyncReason, sent: i64) -> RequestedSync {
    RequestedSync::from(&SyncRequest {
        calendar_id: CalendarId::parse("any").expect("an id"),
        reason,
        sent_at: at(sent),
    })
}

pub(super) fn changed(since: i64, sent: i64) -> RequestedSync {
    requested(SyncReason::EventsChanged { since: at(since) }, sent)
}

pub(super) fn changed_calendar() -> Case {
    Case {
        requested: changed(990, 991),
        last_sync: Some(completed_sync(100, None)),
        in_progress: None,
        needs_full_sync: false,
        new: None,
    }
}

/// A calendar that was created at an instant and stored at 991.
pub(super) fn new_calendar(created: i64) -> Case {
    Case {
        last_sync: None,
        needs_full_sync: true,
        new: Some(NewCalendar {
            since: at(created),
            known_from: at(991),
        }),
        ..changed_calendar()
    }
}

pub(super) fn with(change: impl FnOnce(&mut Case)) -> Case {
    let mut case = changed_calendar();
    change(&mut case);
    case
}

pub(super) fn unfinished<M>(mark: M, pages: u32, held_until: i64) -> SyncInProgress<M> {
    SyncInProgress {
        mark,
        next: (pages > 0).then(|| PageCursor("next".to_owned())),
        pages,
        listed: pages * 100,
        held_until: at(held_until),
    }
}

fn reach(began: i64, since: i64) -> WorkspaceCoverage {
    WorkspaceCoverage {
        began_at: at(began),
        since: Some(at(since)),
        starts_until: None,
        skipped: BTreeSet::new(),
        policy: PolicyRevision(0),
    }
}

pub(super) fn latest(began: i64, since: i64, pages: u32, listed: u32) -> WorkspaceSyncState {
    WorkspaceSyncState {
        latest: Some(LatestSync {
            reach: reach(began, since),
            until: at(began),
            pages,
            listed,
        }),
        ..WorkspaceSyncState::default()
    }
}

pub(super) fn in_progress(
    began: i64,
    since: i64,
    pages: u32,
    held_until: i64,
) -> WorkspaceSyncState {
    WorkspaceSyncState {
        in_progress: Some(unfinished(reach(began, since), pages, held_until)),
        ..WorkspaceSyncState::default()
    }
}

/// `workspace`, whose latest sync skipped calendar `a`.
pub(super) fn skipping(mut workspace: WorkspaceSyncState) -> WorkspaceSyncState {
    let latest = workspace.latest.as_mut().expect("a sync");
    let skipped = &mut latest.reach.skipped;
    skipped.insert(CalendarId::parse("a").expect("an id"));
    workspace
}

pub(super) fn never() -> WorkspaceSyncState {
    WorkspaceSyncState::default()
}

pub(super) const OPTIONS: ListingOptions = ListingOptions {
    lists_workspace: true,
    interval: SignedDuration::from_secs(1),
    are_windows_urgent: false,
    leaves_full_syncs: false,
};

pub(super) fn plan_of(
    options: ListingOptions,
    cases: &[Case],
    workspace: &WorkspaceSyncState,
) -> SyncPlan {
    let names = ["a", "b", "c"].map(|name| CalendarId::parse(name).expect("an id"));
    let pending: Vec<_> = cases
        .iter()
        .zip(&names)
        .map(|(case, calendar)| PendingCalendar {
            calendar,
            requested: &case.requested,
            last_sync: case.last_sync.as_ref(),
            in_progress: case.in_progress.as_ref(),
            needs_full_sync: case.needs_full_sync,
            new: case.new,
        })
        .collect();
    plan_syncs(&pending, workspace, options, at(NOW))
}

/// The plan for calendars `a`, `b`, … with seconds for instants.
pub(super) fn planned(
    cases: &[Case],
    workspace: &WorkspaceSyncState,
    lists_workspace: bool,
) -> String {
    let options = ListingOptions {
        lists_workspace,
        ..OPTIONS
    };
    planned_with(options, cases, workspace)
}

pub(super) fn planned_with(
    options: ListingOptions,
    cases: &[Case],
    workspace: &WorkspaceSyncState,
) -> String {
    let plan = plan_of(options, cases, workspace);
    let mut lines: Vec<String> = Vec::new();
    lines.extend(listed("answered", &plan.answered));
    lines.extend(listed("awaited", &plan.awaited));
    lines.extend(plan.syncs.iter().map(summary));
    lines.join("; ")
}

fn listed(label: &str, of: &BTreeSet<CalendarId>) -> Option<String> {
    let names: Vec<_> = of.iter().map(CalendarId::as_str).collect();
    (!names.is_empty()).then(|| format!("{label} {}", names.join(" ")))
}

fn summary(planned: &PlannedSync) -> String {
    let resumes = if planned.resumes { "resume " } else { "" };
    let since = planned.since.map_or("in full".to_owned(), |since| {
        format!("since {}", since.as_millisecond() / 1_000)
    });
    let wait = planned.not_before.duration_since(at(NOW)).as_secs().max(0);
    let wait = if wait > 0 {
        format!(" in {wait} s")
    } else {
        String::new()
    };
    let for_calendars = listed(" for", &planned.for_calendars).unwrap_or_default();
    format!("{resumes}{} {since}{for_calendars}{wait}", planned.scope)
}
