//! Making what is wanted and what is applied equal.

use std::time::Duration;

use callsheet_app::ports::{BotReply, LeaseResult, Leases as _};
use callsheet_app::{PortError, StopReason};
use callsheet_domain::{
    Applied, CalendarEvent, Decision, DeduplicationKey, EventId, IcalUid, Meeting, Operation,
    PolicyDocument, RecordedResult, Timestamp, plus,
};
use callsheet_testkit::{Fault, With as _, an_event, at};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::Harness;

/// The `number`th meeting, half an hour long, starting at `starts_at`, with a link of its own.
fn meeting(number: usize, starts_at: Timestamp) -> CalendarEvent {
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

fn scheduled(harness: &Harness) -> Vec<String> {
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
    let report = harness.drained().await.expect("drained");
    assert_eq!((report.stopped, report.applied), (StopReason::Idle, 3));
    assert_eq!(scheduled(&harness), ["event-2", "event-3", "event-1"]);
    harness.assert_as_wanted();
    assert!(harness.decisions.all().iter().all(|row| !row.is_due()));
}

#[tokio::test]
async fn a_second_drain_calls_nothing() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("drained");
    let calls = harness.recall.calls().len();
    let report = harness.drained().await.expect("drained");
    assert_eq!(report.applied, 0);
    assert_eq!(harness.recall.calls().len(), calls);
}

#[tokio::test]
async fn a_meeting_that_moves_has_its_bot_moved_by_scheduling_again() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("drained");
    harness
        .see(an_event().with(|event| {
            event.starts_at = at("14:00");
            event.ends_at = at("15:00");
            event.updated_at = at("09:31");
        }))
        .await;
    harness.drained().await.expect("drained");
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
    harness.drained().await.expect("drained");
    assert_eq!(harness.recall.bots().len(), 1);
    harness
        .see(copy.with(|event| {
            event.facts.own_response = Some(callsheet_domain::ResponseStatus::Declined);
            event.updated_at = at("09:31");
        }))
        .await;
    harness.drained().await.expect("drained");
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
    harness.drained().await.expect("drained");
    assert_eq!(harness.recall.bots().len(), 0);
}

#[tokio::test]
async fn a_meeting_that_is_over_is_closed_without_a_call() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.clock.advance_to(at("11:00"));
    let report = harness.drained().await.expect("drained");
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
async fn a_row_that_must_wait_blocks_nobody() {
    let harness = Harness::new();
    harness.see(meeting(1, at("10:00"))).await;
    harness.see(meeting(2, at("11:00"))).await;
    let wait = Some(Duration::from_secs(20));
    harness.recall.fault(
        Operation::ScheduleBot,
        Fault::Answers(BotReply::NoneFree(wait)),
    );
    let report = harness.drained().await.expect("drained");
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
        "it waited as it was told: {last}"
    );
    harness.assert_as_wanted();
}

#[tokio::test]
async fn too_fast_has_the_whole_lane_wait() {
    let harness = Harness::new();
    harness.see(meeting(1, at("10:00"))).await;
    harness.see(meeting(2, at("11:00"))).await;
    let throttled = PortError::Throttled {
        service: "Recall",
        wait: Duration::from_secs(9),
    };
    harness
        .recall
        .fault(Operation::ScheduleBot, Fault::Fails(throttled));
    let began = harness.after(0);
    harness.drained().await.expect("drained");
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
        "being told to wait is no failure of the row"
    );
    harness.assert_as_wanted();
}

#[tokio::test]
async fn being_denied_stops_the_drain_and_keeps_everything_due() {
    let harness = Harness::new();
    for number in 0..20 {
        harness.see(meeting(number, at("10:00"))).await;
    }
    for _ in 0..20 {
        let denied = PortError::Denied {
            service: "Recall",
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
        "the lease was given back"
    );
}

/// Bots are named by the title, and the meeting's title has a link that
/// Recall's firewall dislikes.
async fn see_a_demo(harness: &Harness, number: usize, starts_at: Timestamp) -> EventId {
    let demo = meeting(number, starts_at).with(|event| {
        event.facts.title = Some(format!("Demo {number} of http://localhost:3000"));
    });
    let id = demo.id.clone();
    harness.see(demo).await;
    id
}

async fn named_by_title() -> Harness {
    let harness = Harness::new();
    let name = |document: &mut PolicyDocument| {
        let name = "{{ title }}".to_owned();
        document.bot.insert("bot_name".to_owned(), name.into());
    };
    harness.push(name).await;
    harness
}

fn waits_for(harness: &Harness, row: &Decision) -> SignedDuration {
    let instant = row.attempts.not_before.expect("it waits");
    instant.duration_since(harness.after(0))
}

#[tokio::test]
async fn a_meeting_whose_call_is_blocked_is_set_aside_and_the_others_get_their_bots() {
    let harness = named_by_title().await;
    let demo = see_a_demo(&harness, 0, at("10:00")).await;
    for number in 1..6 {
        harness.see(meeting(number, at("11:00"))).await;
    }
    let report = harness.drained().await.expect("drained");
    assert_eq!((report.applied, report.blocked, report.again), (5, 1, 0));
    assert_eq!(scheduled(&harness).len(), 6, "each was called for once");
    assert_eq!(harness.recall.bots().len(), 5);
    let row = harness.decision(&demo);
    assert!(row.is_due() && row.is_blocked(), "{row:?}");
    assert!(waits_for(&harness, &row) > SignedDuration::from_mins(1));
    let reason = row.attempts.last_error.clone().expect("a reason");
    assert!(reason.starts_with("403"), "{reason}");
    assert_eq!(
        row.history.calls().last().map(|call| call.outcome.clone()),
        Some(RecordedResult::Blocked(reason))
    );
}

#[tokio::test]
async fn a_blocked_row_that_is_due_alone_is_called_again_after_its_wait_and_fails_no_run() {
    let harness = named_by_title().await;
    let demo = see_a_demo(&harness, 0, at("16:00")).await;
    for calls in 1..6 {
        let report = harness.drained().await.expect("drained");
        assert_eq!((report.blocked, scheduled(&harness).len()), (1, calls));
        let early = harness.drained().await.expect("drained");
        assert_eq!((early.blocked, scheduled(&harness).len()), (0, calls));
        let wait = waits_for(&harness, &harness.decision(&demo));
        assert!(wait <= SignedDuration::from_mins(10), "{wait}");
        harness.clock.advance(wait);
    }
    harness
        .see(meeting(0, at("16:00")).with(|event| {
            event.facts.title = Some("Demo".to_owned());
            event.updated_at = harness.after(0);
        }))
        .await;
    let report = harness.drained().await.expect("drained");
    assert_eq!(report.applied, 1, "another title is called at once");
}

#[tokio::test]
async fn two_blocked_meetings_stop_the_run_and_keep_everything_due() {
    let harness = named_by_title().await;
    let demos = [
        see_a_demo(&harness, 0, at("10:00")).await,
        see_a_demo(&harness, 1, at("10:00")).await,
    ];
    for number in 2..6 {
        harness.see(meeting(number, at("11:00"))).await;
    }
    let error = harness.drained().await.expect_err("denied");
    assert!(matches!(error, PortError::Denied { .. }), "{error}");
    assert_eq!(scheduled(&harness), ["event-0", "event-1"]);
    let rows = harness.decisions.all();
    assert!(rows.iter().all(Decision::is_due));
    let stopped_at = harness.after(0);
    // The first call after that is one of those that were not blocked.
    let report = harness.drained().await.expect("drained");
    assert_eq!(report.applied, 4);
    let next = harness
        .recall
        .calls()
        .into_iter()
        .find(|call| call.operation == Operation::ScheduleBot && call.subject == "event-2");
    let next = next.expect("it was called for");
    assert!(next.at >= plus(stopped_at, SignedDuration::from_secs(29)));
    for demo in demos {
        assert!(harness.decision(&demo).is_blocked());
    }
}

/// Copies have one title, so that they are blocked says nothing about our key.
#[tokio::test]
async fn blocked_copies_of_one_meeting_do_not_stop_the_run() {
    let harness = named_by_title().await;
    let demo = meeting(0, at("10:00")).with(|event| {
        event.facts.title = Some("Demo of http://localhost:3000".to_owned());
    });
    harness.see(demo.clone()).await;
    let copy = demo.with(|event| event.id = EventId::parse("event-copy").expect("an id"));
    harness.see(copy).await;
    harness.see(meeting(1, at("11:00"))).await;
    let report = harness.drained().await.expect("drained");
    assert_eq!((report.applied, report.blocked), (1, 2));
}

/// Without that, many of them would stop one run after the other.
#[tokio::test]
async fn meetings_that_were_blocked_before_are_called_after_the_others_and_stop_no_run() {
    let harness = named_by_title().await;
    for number in 0..6 {
        see_a_demo(&harness, number, at("16:00")).await;
    }
    for _ in 0..3 {
        let error = harness.drained().await.expect_err("denied");
        assert!(matches!(error, PortError::Denied { .. }), "{error}");
        harness.clock.advance(SignedDuration::from_secs(30));
    }
    harness.clock.advance(SignedDuration::from_mins(10));
    harness.see(meeting(6, at("17:00"))).await;
    let before = scheduled(&harness).len();
    let report = harness.drained().await.expect("drained");
    assert_eq!((report.applied, report.blocked), (1, 6));
    assert_eq!(scheduled(&harness)[before], "event-6");
}

#[test_case(BotReply::Refused("calendar event has ended".to_owned()), "calendar event has ended"; "refused")]
#[test_case(BotReply::NoSuchEvent, "Recall does not know the event"; "gone")]
#[tokio::test]
async fn what_is_refused_is_closed_with_its_reason(answer: BotReply, reason: &str) {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness
        .recall
        .fault(Operation::ScheduleBot, Fault::Answers(answer));
    let report = harness.drained().await.expect("drained");
    assert_eq!((report.abandoned, scheduled(&harness).len()), (1, 1));
    let row = harness.decision(&an_event().id);
    assert_eq!(
        row.abandoned.map(|abandoned| abandoned.reason),
        Some(reason.to_owned())
    );
}

#[tokio::test]
async fn whoever_finds_a_drain_at_work_rings_and_leaves() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let now = harness.after(0);
    let LeaseResult::Held(held) = harness
        .state
        .take(now, harness.after(30))
        .await
        .expect("memory")
    else {
        panic!("nobody else holds it");
    };
    let report = harness.drained().await.expect("drained");
    assert_eq!(
        (report.stopped, scheduled(&harness).len()),
        (StopReason::AlreadyRunning, 0)
    );
    let released = harness.state.release(held).await.expect("memory");
    assert!(matches!(released, callsheet_app::ports::Released::Woken(_)));
}

#[tokio::test]
async fn a_drain_leaves_when_its_time_is_up_and_the_rest_stays_due() {
    let harness = Harness::new();
    for number in 0..50 {
        harness.see(meeting(number, at("16:00"))).await;
    }
    let report = harness
        .drain()
        .run(harness.after(2))
        .await
        .expect("drained");
    assert_eq!(report.stopped, StopReason::DeadlineReached);
    assert!(report.applied > 0 && report.applied < 50, "{report:?}");
    harness.drained().await.expect("drained");
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 50);
}

/// What it writes is what the table's stream tells of.
#[tokio::test]
async fn a_drain_whose_time_is_up_rings_by_writing_the_next_row_as_it_is() {
    let harness = Harness::new();
    for number in 0..50 {
        harness.see(meeting(number, at("16:00"))).await;
    }
    let before = harness.decisions.all();
    harness
        .drain()
        .run(harness.after(2))
        .await
        .expect("drained");
    let due: Vec<_> = harness
        .decisions
        .all()
        .into_iter()
        .filter(Decision::is_due)
        .collect();
    let wakeups: Vec<_> = due.iter().filter(|row| !before.contains(row)).collect();
    let [wakeups] = wakeups.as_slice() else {
        panic!("one row is written: {wakeups:?}");
    };
    assert!(due.iter().all(|row| wakeups.starts_at <= row.starts_at));
    let as_before = before.iter().find(|row| row.key == wakeups.key);
    let as_before = as_before.expect("it was there").clone();
    let read_again = Decision {
        version: as_before.version.next(),
        ..as_before
    };
    assert_eq!(**wakeups, read_again);
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
        harness.drained().await.expect("drained");
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
async fn what_is_applied_is_what_was_sent() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("drained");
    let row = harness.decision(&an_event().id);
    let Applied::Bot(applied) = row.applied else {
        panic!("a bot is applied")
    };
    let key = DeduplicationKey::parse(format!("{}-https://meet.example/abc-defg", at("10:00")));
    assert_eq!(Ok(applied.deduplication_key), key);
    assert!(applied.bot_id.is_some());
}
