//! A meeting is changed while its bot is in the call, and then no bot is wanted: the bot
//! leaves that call, wherever the meeting is by then.

use callsheet_app::ports::{BotReply, OverrideStore as _};
use callsheet_domain::{
    CalendarEvent, EventId, IcalUid, Meeting, Operation, OverrideChoice, OverrideScope,
    ResponseStatus,
};
use callsheet_testkit::{Fault, With as _, a_calendar, an_actor, an_event, at};
use jiff::SignedDuration;
use test_case::{test_case, test_matrix};

use crate::harness::{Harness, skips_all};

type ChangeEvent = fn(&mut CalendarEvent);

fn moved_to(event: &mut CalendarEvent, start: &str) {
    event.starts_at = at(start);
    event.ends_at = event.starts_at + SignedDuration::from_mins(30);
}

fn later(event: &mut CalendarEvent) {
    moved_to(event, "17:30");
}

fn a_little_later(event: &mut CalendarEvent) {
    moved_to(event, "10:15");
}

fn earlier(event: &mut CalendarEvent) {
    moved_to(event, "09:45");
}

fn into_the_past(event: &mut CalendarEvent) {
    moved_to(event, "09:00");
}

fn another_link(event: &mut CalendarEvent) {
    event.meeting = Some(Meeting {
        url: "https://meet.example/another".to_owned(),
    });
}

fn later_by_another_link(event: &mut CalendarEvent) {
    later(event);
    another_link(event);
}

fn later_under_another_ical_uid(event: &mut CalendarEvent) {
    later(event);
    event.ical_uid = IcalUid::parse("another").expect("an ical_uid");
}

fn unchanged(_: &mut CalendarEvent) {}

fn declined(event: &mut CalendarEvent) {
    event.facts.own_response = Some(ResponseStatus::Declined);
}

fn without_link(event: &mut CalendarEvent) {
    event.meeting = None;
}

/// The meeting is in progress, with its bot in the call.
async fn in_progress() -> Harness {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    harness.clock.advance_to(at("10:05"));
    harness
}

impl Harness {
    /// Has the event changed as Recall has it now, and seen; no call is made.
    async fn changed(&self, change: impl FnOnce(&mut CalendarEvent)) {
        self.clock.advance(SignedDuration::from_secs(1));
        let event = self.recall.event(&an_event().id).expect("it is known");
        self.see(event.with(|event| {
            event.updated_at = self.after(0);
            change(event);
        }))
        .await;
    }

    /// Makes the calls that are due, also those that wait for some minutes.
    async fn worked(&self) {
        for _ in 0..3 {
            self.drained().await.expect("a finished run");
            self.clock.advance(SignedDuration::from_mins(1));
        }
    }

    fn assert_has_no_bot(&self) {
        assert!(self.recall.bots().is_empty(), "{:?}", self.recall.bots());
        let rows = self.decisions.all();
        let open = rows.iter().find(|row| row.is_due() || row.is_abandoned());
        assert_eq!(open, None, "nothing is left to do");
    }
}

/// The scheduler makes no call between the change and the no.
#[test_matrix(
    [unchanged, later, a_little_later, earlier, into_the_past, another_link,
     later_by_another_link, later_under_another_ical_uid],
    [declined, without_link, into_the_past]
)]
#[tokio::test]
async fn a_bot_leaves_its_call_when_none_is_wanted_after_a_change(
    change: ChangeEvent,
    no: ChangeEvent,
) {
    let harness = in_progress().await;
    harness.changed(change).await;
    harness.changed(no).await;
    harness.worked().await;
    harness.assert_has_no_bot();
}

/// A person says no, or the policy does, to a meeting that was moved meanwhile.
#[derive(Debug, Clone, Copy)]
enum No {
    Override,
    Pause,
    Policy,
}

#[test_matrix(
    [later, a_little_later, later_under_another_ical_uid],
    [No::Override, No::Pause, No::Policy]
)]
#[tokio::test]
async fn a_no_after_a_change_has_the_bot_leave_its_call(change: ChangeEvent, no: No) {
    let harness = in_progress().await;
    harness.changed(change).await;
    let (owner, now) = (a_calendar().owner(), harness.after(0));
    let (state, by) = (&harness.state, an_actor());
    match no {
        No::Override => {
            let event = an_event().platform_id.expect("it has one");
            let scope = OverrideScope::Event(event);
            let set = state.set_override(&owner, &scope, OverrideChoice::Skip, &by, now);
            set.await.expect("memory");
        }
        No::Pause => {
            let until = now + SignedDuration::from_hours(24);
            let paused = state.pause(&owner, until, &by, now);
            paused.await.expect("memory");
        }
        No::Policy => {
            harness.push(skips_all).await;
        }
    }
    harness.changed(unchanged).await;
    harness.worked().await;
    harness.assert_has_no_bot();
}

fn the_copy() -> CalendarEvent {
    an_event().with(|event| event.id = EventId::parse("event-copy").expect("an id"))
}

/// The changed event knows the bot by a key that Recall has never heard of.
#[test_case(unchanged; "as it is")]
#[test_case(another_link; "another link")]
#[test_case(later; "later")]
#[test_case(later_by_another_link; "later, by another link")]
#[tokio::test]
async fn a_bot_stays_in_its_call_for_a_copy_of_an_event_that_was_changed_and_declined(
    change: ChangeEvent,
) {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.see(the_copy()).await;
    harness.drained().await.expect("a finished run");
    harness.clock.advance_to(at("10:05"));
    harness.changed(change).await;
    harness.changed(declined).await;
    harness.worked().await;
    assert_eq!(harness.recall.bots().len(), 1, "the copy wants it");
    assert_eq!(harness.recall.count(Operation::LeaveCall), 0);
    let updated_at = harness.after(0);
    harness
        .see(the_copy().with(|event| {
            event.updated_at = updated_at;
            declined(event);
        }))
        .await;
    harness.worked().await;
    harness.assert_has_no_bot();
}

/// The meeting has a bot in its call, and another one since it was moved to the evening:
/// Recall keeps a bot in its call when its event gets another one.
async fn with_a_bot_in_the_call_and_a_later_one() -> Harness {
    let harness = in_progress().await;
    let in_the_call = harness.recall.bots();
    harness.changed(later).await;
    harness.drained().await.expect("a finished run");
    for bot in in_the_call.into_values() {
        harness.recall.put_bot(&an_event().id, bot.entry);
    }
    assert_eq!(harness.recall.bots().len(), 2);
    harness
}

#[tokio::test]
async fn the_bot_in_the_call_leaves_before_a_later_one_is_unscheduled() {
    let harness = with_a_bot_in_the_call_and_a_later_one().await;
    harness.changed(declined).await;
    harness.worked().await;
    harness.assert_has_no_bot();
    let row = harness.decision(&an_event().id);
    let calls: Vec<_> = row
        .history
        .calls()
        .iter()
        .map(|call| call.operation)
        .collect();
    assert_eq!(
        calls,
        [
            Operation::ScheduleBot,
            Operation::ScheduleBot,
            Operation::UnscheduleBot,
            Operation::GetEvent,
            Operation::LeaveCall,
            Operation::UnscheduleBot,
        ]
    );
}

/// Nothing tells which bot is in the call, but the later one must not join.
#[tokio::test]
async fn a_later_bot_stays_due_while_recall_does_not_list_the_one_in_the_call() {
    let harness = with_a_bot_in_the_call_and_a_later_one().await;
    let none = Fault::Answers(BotReply::Done(Vec::new()));
    harness.recall.fault(Operation::GetEvent, none);
    harness.changed(declined).await;
    harness.drained().await.expect("a finished run");
    let row = harness.decision(&an_event().id);
    assert!(row.is_due() && !row.is_abandoned(), "{row:?}");
    assert_eq!(
        row.attempts.last_error.as_deref(),
        Some("a bot of the event is in a call, and Recall does not list it")
    );
    harness.worked().await;
    harness.assert_has_no_bot();
}
