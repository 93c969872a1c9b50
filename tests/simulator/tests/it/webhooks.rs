//! Webhooks: gathered, signed, tried again, shaken.

use std::time::Duration;

use crate::common::{LINK, Received, Receiver, meeting, minutes, stage};
use recall_simulator::{
    Change, EventChange, Options, Platform, SignatureHeaders, WebhookFaults, WebhookState,
    WebhookTarget, sign,
};
use serde_json::json;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const PATIENCE: Duration = Duration::from_secs(10);

fn options(receiver: &Receiver) -> Options {
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
async fn changes_are_gathered_from_the_first_of_them() {
    let receiver = Receiver::answering(&[]).await;
    let stage = stage(options(&receiver)).await;
    let control = stage.simulator.control();
    let calendar = stage.calendar("sales-1@acme.example").await;
    let drafts = (0..50).map(|n| meeting("Review", n)).collect();
    let made = control.create_events(calendar, drafts).await.unwrap();
    assert!(control.quiesced(PATIENCE).await.unwrap());
    let bodies: Vec<_> = receiver.received().iter().map(Received::json).collect();
    let first = format!("{:.6}", made[0].updated_at).replace('Z', "+00:00");
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
    let changes = made.iter().map(|event| EventChange {
        event: event.id,
        change: Change::Move {
            start: minutes(200),
            end: minutes(210),
        },
    });
    let moved = control.update_events(changes.collect()).await.unwrap();
    assert!(control.quiesced(PATIENCE).await.unwrap());
    let last = receiver.received()[2].json();
    let since: jiff::Timestamp = last["data"]["last_updated_ts"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(since, moved[0].updated_at);
    stage.nothing_was_violated().await;
}

#[tokio::test]
async fn every_secret_signs_and_old_headers_can_be_had() {
    let receiver = Receiver::answering(&[]).await;
    let stage = stage(options(&receiver)).await;
    let control = stage.simulator.control();
    stage.calendar("sales-1@acme.example").await;
    assert!(control.quiesced(PATIENCE).await.unwrap());
    let target = WebhookTarget {
        url: receiver.url.clone(),
        secrets: vec![SECRET.into(), OTHER.into()],
        headers: SignatureHeaders::Svix,
    };
    control.set_webhook_target(Some(&target)).await.unwrap();
    stage.calendar("sales-2@acme.example").await;
    assert!(control.quiesced(PATIENCE).await.unwrap());
    for (webhook, family, secrets) in [
        (&receiver.received()[0], "webhook", vec![SECRET]),
        (&receiver.received()[1], "svix", vec![SECRET, OTHER]),
    ] {
        let id = webhook.header(&format!("{family}-id"));
        let timestamp = webhook
            .header(&format!("{family}-timestamp"))
            .parse()
            .unwrap();
        let expected: Vec<_> = secrets
            .iter()
            .map(|secret| sign(secret, id, timestamp, &webhook.body).unwrap())
            .collect();
        assert_eq!(
            webhook.header(&format!("{family}-signature")),
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
async fn what_is_not_acknowledged_is_tried_again_with_the_same_id() {
    let receiver = Receiver::answering(&[500, 302, 503]).await;
    let stage = stage(options(&receiver)).await;
    let control = stage.simulator.control();
    stage.calendar("sales-1@acme.example").await;
    assert!(control.quiesced(PATIENCE).await.unwrap());
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
async fn the_schedule_ends_after_eight_tries() {
    let receiver = Receiver::answering(&[500; 20]).await;
    let stage = stage(options(&receiver)).await;
    let control = stage.simulator.control();
    stage.calendar("sales-1@acme.example").await;
    assert!(control.quiesced(PATIENCE).await.unwrap());
    let webhook = control.webhooks().await.unwrap().remove(0);
    assert_eq!(
        (webhook.attempts.len(), webhook.state),
        (8, WebhookState::Failed)
    );
    // 5 s + 5 min + 30 min + 2 h + 5 h + 10 h + 10 h, a millionth of it.
    let took = webhook.attempts[7]
        .at
        .duration_since(webhook.attempts[0].at);
    assert!(took.as_micros() >= 99_305, "{took:?}");
}

#[tokio::test]
async fn a_receiver_can_abort_a_message() {
    let receiver = Receiver::answering(&[400]).await;
    let stage = stage(options(&receiver)).await;
    let control = stage.simulator.control();
    stage.calendar("sales-1@acme.example").await;
    assert!(control.quiesced(PATIENCE).await.unwrap());
    assert_eq!(receiver.received().len(), 1);
    assert_eq!(control.stats().await.unwrap().webhooks.failed, 1);
}

#[tokio::test]
async fn webhooks_are_dropped_doubled_held_and_sent_again() {
    let receiver = Receiver::answering(&[]).await;
    let stage = stage(options(&receiver)).await;
    let control = stage.simulator.control();
    let count = async || {
        assert!(control.quiesced(PATIENCE).await.unwrap());
        receiver.received().len()
    };
    control
        .set_webhook_faults(&WebhookFaults {
            drop: 1.0,
            ..Default::default()
        })
        .await
        .unwrap();
    stage.calendar("sales-1@acme.example").await;
    assert_eq!(count().await, 0);

    let doubled = WebhookFaults {
        duplicate: 1.0,
        delay: 0.5,
        delay_ms: 5,
        ..Default::default()
    };
    control.set_webhook_faults(&doubled).await.unwrap();
    stage.calendar("sales-2@acme.example").await;
    assert_eq!(count().await, 2);

    control
        .set_webhook_faults(&WebhookFaults::default())
        .await
        .unwrap();
    control.hold_webhooks().await.unwrap();
    let held = control
        .send_webhook(&json!({"event": "bot.done", "data": {}}))
        .await
        .unwrap();
    assert_eq!(count().await, 2);
    control.release_webhooks(true).await.unwrap();
    assert_eq!(count().await, 3);
    control.resend_webhook(&held).await.unwrap();
    assert_eq!(count().await, 4);
    let arrived = receiver.received();
    assert_eq!(
        arrived[2].header("webhook-id"),
        arrived[3].header("webhook-id")
    );
    let stats = control.stats().await.unwrap().webhooks;
    assert_eq!(
        (
            stats.messages,
            stats.acknowledged,
            stats.dropped,
            stats.attempts
        ),
        (3, 2, 1, 4)
    );
}

#[tokio::test]
async fn calendars_announce_what_the_service_announces() {
    let receiver = Receiver::answering(&[]).await;
    let stage = stage(options(&receiver)).await;
    let control = stage.simulator.control();
    let calendar = stage.calendar("sales-1@acme.example").await;
    control
        .set_calendar_email(calendar, "sales-9@acme.example")
        .await
        .unwrap();
    control.disconnect_calendar(calendar).await.unwrap();
    control.reconnect_calendar(calendar).await.unwrap();
    assert!(control.quiesced(PATIENCE).await.unwrap());
    assert_eq!(
        receiver.received().len(),
        4,
        "made, named, disconnected, reconnected"
    );
    assert!(
        receiver
            .received()
            .iter()
            .all(|w| w.json()["event"] == "calendar.update")
    );
    control.delete_calendar(calendar).await.unwrap();
    assert!(control.quiesced(PATIENCE).await.unwrap());
    assert_eq!(
        receiver.received().len(),
        4,
        "nothing tells of a deleted calendar"
    );
}

#[tokio::test]
async fn scheduling_is_announced_only_when_told_so() {
    let receiver = Receiver::answering(&[]).await;
    let stage = stage(options(&receiver)).await;
    let control = stage.simulator.control();
    let calendar = stage.calendar("sales-1@acme.example").await;
    let event = stage
        .event(calendar, meeting("Review", 60).link(LINK))
        .await;
    assert!(control.quiesced(PATIENCE).await.unwrap());
    let before = receiver.received().len();
    stage.schedule(&event, "k").await;
    assert!(control.quiesced(PATIENCE).await.unwrap());
    assert_eq!(receiver.received().len(), before);
    assert_eq!(
        control.event(event.id).await.unwrap().updated_at,
        event.updated_at
    );
    control.set_bots_touch_events(true).await.unwrap();
    stage.schedule(&event, "k").await;
    assert!(control.quiesced(PATIENCE).await.unwrap());
    assert_eq!(receiver.received().len(), before + 1);
    assert!(control.event(event.id).await.unwrap().updated_at > event.updated_at);
}

#[tokio::test]
async fn nobody_is_told_of_a_silent_calendar() {
    let receiver = Receiver::answering(&[]).await;
    let stage = stage(options(&receiver)).await;
    let control = stage.simulator.control();
    let made = control.create_silent_calendar(Platform::GoogleCalendar, None);
    let silent = made.await.unwrap().id;
    let told = stage.calendar("sales-1@acme.example").await;
    control.silence_calendar(told).await.unwrap();
    for calendar in [silent, told] {
        control
            .set_calendar_email(calendar, "sales-9@acme.example")
            .await
            .unwrap();
    }
    assert!(control.quiesced(PATIENCE).await.unwrap());
    assert_eq!(receiver.received().len(), 1, "as long as it was not silent");
    let stats = control.stats().await.unwrap().webhooks;
    assert_eq!((stats.acknowledged, stats.dropped), (1, 3));
}
