//! Messages that were given up on, by the command line.

use recall_simulator::Platform;
use serde_json::{Value, json};

use crate::command::callsheet;
use crate::tenant::Tenant;

/// What `callsheet redrive` says of a message; nothing if it did not meet it.
fn outcome(arguments: &[&str], message: &str) -> Value {
    let redriven = callsheet(arguments, "").answer();
    let messages = redriven["messages"].as_array().expect("a list").iter();
    let mut named = messages.filter(|one| one["message_id"] == message);
    named
        .next()
        .map_or(Value::Null, |one| one["outcome"].clone())
}

#[tokio::test]
async fn what_was_given_up_on_is_attended_to_once_it_is_sent_back() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.create(tenant.external(5)).await;
    tenant.comes_to_bots("created", 1).await;
    let calendar = tenant.calendars[0].id;
    // Recall tells nobody of it, and the one notice about it was given up on.
    let deleted = tenant.stack.recall.delete_calendar(calendar).await;
    deleted.expect("deleted");
    let request = json!({
        "v": "1",
        "kind": "calendar_changed",
        "calendar_id": calendar.to_string(),
        "sent_at": tenant.stack.now().as_microsecond(),
    });
    let ours = tenant.stack.give_up(&request.to_string()).await;
    let other = tenant.stack.give_up("no version of ours wrote this").await;

    let look = ["redrive", "--dry-run", "--json"];
    assert_eq!(outcome(&look, &ours), "would_be_sent_back");
    assert_eq!(outcome(&look, &other), "stays");

    let redrive = ["redrive", "--json"];
    assert_eq!(outcome(&redrive, &ours), "sent_back");
    tenant.comes_to_skip("disconnected").await;
    assert_eq!(outcome(&look, &ours), Value::Null);
    assert_eq!(outcome(&look, &other), "stays");

    let drop = ["redrive", "--drop-unreadable", "--json"];
    assert_eq!(outcome(&drop, &other), "deleted");
    let nothing = callsheet(&["redrive"], "").went_well();
    assert!(
        nothing.said.contains("The dead-letter queue is empty"),
        "{}",
        nothing.said
    );
}
