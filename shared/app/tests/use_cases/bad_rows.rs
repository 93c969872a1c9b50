//! Rows that cannot be read or written cost themselves alone.

use callsheet_app::StopReason;
use callsheet_domain::{Decision, DecisionKey, EventId, ResponseStatus, plus};
use callsheet_testkit::{With as _, an_event, at};
use jiff::SignedDuration;

use crate::harness::Harness;
use crate::scheduler::{meeting, scheduled};

/// As many meetings, an hour apart, none of them called for yet.
async fn with_meetings(count: usize) -> Harness {
    let harness = Harness::new();
    for number in 0..count {
        harness.recall.put_event(nth(number));
    }
    harness.see(nth(0)).await;
    harness
}

fn nth(number: usize) -> callsheet_domain::CalendarEvent {
    let minutes = SignedDuration::from_mins(i64::try_from(number).expect("few"));
    meeting(number, plus(at("16:00"), minutes))
}

fn key(number: usize) -> DecisionKey {
    nth(number).key()
}

#[tokio::test]
async fn a_due_row_that_cannot_be_read_is_left_alone_and_the_others_get_their_bots() {
    let harness = with_meetings(3).await;
    harness.decisions.make_unreadable(&key(0));
    for applied in [2, 0] {
        let report = harness.drained().await.expect("a finished run");
        assert_eq!(report.stopped, StopReason::Idle);
        assert_eq!((report.unreadable, report.unwritable), (1, 0));
        assert_eq!(report.applied, applied);
    }
    assert_eq!(scheduled(&harness), ["event-1", "event-2"]);
}

#[tokio::test]
async fn rows_that_cannot_be_read_hide_no_others_however_many_they_are() {
    let harness = with_meetings(155).await;
    for number in 0..150 {
        harness.decisions.make_unreadable(&key(number));
    }
    let report = harness.drained().await.expect("a finished run");
    assert_eq!((report.unreadable, report.applied), (150, 5));
}

#[tokio::test]
async fn a_result_that_cannot_be_written_costs_its_row_alone() {
    let harness = with_meetings(3).await;
    harness.decisions.make_unwritable(&key(0));
    let report = harness.drained().await.expect("a finished run");
    assert_eq!(report.stopped, StopReason::Idle);
    assert_eq!((report.unreadable, report.unwritable), (0, 1));
    assert_eq!(report.applied, 2);
    assert_eq!(
        scheduled(&harness),
        ["event-0", "event-1", "event-2"],
        "the call is made once"
    );
}

#[tokio::test]
async fn a_row_of_a_meeting_that_is_over_and_cannot_be_closed_costs_itself_alone() {
    let harness = with_meetings(2).await;
    harness.clock.advance_to(nth(0).ends_at);
    harness.decisions.make_unwritable(&key(0));
    let report = harness.drained().await.expect("a finished run");
    assert_eq!((report.unwritable, report.over, report.applied), (1, 0, 1));
}

#[tokio::test]
async fn a_row_that_cannot_be_made_to_wait_for_a_copy_costs_itself_alone() {
    let harness = Harness::new();
    let copy = || an_event().with(|event| event.id = EventId::parse("copy").expect("an id"));
    harness.see(an_event()).await;
    harness.see(copy()).await;
    harness.drained().await.expect("a finished run");
    harness.clock.advance_to(at("10:05"));
    let declined = an_event().with(|event| {
        event.facts.own_response = Some(ResponseStatus::Declined);
        event.updated_at = at("10:05");
    });
    harness.see(declined).await;
    // The run until Recall answers that the bot is dispatched.
    let dispatched = || harness.decision(&an_event().id);
    harness.drain().run(harness.after(1)).await.expect("a run");
    assert!(dispatched().is_due());
    harness.clock.advance(SignedDuration::from_mins(2));
    harness.decisions.make_unwritable(&an_event().key());
    harness.see(meeting(7, at("16:00"))).await;
    let report = harness.drained().await.expect("a finished run");
    assert_eq!((report.unwritable, report.applied), (1, 1));
    assert_eq!(harness.recall.bots().len(), 2, "the copy keeps its bot");
}

/// Each of four rows is readable, unreadable or unwritable, in every combination.
#[tokio::test]
async fn whichever_rows_are_bad_every_other_row_gets_its_bot() {
    for combination in 0..81_usize {
        let harness = with_meetings(4).await;
        let kinds = [1, 3, 9, 27].map(|place| combination / place % 3);
        for (number, kind) in kinds.into_iter().enumerate() {
            match kind {
                1 => harness.decisions.make_unreadable(&key(number)),
                2 => harness.decisions.make_unwritable(&key(number)),
                _ => {}
            }
        }
        let report = harness.drained().await.expect("a finished run");
        let count = |of| kinds.iter().filter(|kind| **kind == of).count();
        let counted = [report.applied, report.unreadable, report.unwritable];
        let counted = counted.map(|count| usize::try_from(count).expect("few"));
        assert_eq!(counted, [0, 1, 2].map(count), "{kinds:?}");
        let due = harness.decisions.all().into_iter().filter(Decision::is_due);
        assert_eq!(due.count(), count(1) + count(2), "{kinds:?}");
    }
}
