//! Calls that Recall blocks (403): the row is set aside, and two meetings stop
//! the run.

use callsheet_app::PortError;
use callsheet_app::ports::Access as _;
use callsheet_domain::{
    Decision, EventId, Operation, PolicyDocument, RecordedResult, Timestamp, plus,
};
use callsheet_testkit::{With as _, at};
use jiff::SignedDuration;

use crate::harness::Harness;
use crate::scheduler::{meeting, scheduled};

/// Syncs a meeting whose bot is named by its title, with a link in it that
/// Recall's firewall blocks.
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
    let report = harness.drained().await.expect("a finished run");
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
        let report = harness.drained().await.expect("a finished run");
        assert_eq!((report.blocked, scheduled(&harness).len()), (1, calls));
        let early = harness.drained().await.expect("a finished run");
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
    let report = harness.drained().await.expect("a finished run");
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
    assert!(matches!(error, PortError::Blocked { .. }), "{error}");
    assert_eq!(scheduled(&harness), ["event-0", "event-1"]);
    let rows = harness.decisions.all();
    assert!(rows.iter().all(Decision::is_due));
    let denial = harness.state.denial().await.expect("memory");
    assert_eq!(denial, None, "syncs go on");
    let stopped_at = harness.after(0);
    // The first call after that is one of those that were not blocked.
    let report = harness.drained().await.expect("a finished run");
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
    let report = harness.drained().await.expect("a finished run");
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
        assert!(matches!(error, PortError::Blocked { .. }), "{error}");
        harness.clock.advance(SignedDuration::from_secs(30));
    }
    harness.clock.advance(SignedDuration::from_mins(10));
    harness.see(meeting(6, at("17:00"))).await;
    let before = scheduled(&harness).len();
    let report = harness.drained().await.expect("a finished run");
    assert_eq!((report.applied, report.blocked), (1, 6));
    assert_eq!(scheduled(&harness)[before], "event-6");
}
