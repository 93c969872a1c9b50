//! Whoever says no late is not recorded, and a key that is denied halts the calls.

use std::time::Duration;

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;
use recall_simulator::{
    Answer, BotPhase, Change, EventDraft, EventView, Fault, FaultEffect, Operation, Platform,
};

use crate::office::{Office, PATIENCE};

impl Office {
    /// A meeting like any other, that starts so many seconds from now.
    fn starting_in(&self, seconds: i64) -> (EventDraft, Timestamp) {
        let start = plus(self.stack.now(), SignedDuration::from_secs(seconds));
        let start = Timestamp::from_second(start.as_second()).expect("in range");
        let mut draft = self.external(1);
        (draft.start, draft.end) = (start, plus(start, SignedDuration::from_mins(20)));
        (draft, start)
    }

    async fn decline(&self, event: &EventView) {
        let declined = Change::OwnerAnswer {
            answer: Answer::Declined,
        };
        let updated = self.stack.recall.update_event(event.id, declined).await;
        updated.expect("declined");
    }

    /// The phases of the bots that an event has had and still shares.
    async fn phases(&self, event: &EventView) -> Vec<BotPhase> {
        let bots = self.stack.recall.bots().await.expect("the simulator");
        let ours = bots
            .into_iter()
            .filter(|bot| bot.events.contains(&event.id));
        ours.map(|bot| bot.phase).collect()
    }

    async fn comes_to_phases(&self, event: &EventView, expected: &[BotPhase]) {
        let come = async || self.phases(event).await == expected;
        let has_come = self.stack.comes_true(PATIENCE, come).await;
        assert!(has_come, "{:?}, not {expected:?}", self.phases(event).await);
    }
}

#[tokio::test]
async fn a_no_half_a_minute_before_the_start_keeps_the_bot_away() {
    let office = Office::on(Platform::GoogleCalendar).await;
    let (draft, start) = office.starting_in(60);
    let event = office.create(draft).await;
    office.comes_to_phases(&event, &[BotPhase::Scheduled]).await;
    let to_go = start.duration_since(office.stack.now()) - SignedDuration::from_secs(30);
    tokio::time::sleep(Duration::try_from(to_go).unwrap_or_default()).await;
    office.decline(&event).await;
    let is_past = async || office.stack.now() > plus(start, SignedDuration::from_secs(2));
    assert!(office.stack.comes_true(PATIENCE, is_past).await);
    let phases = office.phases(&event).await;
    assert!(!phases.contains(&BotPhase::Dispatched), "{phases:?}");
}

#[tokio::test]
async fn a_no_after_the_bot_was_sent_has_it_leave_the_call() {
    let office = Office::on(Platform::MicrosoftOutlook).await;
    let (draft, _) = office.starting_in(-60);
    let event = office.create(draft).await;
    office
        .comes_to_phases(&event, &[BotPhase::Dispatched])
        .await;
    office.decline(&event).await;
    office.comes_to_phases(&event, &[BotPhase::Left]).await;
}

#[tokio::test]
async fn a_bot_in_its_call_stays_as_long_as_a_copy_wants_it() {
    let mut office = Office::on(Platform::GoogleCalendar).await;
    office.connect(Platform::MicrosoftOutlook).await;
    let uid = format!("late-{}@acme.example", office.calendars[0].id);
    let (draft, _) = office.starting_in(-60);
    let draft = draft.ical_uid(&uid);
    let one = office.create_in(0, draft.clone()).await;
    office.comes_to_phases(&one, &[BotPhase::Dispatched]).await;
    let other = office.create_in(1, draft).await;
    office
        .comes_to_phases(&other, &[BotPhase::Dispatched])
        .await;
    office.decline(&one).await;
    let ids: Vec<_> = office
        .calendars
        .iter()
        .map(|calendar| calendar.id)
        .collect();
    let id = callsheet_domain::CalendarId::parse(ids[0].to_string()).expect("an id");
    let is_left_to_the_copy = async || {
        let rows = office.stack.decisions_of(&id).await;
        let mut errors = rows
            .iter()
            .filter_map(|row| row.attempts.last_error.as_deref());
        errors.any(|error| error == "another copy of the meeting wants the bot")
    };
    assert!(office.stack.comes_true(PATIENCE, is_left_to_the_copy).await);
    assert_eq!(office.phases(&other).await, [BotPhase::Dispatched]);
    office.decline(&other).await;
    office.comes_to_phases(&other, &[BotPhase::Left]).await;
}

#[tokio::test]
async fn a_key_that_is_denied_halts_the_calls_until_it_is_not() {
    let office = Office::on(Platform::GoogleCalendar).await;
    let calendar = office.calendars[0].id;
    let fault = Fault::new(FaultEffect::status(401)).on(Operation::ScheduleBot);
    let fault = fault.calendar(calendar).times(1);
    office
        .stack
        .recall
        .add_fault(fault)
        .await
        .expect("the simulator");
    office.create(office.external(5)).await;
    office.comes_to_bots("it resumes by itself", 1).await;
    let about = recall_simulator::CallFilter {
        operation: Some(Operation::ScheduleBot),
        ..recall_simulator::CallFilter::default()
    };
    let calls = office
        .stack
        .recall
        .calls(&about)
        .await
        .expect("the simulator");
    let denied = calls.iter().find(|call| call.status == Some(401));
    let denied = denied.expect("it was denied once").received_at;
    // Calls that were in flight by then are answered a little later.
    let landed = plus(denied, SignedDuration::from_secs(2));
    let next = calls
        .iter()
        .map(|call| call.received_at)
        .find(|at| *at > landed);
    let pause = next.expect("it was let in later").duration_since(denied);
    assert!(pause >= SignedDuration::from_secs(28), "{pause}");
}
