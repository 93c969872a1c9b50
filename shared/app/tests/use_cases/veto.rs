//! A meeting that is declined after its bot was dispatched is not recorded.

use callsheet_app::ports::BotReply;
use callsheet_app::{PortError, Service};
use callsheet_domain::{
    Applied, CalendarEvent, EventId, Operation, RecordedResult, ResponseStatus, Step, plus,
};
use callsheet_testkit::{Fault, With as _, an_event, at};
use jiff::SignedDuration;
use std::time::Duration;

use crate::harness::Harness;

fn declined(event: CalendarEvent, updated_at: &str) -> CalendarEvent {
    event.with(|event| {
        event.facts.own_response = Some(ResponseStatus::Declined);
        event.updated_at = at(updated_at);
    })
}

fn the_copy() -> CalendarEvent {
    an_event().with(|event| event.id = EventId::parse("event-copy").expect("an id"))
}

/// The usual meeting is in progress, with its bot in the call.
async fn in_progress() -> Harness {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    harness.clock.advance_to(at("10:05"));
    harness
}

#[tokio::test]
async fn a_dispatched_bot_is_sent_out_of_the_call() {
    let harness = in_progress().await;
    harness.see(declined(an_event(), "10:05")).await;
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 0);
    let row = harness.decision(&an_event().id);
    assert_eq!(
        (&row.applied, row.step()),
        (&Applied::Nothing, Step::Nothing)
    );
    let calls: Vec<_> = row
        .history
        .calls()
        .iter()
        .map(|call| (call.operation, call.outcome.clone()))
        .collect();
    assert_eq!(
        calls,
        [
            (Operation::ScheduleBot, RecordedResult::Done),
            (Operation::UnscheduleBot, RecordedResult::Dispatched),
            (Operation::LeaveCall, RecordedResult::Done),
        ]
    );
}

#[tokio::test]
async fn a_dispatched_bot_without_a_known_id_is_found_first() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness
        .recall
        .fault(Operation::ScheduleBot, Fault::CutAfterEffect);
    harness
        .drain()
        .run(harness.after(1))
        .await
        .expect("a finished run");
    harness.clock.advance_to(at("10:05"));
    harness.see(declined(an_event(), "10:05")).await;
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 0);
    assert_eq!(harness.recall.count(Operation::GetEvent), 1);
    assert_eq!(harness.recall.count(Operation::LeaveCall), 1);
}

#[tokio::test]
async fn a_bot_that_recall_does_not_list_is_abandoned_with_that_reason() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness
        .recall
        .fault(Operation::ScheduleBot, Fault::CutAfterEffect);
    harness
        .drain()
        .run(harness.after(1))
        .await
        .expect("a finished run");
    harness.clock.advance_to(at("10:05"));
    harness.see(declined(an_event(), "10:05")).await;
    let none = Fault::Answers(BotReply::Done(Vec::new()));
    harness.recall.fault(Operation::GetEvent, none);
    harness.drained().await.expect("a finished run");
    let row = harness.decision(&an_event().id);
    let reason = row.abandoned.map(|abandoned| abandoned.reason);
    assert_eq!(
        reason.as_deref(),
        Some("Recall lists no bot that could be made to leave the call")
    );
}

#[tokio::test]
async fn a_bot_that_another_copy_wants_stays_until_that_copy_is_declined_too() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.see(the_copy()).await;
    harness.drained().await.expect("a finished run");
    harness.clock.advance_to(at("10:05"));
    harness.see(declined(an_event(), "10:05")).await;
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 1, "the copy wants it");
    assert_eq!(harness.recall.count(Operation::LeaveCall), 0);
    harness.see(declined(the_copy(), "10:06")).await;
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 0);
}

/// The copy that kept the bot need not have had one of its own to send out.
#[tokio::test]
async fn a_bot_that_a_copy_kept_without_a_call_of_its_own_leaves_all_the_same() {
    let harness = in_progress().await;
    harness.see(the_copy()).await;
    harness.see(declined(an_event(), "10:05")).await;
    let busy = || Fault::Answers(BotReply::NoneFree(Some(Duration::from_mins(4))));
    harness.recall.fault(Operation::ScheduleBot, busy());
    harness
        .drain()
        .run(harness.after(5))
        .await
        .expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 1, "the copy wants it");
    harness.see(declined(the_copy(), "10:06")).await;
    harness.drained().await.expect("a finished run");
    harness.clock.advance(SignedDuration::from_mins(1));
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 0);
}

#[tokio::test]
async fn sending_a_bot_out_is_retried_until_it_succeeds() {
    let harness = in_progress().await;
    harness.see(declined(an_event(), "10:05")).await;
    let cut = || PortError::Unavailable {
        service: Service::Recall,
        reason: "status 503".to_owned(),
        source: None,
    };
    for fault in [
        Fault::Fails(cut()),
        Fault::Answers(BotReply::Refused("it has not started".to_owned())),
        Fault::CutAfterEffect,
    ] {
        harness.recall.fault(Operation::LeaveCall, fault);
    }
    harness.drained().await.expect("a finished run");
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 0);
    assert_eq!(harness.decision(&an_event().id).step(), Step::Nothing);
}

#[tokio::test]
async fn a_declined_meeting_that_is_accepted_again_has_its_bot_scheduled_again() {
    let harness = in_progress().await;
    harness.see(declined(an_event(), "10:05")).await;
    harness.drained().await.expect("a finished run");
    let accepted = an_event().with(|event| event.updated_at = at("10:06"));
    harness.see(accepted).await;
    harness.drained().await.expect("a finished run");
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 1);
}

#[tokio::test]
async fn a_meeting_declined_before_its_start_has_its_bot_unscheduled() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    harness
        .clock
        .advance_to(plus(at("10:00"), SignedDuration::from_secs(-31)));
    harness.see(declined(an_event(), "09:59:30")).await;
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 0);
    assert_eq!(harness.recall.count(Operation::LeaveCall), 0);
}
