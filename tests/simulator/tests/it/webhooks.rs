//! Webhooks that report changes, and changes that are not reported.

use serde_json::json;

use crate::harness::{
    Harness, LINK, ReceivedWebhook, WebhookReceiver, meeting, minutes, webhook_options,
};
use recall_simulator::{Change, EventChange, Platform};

#[tokio::test]
async fn changes_of_a_calendar_are_batched_into_one_webhook_with_the_earliest_time() {
    let receiver = WebhookReceiver::start(&[]).await;
    let harness = Harness::start(webhook_options(&receiver)).await;
    let control = harness.simulator.control();
    let calendar = harness.calendar("sales-1@acme.example").await;
    let drafts = (0..50).map(|n| meeting("Review", n)).collect();
    let created = control.create_events(calendar, drafts).await.unwrap();
    harness.wait_for_webhooks().await;
    let bodies: Vec<_> = receiver
        .received()
        .iter()
        .map(ReceivedWebhook::json)
        .collect();
    let first = format!("{:.6}", created[0].updated_at).replace('Z', "+00:00");
    assert_eq!(
        bodies,
        [
            json!({"event": "calendar.update", "data": {"calendar_id": calendar}}),
            json!({
                "event": "calendar.sync_events",
                "data": {"calendar_id": calendar, "last_updated_ts": first},
            }),
        ]
    );
    let changes = created.iter().map(|event| EventChange {
        event: event.id,
        change: Change::SetTimes {
            start: minutes(200),
            end: minutes(210),
        },
    });
    let moved = control.update_events(changes.collect()).await.unwrap();
    harness.wait_for_webhooks().await;
    let last = receiver.received()[2].json();
    let since: jiff::Timestamp = last["data"]["last_updated_ts"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(since, moved[0].updated_at);
    harness.assert_no_violations().await;
}

#[tokio::test]
async fn changes_of_a_calendar_are_reported_but_not_its_deletion() {
    let receiver = WebhookReceiver::start(&[]).await;
    let harness = Harness::start(webhook_options(&receiver)).await;
    let control = harness.simulator.control();
    let calendar = harness.calendar("sales-1@acme.example").await;
    control
        .set_calendar_email(calendar, "sales-9@acme.example")
        .await
        .unwrap();
    control.disconnect_calendar(calendar).await.unwrap();
    control.reconnect_calendar(calendar).await.unwrap();
    harness.wait_for_webhooks().await;
    assert_eq!(
        receiver.received().len(),
        4,
        "created, e-mail address set, disconnected, reconnected"
    );
    assert!(
        receiver
            .received()
            .iter()
            .all(|w| w.json()["event"] == "calendar.update")
    );
    control.delete_calendar(calendar).await.unwrap();
    harness.wait_for_webhooks().await;
    assert_eq!(
        receiver.received().len(),
        4,
        "the deletion of a calendar is not reported"
    );
}

#[tokio::test]
async fn scheduling_a_bot_is_reported_only_if_bots_touch_events_is_set() {
    let receiver = WebhookReceiver::start(&[]).await;
    let harness = Harness::start(webhook_options(&receiver)).await;
    let control = harness.simulator.control();
    let calendar = harness.calendar("sales-1@acme.example").await;
    let event = harness
        .event(calendar, meeting("Review", 60).meeting_url(LINK))
        .await;
    harness.wait_for_webhooks().await;
    let before = receiver.received().len();
    harness.schedule(&event, "k").await;
    harness.wait_for_webhooks().await;
    assert_eq!(receiver.received().len(), before);
    assert_eq!(
        control.event(event.id).await.unwrap().updated_at,
        event.updated_at
    );
    control.set_bots_touch_events(true).await.unwrap();
    harness.schedule(&event, "k").await;
    harness.wait_for_webhooks().await;
    assert_eq!(receiver.received().len(), before + 1);
    assert!(control.event(event.id).await.unwrap().updated_at > event.updated_at);
}

#[tokio::test]
async fn a_calendar_without_webhooks_is_not_reported() {
    let receiver = WebhookReceiver::start(&[]).await;
    let harness = Harness::start(webhook_options(&receiver)).await;
    let control = harness.simulator.control();
    let created = control.create_calendar_without_webhooks(Platform::GoogleCalendar, None);
    let unreported = created.await.unwrap().id;
    let disabled_later = harness.calendar("sales-1@acme.example").await;
    control.disable_webhooks(disabled_later).await.unwrap();
    for calendar in [unreported, disabled_later] {
        control
            .set_calendar_email(calendar, "sales-9@acme.example")
            .await
            .unwrap();
    }
    harness.wait_for_webhooks().await;
    assert_eq!(
        receiver.received().len(),
        1,
        "only the connection, before webhooks were disabled"
    );
    let stats = control.stats().await.unwrap().webhooks;
    assert_eq!((stats.acknowledged, stats.dropped), (1, 3));
}
