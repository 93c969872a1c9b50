//! A meeting that is declined after its bot was dispatched is not recorded.

use callsheet_app::ports::BotReply;
use callsheet_app::{PortError, Service};
use callsheet_domain::{
    Applied, CalendarEvent, EventId, IcalUid, Operation, RecordedResult, ResponseStatus, Step,
    Timestamp, plus,
};
use callsheet_testkit::{Fault, With as _, an_event, at};
use jiff::SignedDuration;
use std::time::Duration;
use test_case::test_case;

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

/// The usual meeting and a copy of it are in progress, with one bot in the call.
async fn in_progress_with(copy: CalendarEvent) -> Harness {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.see(copy).await;
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 1, "they share it by its key");
    harness.clock.advance_to(at("10:05"));
    harness
}

/// The usual meeting is in progress, with a bot whose id was lost with Recall's response.
async fn in_progress_without_a_known_id() -> Harness {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let cut = Fault::CutAfterEffect;
    harness.recall.fault(Operation::ScheduleBot, cut);
    let run = harness.drain().run(harness.after(1)).await;
    run.expect("a finished run");
    harness.clock.advance_to(at("10:05"));
    harness
}

/// The owner of this copy declines, and the scheduler runs.
async fn decline(harness: &Harness, event: CalendarEvent, updated_at: &str) {
    harness.see(declined(event, updated_at)).await;
    harness.drained().await.expect("a finished run");
}

#[tokio::test]
async fn a_dispatched_bot_is_sent_out_of_the_call() {
    let harness = in_progress().await;
    decline(&harness, an_event(), "10:05").await;
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
    let harness = in_progress_without_a_known_id().await;
    decline(&harness, an_event(), "10:05").await;
    assert_eq!(harness.recall.bots().len(), 0);
    assert_eq!(harness.recall.count(Operation::GetEvent), 1);
    assert_eq!(harness.recall.count(Operation::LeaveCall), 1);
}

#[tokio::test]
async fn a_bot_that_recall_does_not_list_is_abandoned_with_that_reason() {
    let harness = in_progress_without_a_known_id().await;
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
    let harness = in_progress_with(the_copy()).await;
    decline(&harness, an_event(), "10:05").await;
    assert_eq!(harness.recall.bots().len(), 1, "the copy wants it");
    assert_eq!(harness.recall.count(Operation::LeaveCall), 0);
    decline(&harness, the_copy(), "10:06").await;
    assert_eq!(harness.recall.bots().len(), 0);
}

/// A Google series and an Outlook occurrence: one link, one start, two `ical_uid`s.
#[tokio::test]
async fn a_no_that_waits_for_a_copy_uses_no_permit() {
    let harness = in_progress_with(the_copy()).await;
    decline(&harness, an_event(), "10:05").await;
    assert_eq!(harness.recall.bots().len(), 1);
    assert_eq!(harness.state.next_free(Operation::LeaveCall), None);
    decline(&harness, the_copy(), "10:06").await;
    assert_eq!(harness.recall.bots().len(), 0);
    assert!(harness.state.next_free(Operation::LeaveCall).is_some());
}

#[tokio::test]
async fn a_bot_stays_while_a_copy_with_another_ical_uid_wants_it() {
    let occurrence =
        || the_copy().with(|event| event.ical_uid = IcalUid::parse("occurrence").expect("one"));
    let harness = in_progress_with(occurrence()).await;
    decline(&harness, an_event(), "10:05").await;
    assert_eq!(harness.recall.bots().len(), 1, "the occurrence wants it");
    assert_eq!(harness.recall.count(Operation::LeaveCall), 0);
    decline(&harness, occurrence(), "10:06").await;
    assert_eq!(harness.recall.bots().len(), 0);
}

#[tokio::test]
async fn a_copy_whose_call_was_refused_for_good_keeps_no_bot_in_the_call() {
    let harness = in_progress().await;
    let refused = Fault::Answers(BotReply::Refused("calendar is disconnected".to_owned()));
    harness.recall.fault(Operation::ScheduleBot, refused);
    harness.see(the_copy()).await;
    harness.drained().await.expect("a finished run");
    assert!(harness.decision(&the_copy().id).is_abandoned());
    assert_eq!(harness.recall.bots().len(), 1);
    decline(&harness, an_event(), "10:05").await;
    assert_eq!(harness.recall.bots().len(), 0, "the person said no");
}

/// It holds the bot at Recall, whatever became of the change.
#[tokio::test]
async fn a_copy_that_has_the_bot_keeps_it_although_a_change_of_it_was_refused() {
    let harness = in_progress_with(the_copy()).await;
    let row = harness.decision(&the_copy().id);
    assert!(matches!(row.applied, Applied::Bot(_)));
    harness.decisions.put(row.abandon("the change was refused"));
    decline(&harness, an_event(), "10:05").await;
    assert_eq!(harness.recall.bots().len(), 1);
}

#[tokio::test]
async fn a_copy_that_cannot_be_read_keeps_no_bot_in_the_call() {
    let harness = in_progress_with(the_copy()).await;
    harness.see(declined(an_event(), "10:05")).await;
    harness.decisions.make_unreadable(&the_copy().key());
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 0, "the person said no");
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
    decline(&harness, the_copy(), "10:06").await;
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
    decline(&harness, an_event(), "10:05").await;
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
    decline(&harness, an_event(), "09:59:30").await;
    assert_eq!(harness.recall.bots().len(), 0);
    assert_eq!(harness.recall.count(Operation::LeaveCall), 0);
}

/// A meeting starts at 10:00.
fn before_the_start(seconds: i64) -> Timestamp {
    plus(at("10:00"), SignedDuration::from_secs(-seconds))
}

#[test_case(30 => 0; "half a minute before")]
#[test_case(10 => 0; "ten seconds before")]
#[test_case(3 => 0; "three seconds before")]
#[test_case(1 => 1; "a second before, as long as the sync takes")]
#[tokio::test]
async fn a_decline_in_the_last_seconds_before_a_start_keeps_the_bot_out(seconds: i64) -> usize {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    harness.clock.advance_to(before_the_start(seconds));
    let declined_at = before_the_start(seconds).to_string();
    decline(&harness, an_event(), &declined_at).await;
    assert_eq!(harness.recall.bots().len(), 0, "it is in no call");
    assert_eq!(harness.recall.count(Operation::UnscheduleBot), 1);
    assert_eq!(harness.decision(&an_event().id).step(), Step::Nothing);
    harness.recall.count(Operation::LeaveCall)
}

/// A call that fails is made again after the start, when the bot is in the call.
#[test_case(30; "half a minute before")]
#[test_case(2; "two seconds before")]
#[tokio::test]
async fn a_decline_in_the_last_seconds_has_the_bot_leave_if_it_joins_first(seconds: i64) {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    harness.clock.advance_to(before_the_start(seconds));
    let declined_at = before_the_start(seconds).to_string();
    harness.see(declined(an_event(), &declined_at)).await;
    let dispatched = Fault::Answers(BotReply::Dispatched);
    harness.recall.fault(Operation::UnscheduleBot, dispatched);
    harness.drained().await.expect("a finished run");
    harness.clock.advance_to(at("10:00:30"));
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 0, "it does not stay");
    assert_eq!(harness.decision(&an_event().id).step(), Step::Nothing);
}

/// What becomes of a copy of the meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Its call succeeded, and it still wants the bot.
    Keeps,
    /// Its call succeeded, and then it is declined.
    Declines,
    /// Its call was refused for good.
    Refused,
    /// Its call succeeded, and its row cannot be read any more.
    Unreadable,
}

const KINDS: [Kind; 4] = [Kind::Keeps, Kind::Declines, Kind::Refused, Kind::Unreadable];

/// A copy in one of two series.
fn copy_of(number: usize) -> CalendarEvent {
    an_event().with(|event| {
        event.id = EventId::parse(format!("event-{number}")).expect("an id");
        event.ical_uid = IcalUid::parse(format!("series-{}", number % 2)).expect("one");
    })
}

/// Whether the bot is kept, and the kinds as they turned out: a refused copy is
/// called again when another copy brings another configuration.
async fn is_kept(mut kinds: [Kind; 3]) -> (bool, [Kind; 3]) {
    let harness = Harness::new();
    for (number, kind) in kinds.into_iter().enumerate() {
        if kind == Kind::Refused {
            let refused = Fault::Answers(BotReply::Refused("no".to_owned()));
            harness.recall.fault(Operation::ScheduleBot, refused);
        }
        harness.see(copy_of(number)).await;
        harness.drained().await.expect("a finished run");
    }
    for (number, kind) in kinds.iter_mut().enumerate() {
        let row = harness.decision(&copy_of(number).id);
        if *kind == Kind::Refused && !row.is_abandoned() {
            *kind = Kind::Keeps;
        }
    }
    harness.clock.advance_to(at("10:05"));
    let of_kind = |kind| (0..3).filter(move |number| kinds[*number] == kind);
    for number in of_kind(Kind::Declines) {
        harness.see(declined(copy_of(number), "10:05")).await;
    }
    for number in of_kind(Kind::Unreadable) {
        harness.decisions.make_unreadable(&copy_of(number).key());
    }
    for _ in 0..2 {
        harness.drained().await.expect("a finished run");
        harness.clock.advance(SignedDuration::from_mins(1));
    }
    (!harness.recall.bots().is_empty(), kinds)
}

/// Three copies in two series, in every combination.
#[tokio::test]
async fn a_no_removes_the_bot_unless_a_copy_that_holds_it_wants_it() {
    for number in 0..64 {
        let kinds = [1, 4, 16].map(|place| KINDS[number / place % 4]);
        let (is_kept, kinds) = is_kept(kinds).await;
        let exists = kinds.iter().any(|kind| *kind != Kind::Refused);
        let is_said = kinds.contains(&Kind::Declines);
        let expected = exists && (kinds.contains(&Kind::Keeps) || !is_said);
        assert_eq!(is_kept, expected, "{kinds:?}");
    }
}
