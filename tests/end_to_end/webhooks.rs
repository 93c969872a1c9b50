//! Webhooks, and the responses to them.

use std::sync::atomic::{AtomicU32, Ordering};

use recall_simulator::{Platform, WebhookFaults, WebhookState};
use serde_json::json;
use test_case::test_case;

use crate::tenant::{TIMEOUT, Tenant};
use callsheet_tests::{Stack, announce};

const NOT_SIGNED: &str = "refused webhook: not signed by Recall";
const FORGERS_SECRET: &str = "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA==";

/// An id that no other webhook has.
fn webhook_id() -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!(
        "msg_{}_{}",
        std::process::id(),
        LAST.fetch_add(1, Ordering::Relaxed)
    )
}

fn calendar_update(calendar: &str) -> Vec<u8> {
    json!({"event": "calendar.update", "data": {"calendar_id": calendar}})
        .to_string()
        .into_bytes()
}

#[tokio::test]
async fn a_forged_webhook_is_rejected_without_a_call_to_recall() {
    let stack = Stack::of_environment();
    announce(NOT_SIGNED, Vec::new());
    let now = stack.now().as_second();
    let body = calendar_update("11111111-2222-3333-4444-555555555555");
    let response = stack
        .webhook
        .send(&webhook_id(), now, FORGERS_SECRET, &body)
        .await;
    assert_eq!(response.status(), 401);
    let response = stack.webhook.send_unsigned(&body).await;
    assert_eq!(response.status(), 401);
    assert_eq!(
        response.text().await.expect("a body"),
        "",
        "a forger learns nothing"
    );
    let calls = stack
        .recall
        .calls(&recall_simulator::CallFilter::default())
        .await;
    let calls = calls.expect("the simulator");
    assert!(
        !calls.iter().any(|call| call.path.contains("11111111-2222")),
        "no call names the forged calendar"
    );
}

#[test_case(-301; "too old")]
#[test_case(301; "too far ahead")]
#[tokio::test]
async fn a_replayed_webhook_is_rejected(seconds: i64) {
    let stack = Stack::of_environment();
    announce(NOT_SIGNED, Vec::new());
    // What is too far ahead is still so if a busy machine takes a minute to send it.
    let at = stack.now().as_second() + seconds + seconds.signum() * 60;
    let secret = stack.webhook.secret.clone();
    let response = stack
        .webhook
        .send(&webhook_id(), at, &secret, &calendar_update("calendar"))
        .await;
    assert_eq!(response.status(), 401);
}

#[test_case(br#"{"event":"bot.done","data":{}}"#, 204; "another kind of event is accepted and ignored")]
#[test_case(br#"{"event":"calendar.update","data":{}}"#, 400; "a calendar webhook without its calendar")]
#[test_case(b"hello", 400; "a text that is not JSON")]
#[tokio::test]
async fn a_signed_webhook_gets_a_response_by_its_content(body: &[u8], status: u16) {
    let stack = Stack::of_environment();
    if status == 400 {
        announce("refused webhook: signed but unreadable", Vec::new());
    }
    let secret = stack.webhook.secret.clone();
    let response = stack
        .webhook
        .send(&webhook_id(), stack.now().as_second(), &secret, body)
        .await;
    assert_eq!(response.status(), status);
    let aborts = response.headers().get("webhook-delivery").is_some();
    assert_eq!(aborts, status == 400, "a retry would be as unreadable");
}

#[tokio::test]
async fn an_oversized_body_is_rejected() {
    let stack = Stack::of_environment();
    let secret = stack.webhook.secret.clone();
    announce("refused webhook: body too large", Vec::new());
    let body = vec![b' '; 1024 * 1024 + 1];
    let response = stack
        .webhook
        .send(&webhook_id(), stack.now().as_second(), &secret, &body)
        .await;
    assert_eq!(response.status(), 413);
}

#[tokio::test]
async fn repeated_and_reordered_webhooks_leave_one_bot_for_each_meeting() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let events = [5, 6, 7, 8].map(|hours| tenant.external(hours));
    let mut created = Vec::new();
    for draft in events {
        created.push(tenant.create(draft).await);
    }
    tenant.assert_bots("created", 4).await;
    let calendar = tenant.calendars[0].id.to_string();
    let all = tenant.stack.recall.webhooks().await.expect("the simulator");
    let ours = all
        .iter()
        .filter(|webhook| webhook.body.contains(&calendar));
    let mut ids: Vec<_> = ours.map(|webhook| webhook.id.clone()).collect();
    ids.reverse();
    for id in ids.iter().chain(&ids) {
        tenant
            .stack
            .recall
            .resend_webhook(id)
            .await
            .expect("sent again");
    }
    assert!(
        tenant
            .stack
            .recall
            .wait_for_webhooks(TIMEOUT)
            .await
            .expect("the simulator")
    );
    tenant
        .assert_bots("after all webhooks again, in reverse order", 4)
        .await;
}

#[tokio::test]
async fn every_webhook_from_recall_is_accepted() {
    let tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    let calm = WebhookFaults::default();
    tenant
        .stack
        .recall
        .set_webhook_faults(&calm)
        .await
        .expect("the simulator");
    tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let calendar = tenant.calendars[0].id.to_string();
    let all = tenant.stack.recall.webhooks().await.expect("the simulator");
    let ours: Vec<_> = all
        .iter()
        .filter(|webhook| webhook.body.contains(&calendar))
        .collect();
    assert!(
        ours.len() >= 2,
        "one about the calendar, one about its event"
    );
    assert!(
        ours.iter()
            .all(|webhook| webhook.state == WebhookState::Acknowledged),
        "{ours:?}"
    );
}

#[tokio::test]
async fn an_unreadable_message_does_not_stop_the_others() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    announce(" cannot be read: ", Vec::new());
    tenant.stack.send_raw("hello").await;
    tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created meanwhile", 1).await;
}
