//! The list of known calendars compared with Recall's.

use callsheet_api::calendars::Difference;
use callsheet_app::directory;
use callsheet_domain::Operation;
use callsheet_testkit::Fault;

use super::list::{all, listed, set_up};
use super::*;
use crate::render::Render as _;

#[tokio::test]
async fn known_calendars_are_compared_with_recalls_list() {
    let clock = clock();
    let harness = set_up(&clock).await;
    harness.recall.page_size(1);
    let directory = directory::fetch(&harness.recall, &harness.state, &clock).await;
    let listed = listed(&harness, all()).await;
    let listed = listed.compared_with(directory.expect("memory"));
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
calendar                          platform  status     at Recall     last sync   full sync   decided            record  skip  bots
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
gone@acme.example (calendar…)     Google    deleted    not listed                                                    0     0     0
lost@acme.example (calendar…)     Google    connected  not listed    never       never       needs a full sync       0     0     0
odd@acme.example (calendar…)      Google    connected  unreadable    never       never       needs a full sync       0     0     0
sales@acme.example (calendar…)    Google    connected  connected     30 min ago  30 min ago  by policy 0             2     0     1
support@acme.example (calendar…)  Google    connected  disconnected  10 min ago  earlier     by policy 0             0     0     0
new@acme.example (calendar…)      Google    unknown    connecting

5 calendars: 4 connected, 1 deleted; 2 need a full sync.

Problems:
  lost@acme.example (calendar…): not synced since it changed at 2090-03-06 08:00 UTC
  odd@acme.example (calendar…): not synced since it changed at 2090-03-06 08:00 UTC

1 calendar is known to Recall only. A webhook, or the next resync that reads Recall's list, adds it: `callsheet resync --full` requests one.
1 calendar is not listed by Recall any more: `callsheet calendars disconnect` retires the decisions.
1 calendar has another status at Recall: a webhook is on its way, or was lost. `callsheet resync --full` syncs the status.
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
    let listed = listed(&harness, all()).await;
    let listed = listed.compared_with(directory.expect("memory"));
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
    let listed = listed(&harness, all()).await;
    let counted = listed
        .calendars
        .iter()
        .filter_map(|one| one.meetings.as_ref());
    let counted = counted.map(|meetings| meetings.record + meetings.skip);
    assert_eq!((listed.calendars.len(), counted.sum::<usize>()), (4, 1));
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
    let listed = listed(&harness, all()).await;
    let listed = listed.compared_with(directory.expect("memory"));
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
