//! Scheduling of bots by concurrent, repeated and interrupted calls.

use crate::harness::{Harness, meeting, status_and_body};
use recall_simulator::{CallFilter, Fault, FaultEffect, Operation, Options};

#[tokio::test]
async fn concurrent_calls_with_one_deduplication_key_conflict() {
    let harness = Harness::start(Options::default()).await;
    let calendar = harness.calendar("sales-1@acme.example").await;
    let one = harness.event(calendar, meeting("One", 60)).await;
    let other = harness.event(calendar, meeting("Other", 60)).await;
    let slow = FaultEffect::Slow {
        ms: 150,
        after_effect: false,
    };
    harness
        .simulator
        .control()
        .add_fault(Fault::new(slow))
        .await
        .unwrap();
    let ((first, _), (second, _), (third, _)) = tokio::join!(
        harness.schedule(&one, "k"),
        harness.schedule(&other, "k"),
        harness.schedule(&other, "another"),
    );
    let mut pair = [first, second];
    pair.sort_unstable();
    assert_eq!((pair, third), ([200, 409], 200));
    assert_eq!(
        harness.schedule(&other, "k").await.0,
        200,
        "no other call is in flight"
    );
}

#[tokio::test]
async fn an_idempotency_key_replays_the_first_response() {
    let harness = Harness::start(Options::default()).await;
    let calendar = harness.calendar("sales-1@acme.example").await;
    let event = harness.event(calendar, meeting("Review", 60)).await;
    let post = async || {
        let request = harness
            .schedule_request(&event, "k")
            .header("idempotency-key", "attempt-1");
        status_and_body(request.send().await.unwrap()).await
    };
    let first = post().await;
    harness.unschedule(&event).await;
    assert_eq!(
        post().await,
        first,
        "the first response, although the bot is gone"
    );
    let control = harness.simulator.control();
    assert_eq!(control.bots().await.unwrap(), vec![]);
    harness.assert_no_violations().await;

    let other = harness
        .schedule_request(&event, "another")
        .header("idempotency-key", "attempt-1");
    assert_eq!(status_and_body(other.send().await.unwrap()).await, first);
    let violations = control.violations().await.unwrap().requests;
    assert!(
        violations[0].detail.contains("idempotency key"),
        "{violations:?}"
    );
}

#[tokio::test]
async fn after_status_507_only_a_new_idempotency_key_succeeds() {
    let harness = Harness::start(Options::default()).await;
    let calendar = harness.calendar("sales-1@acme.example").await;
    let event = harness.event(calendar, meeting("Soon", 5)).await;
    let fault = Fault::new(FaultEffect::retry_after(507, 3))
        .operation(Operation::ScheduleBot)
        .times(1);
    harness.simulator.control().add_fault(fault).await.unwrap();
    let post = async |key: &str| {
        harness
            .schedule_request(&event, "k")
            .header("idempotency-key", key)
            .send()
            .await
            .unwrap()
    };
    let response = post("a").await;
    assert_eq!(
        (
            response.status().as_u16(),
            &response.headers()["retry-after"]
        ),
        (507, &"3".parse().unwrap())
    );
    assert_eq!(post("a").await.status().as_u16(), 507);
    assert_eq!(post("b").await.status().as_u16(), 200);
}

#[tokio::test]
async fn a_connection_cut_after_the_effect_leaves_the_bot_scheduled() {
    let harness = Harness::start(Options::default()).await;
    let control = harness.simulator.control();
    let calendar = harness.calendar("sales-1@acme.example").await;
    let event = harness.event(calendar, meeting("Review", 60)).await;
    control
        .add_fault(Fault::new(FaultEffect::CutBefore).event(event.id).times(1))
        .await
        .unwrap();
    control
        .add_fault(
            Fault::new(FaultEffect::CutAfter)
                .calendar(calendar)
                .times(1),
        )
        .await
        .unwrap();
    assert!(harness.schedule_request(&event, "k").send().await.is_err());
    assert_eq!(control.bots().await.unwrap(), vec![]);
    assert!(harness.schedule_request(&event, "k").send().await.is_err());
    assert_eq!(control.bots().await.unwrap().len(), 1);
    let stats = control.stats().await.unwrap();
    assert_eq!(stats.operations[&Operation::ScheduleBot].cut, 2);
    assert_eq!(harness.schedule(&event, "k").await.0, 200);
}

#[tokio::test]
async fn a_call_takes_effect_although_the_client_closes_the_connection() {
    let harness = Harness::start(Options::default()).await;
    let control = harness.simulator.control();
    let calendar = harness.calendar("sales-1@acme.example").await;
    let event = harness.event(calendar, meeting("Review", 60)).await;
    let slow = FaultEffect::Slow {
        ms: 100,
        after_effect: false,
    };
    control.add_fault(Fault::new(slow).times(1)).await.unwrap();
    let client = tokio::spawn(harness.schedule_request(&event, "k").send());
    let all = CallFilter::default();
    while control.calls(&all).await.unwrap().is_empty() {}
    client.abort();
    assert!(
        client.await.unwrap_err().is_cancelled(),
        "the client has closed the connection"
    );
    while control.calls(&all).await.unwrap()[0].answered_at.is_none() {}
    assert_eq!(control.calls(&all).await.unwrap()[0].status, Some(200));
    assert_eq!(control.bots().await.unwrap().len(), 1);
}
