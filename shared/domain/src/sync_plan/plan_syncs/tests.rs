//! Which syncs are planned for which requests.

mod cases;

use test_case::test_case;

use super::*;
use crate::id::CalendarId;
use crate::sync_plan::distant_changes::{DistantChanges, NEAR};
use crate::sync_plan::request::SyncReason;
use cases::{
    Case, NOW, OPTIONS, at, changed, changed_calendar, completed_sync, in_progress, latest, never,
    new_calendar, plan_of, planned, planned_with, requested, skipping, unfinished, with,
};

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
