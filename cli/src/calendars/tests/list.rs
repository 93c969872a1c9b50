//! The list of known calendars, and its comparison with Recall's.

use callsheet_api::calendars::Difference;
use callsheet_app::directory;
use callsheet_app::ports::UnreadableCalendar;
use callsheet_domain::{CompletedSync, OverrideRevision, PolicyRevision};
use callsheet_domain::{Operation, Timestamp};
use callsheet_testkit::Fault;

use super::*;
use crate::calendars::list::list;
use crate::render::Render as _;

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
async fn set_up(clock: &ManualClock) -> Harness {
    let harness = empty(clock);
    let syncs = [
        ("sales", completed_sync("09:00", None)),
        ("support", completed_sync("09:20", Some(at("09:10")))),
    ];
    for (name, last_sync) in syncs {
        let record =
            with_name(a_calendar_record(), name).with(|record| record.last_sync = Some(last_sync));
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
    let listed = list(&harness.state, &harness.decisions, at("09:30")).await;
    assert_eq!(
        listed.expect("memory").text(),
        "\
calendar                          platform  status     last sync                 full sync   meetings  record  bots
───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
gone@acme.example (calendar…)     Google    deleted                                                 0       0     0
lost@acme.example (calendar…)     Google    connected  never, needs a full sync  never              0       0     0
odd@acme.example (calendar…)      Google    connected  never, needs a full sync  never              0       0     0
sales@acme.example (calendar…)    Google    connected  30 min ago                30 min ago         2       2     1
support@acme.example (calendar…)  Google    connected  10 min ago                earlier            0       0     0

5 calendars: 4 connected, 1 deleted; 2 need a full sync."
    );
}

#[tokio::test]
async fn known_calendars_are_compared_with_recalls_list() {
    let clock = clock();
    let harness = set_up(&clock).await;
    harness.recall.page_size(1);
    let directory = directory::fetch(&harness.recall, &harness.state, &clock).await;
    let listed = list(&harness.state, &harness.decisions, at("09:30")).await;
    let listed = listed
        .expect("memory")
        .compared_with(directory.expect("memory"));
    assert_eq!(harness.recall.count(Operation::ListCalendars), 3);
    let differences: Vec<_> = listed
        .calendars
        .iter()
        .filter_map(|calendar| Some((calendar.id.as_str(), calendar.difference?)))
        .collect();
    assert_eq!(
        differences,
        [
            ("calendar-lost", Difference::OnlyHere),
            ("calendar-support", Difference::Status)
        ]
    );
    assert_eq!(
        listed.text(),
        "\
calendar                          platform  status     at Recall     last sync                 full sync   meetings  record  bots
─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
gone@acme.example (calendar…)     Google    deleted    not listed                                                 0       0     0
lost@acme.example (calendar…)     Google    connected  not listed    never, needs a full sync  never              0       0     0
odd@acme.example (calendar…)      Google    connected  unreadable    never, needs a full sync  never              0       0     0
sales@acme.example (calendar…)    Google    connected  connected     30 min ago                30 min ago         2       2     1
support@acme.example (calendar…)  Google    connected  disconnected  10 min ago                earlier            0       0     0
new@acme.example (calendar…)      Google    unknown    connecting

5 calendars: 4 connected, 1 deleted; 2 need a full sync.

1 calendar is known to Recall only. A webhook, or the next resync that reads Recall's list, adds \
it: `callsheet resync --full` requests one.
1 calendar is not listed by Recall any more: `callsheet calendars disconnect` retires the decisions.
1 calendar has another status at Recall: a webhook is on its way, or was lost. `callsheet resync --full` \
syncs the status.
Recall lists a calendar that cannot be read: calendar calendar-odd: unknown calendar status."
    );
}

#[tokio::test]
async fn equal_lists_are_reported() {
    let clock = clock();
    let harness = empty(&clock);
    harness
        .store_calendar("sales", CalendarStatus::Connected)
        .await;
    harness.put_at_recall("sales", CalendarStatus::Connected);
    let directory = directory::fetch(&harness.recall, &harness.state, &clock).await;
    let listed = list(&harness.state, &harness.decisions, at("09:30")).await;
    let listed = listed
        .expect("memory")
        .compared_with(directory.expect("memory"));
    assert!(listed.text().ends_with("Recall lists the same calendars."));
    let json = serde_json::to_value(&listed).expect("JSON");
    assert_eq!(json["calendars"][0]["at_recall"], "connected");
    assert_eq!(json["calendars"][0]["difference"], serde_json::Value::Null);
    assert_eq!(json["only_at_recall"], serde_json::json!([]));
}

#[tokio::test]
async fn a_429_blocks_the_listing_for_all_callers() {
    let clock = clock();
    let harness = set_up(&clock).await;
    let wait = std::time::Duration::from_secs(40);
    let service = callsheet_app::Service::Recall;
    let fault = Fault::Fails(callsheet_app::PortError::Throttled { service, wait });
    harness.recall.fault(Operation::ListCalendars, fault);
    let directory = directory::fetch(&harness.recall, &harness.state, &clock).await;
    assert_eq!(directory.expect("memory").calendars.len(), 3);
    let calls = harness.recall.calls();
    assert!(calls[1].at >= at("09:30:40"), "{calls:?}");
}

#[tokio::test]
async fn unreadable_rows_are_named_and_the_other_calendars_are_listed() {
    let clock = clock();
    let harness = set_up(&clock).await;
    let event = callsheet_testkit::id("event-2");
    let keys = harness.decisions.of_event(&event);
    let row = keys.await.expect("memory").decisions.pop().expect("a row");
    harness.decisions.make_unreadable(&row.key);
    harness
        .state
        .make_record_unreadable(&id("calendar-support"));
    let listed = list(&harness.state, &harness.decisions, at("09:30")).await;
    let listed = listed.expect("memory");
    let upcoming = listed.calendars.iter().map(|one| one.upcoming.meetings);
    assert_eq!((listed.calendars.len(), upcoming.sum::<usize>()), (4, 1));
    assert_eq!(listed.exit_code(), 1);
    let directory = directory::fetch(&harness.recall, &harness.state, &clock).await;
    let listed = listed.compared_with(directory.expect("memory"));
    let unknown = listed.only_at_recall.as_deref().unwrap_or_default();
    let unknown: Vec<_> = unknown.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(
        unknown,
        ["calendar-new"],
        "the unreadable calendar is known"
    );
    let text = listed.text();
    for line in [
        "  event event-2: made unreadable on purpose",
        "  calendar-support: made unreadable on purpose",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[tokio::test]
async fn a_status_that_is_not_known_is_shown_as_recall_states_it() {
    let clock = clock();
    let harness = empty(&clock);
    let status = CalendarStatus::parse("reauthorizing").expect("a status");
    for name in ["sales", "support"] {
        harness
            .store_calendar(name, CalendarStatus::Connected)
            .await;
        harness.put_at_recall(name, CalendarStatus::Connected);
    }
    harness.put_at_recall("support", status);
    harness.store_calendar("legal", status).await;
    harness.put_at_recall("legal", status);
    let directory = directory::fetch(&harness.recall, &harness.state, &clock).await;
    let listed = list(&harness.state, &harness.decisions, at("09:30")).await;
    let listed = listed
        .expect("memory")
        .compared_with(directory.expect("memory"));
    let json = serde_json::to_value(&listed).expect("JSON");
    let shown = json["calendars"].as_array().expect("a list").iter();
    let shown: Vec<_> = shown
        .map(|one| {
            [
                &one["id"],
                &one["status"],
                &one["at_recall"],
                &one["difference"],
            ]
        })
        .map(|cells| {
            cells
                .map(|cell| cell.as_str().unwrap_or_default().to_owned())
                .join(" ")
        })
        .collect();
    assert_eq!(
        shown,
        [
            "calendar-legal reauthorizing reauthorizing ",
            "calendar-sales connected connected ",
            "calendar-support connected reauthorizing status",
        ]
    );
}
