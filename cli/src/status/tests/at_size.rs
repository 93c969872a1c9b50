//! The status of a workspace with more calendars than a screen shows.

use callsheet_app::ports::SyncStates as _;
use callsheet_domain::{
    SyncInProgress, Window, WindowedEvents, WindowedSync, WindowedSyncState, WorkspaceSyncState,
    plus,
};
use callsheet_testkit::{an_email, id};
use jiff::SignedDuration;
use test_case::test_case;

use super::*;
use crate::screen::Screen;

/// A stack that works, with so many calendars. Of each hundred, one is disconnected. Each has a
/// meeting of today, one of tomorrow and one of next week, all to be recorded, with their bots.
async fn of_calendars(count: usize) -> Harness {
    let harness = Harness::empty();
    for number in 0..count {
        let record = a_calendar_record().with(|record| {
            record.calendar.id = id(format!("calendar-{number:05}"));
            record.calendar.email = Some(an_email(&format!("person-{number}@acme.example")));
            completed_sync(record, "09:29");
            if number % 100 == 99 {
                record.calendar.status = CalendarStatus::Disconnected;
            }
        });
        harness.store(&record).await;
        for days in [0, 1, 7] {
            let row = a_decision().with(with_bot).with(|row| {
                row.key.event_id = id(format!("event-{number}-{days}"));
                row.calendar_id.clone_from(&record.calendar.id);
                let later = SignedDuration::from_hours(24 * days);
                row.starts_at = plus(row.starts_at, later);
                row.ends_at = plus(row.ends_at, later);
                let (start, wanted) = (row.starts_at, &mut row.wanted);
                if let (Wanted::Bot(wanted), Applied::Bot(applied)) = (wanted, &mut row.applied) {
                    (wanted.starts_at, applied.starts_at) = (start, start);
                }
            });
            harness.write(&row).await;
        }
    }
    harness.note(activity("09:29")).await;
    harness
}

fn in_progress() -> WindowedSyncState {
    let sync = WindowedSync {
        window: Window {
            from: at("2090-03-08T10:00:00Z"),
            until: None,
        },
        pages_before: 30,
        ..WindowedSync::begin(
            PolicyRevision(0),
            2_000,
            WindowedEvents::Coming,
            at("09:25"),
        )
    };
    WindowedSyncState {
        in_progress: Some(SyncInProgress {
            mark: sync,
            next: None,
            pages: 7,
            listed: 700,
            held_until: at("09:31"),
        }),
        ..WindowedSyncState::default()
    }
}

#[tokio::test]
async fn totals_of_many_calendars_come_before_those_that_have_a_problem() {
    let harness = of_calendars(2_300).await;
    let written = harness
        .state
        .write_windowed_sync_state(&in_progress())
        .await;
    written.expect("memory");
    let status = harness.status(at(NOW)).await;
    assert_eq!((status.exit_code(), &status.calendars), (0, &None));
    assert_eq!(status.totals.with_problem, 23);
    assert_eq!(status.totals.problems.len(), 20);
    let text = status.text_on(&Screen::default());
    let (_, text) = text
        .split_once("\n\nThe built-in policy")
        .expect("the policy");
    let (totals, problems) = text.split_once("\n\n23 calendars").expect("the problems");
    assert_eq!(
        totals,
        " is active.

A full sync of all calendars is in progress, the nearest meetings first: everything that starts \
         before 2090-03-08 10:00 UTC is decided by policy 0; 37 pages so far.

2300 calendars: 2277 connected, 23 disconnected; 0 need a full sync."
    );
    let problems: Vec<_> = problems.lines().collect();
    assert_eq!(problems[0], " have a problem:");
    assert_eq!(
        problems[1],
        "  person-1099@acme.example (calendar…): disconnected at Recall since 2090-03-06 08:00 UTC"
    );
    assert_eq!(
        &problems[21..],
        [
            "  and 3 more: `callsheet calendars list --problem`",
            "",
            "`callsheet calendars list` lists the calendars.",
            "",
            "meetings        today  tomorrow",
            "───────────────────────────────",
            "to be recorded   2300      2300",
            "not recorded        0         0",
            "bot scheduled    2300      2300",
        ]
    );
}

#[tokio::test]
async fn twenty_calendars_are_shown_one_by_one_and_more_are_not() {
    let few = of_calendars(20).await.status(at(NOW)).await;
    assert_eq!(few.calendars.map(|calendars| calendars.len()), Some(20));
    let many = of_calendars(21).await.status(at(NOW)).await;
    assert_eq!((many.calendars, many.totals.calendars), (None, 21));
}

/// Only a catch-up knows of the change: its webhook was refused. The rows of many calendars are
/// not read for it.
#[tokio::test]
async fn a_change_whose_webhook_never_came_is_found_among_many_calendars() {
    let harness = of_calendars(21).await;
    let state = WorkspaceSyncState {
        changed_since: Some(at("09:45")),
        ..WorkspaceSyncState::default()
    };
    let written = harness.state.write_workspace_state(&state).await;
    written.expect("memory");
    let record = a_calendar_record().with(|record| completed_sync(record, "10:00"));
    harness.store(&record).await;
    harness
        .note(activity("10:00").with(|activity| activity.webhook_at = Some(at("09:29"))))
        .await;
    let status = harness.status(at("10:00")).await;
    let kinds: Vec<_> = status.health.findings.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [callsheet_api::status::FindingKind::WebhooksMissing]);
}

/// Calls that are due, and those that are abandoned, are found whenever the meetings start.
#[tokio::test]
async fn due_and_abandoned_decisions_are_counted_beyond_tomorrow() {
    let harness = of_calendars(21).await;
    let later = |name: &str, days: i64| {
        a_decision().with(|row| {
            row.key.event_id = id(name);
            row.starts_at = plus(row.starts_at, SignedDuration::from_hours(24 * days));
            row.ends_at = plus(row.ends_at, SignedDuration::from_hours(24 * days));
        })
    };
    let waits = |row: &mut Decision| {
        row.attempts = Attempts {
            count: 5,
            not_before: Some(at("09:45")),
            last_error: Some("503".to_owned()),
        };
    };
    harness.write(&later("near", 0)).await;
    harness.write(&later("far", 20).with(waits)).await;
    harness
        .write(&later("lost", 20).abandon("no bot was free"))
        .await;
    let status = harness.status(at(NOW)).await;
    let due = &status.health.due;
    let counts = (due.decisions, due.ready, due.within_the_hour, due.failing);
    assert_eq!(counts, (2, 1, 1, 1));
    assert_eq!(status.abandoned.by_reason["no bot was free"], 1);
    let text = status.text();
    for line in [
        "due                    2 decisions: 1 now, 1 later; 1 meeting within the hour",
        "earliest due start     2090-03-06 10:00 UTC",
        "  2090-03-26 10:00 UTC lost \"Kick-off\": no bot was free",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

/// One that waits for it is in progress all the same. It lists its window anew.
#[test_case(true => Some(30); "for which a full sync waits")]
#[test_case(false => None; "alone")]
#[tokio::test]
async fn a_sync_of_what_changed_is_shown_as_no_full_sync(waits: bool) -> Option<u32> {
    let harness = of_calendars(40).await;
    let events = WindowedEvents::ChangedSince(at("09:27"));
    let changed = WindowedSync::begin(PolicyRevision(0), 40, events, at("09:28"));
    let mut state = in_progress();
    let sync = state.in_progress.as_mut().expect("it is");
    sync.mark = if waits {
        sync.mark.clone().interrupted_by(changed)
    } else {
        changed
    };
    let written = harness.state.write_windowed_sync_state(&state).await;
    written.expect("memory");
    let full = harness.status(at(NOW)).await.full_sync?;
    assert_eq!(full.decided_until, at("2090-03-08T10:00:00Z"));
    Some(full.pages)
}

/// Prints the status for the eye: `cargo test … at_size::pages -- --ignored --nocapture`.
#[tokio::test]
#[ignore = "its output is for a person"]
async fn pages() {
    for count in [6, 2_000] {
        let harness = of_calendars(count).await;
        let written = harness
            .state
            .write_windowed_sync_state(&in_progress())
            .await;
        written.expect("memory");
        let text = harness.status(at(NOW)).await.text_on(&Screen::default());
        crate::terminal::print_text(&crate::screen::wrapped(&text, 80)).expect("a screen");
    }
}
