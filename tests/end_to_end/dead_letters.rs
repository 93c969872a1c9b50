//! Dead-lettered messages, redriven by the command line.

use recall_simulator::Platform;
use serde_json::{Value, json};

use crate::command::callsheet;
use crate::tenant::Tenant;

/// The outcome of a message by `callsheet redrive`; null if it did not receive it.
fn outcome(arguments: &[&str], message: &str) -> Value {
    let redriven = callsheet(arguments, "").printed_json();
    let messages = redriven["messages"].as_array().expect("a list").iter();
    let mut named = messages.filter(|one| one["message_id"] == message);
    named
        .next()
        .map_or(Value::Null, |one| one["outcome"].clone())
}

#[tokio::test]
async fn dead_lettered_messages_are_handled_after_a_redrive() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let calendar = tenant.calendars[0].id;
    // Recall sends no webhook when a calendar is deleted, and the one request to sync it is
    // dead-lettered.
    let deleted = tenant.stack.recall.delete_calendar(calendar).await;
    deleted.expect("deleted");
    let request = json!({
        "v": "1",
        "kind": "calendar_changed",
        "calendar_id": calendar.to_string(),
        "sent_at": tenant.stack.now().as_microsecond(),
    });
    let readable = tenant.stack.add_dead_letter(&request.to_string()).await;
    let unreadable = tenant
        .stack
        .add_dead_letter("no version of Callsheet wrote this")
        .await;

    let dry_run = ["redrive", "--dry-run", "--json"];
    assert_eq!(outcome(&dry_run, &readable), "would_be_sent_back");
    assert_eq!(outcome(&dry_run, &unreadable), "stays");

    let redrive = ["redrive", "--json"];
    assert_eq!(outcome(&redrive, &readable), "sent_back");
    tenant.assert_skipped_by("disconnected").await;
    assert_eq!(outcome(&dry_run, &readable), Value::Null);
    assert_eq!(outcome(&dry_run, &unreadable), "stays");

    let drop_unreadable = ["redrive", "--drop-unreadable", "--json"];
    assert_eq!(outcome(&drop_unreadable, &unreadable), "deleted");
    let nothing = callsheet(&["redrive"], "").succeeded();
    assert!(
        nothing.output.contains("The dead-letter queue is empty"),
        "{}",
        nothing.output
    );
}
