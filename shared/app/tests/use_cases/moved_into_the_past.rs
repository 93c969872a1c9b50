//! A meeting is moved into the past: no bot may join at its old start.

use callsheet_app::ports::BotReply;
use callsheet_app::{PortError, Service};
use callsheet_domain::{BotEntry, BotId, CalendarEvent, DeduplicationKey, Meeting, Operation};
use callsheet_testkit::{Fault, With as _, an_event, at};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::Harness;

/// A harness in which the meeting at ten has its bot.
async fn scheduled() -> Harness {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 1);
    harness
}

impl Harness {
    /// The meeting, changed just now.
    fn edited(&self, change: impl FnOnce(&mut CalendarEvent)) -> CalendarEvent {
        an_event().with(|event| {
            event.updated_at = self.after(0);
            change(event);
        })
    }

    /// The meeting as it lasts from `start` to `end`.
    fn at_times(&self, start: &str, end: &str) -> CalendarEvent {
        self.edited(|event| (event.starts_at, event.ends_at) = (at(start), at(end)))
    }

    async fn move_to(&self, start: &str, end: &str) {
        self.see(self.at_times(start, end)).await;
    }

    /// Drains, and checks that no bot is left that would join, and nothing to do.
    async fn assert_no_bot_is_left(&self) {
        self.drained().await.expect("a finished run");
        assert!(self.recall.bots().is_empty(), "{:?}", self.recall.bots());
        let rows = self.decisions.all();
        let due = rows.iter().find(|row| row.is_due());
        assert_eq!(due, None, "nothing is left to do");
    }
}

fn unavailable() -> Fault {
    Fault::Fails(PortError::Unavailable {
        service: Service::Recall,
        reason: "cut".to_owned(),
        source: None,
    })
}

#[test_case("08:00", "09:00"; "earlier today")]
#[test_case("2090-03-05T10:00:00Z", "2090-03-05T11:00:00Z"; "to yesterday")]
#[test_case("09:00", "09:30"; "until just now")]
#[tokio::test]
async fn a_bot_is_unscheduled_when_its_meeting_is_moved_into_the_past(start: &str, end: &str) {
    let harness = scheduled().await;
    harness.clock.advance_to(at("09:30:10"));
    harness.move_to(start, end).await;
    harness.assert_no_bot_is_left().await;
}

#[tokio::test]
async fn a_second_move_within_the_past_keeps_the_bot_from_joining_too() {
    let harness = scheduled().await;
    harness.move_to("08:00", "09:00").await;
    harness.move_to("07:00", "08:00").await;
    assert_eq!(harness.decision(&an_event().id).starts_at, at("07:00"));
    harness.assert_no_bot_is_left().await;
}

#[tokio::test]
async fn a_bot_is_unscheduled_when_its_meeting_moves_into_the_past_while_its_row_waits() {
    let harness = scheduled().await;
    harness.recall.fault(Operation::ScheduleBot, unavailable());
    harness.move_to("09:45", "10:15").await;
    let run = harness.drain().run(harness.after(1)).await;
    assert_eq!(run.expect("a finished run").again, 1);
    harness.move_to("08:00", "09:00").await;
    harness.assert_no_bot_is_left().await;
}

#[tokio::test]
async fn a_bot_is_unscheduled_when_its_meeting_moves_into_the_past_while_its_row_is_abandoned() {
    let harness = scheduled().await;
    let refused = BotReply::Refused("no meeting url".to_owned());
    harness
        .recall
        .fault(Operation::ScheduleBot, Fault::Answers(refused));
    let another = harness.edited(|event| {
        event.meeting = Some(Meeting {
            url: "https://meet.example/another".to_owned(),
        });
    });
    harness.see(another).await;
    harness.drained().await.expect("a finished run");
    assert!(harness.decision(&an_event().id).is_abandoned());
    harness.move_to("08:00", "09:00").await;
    harness.assert_no_bot_is_left().await;
}

#[tokio::test]
async fn an_uncertain_bot_is_unscheduled_when_its_meeting_moves_into_the_past() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness
        .recall
        .fault(Operation::ScheduleBot, Fault::CutAfterEffect);
    let run = harness.drain().run(harness.after(1)).await;
    assert_eq!(run.expect("a finished run").applied, 0);
    assert_eq!(harness.recall.bots().len(), 1);
    harness.move_to("08:00", "09:00").await;
    harness.assert_no_bot_is_left().await;
}

/// The bot is on its way, and can only be told to leave once it is in the call.
#[tokio::test]
async fn a_dispatched_bot_leaves_the_call_when_its_meeting_has_moved_into_the_past() {
    let harness = scheduled().await;
    harness.clock.advance_to(at("09:59:30"));
    harness.recall.fault(
        Operation::UnscheduleBot,
        Fault::Answers(BotReply::Dispatched),
    );
    harness.move_to("08:00", "09:00").await;
    harness.assert_no_bot_is_left().await;
    assert!(harness.recall.count(Operation::LeaveCall) > 0);
}

#[tokio::test]
async fn a_bot_that_has_just_joined_leaves_the_call_of_a_meeting_that_moved_into_the_past() {
    let harness = scheduled().await;
    harness.clock.advance_to(at("10:00:20"));
    harness.move_to("08:00", "09:00").await;
    harness.assert_no_bot_is_left().await;
}

#[tokio::test]
async fn a_deleted_event_is_not_called_though_it_was_moved_into_the_past_before() {
    let harness = scheduled().await;
    harness.move_to("08:00", "09:00").await;
    let deleted = harness.at_times("08:00", "09:00");
    harness
        .see(deleted.with(|event| event.is_deleted = true))
        .await;
    harness.assert_no_bot_is_left().await;
    assert_eq!(harness.recall.count(Operation::UnscheduleBot), 0);
}

/// A move to an earlier start that is still to come, which Recall refuses: the
/// bot would join at the old start.
#[tokio::test]
async fn a_bot_is_unscheduled_when_recall_refuses_to_move_it() {
    let harness = scheduled().await;
    let refused = || Fault::Answers(BotReply::Refused("refused".to_owned()));
    harness.recall.fault(Operation::ScheduleBot, refused());
    harness.recall.fault(Operation::ScheduleBot, refused());
    harness.move_to("09:50", "10:20").await;
    harness.assert_no_bot_is_left().await;
    assert!(harness.decision(&an_event().id).is_abandoned());
}

/// A move that was never carried out, until the meeting was over.
#[tokio::test]
async fn a_bot_that_was_not_moved_in_time_is_unscheduled_and_not_scheduled() {
    let harness = scheduled().await;
    harness.move_to("09:31", "09:35").await;
    harness.clock.advance_to(at("09:35"));
    let before = harness.recall.count(Operation::ScheduleBot);
    harness.assert_no_bot_is_left().await;
    assert_eq!(harness.recall.count(Operation::ScheduleBot), before);
}

/// The same, and a sync finds that it is over before any call is made.
#[tokio::test]
async fn a_bot_that_was_not_moved_in_time_is_unscheduled_after_a_later_sync_too() {
    let harness = scheduled().await;
    harness.move_to("09:31", "09:35").await;
    harness.clock.advance_to(at("09:36"));
    harness.move_to("09:31", "09:35").await;
    harness.assert_no_bot_is_left().await;
}

fn entry(start: &str) -> BotEntry {
    BotEntry {
        bot_id: BotId::parse("bot-9").expect("an id"),
        starts_at: at(start),
        deduplication_key: DeduplicationKey::parse("old").expect("a key"),
    }
}

#[tokio::test]
async fn a_bot_that_would_still_join_is_unscheduled_though_its_past_event_has_no_row() {
    let harness = Harness::new();
    let event = harness.at_times("08:00", "09:00");
    harness.recall.put_event(event.clone());
    harness.recall.put_bot(&event.id, entry("10:00"));
    harness.see(event).await;
    harness.assert_no_bot_is_left().await;
}

/// The row is abandoned although its bot would join: the event as it is says so.
#[tokio::test]
async fn a_closed_row_whose_bot_would_still_join_is_called_after_the_next_sync() {
    let harness = scheduled().await;
    harness.move_to("08:00", "09:00").await;
    let closed = harness
        .decision(&an_event().id)
        .abandon("the meeting is over");
    harness.decisions.put(closed);
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 1);
    harness.clock.advance(SignedDuration::from_mins(2));
    let event = harness.recall.event(&an_event().id).expect("it is there");
    harness.see(event).await;
    harness.assert_no_bot_is_left().await;
}

/// Once an event has begun, no sync may take a bot to come for its own.
#[tokio::test]
async fn a_bot_at_a_later_start_is_found_by_a_sync_after_the_event_has_begun() {
    let harness = scheduled().await;
    harness.move_to("09:40", "11:00").await;
    harness.drained().await.expect("a finished run");
    harness.clock.advance_to(at("09:45"));
    harness.recall.forget_bots();
    harness.recall.put_bot(&an_event().id, entry("14:00"));
    harness
        .see(harness.edited(|event| event.starts_at = at("09:40")))
        .await;
    let scheduled = harness.recall.count(Operation::ScheduleBot);
    harness.assert_no_bot_is_left().await;
    assert_eq!(harness.recall.count(Operation::ScheduleBot), scheduled);
}

/// Recall gives a bot the start that its event has by then, whatever the call was made for.
#[tokio::test]
async fn a_bot_at_a_start_that_no_sync_has_seen_is_unscheduled_once_its_meeting_is_past() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.recall.put_event(harness.at_times("15:00", "16:00"));
    harness.drained().await.expect("a finished run");
    let starts: Vec<_> = harness
        .recall
        .bots()
        .into_values()
        .map(|bot| bot.entry.starts_at)
        .collect();
    assert_eq!(starts, [at("15:00")]);
    harness.clock.advance_to(at("11:30"));
    harness.move_to("08:00", "09:00").await;
    harness.assert_no_bot_is_left().await;
}

#[tokio::test]
async fn a_meeting_that_is_over_is_not_called_whatever_is_edited() {
    let harness = scheduled().await;
    harness.clock.advance_to(at("11:00"));
    let calls = harness.recall.calls().len();
    harness.move_to("08:00", "09:00").await;
    harness.drained().await.expect("a finished run");
    let made = harness.recall.calls().split_off(calls);
    let is_about_bots = |operation| operation != Operation::ListEvents;
    assert!(
        !made.iter().any(|call| is_about_bots(call.operation)),
        "{made:?}"
    );
    assert!(!harness.decision(&an_event().id).is_due());
}
