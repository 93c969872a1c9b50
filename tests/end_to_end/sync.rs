//! What nobody tells of is found all the same, and a flood about one calendar
//! keeps no other waiting.
//!
//! Other tests' looks go on meanwhile, and may find what is looked for here
//! first: so nothing is said about who found it.

use std::time::Duration;

use callsheet_app::ports::{Bots as _, Decisions as _};
use callsheet_domain::{CalendarId, CallRecord, Decision, EventId, History, Timestamp, plus};
use callsheet_recall::{ApiKey, BaseUrl, RecallClient};
use callsheet_tests::variable;
use jiff::SignedDuration;
use recall_simulator::{CallFilter, Operation, Platform, WebhookState};
use serde_json::{Value, json};

use crate::command::{Run, callsheet};
use crate::tenant::{PATIENCE, Tenant};

/// Has everything looked at, as a person does.
fn sweep_everything() {
    callsheet(&["resync", "--full"], "").went_well();
}

fn drift(calendar: &CalendarId) -> Run {
    callsheet(&["drift", "--calendar", calendar.as_str(), "--json"], "")
}

fn id(tenant: &Tenant) -> CalendarId {
    CalendarId::parse(tenant.calendars[0].id.to_string()).expect("an id")
}

/// The row as if its calls had been made a while ago: what Recall lists within
/// a minute of a call is not held against it, and no test is to wait a minute.
fn of_old(mut row: Decision) -> Decision {
    let calls = row.history.calls().iter().cloned();
    row.history = History::kept(calls.map(|call| CallRecord {
        at: plus(call.at, -SignedDuration::from_mins(5)),
        ..call
    }));
    row
}

#[tokio::test]
async fn a_bot_that_was_taken_away_behind_our_back_is_shown_and_comes_back() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let event = tenant.create(tenant.external(5)).await;
    tenant.comes_to_bots("created", 1).await;
    let (calendar, event) = (id(&tenant), event.id.to_string());
    let fine = drift(&calendar).answer();
    assert_eq!(fine["drifted"], json!([]));

    let recall = RecallClient::new(
        BaseUrl::parse(&variable("CALLSHEET_RECALL_URL")).expect("an address"),
        ApiKey::parse(&variable("CALLSHEET_RECALL_API_KEY")).expect("a key"),
    );
    let taken = EventId::parse(&event).expect("an id");
    // Again if somebody else's look mends it before it is shown.
    let is_shown = async || {
        if recall.unschedule(&taken).await.is_err() {
            return false; // it is being mended
        }
        for row in tenant.stack.decisions_of(&calendar).await {
            let kept = tenant.stack.decisions.write(&of_old(row)).await;
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
    assert!(tenant.stack.comes_true(PATIENCE, is_shown).await);

    sweep_everything();
    tenant.comes_to_bots("mended", 1).await;
    let repaired = drift(&calendar).answer();
    assert_eq!(repaired["drifted"], json!([]));
}

#[tokio::test]
async fn a_change_whose_webhook_was_lost_is_found() {
    let tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    tenant.create(tenant.external(5)).await;
    tenant.comes_to_bots("created", 1).await;
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
    assert!(tenant.stack.comes_true(PATIENCE, is_lost).await);
    sweep_everything();
    tenant.comes_to_bots("found", 2).await;
}

#[tokio::test]
async fn a_calendar_that_was_deleted_without_a_word_is_missed() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.create(tenant.external(5)).await;
    tenant.comes_to_bots("created", 1).await;
    let deleted = tenant.stack.recall.delete_calendar(tenant.calendars[0].id);
    deleted.await.expect("the simulator");
    sweep_everything();
    // Its decision is kept, and wants nothing any more.
    tenant.comes_to_skip("disconnected").await;
}

#[tokio::test]
async fn a_calendar_that_nobody_told_of_is_found() {
    let mut tenant = Tenant::on(Platform::GoogleCalendar).await;
    let connected = tenant
        .stack
        .recall
        .create_calendar_without_webhooks(Platform::GoogleCalendar, Some("desk-2@acme.example"));
    tenant.calendars = vec![connected.await.expect("the simulator")];
    tenant.create(tenant.external(5)).await;
    tenant.create(tenant.external(6)).await;
    sweep_everything();
    tenant.comes_to_bots("found", 2).await;
}

#[tokio::test]
async fn a_flood_about_one_calendar_keeps_no_other_waiting() {
    /// Webhooks of the flood.
    const FLOOD: usize = 200;
    /// Far less than 200 lists take, at the 600 a minute that these tests may make.
    const SOON: Duration = Duration::from_secs(15);
    let mut tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.connect(Platform::MicrosoftOutlook).await;
    tenant.create(tenant.external(4)).await;
    tenant.comes_to_bots("created", 1).await;
    let flooded = tenant.calendars[0].id;
    for _ in 0..FLOOD {
        let body = sync_events(&flooded.to_string(), tenant.stack.now());
        let sent = tenant.stack.recall.send_webhook(&body).await;
        sent.expect("the simulator");
    }
    tenant.create_in(1, tenant.external(5)).await;
    let other = CalendarId::parse(tenant.calendars[1].id.to_string()).expect("an id");
    let has_bot = async || {
        let compared = tenant.stack.compare(std::slice::from_ref(&other)).await;
        compared.bots == 1
    };
    assert!(tenant.stack.comes_true(SOON, has_bot).await);
    tenant.comes_to_bots("the flood is over", 2).await;
    let lists = CallFilter {
        operation: Some(Operation::ListEvents),
        calendar: Some(flooded),
        ..CallFilter::default()
    };
    let calls = tenant.stack.recall.calls(&lists).await;
    let calls = calls.expect("the simulator").len();
    assert!(calls < FLOOD / 4, "{calls} lists for {FLOOD} webhooks");
}

fn sync_events(calendar: &str, since: Timestamp) -> Value {
    json!({
        "event": "calendar.sync_events",
        "data": {"calendar_id": calendar, "last_updated_ts": since.to_string()},
    })
}
