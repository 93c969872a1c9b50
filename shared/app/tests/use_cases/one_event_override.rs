//! An override of one event takes effect without a list of events.

use callsheet_app::events::EventName;
use callsheet_app::notify::Notification;
use callsheet_app::overrides::{SetOverride, Target, set_override};
use callsheet_app::{Handled, PortError, Service};
use callsheet_domain::{
    CalendarEvent, EventId, Operation, OverrideChoice, PlatformEventId, ResponseStatus, Wanted,
};
use callsheet_testkit::{Intercepted, With as _, a_calendar, an_actor, an_email, an_event, id};
use jiff::SignedDuration;

use crate::harness::{Failing, Harness};

impl Harness {
    /// Sets an override of an event, as the command line does.
    async fn choose(&self, event: &EventId, choice: OverrideChoice) -> SetOverride {
        self.clock.advance(SignedDuration::from_secs(1));
        let ports = (&self.state, &self.decisions, Some(&self.queue));
        let name = EventName::Id(event.to_string());
        let (by, now) = (an_actor(), self.after(0));
        let set = set_override(ports, (Target::Event, &name), choice, &by, now);
        set.await.expect("memory")
    }

    fn listings(&self) -> usize {
        self.recall.count(Operation::ListEvents)
    }

    fn rule_on(&self, event: &EventId) -> String {
        let row = self.decision(event);
        format!("{} {}", row.verdict.as_str(), row.verdict.reason().rule)
    }
}

/// The usual event, with its bot, and no webhook any more.
async fn with_bot() -> Harness {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.drained().await.expect("memory");
    assert_eq!(harness.recall.bots().len(), 1);
    harness
}

/// A copy of the usual event in another calendar.
async fn see_copy(harness: &Harness, calendar: &str, email: &str) -> CalendarEvent {
    let other = a_calendar().with(|other| {
        other.id = id(calendar);
        other.email = Some(an_email(email));
    });
    let copy = an_event().with(|event| {
        event.id = id(format!("event-of-{calendar}"));
        event.calendar_id = other.id.clone();
        event.facts.own_response = Some(ResponseStatus::Accepted);
    });
    harness.recall.put_event(copy.clone());
    harness.see_calendar(other).await;
    harness.drained().await.expect("memory");
    copy
}

#[tokio::test]
async fn a_no_removes_the_bot_without_a_sync() {
    let harness = with_bot().await;
    let lists = harness.listings();
    let set = harness.choose(&an_event().id, OverrideChoice::Skip).await;
    assert!(set.is_applied && set.kept_by.is_empty());
    assert_eq!(harness.rule_on(&an_event().id), "skip event-override");
    harness.drained().await.expect("memory");
    assert!(harness.recall.bots().is_empty());
    assert_eq!(harness.listings(), lists);
    assert_eq!(harness.recall.count(Operation::GetEvent), 0);
}

#[tokio::test]
async fn a_no_leaves_the_bot_to_a_colleague_and_says_so() {
    let harness = with_bot().await;
    let copy = see_copy(&harness, "calendar-bo", "bo@acme.example").await;
    let set = harness.choose(&an_event().id, OverrideChoice::Skip).await;
    let keepers: Vec<_> = set
        .kept_by
        .iter()
        .map(|kept| &kept.row.key.event_id)
        .collect();
    assert_eq!(keepers, [&copy.id]);
    harness.drained().await.expect("memory");
    assert_eq!(harness.rule_on(&copy.id), "record external");
    let bots: Vec<_> = harness.recall.bots().into_values().collect();
    assert_eq!(bots.len(), 1);
    assert!(
        bots[0].config.contains(copy.id.as_str()),
        "it is the colleague's now"
    );
    harness.assert_as_wanted();
}

#[tokio::test]
async fn a_no_holds_at_once_in_every_connection_of_the_person() {
    let harness = with_bot().await;
    let again = see_copy(&harness, "calendar-again", "sales@acme.example").await;
    let set = harness.choose(&again.id, OverrideChoice::Skip).await;
    assert!(set.is_applied && set.kept_by.is_empty());
    harness.drained().await.expect("memory");
    for event in [&an_event().id, &again.id] {
        assert_eq!(harness.rule_on(event), "skip event-override");
    }
    assert!(harness.recall.bots().is_empty());
}

/// A series has one `ical_uid` in Google.
#[tokio::test]
async fn a_no_to_one_event_of_a_series_leaves_the_others() {
    let harness = with_bot().await;
    let next = an_event().with(|event| {
        event.id = id("event-next");
        event.platform_id = PlatformEventId::parse("next").ok();
        event.starts_at = harness.after(3 * 24 * 3_600);
        event.ends_at = harness.after(3 * 24 * 3_600 + 600);
    });
    harness.see(next.clone()).await;
    harness.choose(&an_event().id, OverrideChoice::Skip).await;
    assert!(matches!(
        harness.decision(&an_event().id).wanted,
        Wanted::Nothing
    ));
    assert!(matches!(harness.decision(&next.id).wanted, Wanted::Bot(_)));
}

#[tokio::test]
async fn a_row_that_a_constraint_skips_stays_as_it_is() {
    let harness = Harness::new();
    harness
        .see(an_event().with(|event| event.meeting = None))
        .await;
    let before = harness.decision(&an_event().id);
    assert_eq!(before.verdict.reason().rule.as_str(), "no-meeting");
    harness.choose(&an_event().id, OverrideChoice::Skip).await;
    assert_eq!(harness.decision(&an_event().id), before);
}

/// The row is another worker's each time, or the table fails: the sync does it.
#[tokio::test]
async fn a_no_that_cannot_be_folded_in_leaves_a_sync_request() {
    let harness = with_bot().await;
    let failing = Failing::with(|call| {
        (call == "Decisions::write").then(|| PortError::Unavailable {
            service: Service::DynamoDb,
            reason: "no answer".to_owned(),
            source: None,
        })
    });
    let decisions = Intercepted::new(harness.decisions.clone(), &failing);
    let ports = (&harness.state, &decisions, Some(&harness.queue));
    let name = EventName::Id(an_event().id.to_string());
    let (by, now) = (an_actor(), harness.after(0));
    let set = set_override(
        ports,
        (Target::Event, &name),
        OverrideChoice::Skip,
        &by,
        now,
    );
    let set = set.await.expect("the override is stored");
    assert!(!set.is_applied);
    assert!(matches!(set.notification, Notification::Sent));
    harness.clock.advance(SignedDuration::from_secs(1));
    let batch = harness.queue.deliver(10);
    let handled = harness.sync().handle(&batch, harness.deadline()).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.rule_on(&an_event().id), "skip event-override");
}

/// Nor does the next sync change what was folded in.
#[tokio::test]
async fn the_next_sync_finds_nothing_to_change() {
    let harness = with_bot().await;
    harness.choose(&an_event().id, OverrideChoice::Skip).await;
    harness.drained().await.expect("memory");
    let folded = harness.decision(&an_event().id);
    harness
        .events_changed(&a_calendar().id, harness.after(-60))
        .await;
    harness
        .request(&a_calendar().id, callsheet_domain::SyncReason::FullSync)
        .await;
    assert_eq!(harness.decision(&an_event().id), folded);
}
