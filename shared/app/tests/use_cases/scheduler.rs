//! The scheduler makes the bots at Recall equal to those that are wanted.

use std::time::Duration;

use callsheet_app::ports::{BotReply, LeaseResult, Leases as _};
use callsheet_app::{PortError, Service, StopReason};
use callsheet_domain::{
    Applied, CalendarEvent, Decision, DeduplicationKey, EventId, IcalUid, Meeting, Operation,
    Timestamp, plus,
};
use callsheet_testkit::{Fault, With as _, an_event, at};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::Harness;

/// The `number`th meeting, half an hour long, starting at `starts_at`, with a link of its own.
pub(crate) fn meeting(number: usize, starts_at: Timestamp) -> CalendarEvent {
    an_event().with(|event| {
        event.id = EventId::parse(format!("event-{number}")).expect("an id");
        event.ical_uid = IcalUid::parse(format!("meeting-{number}")).expect("an ical_uid");
        event.starts_at = starts_at;
        event.ends_at = plus(starts_at, SignedDuration::from_mins(30));
        event.meeting = Some(Meeting {
            url: format!("https://meet.example/{number}"),
        });
    })
}

pub(crate) fn scheduled(harness: &Harness) -> Vec<String> {
    let calls = harness.recall.calls().into_iter();
    calls
        .filter(|call| call.operation == Operation::ScheduleBot)
        .map(|call| call.subject)
        .collect()
}

#[tokio::test]
async fn bots_are_scheduled_in_order_of_start() {
    let harness = Harness::new();
    for (number, start) in [(1, "13:00"), (2, "11:00"), (3, "12:00")] {
        harness.see(meeting(number, at(start))).await;
    }
    let report = harness.drained().await.expect("a finished run");
    assert_eq!((report.stopped, report.applied), (StopReason::Idle, 3));
    assert_eq!(scheduled(&harness), ["event-2", "event-3", "event-1"]);
    harness.assert_as_wanted();
    assert!(harness.decisions.all().iter().all(|row| !row.is_due()));
}

#[tokio::test]
async fn a_second_run_makes_no_call() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    let calls = harness.recall.calls().len();
    let report = harness.drained().await.expect("a finished run");
    assert_eq!(report.applied, 0);
    assert_eq!(harness.recall.calls().len(), calls);
}

#[tokio::test]
async fn a_meeting_that_moves_has_its_bot_moved_by_scheduling_again() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    harness
        .see(an_event().with(|event| {
            event.starts_at = at("14:00");
            event.ends_at = at("15:00");
            event.updated_at = at("09:31");
        }))
        .await;
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.count(Operation::ScheduleBot), 2);
    assert_eq!(harness.recall.count(Operation::UnscheduleBot), 0);
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 1);
}

#[tokio::test]
async fn copies_of_a_meeting_share_one_bot_until_the_last_is_gone() {
    let harness = Harness::new();
    let copy = an_event().with(|event| event.id = EventId::parse("event-copy").expect("an id"));
    harness.see(an_event()).await;
    harness.see(copy.clone()).await;
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 1);
    harness
        .see(copy.with(|event| {
            event.facts.own_response = Some(callsheet_domain::ResponseStatus::Declined);
            event.updated_at = at("09:31");
        }))
        .await;
    harness.drained().await.expect("a finished run");
    harness.assert_as_wanted();
    assert_eq!(
        harness.recall.bots().len(),
        1,
        "the other copy still wants it"
    );
    harness
        .see(an_event().with(|event| {
            event.meeting = None;
            event.updated_at = at("09:32");
        }))
        .await;
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 0);
}

#[tokio::test]
async fn a_meeting_that_is_over_is_closed_without_a_call() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.clock.advance_to(at("11:00"));
    let report = harness.drained().await.expect("a finished run");
    assert_eq!((report.over, scheduled(&harness).len()), (1, 0));
    let row = harness.decision(&an_event().id);
    assert_eq!(
        row.abandoned
            .as_ref()
            .map(|abandoned| abandoned.reason.as_str()),
        Some("the meeting is over")
    );
    assert!(!row.is_due());
}

#[tokio::test]
async fn a_row_that_must_wait_blocks_no_other() {
    let harness = Harness::new();
    harness.see(meeting(1, at("10:00"))).await;
    harness.see(meeting(2, at("11:00"))).await;
    let wait = Some(Duration::from_secs(20));
    harness.recall.fault(
        Operation::ScheduleBot,
        Fault::Answers(BotReply::NoneFree(wait)),
    );
    let report = harness.drained().await.expect("a finished run");
    assert_eq!(scheduled(&harness), ["event-1", "event-2", "event-1"]);
    assert_eq!((report.applied, report.again), (2, 1));
    let times: Vec<_> = harness
        .recall
        .calls()
        .into_iter()
        .map(|call| call.at)
        .collect();
    let last = times
        .last()
        .expect("some")
        .duration_since(times[times.len() - 2]);
    assert!(
        last >= SignedDuration::from_secs(19),
        "it waited as Recall asked: {last}"
    );
    harness.assert_as_wanted();
}

#[tokio::test]
async fn a_rate_limited_call_makes_its_operation_wait() {
    let harness = Harness::new();
    harness.see(meeting(1, at("10:00"))).await;
    harness.see(meeting(2, at("11:00"))).await;
    let throttled = PortError::Throttled {
        service: Service::Recall,
        wait: Duration::from_secs(9),
    };
    harness
        .recall
        .fault(Operation::ScheduleBot, Fault::Fails(throttled));
    let began = harness.after(0);
    harness.drained().await.expect("a finished run");
    let calls = harness.recall.calls();
    let late: Vec<_> = calls
        .iter()
        .filter(|call| call.operation == Operation::ScheduleBot)
        .filter(|call| call.at >= plus(began, SignedDuration::from_secs(9)))
        .collect();
    assert!(
        !late.is_empty() && scheduled(&harness).len() <= 4,
        "{calls:?}"
    );
    let row = harness.decision(&meeting(1, at("10:00")).id);
    assert_eq!(
        row.attempts.count, 1,
        "being rate limited is no failure of the row"
    );
    harness.assert_as_wanted();
}

#[tokio::test]
async fn a_denied_key_stops_the_run_and_keeps_every_row_due() {
    let harness = Harness::new();
    for number in 0..20 {
        harness.see(meeting(number, at("10:00"))).await;
    }
    for _ in 0..20 {
        let denied = PortError::Denied {
            service: Service::Recall,
            reason: "401".to_owned(),
        };
        harness
            .recall
            .fault(Operation::ScheduleBot, Fault::Fails(denied));
    }
    let error = harness.drained().await.expect_err("denied");
    assert!(matches!(error, PortError::Denied { .. }));
    assert_eq!(scheduled(&harness).len(), 1, "one call is enough to know");
    assert!(
        harness
            .decisions
            .all()
            .iter()
            .all(|row| row.is_due() && row.attempts.count == 0)
    );
    let taken = harness
        .state
        .take(harness.after(0), harness.after(30))
        .await
        .expect("memory");
    assert!(
        matches!(taken, LeaseResult::Held(_)),
        "the lease was released"
    );
}

#[test_case(BotReply::Refused("calendar event has ended".to_owned()), "calendar event has ended"; "refused")]
#[test_case(BotReply::NoSuchEvent, "Recall does not know the event"; "gone")]
#[tokio::test]
async fn a_refused_row_is_abandoned_with_its_reason(reply: BotReply, reason: &str) {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness
        .recall
        .fault(Operation::ScheduleBot, Fault::Answers(reply));
    let report = harness.drained().await.expect("a finished run");
    assert_eq!((report.abandoned, scheduled(&harness).len()), (1, 1));
    let row = harness.decision(&an_event().id);
    assert_eq!(
        row.abandoned.map(|abandoned| abandoned.reason),
        Some(reason.to_owned())
    );
}

#[tokio::test]
async fn a_second_run_at_a_time_stops_and_leaves_a_wakeup() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let now = harness.after(0);
    let LeaseResult::Held(held) = harness
        .state
        .take(now, harness.after(30))
        .await
        .expect("memory")
    else {
        panic!("no other run holds it");
    };
    let report = harness.drained().await.expect("a finished run");
    assert_eq!(
        (report.stopped, scheduled(&harness).len()),
        (StopReason::AlreadyRunning, 0)
    );
    let released = harness.state.release(held).await.expect("memory");
    assert!(matches!(released, callsheet_app::ports::Released::Woken(_)));
}

#[tokio::test]
async fn a_run_stops_at_its_deadline_and_the_rest_stays_due() {
    let harness = Harness::new();
    for number in 0..50 {
        harness.see(meeting(number, at("16:00"))).await;
    }
    let report = harness
        .drain()
        .run(harness.after(2))
        .await
        .expect("a finished run");
    assert_eq!(report.stopped, StopReason::DeadlineReached);
    assert!(report.applied > 0 && report.applied < 50, "{report:?}");
    harness.drained().await.expect("a finished run");
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 50);
}

/// The write of a row is a wake-up by the table's stream.
#[tokio::test]
async fn a_run_that_stops_at_its_deadline_wakes_the_next_by_writing_a_row_as_it_is() {
    let harness = Harness::new();
    for number in 0..50 {
        harness.see(meeting(number, at("16:00"))).await;
    }
    let before = harness.decisions.all();
    harness
        .drain()
        .run(harness.after(2))
        .await
        .expect("a finished run");
    let due: Vec<_> = harness
        .decisions
        .all()
        .into_iter()
        .filter(Decision::is_due)
        .collect();
    let written: Vec<_> = due.iter().filter(|row| !before.contains(row)).collect();
    let [written] = written.as_slice() else {
        panic!("one row is written: {written:?}");
    };
    assert!(due.iter().all(|row| written.starts_at <= row.starts_at));
    let as_before = before.iter().find(|row| row.key == written.key);
    let as_before = as_before.expect("it was there").clone();
    let as_it_was = Decision {
        version: as_before.version.next(),
        ..as_before
    };
    assert_eq!(**written, as_it_was);
    let free = harness
        .state
        .take(harness.after(0), harness.after(30))
        .await;
    assert!(matches!(free, Ok(LeaseResult::Held(_))));
}

#[tokio::test]
async fn no_sliding_minute_holds_more_than_the_limit() {
    let harness = Harness::new();
    for number in 0..900 {
        harness.recall.put_event(meeting(number, at("16:00")));
    }
    harness.see(meeting(900, at("16:00"))).await;
    while harness.decisions.all().iter().any(Decision::is_due) {
        harness.drained().await.expect("a finished run");
    }
    let calls = harness.recall.calls().into_iter();
    let times: Vec<_> = calls
        .filter(|call| call.operation == Operation::ScheduleBot)
        .map(|call| call.at)
        .collect();
    let minute = SignedDuration::from_secs(60);
    let most = times
        .iter()
        .map(|from| {
            times
                .iter()
                .filter(|at| *at >= from && **at < plus(*from, minute))
                .count()
        })
        .max();
    assert!(most <= Some(600), "{most:?}");
    assert_eq!(times.len(), 901);
}

#[tokio::test]
async fn the_applied_bot_is_the_one_that_was_sent() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    let row = harness.decision(&an_event().id);
    let Applied::Bot(applied) = row.applied else {
        panic!("a bot is applied")
    };
    let key = DeduplicationKey::parse(format!("{}-https://meet.example/abc-defg", at("10:00")));
    assert_eq!(Ok(applied.deduplication_key), key);
    assert!(applied.bot_id.is_some());
}
