//! Calendars, listed and disconnected by the command line.

use callsheet_domain::Decision;
use recall_simulator::{CalendarView, Platform};
use serde_json::{Value, json};

use crate::command::callsheet;
use crate::tenant::Tenant;

/// A calendar by `callsheet calendars list`, with its status at Recall.
fn listed(calendar: &CalendarView) -> Value {
    let list = callsheet(
        &["calendars", "list", "--recall", "--meetings", "--json"],
        "",
    )
    .printed_json();
    let calendars = list["calendars"].as_array().expect("a list");
    let id = Value::from(calendar.id.to_string());
    let found = calendars.iter().find(|listed| listed["id"] == id);
    found.expect("it is listed").clone()
}

/// How many of its meetings are recorded, are not, and have their bot.
fn meetings(calendar: &Value) -> (u64, u64, u64) {
    let meetings = &calendar["meetings"];
    let count = |count: &Value| count.as_u64().unwrap_or_default();
    (
        count(&meetings["record"]),
        count(&meetings["skip"]),
        count(&meetings["bots"]["scheduled"]),
    )
}

#[tokio::test]
async fn a_calendar_that_is_disconnected_loses_its_bots_and_keeps_its_decisions() {
    let mut tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.create(tenant.external(5)).await;
    tenant.create(tenant.external(6)).await;
    tenant.assert_bots("created", 2).await;
    let calendar = tenant.calendars[0].clone();
    let id = calendar.id.to_string();
    let before = listed(&calendar);
    assert_eq!(meetings(&before), (2, 0, 2));
    assert_eq!(
        (&before["status"], &before["at_recall"]),
        (&json!("connected"), &json!("connected"))
    );

    let unconfirmed = callsheet(&["calendars", "disconnect", &id], "");
    assert_eq!(unconfirmed.code, Some(1), "{}", unconfirmed.output);
    assert!(
        unconfirmed.output.contains("2 bots are removed with it"),
        "{}",
        unconfirmed.output
    );
    assert!(
        unconfirmed.output.contains("--yes"),
        "{}",
        unconfirmed.output
    );
    tenant.assert_bots("the command was not confirmed", 2).await;

    let disconnect = ["calendars", "disconnect", &id, "--yes", "--json"];
    let gone = callsheet(&disconnect, "").printed_json();
    assert_eq!(
        (&gone["outcome"], &gone["bots"]),
        (&json!("requested"), &json!(2))
    );
    let is_retired = |row: &Decision| {
        let reason = row.verdict.reason();
        reason.rule.as_str() == "disconnected" && reason.reason == "the calendar is deleted"
    };
    tenant
        .assert_eventually("disconnected", |decisions, comparison| {
            comparison.bots == 0 && decisions.len() == 2 && decisions.iter().all(is_retired)
        })
        .await;
    let after = listed(&calendar);
    assert_eq!(meetings(&after), (0, 2, 0));
    assert_eq!(
        (&after["status"], &after["at_recall"], &after["difference"]),
        (&json!("deleted"), &json!("absent"), &Value::Null)
    );
    let again = callsheet(&disconnect, "").printed_json();
    assert_eq!(again["outcome"], "already_deleted");
    assert_eq!(again["requested"]["by"], "lead@acme.example");

    // Its owner connects it again.
    tenant.connect(Platform::GoogleCalendar).await;
    tenant.create_in(1, tenant.external(5)).await;
    tenant.create_in(1, tenant.external(6)).await;
    tenant.assert_bots("connected again", 2).await;
}

#[tokio::test]
async fn a_calendar_is_listed_with_both_statuses_while_disconnected_and_reconnected() {
    let tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let calendar = tenant.calendars[0].clone();
    let recall = &tenant.stack.recall;
    recall
        .disconnect_calendar(calendar.id)
        .await
        .expect("disconnected");
    tenant.assert_skipped_by("disconnected").await;
    let disconnected = listed(&calendar);
    assert_eq!(
        (
            &disconnected["status"],
            &disconnected["at_recall"],
            &disconnected["needs_full_sync"]
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
    tenant.assert_bots("reconnected", 1).await;
    assert_eq!(meetings(&listed(&calendar)), (1, 0, 1));
    callsheet(&["calendars", "list"], "").succeeded();
}

#[tokio::test]
async fn an_unknown_calendar_is_not_deleted() {
    let unknown = "00000000-0000-4000-8000-000000000000";
    let refused = callsheet(&["calendars", "disconnect", unknown, "--yes"], "");
    assert_eq!(refused.code, Some(1), "{}", refused.output);
}
