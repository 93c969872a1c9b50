//! Calendars as a whole, by the command line.

use callsheet_domain::Decision;
use recall_simulator::{CalendarView, Platform};
use serde_json::{Value, json};

use crate::command::callsheet;
use crate::tenant::Tenant;

/// What `callsheet` says of a calendar when it lists both sides.
fn listed(calendar: &CalendarView) -> Value {
    let list = callsheet(&["calendars", "list", "--recall", "--json"], "").answer();
    let calendars = list["calendars"].as_array().expect("a list");
    let id = Value::from(calendar.id.to_string());
    let found = calendars.iter().find(|listed| listed["id"] == id);
    found.expect("it is listed").clone()
}

#[tokio::test]
async fn a_calendar_that_is_disconnected_loses_its_bots_and_keeps_what_was_decided() {
    let mut tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.create(tenant.external(5)).await;
    tenant.create(tenant.external(6)).await;
    tenant.comes_to_bots("created", 2).await;
    let calendar = tenant.calendars[0].clone();
    let id = calendar.id.to_string();
    let before = listed(&calendar);
    assert_eq!(
        before["upcoming"],
        json!({"meetings": 2, "record": 2, "bots": 2})
    );
    assert_eq!(
        (&before["status"], &before["at_recall"]),
        (&json!("connected"), &json!("connected"))
    );

    let unasked = callsheet(&["calendars", "disconnect", &id], "");
    assert_eq!(unasked.code, Some(1), "{}", unasked.said);
    assert!(
        unasked.said.contains("2 bots are removed with it"),
        "{}",
        unasked.said
    );
    assert!(unasked.said.contains("--yes"), "{}", unasked.said);
    tenant.comes_to_bots("nobody said yes", 2).await;

    let disconnect = ["calendars", "disconnect", &id, "--yes", "--json"];
    let gone = callsheet(&disconnect, "").answer();
    assert_eq!(
        (&gone["outcome"], &gone["bots"]),
        (&json!("deleted"), &json!(2))
    );
    let is_retired = |row: &Decision| {
        let reason = row.verdict.reason();
        reason.rule.as_str() == "disconnected" && reason.reason == "the calendar is deleted"
    };
    tenant
        .comes_to("disconnected", |decisions, comparison| {
            comparison.bots == 0 && decisions.len() == 2 && decisions.iter().all(is_retired)
        })
        .await;
    let after = listed(&calendar);
    assert_eq!(
        after["upcoming"],
        json!({"meetings": 2, "record": 0, "bots": 0})
    );
    assert_eq!(
        (&after["status"], &after["at_recall"], &after["difference"]),
        (&json!("deleted"), &json!("absent"), &Value::Null)
    );
    let again = callsheet(&disconnect, "").answer();
    assert_eq!(again["outcome"], "already_deleted");

    // Its owner connects it anew.
    tenant.connect(Platform::GoogleCalendar).await;
    tenant.create_in(1, tenant.external(5)).await;
    tenant.create_in(1, tenant.external(6)).await;
    tenant.comes_to_bots("connected anew", 2).await;
}

#[tokio::test]
async fn both_sides_of_a_calendar_are_shown_as_it_is_lost_and_comes_back() {
    let tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    tenant.create(tenant.external(5)).await;
    tenant.comes_to_bots("created", 1).await;
    let calendar = tenant.calendars[0].clone();
    let recall = &tenant.stack.recall;
    recall
        .disconnect_calendar(calendar.id)
        .await
        .expect("disconnected");
    tenant.comes_to_skip("disconnected").await;
    let lost = listed(&calendar);
    assert_eq!(
        (
            &lost["status"],
            &lost["at_recall"],
            &lost["needs_full_sync"]
        ),
        (
            &json!("disconnected"),
            &json!("disconnected"),
            &json!(false)
        )
    );
    recall
        .reconnect_calendar(calendar.id)
        .await
        .expect("reconnected");
    tenant.comes_to_bots("reconnected", 1).await;
    assert_eq!(listed(&calendar)["upcoming"]["bots"], 1);
    callsheet(&["calendars", "list"], "").went_well();
}

#[tokio::test]
async fn a_calendar_that_nobody_knows_is_not_deleted() {
    let nobody = "00000000-0000-4000-8000-000000000000";
    let refused = callsheet(&["calendars", "disconnect", nobody, "--yes"], "");
    assert_eq!(refused.code, Some(1), "{}", refused.said);
}
