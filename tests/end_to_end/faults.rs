//! Calls to Recall that fail.

use callsheet_domain::plus;
use callsheet_testkit::id;
use callsheet_tests::wait_until;
use jiff::SignedDuration;
use recall_simulator::{CallFilter, Change, EventView, Fault, FaultEffect, Operation, Platform};
use test_case::test_case;

use crate::command::callsheet;
use crate::tenant::{TIMEOUT, Tenant};

#[test_case(FaultEffect::status(409), 2; "a concurrent call")]
#[test_case(FaultEffect::retry_after(507, 2), 2; "no bot free")]
#[test_case(FaultEffect::status(503), 2; "under load")]
#[test_case(FaultEffect::CutBefore, 2; "cut before the effect")]
#[test_case(FaultEffect::CutAfter, 1; "cut after the effect")]
#[test_case(FaultEffect::NotJson, 1; "a response that is not JSON")]
#[tokio::test]
async fn a_failed_call_is_repeated_until_the_bot_is_scheduled(effect: FaultEffect, times: u32) {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let calendar = tenant.calendars[0].id;
    let fault = Fault::new(effect)
        .operation(Operation::ScheduleBot)
        .calendar(calendar)
        .times(times);
    tenant
        .stack
        .recall
        .add_fault(fault)
        .await
        .expect("the simulator");
    tenant.create(tenant.external(5)).await;
    tenant.assert_bots("one bot after the faults", 1).await;
}

/// A list of the workspace may answer what a webhook asks for, and be the first sync of a new
/// calendar. A request for all events of one that was synced takes a list of its own.
#[tokio::test]
async fn a_failed_list_is_repeated() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let (calendar, recall) = (tenant.calendars[0].id, &tenant.stack.recall);
    tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let disabled = recall.disable_webhooks(calendar).await;
    disabled.expect("the simulator");
    tenant.announces("could not sync calendar");
    let fault = Fault::new(FaultEffect::status(502)).operation(Operation::ListEvents);
    let added = recall.add_fault(fault.calendar(calendar).times(1)).await;
    added.expect("the simulator");
    tenant.create(tenant.external(6)).await;
    let calendar_id = tenant.calendar_id(0);
    tenant.stack.request_full_sync(&calendar_id).await;
    let has_failed = async || {
        let filter = CallFilter {
            operation: Some(Operation::ListEvents),
            calendar: Some(calendar),
            status: Some(502),
            ..CallFilter::default()
        };
        let failed = recall.calls(&filter).await.expect("the simulator");
        !failed.is_empty()
    };
    assert!(wait_until(TIMEOUT, has_failed).await);
    tenant.assert_bots("listed after the fault", 2).await;
}

#[tokio::test]
async fn an_unreadable_event_skips_no_other_and_half_a_surrogate_pair_skips_none() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let calendar = tenant.calendars[0].id;
    let marker = format!("cut-{calendar}");
    // Nested deeper than the parser allows, in place of a value that every event must have.
    let nested = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let mut drafts: Vec<_> = (1..=5).map(|hours| tenant.external(hours)).collect();
    // No other meeting starts at this second.
    drafts[1].start = plus(drafts[1].start, SignedDuration::from_secs(7));
    let start = drafts[1].start;
    let texts = vec![
        (marker.clone(), r"\ud83d".to_owned()),
        (
            format!(r#""start_time":"{start}""#),
            format!(r#""start_time":{nested}"#),
        ),
    ];
    let fault = Fault::new(FaultEffect::Rewrite { texts }).operation(Operation::ListEvents);
    let fault = tenant.stack.recall.add_fault(fault).await;
    let fault = fault.expect("the simulator");
    tenant.announces("cannot read ");
    drafts[3].title = format!("Review {marker}");
    let created = tenant.stack.recall.create_events(calendar, drafts).await;
    let unreadable = created.expect("the simulator")[1].id.to_string();
    tenant
        .assert_eventually(
            "four bots, and none of the unreadable event",
            |decisions, comparison| {
                let titles = decisions.iter().map(|row| row.title.as_deref());
                comparison.bots == 4
                    && decisions.len() == 4
                    && decisions
                        .iter()
                        .all(|row| row.key.event_id.as_str() != unreadable)
                    && titles.flatten().any(|title| title == "Review \u{fffd}")
            },
        )
        .await;
    let cleared = tenant.stack.recall.clear_fault(fault).await;
    cleared.expect("the simulator");
    let calendar = id(calendar);
    tenant.stack.request_full_sync(&calendar).await;
    tenant.assert_bots("listed once it can be read", 5).await;
}

#[tokio::test]
async fn a_refused_decision_is_abandoned_and_tried_again_when_the_event_changes() {
    let (tenant, event) = with_abandoned_decision().await;
    let (start, end) = tenant.time(7);
    tenant
        .stack
        .recall
        .update_event(event.id, Change::SetTimes { start, end })
        .await
        .expect("moved");
    tenant.assert_bots("tried again", 1).await;
}

#[tokio::test]
async fn an_abandoned_decision_is_tried_again_by_hand() {
    let (tenant, event) = with_abandoned_decision().await;
    callsheet(&["retry", &event.id.to_string()[..30]], "").succeeded();
    tenant.assert_bots("tried again", 1).await;
}

/// A company with one meeting, whose bot Recall refused once.
pub(crate) async fn with_abandoned_decision() -> (Tenant, EventView) {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let calendar = tenant.calendars[0].id;
    let fault = Fault::new(FaultEffect::status(400)).operation(Operation::ScheduleBot);
    tenant
        .stack
        .recall
        .add_fault(fault.calendar(calendar).times(1))
        .await
        .expect("the simulator");
    tenant.announces("is abandoned, since Recall refused");
    let event = tenant.create(tenant.external(5)).await;
    let ids = [id(calendar)];
    let is_abandoned = async || {
        let rows = tenant.stack.decisions_of(&ids[0]).await;
        rows.iter()
            .any(|row| row.abandoned.is_some() && !row.is_due())
    };
    assert!(
        wait_until(TIMEOUT, is_abandoned).await,
        "the decision is abandoned"
    );
    (tenant, event)
}
