//! The list of known calendars: pages, filters, and up to when each is decided.

use callsheet_api::calendars::CalendarList;
use callsheet_app::ports::UnreadableCalendar;
use callsheet_app::ports::{OverrideStore as _, SyncStates as _};
use callsheet_domain::{
    CalendarMetadata, CompletedSync, OverrideRevision, PolicyRevision, SyncInProgress, Timestamp,
    Window, WindowedEvents, WindowedSync, WindowedSyncState,
};
use callsheet_testkit::an_actor;
use test_case::test_case;

use super::*;
use crate::arguments::ListArguments;
use crate::calendars::list;
use crate::render::{Render as _, assert_published};

/// All calendars, with their meetings.
pub(super) fn all() -> ListArguments {
    ListArguments {
        status: None,
        needs_full_sync: false,
        problem: false,
        find: None,
        metadata: Vec::new(),
        meetings: true,
        limit: 25,
        cursor: None,
        recall: false,
    }
}

pub(super) async fn listed(harness: &Harness, arguments: ListArguments) -> CalendarList {
    let ports = (&harness.state, &harness.decisions);
    let listed = list::list(ports, arguments, at("09:30")).await;
    let listed = listed.expect("memory");
    assert_published("calendars-list", &listed);
    listed
}

fn names(listed: &CalendarList) -> Vec<&str> {
    let names = listed.calendars.iter().map(|one| one.id.as_str());
    names.map(|id| id.trim_start_matches("calendar-")).collect()
}

fn completed_sync(began: &str, since: Option<Timestamp>) -> CompletedSync {
    CompletedSync {
        began_at: at(began),
        since,
        full_sync_at: if since.is_none() {
            Some(at(began))
        } else {
            None
        },
        policy: PolicyRevision(0),
        overrides: OverrideRevision(0),
        holds_until: None,
    }
}

/// One calendar for each kind of difference.
pub(super) async fn set_up(clock: &ManualClock) -> Harness {
    let harness = empty(clock);
    let syncs = [
        ("sales", completed_sync("09:00", None)),
        ("support", completed_sync("09:20", Some(at("09:10")))),
    ];
    for (name, last_sync) in syncs {
        let record = with_name(a_calendar_record(), name).with(|record| {
            record.last_sync = Some(last_sync);
            let team = ("team".to_owned(), Some(name.to_owned()));
            record.calendar.metadata = CalendarMetadata::shown([team]);
        });
        harness.state.write_record(&record).await.expect("memory");
    }
    harness
        .store_decision("sales", "event-1", Some("key-1"))
        .await;
    harness.store_decision("sales", "event-2", None).await;
    harness
        .store_calendar("gone", CalendarStatus::Deleted)
        .await;
    harness
        .store_calendar("lost", CalendarStatus::Connected)
        .await;
    harness
        .store_calendar("odd", CalendarStatus::Connected)
        .await;
    harness.put_at_recall("sales", CalendarStatus::Connected);
    harness.put_at_recall("support", CalendarStatus::Disconnected);
    harness.put_at_recall("new", CalendarStatus::Connecting);
    harness.recall.put_unreadable_calendar(UnreadableCalendar {
        id: Some(id("calendar-odd")),
        problem: "unknown calendar status".to_owned(),
    });
    harness
}

#[tokio::test]
async fn known_calendars_are_listed() {
    let clock = clock();
    let harness = set_up(&clock).await;
    let listed = listed(&harness, all()).await;
    assert_eq!(
        listed.text(),
        "\
calendar                          platform  status     last sync   full sync   decided            record  skip  bots
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
gone@acme.example (calendar…)     Google    deleted                                                    0     0     0
lost@acme.example (calendar…)     Google    connected  never       never       needs a full sync       0     0     0
odd@acme.example (calendar…)      Google    connected  never       never       needs a full sync       0     0     0
sales@acme.example (calendar…)    Google    connected  30 min ago  30 min ago  by policy 0             2     0     1
support@acme.example (calendar…)  Google    connected  10 min ago  earlier     by policy 0             0     0     0

5 calendars: 4 connected, 1 deleted; 2 need a full sync.

Problems:
  lost@acme.example (calendar…): not synced since it changed at 2090-03-06 08:00 UTC
  odd@acme.example (calendar…): not synced since it changed at 2090-03-06 08:00 UTC"
    );
}

/// Each calendar is on one page, in order of id, and the last page has no next one.
#[tokio::test]
async fn pages_follow_each_other() {
    let harness = set_up(&clock()).await;
    let page = |cursor: Option<&str>| ListArguments {
        limit: 2,
        cursor: cursor.map(id),
        ..all()
    };
    let first = listed(&harness, page(None)).await;
    assert_eq!(names(&first), ["gone", "lost"]);
    assert_eq!(first.next.as_deref(), Some("calendar-lost"));
    let text = first.text();
    let hint = "2 calendars, and there are more: repeat the command with `--cursor calendar-lost`.";
    assert!(text.contains(hint), "{text}");
    let second = listed(&harness, page(first.next.as_deref())).await;
    assert_eq!(names(&second), ["odd", "sales"]);
    let last = listed(&harness, page(second.next.as_deref())).await;
    assert_eq!((names(&last), &last.next), (vec!["support"], &None));
}

#[test_case(|all| all.status = Some(CalendarStatus::Deleted), &["gone"]; "by status")]
#[test_case(|all| all.needs_full_sync = true, &["lost", "odd"]; "by the need of a full sync")]
#[test_case(|all| all.find = Some("SUPP".to_owned()), &["support"]; "by address, in any case")]
#[test_case(|all| all.find = Some("dar-odd".to_owned()), &["odd"]; "by id")]
#[test_case(|all| all.problem = true, &["cut-off", "lost", "odd"]; "by a problem")]
#[test_case(|all| (all.problem, all.find) = (true, Some("s".to_owned())), &["lost"]; "by several")]
#[test_case(|all| all.find = Some("nobody".to_owned()), &[]; "by what no calendar has")]
#[test_case(|all| all.metadata = vec!["team=sales".to_owned()], &["sales"]; "by metadata")]
#[test_case(|all| all.metadata = vec!["team=sales".to_owned(), "tier=gold".to_owned()], &[]; "by more metadata than a calendar has")]
#[test_case(|all| all.metadata = vec!["team".to_owned()], &["cut-off", "gone", "lost", "odd", "sales", "support"]; "by no value of metadata")]
#[tokio::test]
async fn a_filter_selects_calendars(filter: fn(&mut ListArguments), expected: &[&str]) {
    let harness = set_up(&clock()).await;
    harness
        .store_calendar("cut-off", CalendarStatus::Disconnected)
        .await;
    let mut arguments = all();
    filter(&mut arguments);
    let found = listed(&harness, arguments).await;
    assert_eq!(names(&found), expected);
    let mut one_by_one = Vec::new();
    let mut cursor = None;
    loop {
        let mut arguments = ListArguments {
            limit: 1,
            cursor,
            ..all()
        };
        filter(&mut arguments);
        let page = listed(&harness, arguments).await;
        one_by_one.extend(names(&page).into_iter().map(str::to_owned));
        match page.next {
            Some(next) => cursor = Some(id(&next)),
            None => break,
        }
    }
    assert_eq!(one_by_one, expected);
}

/// The need of a full sync depends on the overrides of the owner, which are beside the record.
#[tokio::test]
async fn an_override_that_only_a_full_sync_applies_makes_a_calendar_need_one() {
    let harness = set_up(&clock()).await;
    let owner = harness.state.owner_of(&id("calendar-sales"));
    let (state, by) = (&harness.state, an_actor());
    let paused = state.pause(&owner, at("12:00"), &by, at("09:10"));
    paused.await.expect("memory");
    let needing = ListArguments {
        needs_full_sync: true,
        meetings: false,
        ..all()
    };
    let needing = listed(&harness, needing).await;
    assert_eq!(names(&needing), ["lost", "odd", "sales"]);
    let sales = &needing.calendars[2];
    assert_eq!(sales.paused_until, Some(at("12:00")));
    assert_eq!(sales.meetings, None);
}

/// The windows of start time are listed nearest first, so each calendar is decided by the new
/// policy up to the current one, and by the old one behind it.
#[tokio::test]
async fn a_calendar_tells_up_to_which_start_a_full_sync_has_decided() {
    let harness = set_up(&clock()).await;
    let sync = WindowedSync {
        window: Window {
            from: at("2090-03-08T10:00:00Z"),
            until: None,
        },
        ..WindowedSync::begin(PolicyRevision(4), 5, WindowedEvents::Coming, at("09:25"))
    };
    let state = WindowedSyncState {
        in_progress: Some(SyncInProgress {
            mark: sync,
            next: None,
            pages: 0,
            listed: 0,
            held_until: at("09:31"),
        }),
        ..WindowedSyncState::default()
    };
    let written = harness.state.write_windowed_sync_state(&state).await;
    written.expect("memory");
    let found = listed(&harness, all()).await;
    let decided: Vec<_> = found
        .calendars
        .iter()
        .map(|one| (one.id.as_str(), one.decided_by, one.decided_until))
        .collect();
    let until = Some(at("2090-03-08T10:00:00Z"));
    assert_eq!(
        decided,
        [
            ("calendar-gone", None, None),
            ("calendar-lost", Some(4), until),
            ("calendar-odd", Some(4), until),
            ("calendar-sales", Some(4), until),
            ("calendar-support", Some(4), until),
        ]
    );
    let text = found.text();
    assert!(
        text.contains("until 2090-03-08 10:00 UTC by policy 4"),
        "{text}"
    );
    let later = WindowedSyncState {
        in_progress: None,
        version: state.version.next(),
        ..state
    };
    let written = harness.state.write_windowed_sync_state(&later).await;
    written.expect("memory");
    let found = listed(&harness, all()).await;
    let decided = found
        .calendars
        .iter()
        .map(|one| (one.decided_by, one.decided_until));
    let by_first = (Some(0), None);
    let expected = [(None, None), (None, None), (None, None), by_first, by_first];
    assert_eq!(decided.collect::<Vec<_>>(), expected);
}
