//! Which looks are chosen, as the log shows them.

use test_case::test_case;

use super::*;
use crate::{PageCursor, PolicyRevision, PreferenceRevision, SyncReason, SyncRequest};

const NOW: i64 = 1_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

/// A calendar, as the cases below vary it: looked at whole at 100, and told of
/// a change at 990 by a notice sent at 991.
#[derive(Clone)]
struct Case {
    ask: Ask,
    looked: Option<Looked>,
    looking: Option<UnderWay<Looked>>,
    is_owed: bool,
}

fn looked(began: i64, since: Option<i64>) -> Looked {
    Looked {
        began_at: at(began),
        since: since.map(at),
        whole_at: None,
        policy: PolicyRevision(0),
        preferences: PreferenceRevision(0),
        holds_until: None,
    }
}

fn asks(reason: SyncReason, sent: i64) -> Ask {
    Ask::from(&SyncRequest {
        calendar_id: CalendarId::parse("any").expect("an id"),
        reason,
        sent_at: at(sent),
    })
}

fn changed(since: i64, sent: i64) -> Ask {
    asks(SyncReason::EventsChanged { since: at(since) }, sent)
}

fn told() -> Case {
    Case {
        ask: changed(990, 991),
        looked: Some(looked(100, None)),
        looking: None,
        is_owed: false,
    }
}

fn with(change: impl FnOnce(&mut Case)) -> Case {
    let mut case = told();
    change(&mut case);
    case
}

fn under_way<M>(mark: M, pages: u32, held_until: i64) -> UnderWay<M> {
    UnderWay {
        mark,
        next: (pages > 0).then(|| PageCursor("next".to_owned())),
        pages,
        listed: pages * 100,
        held_until: at(held_until),
    }
}

fn reach(began: i64, since: i64) -> WorkspaceReach {
    WorkspaceReach {
        began_at: at(began),
        since: Some(at(since)),
        left_out: BTreeSet::new(),
    }
}

fn latest(began: i64, since: i64, pages: u32, listed: u32) -> WorkspaceMark {
    WorkspaceMark {
        latest: Some(LatestLook {
            reach: reach(began, since),
            until: at(began),
            pages,
            listed,
        }),
        ..WorkspaceMark::default()
    }
}

fn looking(began: i64, since: i64, pages: u32, held_until: i64) -> WorkspaceMark {
    WorkspaceMark {
        looking: Some(under_way(reach(began, since), pages, held_until)),
        ..WorkspaceMark::default()
    }
}

/// `workspace`, whose latest look could not write calendar `a`.
fn leaving_out(mut workspace: WorkspaceMark) -> WorkspaceMark {
    let latest = workspace.latest.as_mut().expect("a look");
    let left_out = &mut latest.reach.left_out;
    left_out.insert(CalendarId::parse("a").expect("an id"));
    workspace
}

fn never() -> WorkspaceMark {
    WorkspaceMark::default()
}

/// The plan for calendars `a`, `b`, … with seconds for instants.
fn planned(cases: &[Case], workspace: &WorkspaceMark, is_whole: bool) -> String {
    let names = ["a", "b", "c"].map(|name| CalendarId::parse(name).expect("an id"));
    let asked: Vec<_> = cases
        .iter()
        .zip(&names)
        .map(|(case, calendar)| Asked {
            calendar,
            ask: &case.ask,
            looked: case.looked.as_ref(),
            looking: case.looking.as_ref(),
            is_owed: case.is_owed,
        })
        .collect();
    let manners = Manners {
        is_whole,
        interval: SignedDuration::from_secs(1),
    };
    let plan = choose(&asked, workspace, manners, at(NOW));
    let mut lines: Vec<String> = Vec::new();
    let listed = |what: &str, of: &BTreeSet<CalendarId>| {
        let names: Vec<_> = of.iter().map(CalendarId::as_str).collect();
        (!names.is_empty()).then(|| format!("{what} {}", names.join(" ")))
    };
    lines.extend(listed("answered", &plan.answered));
    lines.extend(listed("awaited", &plan.awaited));
    for look in &plan.looks {
        let resumes = if look.resumes { "go on with " } else { "" };
        let since = look.since.map_or("whole".to_owned(), |since| {
            format!("since {}", since.as_millisecond() / 1_000)
        });
        let wait = look.not_before.duration_since(at(NOW)).as_secs().max(0);
        let wait = if wait > 0 {
            format!(" in {wait} s")
        } else {
            String::new()
        };
        let made_for = listed(" for", &look.made_for).unwrap_or_default();
        lines.push(format!("{resumes}{} {since}{made_for}{wait}", look.scope));
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
#[test_case(&[with(|a| a.ask = changed(996, 997)), told()], &latest(995, 980, 4, 350), "answered b; the workspace since 993 for a in 9 s"; "the more is going on the longer it waits")]
#[test_case(&[told(), told()], &latest(500, 470, 10, 1_800), "calendar a since 70 for a; calendar b since 70 for b"; "a look at the workspace would take too many pages")]
#[test_case(&[with(|a| a.ask = changed(-9_000, 991)), told()], &never(), "calendar a since -9000 for a; calendar b since 70 for b"; "too far back for the workspace")]
#[test_case(&[with(|a| a.is_owed = true), told()], &never(), "calendar a whole for a; calendar b since 70 for b"; "one is owed everything")]
#[test_case(&[with(|a| a.looked = None).clone()], &latest(995, 900, 1, 5), "answered a"; "never looked at alone, and not owed")]
#[test_case(&[with(|a| a.ask = asks(SyncReason::FullSync, 991))], &latest(995, 900, 1, 5), "calendar a whole for a"; "everything is more than since")]
#[test_case(&[with(|a| a.ask = asks(SyncReason::CalendarChanged, 991))], &never(), "answered a"; "a calendar's own change needs no list")]
#[test_case(&[with(|a| a.looked = Some(looked(992, Some(990))))], &never(), "answered a"; "a look at the calendar has answered")]
#[test_case(&[with(|a| a.looked = Some(looked(999, Some(995))))], &never(), "calendar a since 969 for a in 1 s"; "a moment after the last look at the same calendar")]
#[test_case(&[with(|a| a.looking = Some(under_way(looked(980, None), 3, 1_010)))], &never(), "awaited a"; "somebody is at it")]
#[test_case(&[with(|a| a.looking = Some(under_way(looked(980, None), 3, 999)))], &never(), "go on with calendar a whole for a"; "somebody left it")]
#[test_case(&[told()], &looking(995, 900, 2, 1_010), "awaited a"; "a look at the workspace that will answer")]
#[test_case(&[told(), told()], &looking(985, 900, 2, 1_010), "awaited a b"; "one that will not, and is soon over")]
#[test_case(&[told(), told()], &looking(900, 800, 50, 1_010), "calendar a since 70 for a; calendar b since 70 for b"; "one that will not, and takes long")]
#[test_case(&[told(), told()], &looking(995, 900, 2, 999), "go on with the workspace since 900 for a b"; "one that was left and would answer")]
#[test_case(&[told(), told()], &looking(985, 900, 2, 999), "the workspace since 900 for a b"; "one that was left a moment ago is begun again with ours")]
#[test_case(&[told(), told()], &looking(900, 800, 50, 999), "calendar a since 70 for a; calendar b since 70 for b"; "one that was left, and is long, is not in the way")]
fn chooses(cases: &[Case], workspace: &WorkspaceMark, expected: &str) {
    assert_eq!(planned(cases, workspace, true), expected);
}

#[test_case(&[told(), told()], &never(), "calendar a since 70 for a; calendar b since 70 for b"; "one by one")]
#[test_case(&[told()], &latest(985, 900, 1, 5), "calendar a since 70 for a"; "whatever is going on")]
#[test_case(&[told()], &latest(995, 900, 1, 5), "answered a"; "what was looked at together before still counts")]
#[test_case(&[told()], &looking(995, 900, 2, 1_010), "calendar a since 70 for a"; "nobody waits for a look at the workspace")]
fn lists_one_calendar_at_a_time_if_told_to(
    cases: &[Case],
    workspace: &WorkspaceMark,
    expected: &str,
) {
    assert_eq!(planned(cases, workspace, false), expected);
}

#[test]
fn a_single_look_need_not_reach_back_further_than_the_last_sweep() {
    let workspace = WorkspaceMark {
        healed_until: Some(at(950)),
        ..WorkspaceMark::default()
    };
    assert_eq!(
        planned(&[told()], &workspace, true),
        "calendar a since 920 for a"
    );
}

#[test]
fn a_plan_is_one_line_of_the_log() {
    let id = CalendarId::parse("a").expect("an id");
    let plan = LookPlan {
        answered: BTreeSet::from([id.clone()]),
        awaited: BTreeSet::new(),
        looks: vec![resumed(
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
