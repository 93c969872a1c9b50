//! Which syncs are planned for which requests.

use test_case::test_case;

use super::*;
use crate::id::CalendarId;
use crate::revision::{OverrideRevision, PolicyRevision};
use crate::sync_plan::LatestSync;
use crate::sync_plan::distant_changes::{DistantChanges, NEAR};
use crate::sync_plan::plan::NewCalendar;
use crate::sync_plan::request::{SyncReason, SyncRequest};
use crate::sync_plan::requested::RequestedSync;
use crate::sync_plan::state::CompletedSync;
use crate::sync_plan::state::PageCursor;

const NOW: i64 = 1_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

/// A calendar, as the cases below vary it: synced in full at 100, with a request sent at 991
/// for a change at 990.
#[derive(Clone)]
struct Case {
    requested: RequestedSync,
    last_sync: Option<CompletedSync>,
    in_progress: Option<SyncInProgress<CompletedSync>>,
    needs_full_sync: bool,
    new: Option<NewCalendar>,
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

fn requested(reason: SyncReason, sent: i64) -> RequestedSync {
    RequestedSync::from(&SyncRequest {
        calendar_id: CalendarId::parse("any").expect("an id"),
        reason,
        sent_at: at(sent),
    })
}

fn changed(since: i64, sent: i64) -> RequestedSync {
    requested(SyncReason::EventsChanged { since: at(since) }, sent)
}

fn changed_calendar() -> Case {
    Case {
        requested: changed(990, 991),
        last_sync: Some(completed_sync(100, None)),
        in_progress: None,
        needs_full_sync: false,
        new: None,
    }
}

/// A calendar that was created at an instant and stored at 991.
fn new_calendar(created: i64) -> Case {
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

fn with(change: impl FnOnce(&mut Case)) -> Case {
    let mut case = changed_calendar();
    change(&mut case);
    case
}

fn unfinished<M>(mark: M, pages: u32, held_until: i64) -> SyncInProgress<M> {
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
        in_progress: Some(unfinished(reach(began, since), pages, held_until)),
        ..WorkspaceSyncState::default()
    }
}

/// `workspace`, whose latest sync skipped calendar `a`.
fn skipping(mut workspace: WorkspaceSyncState) -> WorkspaceSyncState {
    let latest = workspace.latest.as_mut().expect("a sync");
    let skipped = &mut latest.reach.skipped;
    skipped.insert(CalendarId::parse("a").expect("an id"));
    workspace
}

fn never() -> WorkspaceSyncState {
    WorkspaceSyncState::default()
}

/// The plan for calendars `a`, `b`, … with seconds for instants.
fn planned(cases: &[Case], workspace: &WorkspaceSyncState, lists_workspace: bool) -> String {
    let options = ListingOptions {
        lists_workspace,
        ..OPTIONS
    };
    planned_with(options, cases, workspace)
}

const OPTIONS: ListingOptions = ListingOptions {
    lists_workspace: true,
    interval: SignedDuration::from_secs(1),
    are_windows_urgent: false,
    leaves_full_syncs: false,
};

fn plan_of(options: ListingOptions, cases: &[Case], workspace: &WorkspaceSyncState) -> SyncPlan {
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

fn planned_with(options: ListingOptions, cases: &[Case], workspace: &WorkspaceSyncState) -> String {
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

#[test_case(&[changed_calendar()], &never(), "calendar a since 70 for a"; "one calendar is synced back to its last sync")]
#[test_case(&[changed_calendar(), changed_calendar()], &never(), "the workspace since 990 for a b"; "two calendars are synced together")]
#[test_case(&[changed_calendar()], &latest(995, 900, 1, 5), "answered a"; "a later sync of the workspace covers the request")]
#[test_case(&[changed_calendar(), changed_calendar()], &skipping(latest(995, 900, 1, 5)), "answered b; the workspace since 990 for a"; "a skipped calendar is not covered")]
#[test_case(&[changed_calendar()], &latest(995, 992, 1, 5), "the workspace since 990 for a"; "the workspace was synced a moment ago, but not far enough back")]
#[test_case(&[changed_calendar()], &latest(985, 900, 1, 5), "the workspace since 983 for a"; "the workspace was synced a moment ago, before the request")]
#[test_case(&[changed_calendar()], &latest(900, 800, 1, 5), "calendar a since 70 for a"; "the workspace was synced long before the request")]
#[test_case(&[changed_calendar()], &latest(985, 900, 4, 350), "the workspace since 983 for a"; "after a sync of many pages")]
#[test_case(&[changed_calendar()], &latest(990, 900, 6, 550), "the workspace since 988 for a"; "after a sync of more pages")]
#[test_case(&[with(|a| a.requested = changed(996, 997)), changed_calendar()], &latest(995, 980, 4, 350), "answered b; the workspace since 993 for a in 9 s"; "the wait grows with the load")]
#[test_case(&[with(|a| a.requested = changed(996, 997)), with(|b| b.requested = changed(996, 997))], &latest(995, 965, 600, 60_000), "calendar a since 70 for a; calendar b since 70 for b"; "a sync of the workspace would take too many pages")]
#[test_case(&[changed_calendar(), changed_calendar()], &latest(500, 470, 10, 1_800), "the workspace since 498 for a b"; "a burst is over")]
#[test_case(&[changed_calendar(), changed_calendar()], &latest(880, 879, 90, 9_000), "the workspace since 990 for a b"; "a great burst is over, and its changes are not listed again")]
#[test_case(&[with(|a| a.requested = changed(-9_000, 991)), changed_calendar()], &never(), "calendar a since -9000 for a; calendar b since 70 for b"; "too far back for the workspace")]
#[test_case(&[with(|a| a.needs_full_sync = true), changed_calendar()], &never(), "calendar a in full for a; calendar b since 70 for b"; "one needs a full sync")]
#[test_case(&[with(|a| a.last_sync = None).clone()], &latest(995, 900, 1, 5), "answered a"; "never synced alone, and no full sync needed")]
#[test_case(&[with(|a| a.requested = requested(SyncReason::FullSync, 991))], &latest(995, 900, 1, 5), "calendar a in full for a"; "an incremental sync does not cover a full one")]
#[test_case(&[with(|a| a.requested = requested(SyncReason::CalendarChanged, 991))], &never(), "answered a"; "a calendar's own change needs no list")]
#[test_case(&[with(|a| a.last_sync = Some(completed_sync(992, Some(990))))], &never(), "answered a"; "a sync of the calendar covers the request")]
#[test_case(&[with(|a| a.last_sync = Some(completed_sync(999, Some(995))))], &never(), "calendar a since 969 for a in 1 s"; "a moment after the last sync of the same calendar")]
#[test_case(&[with(|a| a.in_progress = Some(unfinished(completed_sync(980, None), 3, 1_010)))], &never(), "awaited a"; "a worker holds the sync")]
#[test_case(&[with(|a| a.in_progress = Some(unfinished(completed_sync(980, None), 3, 999)))], &never(), "resume calendar a in full for a"; "a worker left the sync")]
#[test_case(&[changed_calendar()], &in_progress(995, 900, 2, 1_010), "awaited a"; "a sync of the workspace in progress covers the requests")]
#[test_case(&[changed_calendar(), changed_calendar()], &in_progress(985, 900, 2, 1_010), "awaited a b"; "one that does not, and is recent")]
#[test_case(&[changed_calendar(), changed_calendar()], &in_progress(900, 800, 50, 1_010), "calendar a since 70 for a; calendar b since 70 for b"; "one that does not, and takes long")]
#[test_case(&[changed_calendar(), changed_calendar()], &in_progress(995, 900, 2, 999), "resume the workspace since 900 for a b"; "one that was left and covers the requests")]
#[test_case(&[changed_calendar(), changed_calendar()], &in_progress(985, 900, 2, 999), "the workspace since 900 for a b"; "one that was left a moment ago is repeated with ours")]
#[test_case(&[changed_calendar(), changed_calendar()], &in_progress(900, 800, 50, 999), "calendar a since 70 for a; calendar b since 70 for b"; "one that was left long ago does not hinder")]
#[test_case(&[changed_calendar(), changed_calendar(), changed_calendar()], &in_progress(900, 800, 50, 1_010), "awaited a b c"; "one that does not, and takes long, with many requests")]
#[test_case(&[changed_calendar(), changed_calendar(), changed_calendar()], &in_progress(900, 800, 50, 999), "resume the workspace since 800 for a b c"; "one that was left long ago, with many requests")]
#[test_case(&[changed_calendar(), changed_calendar(), with(|c| c.requested = changed(700, 991))], &in_progress(900, 800, 50, 999), "calendar a since 70 for a; calendar b since 70 for b; calendar c since 70 for c"; "one that was left long ago and does not reach back to them")]
#[test_case(&[new_calendar(980)], &never(), "calendar a in full for a"; "a new calendar alone")]
#[test_case(&[new_calendar(980), new_calendar(970)], &never(), "the workspace since 970 for a b"; "new calendars are synced together")]
#[test_case(&[new_calendar(980), changed_calendar()], &never(), "the workspace since 980 for a b"; "a new calendar and another one")]
#[test_case(&[with(|a| { *a = new_calendar(980); a.requested = requested(SyncReason::CalendarChanged, 991); }), changed_calendar()], &never(), "the workspace since 980 for a b"; "a new calendar without known changes")]
#[test_case(&[new_calendar(-9_000), changed_calendar(), changed_calendar()], &never(), "the workspace since 990 for b c; calendar a in full for a"; "a calendar that was created long ago keeps no other waiting")]
#[test_case(&[new_calendar(980), new_calendar(970)], &in_progress(995, 900, 2, 1_010), "awaited a b"; "new calendars wait for a sync that reaches back to them")]
#[test_case(&[with(|a| { *a = new_calendar(980); a.requested = requested(SyncReason::FullSync, 991); }), changed_calendar()], &never(), "calendar a in full for a; calendar b since 70 for b"; "a full sync of a new calendar was requested")]
fn plans(cases: &[Case], workspace: &WorkspaceSyncState, expected: &str) {
    assert_eq!(planned(cases, workspace, true), expected);
}

#[test_case(&[changed_calendar(), changed_calendar()], &never(), "calendar a since 70 for a; calendar b since 70 for b"; "one by one")]
#[test_case(&[changed_calendar()], &latest(985, 900, 1, 5), "calendar a since 70 for a"; "whatever the load")]
#[test_case(&[changed_calendar()], &latest(995, 900, 1, 5), "answered a"; "an earlier sync of the workspace still counts")]
#[test_case(&[changed_calendar()], &in_progress(995, 900, 2, 1_010), "calendar a since 70 for a"; "a sync of the workspace is not awaited")]
fn lists_one_calendar_at_a_time_if_the_options_say_so(
    cases: &[Case],
    workspace: &WorkspaceSyncState,
    expected: &str,
) {
    assert_eq!(planned(cases, workspace, false), expected);
}

#[test_case(&[changed_calendar()], &never(), "the workspace since 990 for a"; "one calendar is synced with the workspace")]
#[test_case(&[changed_calendar()], &latest(985, 900, 1, 5), "the workspace since 983 for a"; "the workspace was synced a while ago")]
#[test_case(&[with(|a| a.requested = changed(996, 997))], &latest(995, 900, 1, 5), "the workspace since 993 for a in 7 s"; "the workspace was synced a moment ago")]
fn lists_the_workspace_seldom_while_windows_are_urgent(
    cases: &[Case],
    workspace: &WorkspaceSyncState,
    expected: &str,
) {
    let options = ListingOptions {
        are_windows_urgent: true,
        ..OPTIONS
    };
    assert_eq!(planned_with(options, cases, workspace), expected);
}

/// A calendar that was connected long ago, and was connected again: it has no sync any more.
fn connected_again() -> Case {
    new_calendar(-3_000)
}

#[test_case(&[connected_again()], "calendar a since 990 for a"; "its changes are listed all the same")]
#[test_case(&[connected_again(), connected_again()], "the workspace since 990 for a b"; "with those of the others")]
#[test_case(&[Case { requested: requested(SyncReason::CalendarChanged, 991), ..connected_again() }], "answered a"; "a change of the calendar itself needs nothing else")]
#[test_case(&[Case { requested: requested(SyncReason::FullSync, 991), ..connected_again() }], "calendar a in full for a"; "a full sync that was asked for is made")]
#[test_case(&[Case { new: None, ..connected_again() }], "calendar a since 990 for a"; "its creation is unknown")]
#[test_case(&[new_calendar(980), new_calendar(981)], "the workspace since 980 for a b"; "a list of the workspace is the full sync of new ones")]
#[test_case(&[Case { in_progress: Some(unfinished(completed_sync(900, None), 2, 900)), ..connected_again() }], "resume calendar a in full for a"; "one that was begun goes on")]
#[test_case(&[with(|a| { *a = connected_again(); a.requested = changed(-2_601, -2_590); })], "answered a"; "a request about changes of more than an hour ago is left with the full sync")]
#[test_case(&[with(|a| { *a = connected_again(); a.requested = changed(-2_599, -2_590); })], "calendar a since -2599 for a"; "one of less than an hour ago is not")]
fn leaves_full_syncs_when_the_rate_limit_is_used_up(cases: &[Case], expected: &str) {
    let options = ListingOptions {
        leaves_full_syncs: true,
        ..OPTIONS
    };
    assert_eq!(planned_with(options, cases, &never()), expected);
}

#[test]
fn only_full_syncs_that_a_resync_makes_too_may_be_left() {
    let asked_for = Case {
        requested: requested(SyncReason::FullSync, 991),
        ..connected_again()
    };
    for (case, lists_workspace, expected) in [
        (connected_again(), true, true),
        (connected_again(), false, false),
        (asked_for, true, false),
        (new_calendar(980), true, false),
        (changed_calendar(), true, false),
    ] {
        let options = ListingOptions {
            lists_workspace,
            ..OPTIONS
        };
        let plan = plan_of(options, std::slice::from_ref(&case), &never());
        let may_be_left = plan.syncs.iter().map(|planned| planned.may_be_left);
        assert_eq!(may_be_left.collect::<Vec<_>>(), [expected]);
    }
}

#[test]
fn a_sync_of_one_calendar_reaches_back_no_further_than_the_last_catch_up() {
    let workspace = WorkspaceSyncState {
        synced_until: Some(at(950)),
        ..WorkspaceSyncState::default()
    };
    assert_eq!(
        planned(&[changed_calendar()], &workspace, true),
        "calendar a since 920 for a"
    );
}

/// `workspace`, some of whose changes are left to windows.
fn with_distant(workspace: WorkspaceSyncState) -> WorkspaceSyncState {
    let since = at(500);
    WorkspaceSyncState {
        distant: Some(DistantChanges { since, near: NEAR }),
        ..workspace
    }
}

#[test_case(&[changed_calendar(), new_calendar(980)], &in_progress(900, 800, 20, 1_010), "awaited a b"; "a worker holds a list")]
#[test_case(&[changed_calendar(), new_calendar(980)], &in_progress(900, 800, 20, 999), "the workspace since 800 for a b"; "a worker left a list")]
fn lists_no_calendar_by_itself_while_there_are_too_many_changes(
    cases: &[Case],
    workspace: &WorkspaceSyncState,
    expected: &str,
) {
    let workspace = with_distant(workspace.clone());
    assert_eq!(planned(cases, &workspace, true), expected);
}

/// `workspace`, which was caught up with at an instant.
fn caught_up(synced_until: i64, workspace: WorkspaceSyncState) -> WorkspaceSyncState {
    WorkspaceSyncState {
        synced_until: Some(at(synced_until)),
        ..workspace
    }
}

/// `workspace`, in which a list had so many events since it was caught up with.
fn listed_again(listed_again: u32, workspace: WorkspaceSyncState) -> WorkspaceSyncState {
    WorkspaceSyncState {
        listed_again,
        ..workspace
    }
}

#[test_case(caught_up(985, latest(985, 900, 1, 5)), "955"; "it costs no page")]
#[test_case(caught_up(985, latest(985, 975, 3, 250)), "983"; "the changes of half a minute are some pages")]
#[test_case(caught_up(945, latest(985, 945, 2, 200)), "983"; "it costs some pages, and the catch-up was a moment ago")]
#[test_case(caught_up(935, latest(985, 945, 2, 200)), "905"; "it costs some pages, and the catch-up was a minute ago")]
#[test_case(caught_up(935, latest(985, 970, 10, 1_000)), "983"; "it costs many pages")]
#[test_case(caught_up(-9_000, latest(985, 900, 1, 0)), "983"; "the catch-up was too long ago")]
#[test_case(listed_again(99, caught_up(985, latest(985, 900, 1, 5))), "955"; "few were listed since")]
#[test_case(listed_again(5_000, caught_up(985, latest(985, 900, 1, 5))), "983"; "a burst was listed since")]
#[test_case(listed_again(5_000, caught_up(935, latest(985, 900, 1, 5))), "983"; "a burst was listed since, and the catch-up was a minute ago")]
#[test_case(listed_again(1_500, caught_up(965, latest(985, 945, 14, 1_400))), "935"; "a catch-up would have more than a hundred pages")]
#[test_case(listed_again(1_500, caught_up(895, latest(985, 945, 14, 1_400))), "865"; "and the list some of them")]
#[test_case(listed_again(1_500, caught_up(805, latest(985, 945, 14, 1_400))), "983"; "which would be more than a minute's limit")]
#[test_case(listed_again(2_000, caught_up(965, latest(985, 945, 14, 1_400))), "983"; "and would repeat more than a third of it")]
#[test_case(listed_again(1_500, caught_up(976, latest(985, 945, 14, 1_400))), "983"; "so soon after the catch-up that others go on from it")]
#[test_case(listed_again(700, caught_up(965, latest(985, 966, 7, 700))), "983"; "as many changes in a shorter time, which may have been one burst")]
fn a_sync_of_the_workspace_goes_on_from_the_latest_catch_up_if(
    workspace: WorkspaceSyncState,
    since: &str,
) {
    let planned = planned(&[changed_calendar(), changed_calendar()], &workspace, true);
    let expected = format!("the workspace since {since} for a b");
    assert_eq!(planned.split(" in ").next(), Some(&*expected));
}

#[test]
fn a_plan_is_one_line_of_the_log() {
    let id = CalendarId::parse("a").expect("an id");
    let plan = SyncPlan {
        answered: BTreeSet::from([id.clone()]),
        awaited: BTreeSet::new(),
        syncs: vec![PlannedSync {
            scope: Scope::Workspace,
            since: Some(at(900)),
            resumes: true,
            may_be_left: false,
            not_before: at(NOW),
            for_calendars: BTreeSet::from([id]),
        }],
    };
    assert_eq!(
        plan.to_string(),
        "1 answered, 0 awaited; resume the workspace since 1970-01-01T00:15:00Z for 1 calendar \
         at 1970-01-01T00:16:40Z"
    );
}
