//! Delivery of webhooks: signatures, retries, faults, holding and resending.

use serde_json::json;

use crate::harness::{Harness, SECRET, WebhookReceiver, webhook_options};
use recall_simulator::{SignatureHeaders, WebhookFaults, WebhookState, WebhookTarget, sign};

const OTHER_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

#[tokio::test]
async fn a_webhook_is_signed_with_every_secret_under_either_family_of_headers() {
    let receiver = WebhookReceiver::start(&[]).await;
    let harness = Harness::start(webhook_options(&receiver)).await;
    let control = harness.simulator.control();
    harness.calendar("sales-1@acme.example").await;
    harness.wait_for_webhooks().await;
    let target = WebhookTarget {
        url: receiver.url.clone(),
        secrets: vec![SECRET.into(), OTHER_SECRET.into()],
        headers: SignatureHeaders::Svix,
    };
    control.set_webhook_target(Some(&target)).await.unwrap();
    harness.calendar("sales-2@acme.example").await;
    harness.wait_for_webhooks().await;
    for (webhook, prefix, secrets) in [
        (&receiver.received()[0], "webhook", vec![SECRET]),
        (&receiver.received()[1], "svix", vec![SECRET, OTHER_SECRET]),
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
    let harness = Harness::start(webhook_options(&receiver)).await;
    let control = harness.simulator.control();
    harness.calendar("sales-1@acme.example").await;
    harness.wait_for_webhooks().await;
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
    let harness = Harness::start(webhook_options(&receiver)).await;
    let control = harness.simulator.control();
    harness.calendar("sales-1@acme.example").await;
    harness.wait_for_webhooks().await;
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
    let harness = Harness::start(webhook_options(&receiver)).await;
    let control = harness.simulator.control();
    harness.calendar("sales-1@acme.example").await;
    harness.wait_for_webhooks().await;
    assert_eq!(receiver.received().len(), 1);
    assert_eq!(control.stats().await.unwrap().webhooks.failed, 1);
}

#[tokio::test]
async fn webhook_faults_drop_duplicate_and_delay_deliveries() {
    let receiver = WebhookReceiver::start(&[]).await;
    let harness = Harness::start(webhook_options(&receiver)).await;
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
    let harness = Harness::start(webhook_options(&receiver)).await;
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
    harness.wait_for_webhooks().await;
    receiver.received().len()
}
