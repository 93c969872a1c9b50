//! After its start, a meeting is not joined because of a configuration alone.

use callsheet_app::ports::{BotReply, OverrideStore as _};
use callsheet_app::{PortError, Service};
use callsheet_domain::{
    CalendarEvent, CalendarId, CalendarStatus, Decision, EventId, Meeting, Operation,
    OverrideChoice, OverrideScope, ResponseStatus, Wanted,
};
use callsheet_testkit::{Fault, With as _, a_calendar, an_actor, an_email, an_event, at, id};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::{Harness, skips_all};

type ChangeEvent = fn(&mut CalendarEvent);

/// A harness whose bots are named by the title.
async fn harness() -> Harness {
    let harness = Harness::new();
    harness.push(named("{{ title }}")).await;
    harness
}

fn named(name: &'static str) -> impl FnOnce(&mut callsheet_domain::PolicyDocument) {
    move |document| {
        document.bot.insert("bot_name".to_owned(), name.into());
    }
}

/// The meeting began twenty minutes ago; somebody has put its bot out of the call.
async fn without_its_bot() -> Harness {
    let harness = harness().await;
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    harness.clock.advance_to(at("10:20"));
    harness.recall.forget_bots();
    harness
}

fn internal(event: &mut CalendarEvent) {
    event.facts.attendees.listed.truncate(1);
}

fn renamed(event: &mut CalendarEvent) {
    event.facts.title = Some("Renamed".to_owned());
}

fn another_link(event: &mut CalendarEvent) {
    event.meeting = Some(Meeting {
        url: "https://meet.example/another".to_owned(),
    });
}

impl Harness {
    /// Has the meeting changed and seen, and the due calls made.
    async fn edit(&self, change: impl FnOnce(&mut CalendarEvent)) {
        self.clock.advance(SignedDuration::from_secs(1));
        let changed = an_event().with(|event| {
            event.updated_at = self.after(0);
            change(event);
        });
        self.see(changed).await;
        self.drained().await.expect("a finished run");
    }

    /// A resync, and the due calls.
    async fn resynced(&self) {
        self.clock.advance(SignedDuration::from_mins(6));
        self.resync(self.deadline()).await;
        self.drained().await.expect("a finished run");
    }

    fn scheduled(&self) -> usize {
        self.recall.count(Operation::ScheduleBot)
    }

    fn row(&self) -> Decision {
        self.decision(&an_event().id)
    }

    fn deciding_rule(&self) -> String {
        self.row().verdict.reason().rule.to_string()
    }
}

#[test_case(renamed, false; "another title")]
#[test_case(|event| event.ends_at = at("12:00"), false; "a later end")]
#[test_case(|event| event.facts.attendees.listed.swap(0, 1), false; "another order of attendees")]
#[test_case(another_link, true; "another link")]
#[test_case(|event| event.starts_at = at("10:15"), true; "another start")]
#[test_case(|event| event.starts_at = at("10:40"), true; "a start that is to come")]
#[tokio::test]
async fn after_the_start_only_another_link_or_start_schedules_again(
    change: ChangeEvent,
    is_scheduled: bool,
) {
    let harness = without_its_bot().await;
    let before = harness.scheduled();
    harness.edit(change).await;
    assert_eq!(harness.scheduled() - before, usize::from(is_scheduled));
    assert_eq!(harness.recall.bots().len(), usize::from(is_scheduled));
    assert!(!harness.row().is_due());
}

#[tokio::test]
async fn a_policy_pushed_after_the_start_does_not_send_a_bot_back() {
    let harness = without_its_bot().await;
    let before = harness.scheduled();
    harness.push(named("Minutes of {{ title }}")).await;
    harness.resynced().await;
    assert_eq!(harness.row().inputs.policy.0, 2);
    assert_eq!(harness.scheduled(), before);
    harness.edit(renamed).await;
    assert_eq!(harness.scheduled(), before);
}

#[tokio::test]
async fn a_meeting_that_was_ruled_out_after_its_start_gets_no_bot_by_another_edit() {
    let harness = without_its_bot().await;
    harness.edit(internal).await;
    let before = harness.scheduled();
    harness.edit(renamed).await;
    assert_eq!(harness.scheduled(), before);
    assert_eq!(
        (harness.row().verdict.as_str(), harness.deciding_rule()),
        ("skip", "begun".to_owned())
    );
    assert!(
        harness
            .row()
            .verdict
            .reason()
            .reason
            .contains("2090-03-06 10:00 UTC")
    );
    // The rest of the day it stays so, and another link is another call.
    harness.edit(|event| event.ends_at = at("12:00")).await;
    assert_eq!(harness.scheduled(), before);
    harness.edit(another_link).await;
    assert_eq!(harness.scheduled(), before + 1);
}

/// The owner's own answer is as good as an override, unless the policy changed with it.
#[test_case(false, 1; "under the same policy")]
#[test_case(true, 0; "under another policy")]
#[tokio::test]
async fn an_owner_who_accepts_again_after_the_start_gets_the_bot_back(
    is_pushed: bool,
    bots: usize,
) {
    let harness = without_its_bot().await;
    harness
        .edit(|event| event.facts.own_response = Some(ResponseStatus::Declined))
        .await;
    if is_pushed {
        harness.push(named("Minutes of {{ title }}")).await;
    }
    harness.edit(|_| ()).await;
    assert_eq!(harness.recall.bots().len(), bots);
}

#[tokio::test]
async fn a_meeting_that_never_had_a_bot_gets_one_by_a_change_of_the_event_after_its_start() {
    let harness = harness().await;
    harness.see(an_event().with(internal)).await;
    harness.clock.advance_to(at("10:20"));
    harness.edit(|_| ()).await;
    assert_eq!(harness.recall.bots().len(), 1);
}

#[tokio::test]
async fn a_policy_that_records_from_after_the_start_on_sends_no_bot_and_the_row_says_so() {
    let harness = Harness::new();
    harness.push(skips_all).await;
    harness.see(an_event()).await;
    harness.clock.advance_to(at("10:20"));
    harness.push(named("Notes")).await;
    harness.resynced().await;
    assert_eq!(harness.recall.bots().len(), 0);
    assert_eq!(harness.deciding_rule(), "begun");
    assert!(harness.row().verdict.reason().reason.contains("external"));
    // A person's own override sends one.
    let event = an_event();
    let scope = OverrideScope::Event(event.platform_id.expect("the usual one has one"));
    let (owner, by) = (a_calendar().owner(), an_actor());
    let set = harness.state.set_override(
        &owner,
        &scope,
        OverrideChoice::Record,
        &by,
        harness.after(0),
    );
    set.await.expect("memory");
    harness.resynced().await;
    assert_eq!(harness.recall.bots().len(), 1);
    assert_eq!(harness.deciding_rule(), "event-override");
}

#[tokio::test]
async fn a_series_that_a_person_wants_recorded_gets_a_bot_after_its_start() {
    let harness = harness().await;
    harness.see(an_event().with(internal)).await;
    harness.clock.advance_to(at("10:20"));
    let scope = OverrideScope::Series(an_event().ical_uid);
    let (owner, by) = (a_calendar().owner(), an_actor());
    let set = harness.state.set_override(
        &owner,
        &scope,
        OverrideChoice::Record,
        &by,
        harness.after(0),
    );
    set.await.expect("memory");
    harness.resynced().await;
    assert_eq!(harness.recall.bots().len(), 1);
}

#[tokio::test]
async fn a_pause_that_ends_after_the_start_sends_no_bot() {
    let harness = harness().await;
    let (owner, by) = (a_calendar().owner(), an_actor());
    let paused = harness
        .state
        .pause(&owner, at("10:15"), &by, harness.after(0));
    paused.await.expect("memory");
    harness.see(an_event()).await;
    harness.clock.advance_to(at("10:20"));
    harness.resynced().await;
    assert_eq!(harness.recall.bots().len(), 0);
    assert_eq!(harness.deciding_rule(), "begun");
}

#[tokio::test]
async fn an_event_that_is_new_after_its_start_gets_a_bot() {
    let harness = harness().await;
    harness.clock.advance_to(at("10:20"));
    harness.edit(|_| ()).await;
    assert_eq!(harness.recall.bots().len(), 1);
}

#[test_case(|event| event.meeting = None; "it had none before")]
#[test_case(another_link; "it had another one")]
#[tokio::test]
async fn a_link_that_appears_after_the_start_schedules(before: ChangeEvent) {
    let harness = harness().await;
    harness.see(an_event().with(before)).await;
    harness.drained().await.expect("a finished run");
    harness.clock.advance_to(at("10:20"));
    harness.edit(|event| event.meeting = None).await;
    assert_eq!(harness.recall.bots().len(), 0);
    harness.edit(|_| ()).await;
    assert_eq!(harness.recall.bots().len(), 1);
}

#[test_case(|| Fault::Fails(PortError::Unavailable { service: Service::Recall, reason: "cut".to_owned(), source: None }); "Recall did not answer")]
#[test_case(|| Fault::Answers(BotReply::NoneFree(None)); "no bot was free")]
#[test_case(|| Fault::CutAfterEffect; "the response was lost")]
#[tokio::test]
async fn a_call_from_before_the_start_is_still_made_after_it(fault: fn() -> Fault) {
    let harness = harness().await;
    harness.see(an_event()).await;
    harness.clock.advance_to(at("09:59:59"));
    harness.recall.fault(Operation::ScheduleBot, fault());
    let run = harness.drain().run(harness.after(1)).await;
    assert_eq!(run.expect("a finished run").again, 1);
    harness.clock.advance_to(at("10:00:30"));
    harness.edit(renamed).await;
    let bots = harness.recall.bots();
    assert_eq!(bots.len(), 1);
    let names = bots.values().map(|bot| bot.config.contains("Kick-off"));
    assert!(names.into_iter().all(|is_old| is_old), "{bots:?}");
    assert!(!harness.row().is_due());
}

#[tokio::test]
async fn a_refused_configuration_is_not_tried_again_after_the_start() {
    let harness = harness().await;
    harness.see(an_event()).await;
    harness.drained().await.expect("a finished run");
    let refused = BotReply::Refused("bad configuration".to_owned());
    harness
        .recall
        .fault(Operation::ScheduleBot, Fault::Answers(refused));
    harness.edit(renamed).await;
    assert!(harness.row().is_abandoned());
    harness.clock.advance_to(at("10:20"));
    harness.recall.forget_bots();
    let before = harness.scheduled();
    harness.edit(|event| event.ends_at = at("12:00")).await;
    assert_eq!(harness.scheduled(), before);
}

/// It is not documented whether a bot that has joined stays in the list.
#[tokio::test]
async fn a_calendar_that_changes_after_the_start_does_not_send_a_bot_back() {
    let harness = without_its_bot().await;
    let before = harness.scheduled();
    harness
        .see_calendar(a_calendar().with(|calendar| {
            calendar.email = Some(an_email("lead@acme.example"));
            calendar.updated_at = harness.after(0);
        }))
        .await;
    harness.resynced().await;
    assert_eq!(harness.scheduled(), before);
}

const OWNERS: [&str; 2] = ["sales", "lead"];

/// The copy in the `number`th calendar; the second one is the organizer's.
fn copy(number: usize) -> CalendarEvent {
    an_event().with(|event| {
        event.id = EventId::parse(format!("event-{number}")).expect("an id");
        event.calendar_id = calendar(number);
        event.facts.title = Some(format!("As {} has it", OWNERS[number]));
        event.facts.organizer = Some(an_email("lead@acme.example"));
        event.facts.own_response = Some(ResponseStatus::Accepted);
    })
}

fn calendar(number: usize) -> CalendarId {
    id(format!("calendar-{}", OWNERS[number]))
}

/// A meeting with two copies that began twenty minutes ago, without its bot.
async fn copies_without_their_bot() -> Harness {
    let harness = harness().await;
    for (number, owner) in OWNERS.iter().enumerate() {
        harness.recall.put_calendar(a_calendar().with(|connected| {
            connected.id = calendar(number);
            connected.email = Some(an_email(&format!("{owner}@acme.example")));
        }));
        harness.see(copy(number)).await;
    }
    harness.drained().await.expect("a finished run");
    harness.clock.advance_to(at("10:20"));
    harness.recall.forget_bots();
    harness
}

#[tokio::test]
async fn the_owners_new_title_costs_no_call_after_the_start() {
    let harness = copies_without_their_bot().await;
    let before = harness.scheduled();
    for (number, title) in [(1, "Renamed"), (0, "Renamed, too"), (1, "Once more")] {
        harness.clock.advance(SignedDuration::from_secs(1));
        let renamed = copy(number).with(|event| {
            event.facts.title = Some(title.to_owned());
            event.updated_at = harness.after(0);
        });
        harness.see(renamed).await;
        harness.drained().await.expect("a finished run");
    }
    assert_eq!(harness.scheduled(), before);
}

#[tokio::test]
async fn another_owner_of_the_bot_costs_no_call_after_the_start() {
    let harness = copies_without_their_bot().await;
    let before = harness.scheduled();
    let lost = a_calendar().with(|lost| {
        lost.id = calendar(1);
        lost.status = CalendarStatus::Disconnected;
        lost.email = Some(an_email("lead@acme.example"));
        lost.updated_at = harness.after(0);
    });
    harness.see_calendar(lost).await;
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.scheduled(), before);
    let row = harness.decision(&copy(0).id);
    assert!(matches!(row.wanted, Wanted::Bot(_)) && !row.is_due());
}
