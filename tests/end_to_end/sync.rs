//! Changes without a webhook are found, and a burst of webhooks of one calendar
//! delays no other.
//!
//! Other tests cause syncs of the workspace meanwhile, which may find a change
//! first: so no test here asserts which sync found it.

use callsheet_app::ports::{Bots as _, Decisions as _};
use callsheet_domain::{CalendarId, CallRecord, Decision, EventId, History, Timestamp, plus};
use callsheet_recall::{ApiKey, BaseUrl, RecallClient};
use callsheet_testkit::id;
use callsheet_tests::{variable, wait_until};
use jiff::SignedDuration;
use recall_simulator::{CallFilter, Operation, Platform, WebhookState};
use serde_json::{Value, json};

use crate::command::{Run, callsheet};
use crate::tenant::{TIMEOUT, Tenant};

/// Requests a full sync of everything, as an operator does.
fn resync_everything() {
    callsheet(&["resync", "--full"], "").succeeded();
}

fn drift(calendar: &CalendarId) -> Run {
    callsheet(&["drift", "--calendar", calendar.as_str(), "--json"], "")
}

/// The row with calls of some minutes ago: a bot that differs within a minute of
/// a call is not reported as drift, and the test need not wait for that minute.
fn with_older_calls(mut row: Decision) -> Decision {
    let calls = row.history.calls().iter().cloned();
    row.history = History::kept(calls.map(|call| CallRecord {
        at: plus(call.at, -SignedDuration::from_mins(5)),
        ..call
    }));
    row
}

/// No bot is wrong, and the exit code says whether all were compared: a meeting that was
/// called about within the last minute is not.
fn assert_no_drift(run: Run) {
    let found = run.json.expect("it printed JSON");
    assert_eq!(found["drifted"], json!([]));
    let not_compared = found["not_compared"].as_object().expect("counts");
    let is_complete = not_compared.values().all(|count| *count == json!(0));
    assert_eq!(run.code, Some(i32::from(!is_complete)), "{}", run.output);
}

#[tokio::test]
async fn a_bot_that_is_missing_at_recall_is_reported_as_drift_and_repaired() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let event = tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let (calendar, event) = (tenant.calendar_id(0), event.id.to_string());
    assert_no_drift(drift(&calendar));

    let recall = RecallClient::new(
        BaseUrl::parse(&variable("CALLSHEET_RECALL_URL")).expect("an address"),
        ApiKey::parse(&variable("CALLSHEET_RECALL_API_KEY")).expect("a key"),
    );
    let taken: EventId = id(&event);
    // Unscheduled again if a sync repairs it before it is reported.
    let is_shown = async || {
        if recall.unschedule(&taken).await.is_err() {
            return false; // it is being repaired
        }
        for row in tenant.stack.decisions_of(&calendar).await {
            let kept = tenant.stack.decisions.write(&with_older_calls(row)).await;
            kept.expect("the table");
        }
        let shown = drift(&calendar);
        let code = shown.code;
        let missing = shown.json.map(|shown| {
            let drifted = &shown["drifted"][0];
            (drifted["kind"].clone(), drifted["event_id"].clone())
        });
        code == Some(1) && missing == Some((json!("missing"), json!(event)))
    };
    assert!(wait_until(TIMEOUT, is_shown).await);

    tenant.announces("repaired drift of event");
    resync_everything();
    tenant.assert_bots("repaired", 1).await;
    assert_no_drift(drift(&calendar));
}

#[tokio::test]
async fn a_change_whose_webhook_was_lost_is_found_by_a_resync() {
    let tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let (recall, calendar) = (&tenant.stack.recall, tenant.calendars[0].id);
    recall
        .disable_webhooks(calendar)
        .await
        .expect("the simulator");
    tenant.create(tenant.external(6)).await;
    let name = calendar.to_string();
    let is_lost = async || {
        let all = recall.webhooks().await.expect("the simulator");
        let mut ours = all.iter().filter(|webhook| webhook.body.contains(&name));
        ours.any(|webhook| webhook.state == WebhookState::Dropped)
    };
    assert!(wait_until(TIMEOUT, is_lost).await);
    resync_everything();
    tenant.assert_bots("found", 2).await;
}

#[tokio::test]
async fn a_calendar_that_was_deleted_without_a_webhook_is_retired() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let deleted = tenant.stack.recall.delete_calendar(tenant.calendars[0].id);
    deleted.await.expect("the simulator");
    resync_everything();
    // Its decision is kept, and wants no bot any more.
    tenant.assert_skipped_by("disconnected").await;
}

#[tokio::test]
async fn a_calendar_that_was_connected_without_a_webhook_is_found() {
    let mut tenant = Tenant::on(Platform::GoogleCalendar).await;
    let address = tenant.address(2);
    let connected = tenant
        .stack
        .recall
        .create_calendar_without_webhooks(Platform::GoogleCalendar, Some(&address));
    tenant.calendars = vec![connected.await.expect("the simulator")];
    tenant.create(tenant.external(5)).await;
    tenant.create(tenant.external(6)).await;
    resync_everything();
    tenant.assert_bots("found", 2).await;
}

#[tokio::test]
async fn a_burst_of_webhooks_of_one_calendar_delays_no_other() {
    /// Number of webhooks of the burst.
    const BURST: usize = 200;
    /// Lists before the other's turn comes, those of other tests among them. One behind the
    /// other, it would be 200; a clock would measure the machine beside the order.
    const BEFORE_THE_OTHER: usize = BURST / 2;
    let mut tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.connect(Platform::MicrosoftOutlook).await;
    tenant.create(tenant.external(4)).await;
    tenant.assert_bots("created", 1).await;
    let (busy, other) = (tenant.calendars[0].id, tenant.calendars[1].id);
    for _ in 0..BURST {
        let body = sync_events(&busy.to_string(), tenant.stack.now());
        let sent = tenant.stack.recall.send_webhook(&body).await;
        sent.expect("the simulator");
    }
    let asked = tenant.stack.now();
    tenant.create_in(1, tenant.external(5)).await;
    tenant.assert_bots("the burst is over", 2).await;
    let calls = async |operation, calendar| {
        let filter = CallFilter {
            operation: Some(operation),
            calendar,
            ..CallFilter::default()
        };
        let calls = tenant.stack.recall.calls(&filter).await;
        calls.expect("the simulator")
    };
    let lists = calls(Operation::ListEvents, Some(busy)).await.len();
    assert!(lists < BURST / 4, "{lists} lists for {BURST} webhooks");
    let scheduled = calls(Operation::ScheduleBot, Some(other)).await;
    let scheduled = scheduled.first().expect("the other's bot").received_at;
    let mut before = calls(Operation::ListEvents, None).await;
    before.retain(|list| (asked..scheduled).contains(&list.received_at));
    let before = before.len();
    assert!(before < BEFORE_THE_OTHER, "{before} lists before the other");
}

fn sync_events(calendar: &str, since: Timestamp) -> Value {
    json!({
        "event": "calendar.sync_events",
        "data": {"calendar_id": calendar, "last_updated_ts": since.to_string()},
    })
}
