//! What happens to calendars.

use recall_simulator::Platform;

use crate::office::Office;

#[tokio::test]
async fn a_disconnected_calendar_loses_its_bots_and_a_reconnected_one_gets_them_back() {
    let office = Office::on(Platform::MicrosoftOutlook).await;
    office.create(office.external(5)).await;
    office.create(office.external(6)).await;
    office.comes_to_bots("created", 2).await;
    let calendar = office.calendars[0].id;
    office
        .stack
        .recall
        .disconnect_calendar(calendar)
        .await
        .expect("disconnected");
    office
        .comes_to("disconnected", |decisions, comparison| {
            let reason = |rule: &str| rule == "disconnected";
            comparison.bots == 0
                && decisions.len() == 2
                && decisions
                    .iter()
                    .all(|row| reason(row.verdict.reason().rule.as_str()))
        })
        .await;
    office
        .stack
        .recall
        .reconnect_calendar(calendar)
        .await
        .expect("reconnected");
    office.comes_to_bots("reconnected", 2).await;
}

#[tokio::test]
async fn an_address_that_is_learnt_late_is_taken_into_account() {
    let mut office = Office::on(Platform::GoogleCalendar).await;
    let connected = office
        .stack
        .recall
        .create_calendar(Platform::GoogleCalendar, None)
        .await;
    office.calendars = vec![connected.expect("the simulator")];
    office.create(office.external(5)).await;
    office.comes_to_skip("default").await;
    let calendar = office.calendars[0].id;
    office
        .stack
        .recall
        .set_calendar_email(calendar, "desk-1@acme.example")
        .await
        .expect("learnt");
    office.comes_to_bots("the address is known", 1).await;
}

#[tokio::test]
async fn a_deleted_calendar_is_retired_once_somebody_asks() {
    let office = Office::on(Platform::GoogleCalendar).await;
    office.create(office.external(5)).await;
    office.comes_to_bots("created", 1).await;
    let calendar = office.calendars[0].id;
    office
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
    office.stack.recall.send_webhook(&body).await.expect("sent");
    office.comes_to_skip("disconnected").await;
}
