//! Which looks are chosen, as the log shows them.

use test_case::test_case;

use super::*;
use crate::revision::{OverrideRevision, PolicyRevision};
use crate::sync_plan::request::{SyncReason, SyncRequest};
use crate::sync_plan::state::PageCursor;

const NOW: i64 = 1_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

/// A calendar, as the cases below vary it: looked at whole at 100, and told of
/// a change at 990 by a notice sent at 991.
#[derive(Clone)]
struct Case {
    requested: RequestedSync,
    last_sync: Option<CompletedSync>,
    in_progress: Option<SyncInProgress<CompletedSync>>,
    needs_full_sync: bool,
}

fn completed_sync(began: i64, since: Option<i64>) -> CompletedSync {
    CompletedSync {
        began_at: at(began),
        since: since.map(at),
        full_sync_at: None,
        policy: PolicyRevision(0),
        overrides: OverrideRevision(0),
        holds_until: None,
    }
}

fn asks(reason: SyncReason, sent: i64) -> RequestedSync {
    RequestedSync::from(&SyncRequest {
        calendar_id: CalendarId::parse("any").expect("an id"),
        reason,
        sent_at: at(sent),
    })
}

fn changed(since: i64, sent: i64) -> RequestedSync {
    asks(SyncReason::EventsChanged { since: at(since) }, sent)
}

fn told() -> Case {
    Case {
        requested: changed(990, 991),
        last_sync: Some(completed_sync(100, None)),
        in_progress: None,
        needs_full_sync: false,
    }
}

fn with(change: impl FnOnce(&mut Case)) -> Case {
    let mut case = told();
    change(&mut case);
    case
}

fn under_way<M>(mark: M, pages: u32, held_until: i64) -> SyncInProgress<M> {
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
        skipped: BTreeSet::new(),
    }
}

fn latest(began: i64, since: i64, pages: u32, listed: u32) -> WorkspaceSyncState {
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

fn in_progress(began: i64, since: i64, pages: u32, held_until: i64) -> WorkspaceSyncState {
    WorkspaceSyncState {
        in_progress: Some(under_way(reach(began, since), pages, held_until)),
        ..WorkspaceSyncState::default()
    }
}

/// `workspace`, whose latest look could not write calendar `a`.
fn leaving_out(mut workspace: WorkspaceSyncState) -> WorkspaceSyncState {
    let latest = workspace.latest.as_mut().expect("a look");
    let skipped = &mut latest.reach.skipped;
    skipped.insert(CalendarId::parse("a").expect("an id"));
    workspace
}

fn never() -> WorkspaceSyncState {
    WorkspaceSyncState::default()
}

/// The plan for calendars `a`, `b`, … with seconds for instants.
fn planned(cases: &[Case], workspace: &WorkspaceSyncState, lists_workspace: bool) -> String {
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
        })
        .collect();
    let options = ListingOptions {
        lists_workspace,
        interval: SignedDuration::from_secs(1),
    };
    let plan = plan_syncs(&pending, workspace, options, at(NOW));
    let mut lines: Vec<String> = Vec::new();
    let listed = |what: &str, of: &BTreeSet<CalendarId>| {
        let names: Vec<_> = of.iter().map(CalendarId::as_str).collect();
        (!names.is_empty()).then(|| format!("{what} {}", names.join(" ")))
    };
    lines.extend(listed("answered", &plan.answered));
    lines.extend(listed("awaited", &plan.awaited));
    for planned in &plan.syncs {
        let resumes = if planned.resumes { "go on with " } else { "" };
        let since = planned.since.map_or("whole".to_owned(), |since| {
            format!("since {}", since.as_millisecond() / 1_000)
        });
        let wait = planned.not_before.duration_since(at(NOW)).as_secs().max(0);
        let wait = if wait > 0 {
            format!(" in {wait} s")
        } else {
            String::new()
        };
        let for_calendars = listed(" for", &planned.for_calendars).unwrap_or_default();
        lines.push(format!(
            "{resumes}{} {since}{for_calendars}{wait}",
            planned.scope
        ));
    }
    lines.join("; ")
}

#[test_case(&[told()], &never(), "calendar a since 70 for a"; "one calendar, alone, back to its last look")]
#[test_case(&[told(), told()], &never(), "the workspace since 990 for a b"; "two, together")]
#[test_case(&[told()], &latest(995, 900, 1, 5), "answered a"; "a later look at the workspace has answered")]
#[test_case(&[told(), told()], &leaving_out(latest(995, 900, 1, 5)), "answered b; the workspace since 990 for a"; "one that left a calendar out answers nothing about it")]
#[test_case(&[told()], &latest(995, 992, 1, 5), "the workspace since 990 for a"; "one that did not reach back, a moment ago: others are asking too")]
#[test_case(&[told()], &latest(985, 900, 1, 5), "the workspace since 983 for a"; "one that began before the notice, a moment ago")]
#[test_case(&[told()], &latest(900, 800, 1, 5), "calendar a since 70 for a"; "one that began long before it")]
#[test_case(&[told()], &latest(985, 900, 4, 350), "the workspace since 983 for a"; "after a look of many pages, long since")]
#[test_case(&[told()], &latest(990, 900, 6, 550), "the workspace since 988 for a"; "after a look at a quarter of a minute's worth")]
#[test_case(&[with(|a| a.requested = changed(996, 997)), told()], &latest(995, 980, 4, 350), "answered b; the workspace since 993 for a in 9 s"; "the more is going on the longer it waits")]
#[test_case(&[told(), told()], &latest(500, 470, 10, 1_800), "calendar a since 70 for a; calendar b since 70 for b"; "a look at the workspace would take too many pages")]
#[test_case(&[with(|a| a.requested = changed(-9_000, 991)), told()], &never(), "calendar a since -9000 for a; calendar b since 70 for b"; "too far back for the workspace")]
#[test_case(&[with(|a| a.needs_full_sync = true), told()], &never(), "calendar a whole for a; calendar b since 70 for b"; "one is owed everything")]
#[test_case(&[with(|a| a.last_sync = None).clone()], &latest(995, 900, 1, 5), "answered a"; "never looked at alone, and not owed")]
#[test_case(&[with(|a| a.requested = asks(SyncReason::FullSync, 991))], &latest(995, 900, 1, 5), "calendar a whole for a"; "everything is more than since")]
#[test_case(&[with(|a| a.requested = asks(SyncReason::CalendarChanged, 991))], &never(), "answered a"; "a calendar's own change needs no list")]
#[test_case(&[with(|a| a.last_sync = Some(completed_sync(992, Some(990))))], &never(), "answered a"; "a look at the calendar has answered")]
#[test_case(&[with(|a| a.last_sync = Some(completed_sync(999, Some(995))))], &never(), "calendar a since 969 for a in 1 s"; "a moment after the last look at the same calendar")]
#[test_case(&[with(|a| a.in_progress = Some(under_way(completed_sync(980, None), 3, 1_010)))], &never(), "awaited a"; "somebody is at it")]
#[test_case(&[with(|a| a.in_progress = Some(under_way(completed_sync(980, None), 3, 999)))], &never(), "go on with calendar a whole for a"; "somebody left it")]
#[test_case(&[told()], &in_progress(995, 900, 2, 1_010), "awaited a"; "a look at the workspace that will answer")]
#[test_case(&[told(), told()], &in_progress(985, 900, 2, 1_010), "awaited a b"; "one that will not, and is soon over")]
#[test_case(&[told(), told()], &in_progress(900, 800, 50, 1_010), "calendar a since 70 for a; calendar b since 70 for b"; "one that will not, and takes long")]
#[test_case(&[told(), told()], &in_progress(995, 900, 2, 999), "go on with the workspace since 900 for a b"; "one that was left and would answer")]
#[test_case(&[told(), told()], &in_progress(985, 900, 2, 999), "the workspace since 900 for a b"; "one that was left a moment ago is begun again with ours")]
#[test_case(&[told(), told()], &in_progress(900, 800, 50, 999), "calendar a since 70 for a; calendar b since 70 for b"; "one that was left, and is long, is not in the way")]
fn chooses(cases: &[Case], workspace: &WorkspaceSyncState, expected: &str) {
    assert_eq!(planned(cases, workspace, true), expected);
}

#[test_case(&[told(), told()], &never(), "calendar a since 70 for a; calendar b since 70 for b"; "one by one")]
#[test_case(&[told()], &latest(985, 900, 1, 5), "calendar a since 70 for a"; "whatever is going on")]
#[test_case(&[told()], &latest(995, 900, 1, 5), "answered a"; "what was looked at together before still counts")]
#[test_case(&[told()], &in_progress(995, 900, 2, 1_010), "calendar a since 70 for a"; "nobody waits for a look at the workspace")]
fn lists_one_calendar_at_a_time_if_told_to(
    cases: &[Case],
    workspace: &WorkspaceSyncState,
    expected: &str,
) {
    assert_eq!(planned(cases, workspace, false), expected);
}

#[test]
fn a_single_look_need_not_reach_back_further_than_the_last_sweep() {
    let workspace = WorkspaceSyncState {
        synced_until: Some(at(950)),
        ..WorkspaceSyncState::default()
    };
    assert_eq!(
        planned(&[told()], &workspace, true),
        "calendar a since 920 for a"
    );
}

#[test]
fn a_plan_is_one_line_of_the_log() {
    let id = CalendarId::parse("a").expect("an id");
    let plan = SyncPlan {
        answered: BTreeSet::from([id.clone()]),
        awaited: BTreeSet::new(),
        syncs: vec![resumed(
            Scope::Workspace,
            Some(at(900)),
            BTreeSet::from([id]),
            at(NOW),
        )],
    };
    assert_eq!(
        plan.to_string(),
        "1 answered, 0 awaited; go on with the workspace since 1970-01-01T00:15:00Z for 1 \
         at 1970-01-01T00:16:40Z"
    );
}
