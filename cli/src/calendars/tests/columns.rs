//! Columns of the list for what only some people ask: metadata, and why a calendar was lost.

use callsheet_domain::{CalendarMetadata, DisconnectReason};
use test_case::test_case;

use super::list::{all, listed};
use super::*;
use crate::arguments::ListArguments;
use crate::calendars::list;
use crate::calendars::list_text::WithColumns;
use crate::render::Render as _;

async fn store(harness: &Harness, name: &str, change: impl FnOnce(&mut CalendarRecord)) {
    let record = with_name(a_calendar_record(), name).with(change);
    harness.state.write_record(&record).await.expect("memory");
}

/// A calendar with metadata, one whose metadata Recall does not show, and one that was lost.
async fn set_up() -> Harness {
    let harness = empty(&clock());
    store(&harness, "sales", |record| {
        let pairs = [("team", Some("sales")), ("tier", None)];
        record.calendar.metadata = CalendarMetadata::shown(
            pairs.map(|(key, value)| (key.to_owned(), value.map(str::to_owned))),
        );
    })
    .await;
    store(&harness, "hidden", |_| ()).await;
    store(&harness, "lost", |record| {
        record.calendar.status = CalendarStatus::Disconnected;
        record.calendar.disconnect_reason = DisconnectReason::parse("AADSTS50057");
        record.calendar.metadata = CalendarMetadata::shown([]);
    })
    .await;
    harness
}

#[tokio::test]
async fn metadata_and_the_reason_of_a_disconnection_have_columns() {
    let harness = set_up().await;
    let metadata = ["tier", "team", "team"].map(str::to_owned).to_vec();
    let arguments = ListArguments {
        metadata,
        meetings: false,
        ..all()
    };
    let keys = list::columns(&arguments);
    let list = listed(&harness, arguments).await;
    let json = serde_json::to_value(&list).expect("JSON");
    let shown = WithColumns { list, keys };
    assert_eq!(
        shown.text(),
        "\
calendar                         platform  status        reason       last sync  full sync  decided            tier  team
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
hidden@acme.example (calendar…)  Google    connected                  never      never      needs a full sync  ?     ?
lost@acme.example (calendar…)    Google    disconnected  AADSTS50057
sales@acme.example (calendar…)   Google    connected                  never      never      needs a full sync  ?     sales

3 calendars: 2 connected, 1 disconnected; 2 need a full sync.

Problems:
  hidden@acme.example (calendar…): not synced since it changed at 2090-03-06 08:00 UTC
  lost@acme.example (calendar…): disconnected at Recall since 2090-03-06 08:00 UTC: the owner's account does not exist or is disabled (AADSTS50057)
  sales@acme.example (calendar…): not synced since it changed at 2090-03-06 08:00 UTC"
    );
    assert_eq!(
        serde_json::to_value(&shown).expect("JSON"),
        json,
        "in JSON there are all keys, whatever columns are asked for"
    );
    let [hidden, gone, sales] = [0, 1, 2].map(|index| &json["calendars"][index]);
    assert_eq!(hidden["metadata"], serde_json::Value::Null);
    assert_eq!(gone["metadata"], serde_json::json!({}));
    assert_eq!(
        sales["metadata"],
        serde_json::json!({"team": "sales", "tier": null})
    );
    assert_eq!(
        gone["disconnect_reason"],
        serde_json::json!({
            "code": "AADSTS50057",
            "meaning": "the owner's account does not exist or is disabled",
        })
    );
}

#[test_case(CalendarStatus::Connected; "that is connected again")]
#[test_case(CalendarStatus::Deleted; "that was deleted")]
#[tokio::test]
async fn a_calendar_has_no_reason_of_an_earlier_disconnection(status: CalendarStatus) {
    let harness = empty(&clock());
    store(&harness, "back", |record| {
        record.calendar.status = status;
        record.calendar.disconnect_reason = DisconnectReason::parse("invalid_grant");
    })
    .await;
    let list = listed(&harness, all()).await;
    assert_eq!(list.calendars[0].disconnect_reason, None);
    assert!(!list.text().contains("invalid_grant"), "{}", list.text());
}
