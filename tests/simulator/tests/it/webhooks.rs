//! Webhooks: batches, signatures, retries, faults.

use std::time::Duration;

use crate::harness::{Harness, LINK, ReceivedWebhook, WebhookReceiver, meeting, minutes};
use recall_simulator::{
    Change, EventChange, Options, Platform, SignatureHeaders, WebhookFaults, WebhookState,
    WebhookTarget, sign,
};
use serde_json::json;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const TIMEOUT: Duration = Duration::from_secs(10);

fn options(receiver: &WebhookReceiver) -> Options {
    let webhook = WebhookTarget {
        url: receiver.url.clone(),
        secrets: vec![SECRET.into()],
        headers: SignatureHeaders::Standard,
    };
    Options {
        webhook: Some(webhook),
        coalesce: Duration::from_millis(20),
        // 5 s, 5 min, … become 5 µs, 0.3 ms, …
        retry_scale: 1e-6,
        ..Options::default()
    }
}

#[tokio::test]
async fn changes_of_a_calendar_are_batched_into_one_webhook_with_the_earliest_time() {
    let receiver = WebhookReceiver::start(&[]).await;
    let harness = Harness::start(options(&receiver)).await;
    let control = harness.simulator.control();
    let calendar = harness.calendar("sales-1@acme.example").await;
    let drafts = (0..50).map(|n| meeting("Review", n)).collect();
    let created = control.create_events(calendar, drafts).await.unwrap();
    assert!(control.wait_for_webhooks(TIMEOUT).await.unwrap());
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
    assert!(control.wait_for_webhooks(TIMEOUT).await.unwrap());
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
async fn a_webhook_is_signed_with_every_secret_under_either_family_of_headers() {
    let receiver = WebhookReceiver::start(&[]).await;
    let harness = Harness::start(options(&receiver)).await;
    let control = harness.simulator.control();
    harness.calendar("sales-1@acme.example").await;
    assert!(control.wait_for_webhooks(TIMEOUT).await.unwrap());
    let target = WebhookTarget {
        url: receiver.url.clone(),
        secrets: vec![SECRET.into(), OTHER.into()],
        headers: SignatureHeaders::Svix,
    };
    control.set_webhook_target(Some(&target)).await.unwrap();
    harness.calendar("sales-2@acme.example").await;
    assert!(control.wait_for_webhooks(TIMEOUT).await.unwrap());
    for (webhook, prefix, secrets) in [
        (&receiver.received()[0], "webhook", vec![SECRET]),
        (&receiver.received()[1], "svix", vec![SECRET, OTHER]),
    ] {
        let id = webhook.header(&format!("{prefix}-id"));
        let timestamp = webhook
            .header(&format!("{prefix}-timestamp"))
            .parse()
            .unwrap();
        let expected: Vec<_> = secrets
            .iter()
            .map(|secret| sign(secret, id, timestamp, &webhook.body).unwrap())
            .collect();
        assert_eq!(
            webhook.header(&format!("{prefix}-signature")),
            expected.join(" ")
        );
    }
    let target = WebhookTarget {
        secrets: vec!["whsec_?".into()],
        ..target
    };
    assert!(control.set_webhook_target(Some(&target)).await.is_err());
}

#[tokio::test]
async fn an_unacknowledged_webhook_is_retried_with_the_same_id() {
    let receiver = WebhookReceiver::start(&[500, 302, 503]).await;
    let harness = Harness::start(options(&receiver)).await;
    let control = harness.simulator.control();
    harness.calendar("sales-1@acme.example").await;
    assert!(control.wait_for_webhooks(TIMEOUT).await.unwrap());
    let webhooks = control.webhooks().await.unwrap();
    let statuses: Vec<_> = webhooks[0]
        .attempts
        .iter()
        .map(|attempt| attempt.status)
        .collect();
    assert_eq!(statuses, [Some(500), Some(302), Some(503), Some(204)]);
    assert_eq!(webhooks[0].state, WebhookState::Acknowledged);
    assert!(
        receiver
            .received()
            .iter()
            .all(|webhook| webhook.header("webhook-id") == webhooks[0].id)
    );
}

#[tokio::test]
async fn a_webhook_fails_after_eight_attempts() {
    let receiver = WebhookReceiver::start(&[500; 20]).await;
    let harness = Harness::start(options(&receiver)).await;
    let control = harness.simulator.control();
    harness.calendar("sales-1@acme.example").await;
    assert!(control.wait_for_webhooks(TIMEOUT).await.unwrap());
    let webhook = control.webhooks().await.unwrap().remove(0);
    assert_eq!(
        (webhook.attempts.len(), webhook.state),
        (8, WebhookState::Failed)
    );
    // A millionth of 5 s + 5 min + 30 min + 2 h + 5 h + 10 h + 10 h.
    let took = webhook.attempts[7]
        .at
        .duration_since(webhook.attempts[0].at);
    assert!(took.as_micros() >= 99_305, "{took:?}");
}

#[tokio::test]
async fn a_receiver_can_abort_the_retries_of_a_webhook() {
    let receiver = WebhookReceiver::start(&[400]).await;
    let harness = Harness::start(options(&receiver)).await;
    let control = harness.simulator.control();
    harness.calendar("sales-1@acme.example").await;
    assert!(control.wait_for_webhooks(TIMEOUT).await.unwrap());
    assert_eq!(receiver.received().len(), 1);
    assert_eq!(control.stats().await.unwrap().webhooks.failed, 1);
}

#[tokio::test]
async fn webhook_faults_drop_duplicate_and_delay_deliveries() {
    let receiver = WebhookReceiver::start(&[]).await;
    let harness = Harness::start(options(&receiver)).await;
    let control = harness.simulator.control();
    let dropping = WebhookFaults {
        drop: 1.0,
        ..WebhookFaults::default()
    };
    control.set_webhook_faults(&dropping).await.unwrap();
    harness.calendar("sales-1@acme.example").await;
    assert_eq!(received(&harness, &receiver).await, 0);

    let duplicating = WebhookFaults {
        duplicate: 1.0,
        delay: 0.5,
        delay_ms: 5,
        ..WebhookFaults::default()
    };
    control.set_webhook_faults(&duplicating).await.unwrap();
    harness.calendar("sales-2@acme.example").await;
    assert_eq!(received(&harness, &receiver).await, 2);
    let stats = control.stats().await.unwrap().webhooks;
    assert_eq!(
        (
            stats.messages,
            stats.acknowledged,
            stats.dropped,
            stats.attempts
        ),
        (2, 1, 1, 2)
    );
}

#[tokio::test]
async fn held_webhooks_are_released_and_any_webhook_can_be_resent() {
    let receiver = WebhookReceiver::start(&[]).await;
    let harness = Harness::start(options(&receiver)).await;
    let control = harness.simulator.control();
    control.hold_webhooks().await.unwrap();
    let mut held = Vec::new();
    for event in ["bot.done", "bot.fatal"] {
        let body = json!({"event": event, "data": {}});
        held.push(control.send_webhook(&body).await.unwrap());
    }
    assert_eq!(received(&harness, &receiver).await, 0);
    assert_eq!(control.stats().await.unwrap().webhooks.held, 2);
    control.release_webhooks(true).await.unwrap();
    assert_eq!(received(&harness, &receiver).await, 2);
    control.resend_webhook(&held[0]).await.unwrap();
    assert_eq!(received(&harness, &receiver).await, 3);
    let last = receiver.received().pop().unwrap();
    assert_eq!(last.header("webhook-id"), held[0]);
    let stats = control.stats().await.unwrap().webhooks;
    assert_eq!(
        (stats.messages, stats.acknowledged, stats.attempts),
        (2, 2, 3)
    );
}

/// Number of webhooks received once all deliveries have ended.
async fn received(harness: &Harness, receiver: &WebhookReceiver) -> usize {
    let control = harness.simulator.control();
    assert!(control.wait_for_webhooks(TIMEOUT).await.unwrap());
    receiver.received().len()
}

#[tokio::test]
async fn changes_of_a_calendar_are_reported_but_not_its_deletion() {
    let receiver = WebhookReceiver::start(&[]).await;
    let harness = Harness::start(options(&receiver)).await;
    let control = harness.simulator.control();
    let calendar = harness.calendar("sales-1@acme.example").await;
    control
        .set_calendar_email(calendar, "sales-9@acme.example")
        .await
        .unwrap();
    control.disconnect_calendar(calendar).await.unwrap();
    control.reconnect_calendar(calendar).await.unwrap();
    assert!(control.wait_for_webhooks(TIMEOUT).await.unwrap());
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
    assert!(control.wait_for_webhooks(TIMEOUT).await.unwrap());
    assert_eq!(
        receiver.received().len(),
        4,
        "the deletion of a calendar is not reported"
    );
}

#[tokio::test]
async fn scheduling_a_bot_is_reported_only_if_bots_touch_events_is_set() {
    let receiver = WebhookReceiver::start(&[]).await;
    let harness = Harness::start(options(&receiver)).await;
    let control = harness.simulator.control();
    let calendar = harness.calendar("sales-1@acme.example").await;
    let event = harness
        .event(calendar, meeting("Review", 60).meeting_url(LINK))
        .await;
    assert!(control.wait_for_webhooks(TIMEOUT).await.unwrap());
    let before = receiver.received().len();
    harness.schedule(&event, "k").await;
    assert!(control.wait_for_webhooks(TIMEOUT).await.unwrap());
    assert_eq!(receiver.received().len(), before);
    assert_eq!(
        control.event(event.id).await.unwrap().updated_at,
        event.updated_at
    );
    control.set_bots_touch_events(true).await.unwrap();
    harness.schedule(&event, "k").await;
    assert!(control.wait_for_webhooks(TIMEOUT).await.unwrap());
    assert_eq!(receiver.received().len(), before + 1);
    assert!(control.event(event.id).await.unwrap().updated_at > event.updated_at);
}

#[tokio::test]
async fn a_calendar_without_webhooks_is_not_reported() {
    let receiver = WebhookReceiver::start(&[]).await;
    let harness = Harness::start(options(&receiver)).await;
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
    assert!(control.wait_for_webhooks(TIMEOUT).await.unwrap());
    assert_eq!(
        receiver.received().len(),
        1,
        "only the connection, before webhooks were disabled"
    );
    let stats = control.stats().await.unwrap().webhooks;
    assert_eq!((stats.acknowledged, stats.dropped), (1, 3));
}
