//! The order of the syncs of a resync, and the permits that it leaves to live ones.

use callsheet_app::Handled;
use callsheet_app::ports::{PermitResult, Queue as _, RateLimits as _};
use callsheet_domain::{Operation, PolicyRevision, RateLimit, SyncJob, plus};
use callsheet_testkit::{With as _, an_event, at};
use futures_util::future::join;
use jiff::SignedDuration;
use test_case::test_case;

use super::{event_id, harness, id};
use crate::harness::skips_all;

#[tokio::test]
async fn requests_precede_a_resync() {
    let harness = harness(2).await;
    harness.push(skips_all).await;
    let calls = harness.recall.calls().len();
    harness.queue.send(&SyncJob::Resync).await.expect("memory");
    harness.events_changed(&id(1), harness.after(0)).await;
    let calls = harness.recall.calls().split_off(calls);
    let about: Vec<_> = calls.iter().map(|call| call.subject.as_str()).collect();
    assert_eq!(about, ["calendar-1", "calendar-0"]);
}

#[tokio::test]
async fn a_resync_gets_no_permit_while_live_syncs_have_acquired_ahead() {
    let harness = harness(3).await;
    harness.push(skips_all).await;
    let (now, rate_limit) = (harness.after(0), RateLimit::per_minute(60, 3));
    let operation = Operation::ListEvents;
    let drawn = harness
        .state
        .acquire(operation, rate_limit, 90, now, at("23:00"))
        .await;
    assert!(matches!(drawn, Ok(PermitResult::Granted(_))));
    let (lists, next_free) = (harness.lists(), harness.state.next_free(operation));
    assert_eq!(harness.resync(harness.deadline()).await, Handled::default());
    assert_eq!(harness.lists(), lists);
    assert_eq!(
        harness.state.next_free(operation),
        next_free,
        "nothing was drawn"
    );
    assert_eq!(harness.decided_anew(), 0);

    // The permits acquired ahead end a little before the time of this resync.
    harness
        .clock
        .advance_to(plus(now, SignedDuration::from_secs(60)));
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.decided_anew(), 3);
}

#[tokio::test]
async fn a_live_sync_precedes_a_resync_that_waits() {
    let harness = harness(2).await;
    harness.push(skips_all).await;
    let (now, rate_limit) = (harness.after(0), RateLimit::per_minute(60, 3));
    let operation = Operation::ListEvents;
    let drawn = harness
        .state
        .acquire(operation, rate_limit, 20, now, at("23:00"));
    drawn.await.expect("memory");
    let calls = harness.recall.calls().len();
    let live = id(usize::from(now.as_microsecond() % 2 == 0));
    join(
        harness.resync(harness.deadline()),
        harness.events_changed(&live, now),
    )
    .await;
    let calls = harness.recall.calls().split_off(calls);
    assert_eq!(calls[0].subject, live.as_str());
    assert_eq!(harness.decided_anew(), 2);
}

/// Whether the workspace is listed or not, a run that is too short for all calendars takes
/// those whose meetings start next.
#[test_case(true; "of a few calendars of a workspace")]
#[test_case(false; "where the workspace is not listed")]
#[tokio::test]
async fn calendars_whose_meetings_start_next_come_first(is_workspace_listed: bool) {
    let harness = harness(30).await;
    // The later the number, the sooner the meeting.
    let hour = |number: usize| i32::try_from(40 - number).expect("small");
    for number in 0..30 {
        harness
            .see(an_event().with(|event| {
                event.id = event_id(number);
                event.calendar_id = id(number);
                event.starts_at = plus(at("10:00"), SignedDuration::from_hours(1) * hour(number));
                event.ends_at = plus(event.starts_at, SignedDuration::from_mins(30));
                event.updated_at = harness.after(0);
            }))
            .await;
    }
    harness.push(skips_all).await;
    harness.clock.advance(SignedDuration::from_secs(10));
    let mut sync = harness.sync();
    sync.settings.is_workspace_listed = is_workspace_listed;
    harness.queue.send(&SyncJob::Resync).await.expect("memory");
    sync.handle(&harness.queue.deliver(10), harness.after(20))
        .await;
    let rows = (0..30).map(|number| harness.decision(&event_id(number)).inputs.policy);
    let decided: Vec<_> = rows.map(|policy| policy == PolicyRevision(1)).collect();
    let count = decided.iter().filter(|decided| **decided).count();
    assert!((12..28).contains(&count), "{count} in this time");
    // Neighbours change places, so that two resyncs side by side take different ones.
    let first = 30 - count;
    assert!(
        decided[first + 8..].iter().all(|decided| *decided),
        "{decided:?}"
    );
    assert!(
        decided[..first - 8].iter().all(|decided| !decided),
        "{decided:?}"
    );
}

#[tokio::test]
async fn resyncs_side_by_side_mostly_sync_different_calendars() {
    let harness = harness(30).await;
    harness.push(skips_all).await;
    let before = harness.lists();
    let a_moment_later = async {
        harness.clock.advance(SignedDuration::from_micros(1));
        harness.resync(harness.after(300)).await
    };
    join(harness.resync(harness.after(300)), a_moment_later).await;
    assert_eq!(harness.decided_anew(), 30);
    let lists = harness.lists() - before;
    assert!(lists < 40, "{lists} lists for 30 calendars");
}

#[tokio::test]
async fn a_live_sync_waits_for_no_more_permits_than_a_resync_has_acquired() {
    let harness = harness(80).await;
    harness.push(skips_all).await;
    harness.resync(harness.deadline()).await;
    let now = harness.after(0);
    harness.events_changed(&id(0), now).await;
    let last = harness.recall.calls().pop().expect("a call");
    let waited = last.at.duration_since(now);
    assert!(waited <= SignedDuration::from_millis(2_100), "{waited:#}");
}

#[tokio::test]
async fn a_resync_out_of_time_leaves_the_rest_to_the_next_and_keeps_to_the_rate_limit() {
    let harness = harness(30).await;
    harness.push(skips_all).await;
    let before = harness.lists();
    assert_eq!(harness.resync(harness.after(25)).await, Handled::default());
    let first = harness.decided_anew();
    assert!((10..25).contains(&first), "{first} in the first seconds");
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.decided_anew(), 30);
    assert_eq!(harness.lists(), before + 30, "none was looked at twice");
    let calls = harness.recall.calls();
    let lists = calls
        .iter()
        .filter(|call| call.operation == Operation::ListEvents);
    let lists: Vec<_> = lists.map(|call| call.at).collect();
    let minute = SignedDuration::from_secs(60);
    for from in &lists {
        let within = lists
            .iter()
            .filter(|at| (*from..=plus(*from, minute)).contains(*at));
        assert!(within.count() <= 60);
    }
}

#[tokio::test]
async fn resyncs_start_at_one_calendar_after_the_other() {
    let mut first = Vec::new();
    for micros in 0..3 {
        let harness = harness(3).await;
        harness.push(skips_all).await;
        harness.clock.advance(SignedDuration::from_micros(micros));
        let calls = harness.recall.calls().len();
        harness.resync(harness.deadline()).await;
        first.push(harness.recall.calls()[calls].subject.clone());
    }
    first.sort();
    assert_eq!(first, ["calendar-0", "calendar-1", "calendar-2"]);
}
