//! A choice for a whole meeting holds in every calendar, whoever made it.

mod interrupted;

use callsheet_app::meeting_override::{MeetingOverrideSet, override_meeting};
use callsheet_app::ports::{MeetingOverrides, OverrideStore as _};
use callsheet_app::{Handled, UseCaseError};
use callsheet_domain::MeetingWish::{ClearAll, Own};
use callsheet_domain::OverrideChoice::{Clear, Record, Skip};
use callsheet_domain::{
    Actor, CalendarEvent, EventId, MeetingOverride, MeetingWish, OverrideChoice, PlatformEventId,
    PolicyDocument, RuleDocument, RuleName, SyncReason, Then, Wanted,
};
use callsheet_testkit::{
    MemoryQueue, With as _, a_calendar, a_policy_document, an_email, an_event, at, id,
};
use jiff::SignedDuration;
use serde_json::json;
use test_case::test_case;

use crate::harness::Harness;

impl Harness {
    /// Sets what a person wants for the meeting of an event, as the console does.
    async fn wish(&self, event: &EventId, wish: MeetingWish, by: &str) -> MeetingOverrideSet {
        self.clock.advance(SignedDuration::from_secs(1));
        let ports = (&self.state, &self.decisions, Some(&self.queue));
        let (decision, by) = (self.decision(event), person(by));
        let set = override_meeting(ports, decision, wish, &by, self.after(0));
        set.await.expect("memory")
    }

    /// Has all messages of the queue handled, and the calls made.
    async fn settled(&self) {
        loop {
            self.clock.advance(SignedDuration::from_secs(1));
            let batch = self.queue.deliver(10);
            if batch.is_empty() {
                break;
            }
            let handled = self.sync().handle(&batch, self.deadline()).await;
            assert_eq!(handled, Handled::default());
        }
        self.drained().await.expect("memory");
    }

    fn verdict_of(&self, event: &EventId) -> String {
        let row = self.decision(event);
        format!("{} {}", row.verdict.as_str(), row.verdict.reason().rule)
    }

    async fn chosen(&self) -> MeetingOverride {
        let name = an_event().meeting_name();
        let read = self
            .state
            .meeting_overrides(std::slice::from_ref(&name))
            .await;
        let MeetingOverrides { mut known, .. } = read.expect("memory");
        known.remove(&name).unwrap_or_default()
    }
}

fn person(name: &str) -> Actor {
    Actor::parse(name).expect("a name")
}

/// The event of a copy of the usual meeting in the calendar of another owner.
fn copy_of(owner: &str) -> CalendarEvent {
    an_event().with(|event| {
        event.id = id(format!("event-of-{owner}"));
        event.calendar_id = id(format!("calendar-of-{owner}"));
    })
}

async fn see_copy(harness: &Harness, owner: &str) -> EventId {
    let copy = copy_of(owner);
    let calendar = a_calendar().with(|calendar| {
        calendar.id = copy.calendar_id.clone();
        calendar.email = Some(an_email(&format!("{owner}@acme.example")));
    });
    harness.recall.put_event(copy.clone());
    harness.see_calendar(calendar).await;
    copy.id
}

/// The usual meeting with its bot, and a copy of it in the calendar of Bo.
async fn with_copies() -> (Harness, [EventId; 2]) {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let copy = see_copy(&harness, "bo").await;
    harness.drained().await.expect("memory");
    assert_eq!(harness.recall.bots().len(), 1);
    (harness, [an_event().id, copy])
}

#[tokio::test]
async fn a_no_removes_the_bot_from_every_copy() {
    let (harness, events) = with_copies().await;
    let set = harness
        .wish(&events[0], Own(Skip), "guest@globex.example")
        .await;
    assert!(set.is_applied && !set.is_bot_kept && !set.has_more_copies);
    assert_eq!(set.copies, 2);
    for event in &events {
        assert_eq!(harness.verdict_of(event), "skip meeting-override");
        let reason = harness.decision(event).verdict.reason().reason.clone();
        assert!(
            !reason.contains("guest"),
            "others are not told who: {reason}"
        );
    }
    harness.drained().await.expect("memory");
    assert!(harness.recall.bots().is_empty(), "without any sync");
    harness.assert_as_wanted();
}

/// The built-in policy, in which Bo's calendar locks what is external.
fn locks_bo(document: &mut PolicyDocument) {
    let external = document.rules[1].clone();
    let lock = RuleDocument {
        name: "hold".to_owned(),
        then: Then::Skip,
        locked: true,
        ..external
    };
    let named = json!({"name": "bo", "calendars": ["bo@acme.example"], "rules": [lock]});
    let named = serde_json::from_value(named).expect("a named policy");
    document.policies.push(named);
}

#[test_case(Skip, "skip meeting-override"; "a no")]
#[test_case(Record, "record meeting-override"; "a yes of an operator")]
#[tokio::test]
async fn a_locked_copy_stays_as_it_is_while_the_others_follow(choice: OverrideChoice, rule: &str) {
    let harness = Harness::new();
    harness.push(locks_bo).await;
    harness.see(an_event()).await;
    let locked = see_copy(&harness, "bo").await;
    let before = harness.decision(&locked);
    let set = harness.wish(&locked, Own(choice), "lead").await;
    assert_eq!((set.lock(), set.copies), (None, 1));
    assert_eq!(harness.decision(&locked), before);
    harness.settled().await;
    assert_eq!(harness.verdict_of(&locked), "skip hold");
    assert_eq!(harness.verdict_of(&an_event().id), rule);
}

#[tokio::test]
async fn a_choice_for_a_meeting_that_is_locked_everywhere_says_so() {
    let harness = Harness::new();
    harness.push(locks_bo).await;
    let locked = see_copy(&harness, "bo").await;
    let set = harness.wish(&locked, Own(Record), "lead").await;
    assert_eq!(set.lock().map(RuleName::as_str), Some("hold"));
    harness.settled().await;
    assert_eq!(harness.verdict_of(&locked), "skip hold");
    assert!(harness.recall.bots().is_empty());
}

/// What the sync that is requested with it finds is the same.
#[tokio::test]
async fn the_next_syncs_find_nothing_to_change() {
    let (harness, events) = with_copies().await;
    harness.wish(&events[0], Own(Skip), "guest").await;
    harness.drained().await.expect("memory");
    let folded = events.each_ref().map(|event| harness.decision(event));
    harness.settled().await;
    for calendar in [a_calendar().id, copy_of("bo").calendar_id] {
        harness.request(&calendar, SyncReason::FullSync).await;
    }
    let synced = events.each_ref().map(|event| harness.decision(event));
    assert_eq!(synced, folded);
    assert_eq!(harness.chosen().await.spreads_from, None);
}

#[tokio::test]
async fn a_no_holds_in_a_calendar_that_is_connected_later() {
    let (harness, events) = with_copies().await;
    harness.wish(&events[0], Own(Skip), "guest").await;
    let late = see_copy(&harness, "late").await;
    harness.settled().await;
    assert_eq!(harness.verdict_of(&late), "skip meeting-override");
    assert!(harness.recall.bots().is_empty());
}

#[tokio::test]
async fn a_no_goes_with_the_meeting_when_it_is_moved() {
    let (harness, events) = with_copies().await;
    harness.wish(&events[0], Own(Skip), "guest").await;
    harness
        .see(an_event().with(|event| {
            event.starts_at = at("2090-03-13T10:00:00Z");
            event.ends_at = at("2090-03-13T11:00:00Z");
            event.updated_at = harness.after(0);
        }))
        .await;
    harness.settled().await;
    assert_eq!(harness.verdict_of(&events[0]), "skip meeting-override");
    assert!(harness.recall.bots().is_empty());
}

#[tokio::test]
async fn one_yes_does_not_clear_the_no_of_another_person() {
    let (harness, events) = with_copies().await;
    harness.wish(&events[0], Own(Skip), "guest").await;
    harness.wish(&events[1], Own(Skip), "another").await;
    harness.wish(&events[0], Own(Clear), "guest").await;
    harness.settled().await;
    for event in &events {
        assert_eq!(harness.verdict_of(event), "skip meeting-override");
    }
    assert!(harness.recall.bots().is_empty());
    harness.wish(&events[1], Own(Clear), "another").await;
    harness.settled().await;
    for event in &events {
        assert_eq!(harness.verdict_of(event), "record external");
    }
    assert_eq!(harness.recall.bots().len(), 1);
    harness.assert_as_wanted();
}

#[tokio::test]
async fn an_operator_clears_the_choices_of_all() {
    let (harness, events) = with_copies().await;
    harness.wish(&events[0], Own(Skip), "guest").await;
    harness.wish(&events[0], Own(Skip), "another").await;
    let set = harness.wish(&events[1], ClearAll, "lead").await;
    assert_eq!(set.meeting.choice(), None);
    harness.settled().await;
    assert_eq!(harness.recall.bots().len(), 1);
}

#[tokio::test]
async fn an_operators_yes_records_every_copy() {
    let harness = Harness::new();
    harness.push(crate::harness::skips_all).await;
    harness.see(an_event()).await;
    let copy = see_copy(&harness, "bo").await;
    let set = harness.wish(&an_event().id, Own(Record), "lead").await;
    assert!(!set.is_applied);
    harness.settled().await;
    for event in [&an_event().id, &copy] {
        assert_eq!(harness.verdict_of(event), "record meeting-override");
    }
    assert_eq!(harness.recall.bots().len(), 1);
    harness.wish(&an_event().id, Own(Skip), "guest").await;
    harness.settled().await;
    assert!(harness.recall.bots().is_empty(), "a no goes before it");
}

/// Its choice is the same as before, so nothing is written or requested.
#[tokio::test]
async fn a_repeated_choice_writes_nothing() {
    let (harness, events) = with_copies().await;
    let first = harness.wish(&events[0], Own(Skip), "guest").await;
    harness.settled().await;
    let rows = harness.decisions.all();
    let again = harness.wish(&events[0], Own(Skip), "guest").await;
    assert_eq!(again.meeting.revision, first.meeting.revision);
    assert!(again.is_applied);
    assert_eq!(harness.decisions.all(), rows);
    assert!(harness.queue.deliver(10).is_empty());
}

/// A series has one `ical_uid` in Google.
#[tokio::test]
async fn a_no_to_one_event_of_a_series_leaves_the_others() {
    let harness = Harness::new();
    let occurrence = |number: i64| {
        an_event().with(|event| {
            event.id = id(format!("event-{number}"));
            let start = format!("k3v9_2090030{}T100000Z", 6 + number);
            event.platform_id = PlatformEventId::parse(start).ok();
            event.starts_at = harness.after(24 * 3_600 * number + 3_600);
            event.ends_at = harness.after(24 * 3_600 * number + 7_200);
        })
    };
    for number in [0, 1] {
        harness.see(occurrence(number)).await;
    }
    let set = harness.wish(&occurrence(0).id, Own(Skip), "guest").await;
    assert_eq!(set.copies, 1);
    harness.settled().await;
    let wanted = |number| harness.decision(&occurrence(number).id).wanted;
    assert_eq!(wanted(0), Wanted::Nothing);
    assert!(matches!(wanted(1), Wanted::Bot(_)));
}

#[tokio::test]
async fn nobody_chooses_for_a_meeting_that_is_over() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let ports = (&harness.state, &harness.decisions, None::<&MemoryQueue>);
    let decision = harness.decision(&an_event().id);
    let guest = person("guest");
    let set = override_meeting(ports, decision, Own(Skip), &guest, at("11:00"));
    assert!(matches!(set.await, Err(UseCaseError::MeetingOver(_))));
    assert_eq!(harness.chosen().await, MeetingOverride::default());
}

/// What a preview shows is what a sync would write.
#[tokio::test]
async fn a_preview_knows_of_a_no() {
    use callsheet_app::event_lister::ListedEvents;
    use callsheet_app::policy_preview::{KnownCalendars, PreviewInputs, compare_with_decisions};
    use callsheet_domain::Then;
    let (harness, events) = with_copies().await;
    harness.wish(&events[0], Own(Skip), "guest").await;
    harness.settled().await;
    let record = callsheet_app::ports::Calendars::record(&harness.state, &a_calendar().id).await;
    let record = record.expect("memory").expect("stored");
    let context = callsheet_app::CalendarContext {
        record,
        overrides: callsheet_domain::Overrides::default(),
    };
    let calendars = KnownCalendars {
        readable: [(a_calendar().id, context)].into(),
        unreadable: Vec::new(),
    };
    let listed = ListedEvents {
        events: vec![an_event()],
        unreadable: Vec::new(),
    };
    let records_all = a_policy_document().with(|policy| policy.default = Then::Record);
    let policy = callsheet_testkit::policy_of(&records_all);
    let inputs = PreviewInputs::new(calendars, listed);
    let ports = (&harness.state, &harness.decisions);
    let preview = compare_with_decisions(ports, inputs, &policy, harness.after(0)).await;
    let gains = preview.expect("memory").changes;
    let gains = gains
        .iter()
        .filter(|change| change.after.wanted != Wanted::Nothing);
    assert_eq!(gains.count(), 0);
}
