//! What happens to calendars.

use recall_simulator::Platform;

use crate::tenant::Tenant;

#[tokio::test]
async fn a_disconnected_calendar_loses_its_bots_and_a_reconnected_one_gets_them_back() {
    let tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    tenant.create(tenant.external(5)).await;
    tenant.create(tenant.external(6)).await;
    tenant.comes_to_bots("created", 2).await;
    let calendar = tenant.calendars[0].id;
    tenant
        .stack
        .recall
        .disconnect_calendar(calendar)
        .await
        .expect("disconnected");
    tenant
        .comes_to("disconnected", |decisions, comparison| {
            let reason = |rule: &str| rule == "disconnected";
            comparison.bots == 0
                && decisions.len() == 2
                && decisions
                    .iter()
                    .all(|row| reason(row.verdict.reason().rule.as_str()))
        })
        .await;
    tenant
        .stack
        .recall
        .reconnect_calendar(calendar)
        .await
        .expect("reconnected");
    tenant.comes_to_bots("reconnected", 2).await;
}

#[tokio::test]
async fn an_address_that_is_learnt_late_is_taken_into_account() {
    let mut tenant = Tenant::on(Platform::GoogleCalendar).await;
    let connected = tenant
        .stack
        .recall
        .create_calendar(Platform::GoogleCalendar, None)
        .await;
    tenant.calendars = vec![connected.expect("the simulator")];
    tenant.create(tenant.external(5)).await;
    tenant.comes_to_skip("default").await;
    let calendar = tenant.calendars[0].id;
    tenant
        .stack
        .recall
        .set_calendar_email(calendar, "desk-1@acme.example")
        .await
        .expect("learnt");
    tenant.comes_to_bots("the address is known", 1).await;
}

#[tokio::test]
async fn a_deleted_calendar_is_retired_once_somebody_asks() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.create(tenant.external(5)).await;
    tenant.comes_to_bots("created", 1).await;
    let calendar = tenant.calendars[0].id;
    tenant
        .stack
        .recall
        .delete_calendar(calendar)
        .await
        .expect("deleted");
    // Recall sends no webhook when a calendar is deleted; an old one may still arrive.
    let body = serde_json::json!({
        "event": "calendar.update",
        "data": {"calendar_id": calendar.to_string()},
    });
    tenant.stack.recall.send_webhook(&body).await.expect("sent");
    tenant.comes_to_skip("disconnected").await;
}
