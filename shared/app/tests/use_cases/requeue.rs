//! Requests that fail are delivered again; requests that only wait are requeued.

use std::time::Duration;

use callsheet_app::ports::{Queue as _, RateLimits as _};
use callsheet_app::{Delivery, Handled, PortError, Service};
use callsheet_domain::{Operation, SyncJob, SyncReason};
use callsheet_testkit::{Fault, With as _, a_calendar, an_event, at};
use test_case::test_case;

use crate::harness::Harness;

#[tokio::test]
async fn a_request_that_fails_is_delivered_again_alone_and_soon() {
    let harness = Harness::new();
    let other = a_calendar().with(|calendar| {
        calendar.id = callsheet_domain::CalendarId::parse("calendar-other").expect("an id");
    });
    harness.recall.put_calendar(other.clone());
    harness.see(an_event()).await;
    for calendar in [a_calendar().id, other.id] {
        let reason = SyncReason::EventsChanged { since: at("09:00") };
        let request = callsheet_domain::SyncRequest {
            calendar_id: calendar,
            reason,
            sent_at: harness.after(0),
        };
        harness
            .queue
            .send(&SyncJob::Request(request))
            .await
            .expect("memory");
    }
    harness.clock.advance(jiff::SignedDuration::from_secs(2));
    let cut = PortError::Unavailable {
        service: Service::Recall,
        reason: "status 502".to_owned(),
        source: None,
    };
    harness
        .recall
        .fault(Operation::GetCalendar, Fault::Fails(cut));
    let batch = harness.queue.deliver(10);
    let handled = harness.sync().handle(&batch, harness.deadline()).await;
    assert_eq!(handled.failed, [batch[1].message_id.clone()]);
    let postponed = harness.queue.postponed();
    assert_eq!(
        postponed,
        [(batch[1].receipt.clone(), Duration::from_secs(10))]
    );
}

#[tokio::test]
async fn a_request_whose_call_is_throttled_waits_alone_as_a_new_message() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let throttled = PortError::Throttled {
        service: Service::Recall,
        wait: Duration::from_secs(7),
    };
    harness
        .recall
        .fault(Operation::GetCalendar, Fault::Fails(throttled));
    let other = callsheet_domain::CalendarId::parse("calendar-other").expect("an id");
    harness
        .recall
        .put_event(an_event().with(|event| event.updated_at = at("09:31")));
    let handled = harness.calendar_changed(&other).await;
    assert_eq!(handled, Handled::default(), "nothing failed");
    let delayed = harness.queue.delayed();
    let waits: Vec<_> = delayed.iter().map(|(_, wait)| wait.as_secs()).collect();
    assert_eq!(waits, [7]);
}

#[tokio::test]
async fn a_rate_limit_that_is_used_up_has_the_message_wait_as_a_new_one_without_a_call() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness
        .state
        .block_until(Operation::ListEvents, harness.after(120))
        .await
        .expect("memory");
    let calls = harness.recall.calls().len();
    let handled = harness.events_changed(&a_calendar().id, at("09:29")).await;
    assert_eq!(handled, Handled::default(), "nothing failed");
    assert_eq!(harness.recall.calls().len(), calls);
    let (job, wait) = harness.queue.delayed()[0].clone();
    assert_eq!(Some(&job), harness.queue.sent().get(1));
    assert!(wait > Duration::from_secs(100), "{wait:?}");
}

/// A request whose calendar must wait for two days, requeued once ten minutes after
/// it was sent, and delivered again when it is `minutes` old.
async fn requeued_and_delivered_again_after(minutes: i64) -> (Harness, SyncJob, Delivery) {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let sent_at = harness.after(0);
    let hold = harness
        .state
        .block_until(Operation::ListEvents, harness.after(48 * 3600));
    hold.await.expect("memory");
    let sent = SyncJob::Request(callsheet_domain::SyncRequest {
        calendar_id: a_calendar().id,
        reason: SyncReason::EventsChanged { since: at("09:29") },
        sent_at,
    });
    harness.queue.send(&sent).await.expect("memory");
    harness.clock.advance(jiff::SignedDuration::from_mins(10));
    let batch = harness.queue.deliver(10);
    let handled = harness.sync().handle(&batch, harness.deadline()).await;
    assert_eq!(handled, Handled::default());
    let until = callsheet_domain::plus(sent_at, jiff::SignedDuration::from_mins(minutes));
    harness.clock.advance_to(until);
    let delivery = harness.queue.deliver(10).pop().expect("it was requeued");
    assert_eq!(delivery.received, 1, "it is a new message");
    assert_eq!(delivery.job.first_sent_at(), Some(sent_at));
    (harness, sent, delivery)
}

#[test_case(59; "in the first hour")]
#[test_case(61; "after an hour")]
#[test_case(23 * 60; "after most of a day")]
#[tokio::test]
async fn a_message_that_waits_for_the_rate_limit_is_requeued_until_its_request_is_a_day_old(
    minutes: i64,
) {
    let (harness, sent, delivery) = requeued_and_delivered_again_after(minutes).await;
    let batch = [delivery];
    let handled = harness.sync().handle(&batch, harness.deadline()).await;
    assert_eq!(handled, Handled::default(), "nothing failed");
    let delayed = harness.queue.delayed();
    let requeued: Vec<_> = delayed.iter().map(|(job, _)| job).collect();
    assert_eq!(requeued, [&sent, &sent]);
}

#[tokio::test]
async fn a_message_whose_request_waits_for_more_than_a_day_fails() {
    let (harness, _, delivery) = requeued_and_delivered_again_after(24 * 60).await;
    let (name, receipt) = (delivery.message_id.clone(), delivery.receipt.clone());
    let handled = harness.sync().handle(&[delivery], harness.deadline()).await;
    assert_eq!(handled.failed, [name]);
    assert_eq!(harness.queue.delayed().len(), 1, "it is not requeued again");
    // The queue counts its deliveries, and so it becomes a dead letter.
    let postponed = harness.queue.postponed();
    let postponed: Vec<_> = postponed.iter().map(|(receipt, _)| receipt).collect();
    assert_eq!(postponed, [&receipt]);
}

#[tokio::test]
async fn an_outage_of_most_of_an_hour_costs_no_message() {
    let harness = Harness::new();
    for _ in 0..9 {
        let (service, reason) = (Service::Recall, "status 502".to_owned());
        let cut = PortError::Unavailable {
            service,
            reason,
            source: None,
        };
        harness
            .recall
            .fault(Operation::GetCalendar, Fault::Fails(cut));
    }
    harness.recall.put_event(an_event().with(|event| {
        event.starts_at = at("15:00");
        event.ends_at = at("16:00");
    }));
    harness.events_changed(&a_calendar().id, at("09:00")).await;
    for _ in 0..9 {
        harness.clock.advance(jiff::SignedDuration::from_mins(15));
        harness
            .sync()
            .handle(&harness.queue.deliver(10), harness.deadline())
            .await;
    }
    let waits: Vec<_> = harness
        .queue
        .postponed()
        .iter()
        .map(|(_, wait)| wait.as_secs())
        .collect();
    assert_eq!(waits, [10, 20, 40, 80, 160, 320, 640, 900, 900]);
    assert!(
        harness.decision(&an_event().id).is_due(),
        "the tenth delivery was handled"
    );
}

/// A request that was delivered for the last time, `hours` after it was sent, since Recall does
/// not answer.
async fn delivered_in_vain(hours: i64) -> (Harness, Handled) {
    let harness = Harness::new();
    for _ in 0..10 {
        let cut = PortError::Unavailable {
            service: Service::Recall,
            reason: "status 503".to_owned(),
            source: None,
        };
        harness
            .recall
            .fault(Operation::GetCalendar, Fault::Fails(cut));
    }
    harness.events_changed(&a_calendar().id, at("09:00")).await;
    for _ in 0..8 {
        harness.clock.advance(jiff::SignedDuration::from_mins(15));
        let batch = harness.queue.deliver(10);
        harness.sync().handle(&batch, harness.deadline()).await;
    }
    harness
        .clock
        .advance(jiff::SignedDuration::from_hours(hours));
    let batch = harness.queue.deliver(10);
    assert_eq!(batch[0].received, 10, "it is the last time");
    let handled = harness.sync().handle(&batch, harness.deadline()).await;
    (harness, handled)
}

#[test_case(1; "an hour")]
#[test_case(20; "most of a day")]
#[tokio::test]
async fn an_outage_makes_no_dead_letter(hours: i64) {
    let (harness, handled) = delivered_in_vain(hours).await;
    assert_eq!(handled, Handled::default(), "it is sent anew");
    harness.clock.advance(jiff::SignedDuration::from_mins(15));
    let again = harness.queue.deliver(10).pop().expect("it was sent anew");
    assert_eq!(again.received, 1);
    let handled = harness.sync().handle(&[again], harness.deadline()).await;
    assert_eq!(handled, Handled::default());
}

#[tokio::test]
async fn a_request_that_recall_does_not_answer_for_a_day_becomes_a_dead_letter() {
    let (harness, handled) = delivered_in_vain(24).await;
    assert_eq!(handled.failed.len(), 1);
    assert_eq!(harness.queue.delayed(), []);
}
