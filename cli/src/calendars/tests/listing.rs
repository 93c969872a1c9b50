//! Both lists, side by side.

use callsheet_app::ports::UnreadableCalendar;
use callsheet_domain::{CompletedSync, OverrideRevision, PolicyRevision};
use callsheet_domain::{Operation, Timestamp};
use callsheet_testkit::Fault;

use super::*;
use crate::calendars::directory;
use crate::calendars::list::{Difference, list};
use crate::render::Render as _;

fn looked(began: &str, since: Option<Timestamp>) -> CompletedSync {
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

/// One calendar of each kind.
async fn house(clock: &ManualClock) -> House {
    let house = empty(clock);
    let looks = [
        ("sales", looked("09:00", None)),
        ("support", looked("09:20", Some(at("09:10")))),
    ];
    for (name, last_sync) in looks {
        let record =
            named(a_calendar_record(), name).with(|record| record.last_sync = Some(last_sync));
        house.state.write_record(&record).await.expect("memory");
    }
    house.decide("sales", "event-1", Some("key-1")).await;
    house.decide("sales", "event-2", None).await;
    house.remember("gone", CalendarStatus::Deleted).await;
    house.remember("lost", CalendarStatus::Connected).await;
    house.remember("odd", CalendarStatus::Connected).await;
    house.put("sales", CalendarStatus::Connected);
    house.put("support", CalendarStatus::Disconnected);
    house.put("new", CalendarStatus::Connecting);
    house.recall.put_unreadable_calendar(UnreadableCalendar {
        id: Some(id("calendar-odd")),
        problem: "unknown calendar status".to_owned(),
    });
    house
}

#[tokio::test]
async fn what_is_remembered_is_listed() {
    let clock = clock();
    let house = house(&clock).await;
    let listed = list(&house.state, &house.decisions, at("09:30")).await;
    assert_eq!(
        listed.expect("memory").text(),
        "\
calendar                                 platform         status     looked at           whole       meetings  record  bots
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
gone@acme.example (calendar-gone)        google_calendar  deleted                                           0       0     0
lost@acme.example (calendar-lost)        google_calendar  connected  never, owed a look  never              0       0     0
odd@acme.example (calendar-odd)          google_calendar  connected  never, owed a look  never              0       0     0
sales@acme.example (calendar-sales)      google_calendar  connected  30 min ago          30 min ago         2       2     1
support@acme.example (calendar-support)  google_calendar  connected  10 min ago          earlier            0       0     0

5 calendars: 4 connected, 1 deleted; 2 owed a look."
    );
}

#[tokio::test]
async fn both_lists_are_shown_side_by_side() {
    let clock = clock();
    let house = house(&clock).await;
    house.recall.page_size(1);
    let directory = directory::read(&house.recall, &house.state, &clock).await;
    let listed = list(&house.state, &house.decisions, at("09:30")).await;
    let listed = listed.expect("memory").beside(directory.expect("memory"));
    assert_eq!(house.recall.count(Operation::ListCalendars), 3);
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
calendar                                 platform         status     at Recall     looked at           whole       meetings  record  bots
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
gone@acme.example (calendar-gone)        google_calendar  deleted    not listed                                           0       0     0
lost@acme.example (calendar-lost)        google_calendar  connected  not listed    never, owed a look  never              0       0     0
odd@acme.example (calendar-odd)          google_calendar  connected  unreadable    never, owed a look  never              0       0     0
sales@acme.example (calendar-sales)      google_calendar  connected  connected     30 min ago          30 min ago         2       2     1
support@acme.example (calendar-support)  google_calendar  connected  disconnected  10 min ago          earlier            0       0     0
new@acme.example (calendar-new)          google_calendar  unknown    connecting

5 calendars: 4 connected, 1 deleted; 2 owed a look.

1 calendar is known to Recall only: one is remembered with its first webhook or the next sweep that lists them.
1 calendar is not listed by Recall any more: `callsheet calendars disconnect` tidies up.
1 calendar has another status at Recall: a webhook is on its way, or was lost.
Recall lists one that cannot be read: calendar calendar-odd: unknown calendar status."
    );
}

#[tokio::test]
async fn that_nothing_differs_is_said() {
    let clock = clock();
    let house = empty(&clock);
    house.remember("sales", CalendarStatus::Connected).await;
    house.put("sales", CalendarStatus::Connected);
    let directory = directory::read(&house.recall, &house.state, &clock).await;
    let listed = list(&house.state, &house.decisions, at("09:30")).await;
    let listed = listed.expect("memory").beside(directory.expect("memory"));
    assert!(listed.text().ends_with("Recall lists the same."));
    let json = serde_json::to_value(&listed).expect("JSON");
    assert_eq!(json["calendars"][0]["at_recall"], "connected");
    assert_eq!(json["calendars"][0]["difference"], serde_json::Value::Null);
    assert_eq!(json["only_at_recall"], serde_json::json!([]));
}

#[tokio::test]
async fn a_list_that_is_asked_for_too_fast_waits_and_has_the_others_wait() {
    let clock = clock();
    let house = house(&clock).await;
    let wait = std::time::Duration::from_secs(40);
    let service = "Recall";
    let fault = Fault::Fails(callsheet_app::PortError::Throttled { service, wait });
    house.recall.fault(Operation::ListCalendars, fault);
    let directory = directory::read(&house.recall, &house.state, &clock).await;
    assert_eq!(directory.expect("memory").calendars.len(), 3);
    let calls = house.recall.calls();
    assert!(calls[1].at >= at("09:30:40"), "{calls:?}");
}
