//! Changes of calendars.

use recall_simulator::Platform;

use crate::tenant::Tenant;

#[tokio::test]
async fn a_disconnected_calendar_loses_its_bots_and_a_reconnected_one_gets_them_back() {
    let tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    tenant.create(tenant.external(5)).await;
    tenant.create(tenant.external(6)).await;
    tenant.assert_bots("created", 2).await;
    let calendar = tenant.calendars[0].id;
    tenant
        .stack
        .recall
        .disconnect_calendar(calendar)
        .await
        .expect("disconnected");
    tenant
        .assert_eventually("disconnected", |decisions, comparison| {
            comparison.bots == 0
                && decisions.len() == 2
                && decisions
                    .iter()
                    .all(|row| row.verdict.reason().rule.as_str() == "disconnected")
        })
        .await;
    tenant
        .stack
        .recall
        .reconnect_calendar(calendar)
        .await
        .expect("reconnected");
    tenant.assert_bots("reconnected", 2).await;
}

#[tokio::test]
async fn an_owners_address_that_becomes_known_later_is_used() {
    // Google marks the owner in each event, whatever is known of the calendar.
    let mut tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    let connected = tenant
        .stack
        .recall
        .create_calendar(Platform::MicrosoftOutlook, None)
        .await;
    tenant.calendars = vec![connected.expect("the simulator")];
    tenant.create(tenant.external(5)).await;
    tenant.assert_skipped_by("default").await;
    let calendar = tenant.calendars[0].id;
    tenant
        .stack
        .recall
        .set_calendar_email(calendar, &tenant.address(2))
        .await
        .expect("set");
    tenant.assert_bots("the address is known", 1).await;
}

#[tokio::test]
async fn a_deleted_calendar_is_retired_once_a_webhook_names_it() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
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
    tenant.assert_skipped_by("disconnected").await;
}
