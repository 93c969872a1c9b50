//! An override of one event takes effect without a list of events.

mod locks;

use std::collections::BTreeSet;

use callsheet_app::events::EventName;
use callsheet_app::notify::Notification;
use callsheet_app::overrides::{SetOverride, Target, set_override};
use callsheet_app::ports::Calendars as _;
use callsheet_app::{Handled, PortError, Service};
use callsheet_domain::{
    CalendarEvent, EventId, Operation, OverrideChoice, PlatformEventId, ResponseStatus, SyncReason,
    Wanted,
};
use callsheet_testkit::{
    Fault, Intercepted, MemoryQueue, With as _, a_calendar, an_actor, an_email, an_event, id,
};
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
    let lists = harness.listings();
    harness.clock.advance(SignedDuration::from_secs(1));
    let batch = harness.queue.deliver(10);
    let handled = harness.sync().handle(&batch, harness.deadline()).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.rule_on(&an_event().id), "skip event-override");
    assert_eq!(harness.listings(), lists);
    assert_eq!(harness.recall.count(Operation::GetEvent), 1);
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
        .request(&a_calendar().id, SyncReason::FullSync)
        .await;
    assert_eq!(harness.decision(&an_event().id), folded);
}

impl Harness {
    async fn handle_queue(&self) {
        self.clock.advance(SignedDuration::from_secs(1));
        let batch = self.queue.deliver(10);
        let handled = self.sync().handle(&batch, self.deadline()).await;
        assert_eq!(handled, Handled::default());
    }

    /// Has all that was requested synced, and the calls made.
    async fn settle(&self) {
        for _ in 0..3 {
            self.handle_queue().await;
        }
        self.drained().await.expect("memory");
    }

    /// Some resyncs, of which none lists events.
    async fn resyncs(&self, times: usize) {
        for _ in 0..times {
            self.clock.advance(SignedDuration::from_secs(60));
            assert_eq!(self.resync(self.deadline()).await, Handled::default());
        }
    }

    async fn unapplied(&self) -> Vec<String> {
        let listed = self.state.listed().await.expect("memory");
        let all = listed.into_iter().flat_map(|listed| listed.unapplied);
        all.map(|one| one.event_id.to_string()).collect()
    }
}

#[tokio::test]
async fn a_yes_and_its_clearing_cost_one_call_for_the_event_each() {
    let harness = Harness::new();
    harness.push(crate::harness::skips_all).await;
    harness.see(an_event()).await;
    let lists = harness.listings();
    let rules = [
        (OverrideChoice::Record, "record event-override", 1),
        (OverrideChoice::Clear, "skip default", 0),
    ];
    for (count, (choice, expected, bots)) in (1..).zip(rules) {
        let set = harness.choose(&an_event().id, choice).await;
        assert!(!set.is_applied && matches!(set.notification, Notification::Sent));
        assert_eq!(harness.unapplied().await, [an_event().id.to_string()]);
        harness.handle_queue().await;
        assert_eq!(harness.rule_on(&an_event().id), expected);
        assert_eq!(harness.unapplied().await, [] as [&str; 0]);
        harness.drained().await.expect("memory");
        assert_eq!(harness.recall.bots().len(), bots);
        assert_eq!(harness.recall.count(Operation::GetEvent), count);
    }
    harness.resyncs(3).await;
    assert_eq!(harness.listings(), lists, "no calendar needs a full sync");
    assert_eq!(harness.recall.count(Operation::GetEvent), 2);
}

#[tokio::test]
async fn a_no_makes_no_calendar_need_a_full_sync() {
    let harness = with_bot().await;
    let lists = harness.listings();
    harness.choose(&an_event().id, OverrideChoice::Skip).await;
    assert!(harness.queue.deliver(10).is_empty());
    assert_eq!(harness.unapplied().await, [] as [&str; 0]);
    harness.resyncs(3).await;
    assert_eq!(harness.listings(), lists);
    assert_eq!(harness.recall.count(Operation::GetEvent), 0);
}

/// The message of the request was lost.
#[tokio::test]
async fn a_resync_goes_on_with_an_override_that_no_sync_has_applied() {
    let harness = with_bot().await;
    harness.choose(&an_event().id, OverrideChoice::Record).await;
    assert_eq!(harness.queue.deliver(10).len(), 1);
    let lists = harness.listings();
    harness.resyncs(2).await;
    assert_eq!(harness.rule_on(&an_event().id), "record event-override");
    assert_eq!(harness.unapplied().await, [] as [&str; 0]);
    assert_eq!(harness.listings(), lists);
    assert_eq!(harness.recall.count(Operation::GetEvent), 1);
}

/// Recall fails for each of them, which are more than a resync reads.
#[tokio::test]
async fn overrides_that_fail_each_time_keep_no_others_waiting() {
    let harness = Harness::new();
    let mut copies = Vec::new();
    for number in 0..30 {
        let email = format!("owner-{number}@acme.example");
        copies.push(see_copy(&harness, &format!("calendar-{number}"), &email).await);
    }
    for copy in copies {
        harness.choose(&copy.id, OverrideChoice::Record).await;
    }
    while !harness.queue.deliver(10).is_empty() {}
    for _ in 0..300 {
        let fault = Fault::Fails(PortError::Unavailable {
            service: Service::Recall,
            reason: "502".to_owned(),
            source: None,
        });
        harness.recall.fault(Operation::GetEvent, fault);
    }
    harness.resyncs(10).await;
    let calls = harness.recall.calls().into_iter();
    let gets = calls.filter(|call| call.operation == Operation::GetEvent);
    let asked: BTreeSet<_> = gets.map(|call| call.subject).collect();
    assert_eq!(asked.len(), 30, "{asked:?}");
}

#[tokio::test]
async fn an_event_that_is_gone_or_unreadable_is_left_to_the_usual_ways() {
    let harness = with_bot().await;
    harness.choose(&an_event().id, OverrideChoice::Record).await;
    harness.recall.make_unreadable(&an_event().id);
    harness.handle_queue().await;
    assert_eq!(harness.unapplied().await, [] as [&str; 0]);
    assert_eq!(
        harness.rule_on(&an_event().id),
        "record external",
        "it keeps its decision"
    );
    let harness = with_bot().await;
    harness.choose(&an_event().id, OverrideChoice::Record).await;
    harness.recall.remove_event(&an_event().id);
    harness.handle_queue().await;
    assert_eq!(harness.rule_on(&an_event().id), "skip deleted");
    assert_eq!(harness.unapplied().await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_request_that_recall_does_not_answer_is_delivered_again() {
    let harness = with_bot().await;
    harness.choose(&an_event().id, OverrideChoice::Record).await;
    let error = PortError::Unavailable {
        service: Service::Recall,
        reason: "502".to_owned(),
        source: None,
    };
    harness
        .recall
        .fault(Operation::GetEvent, Fault::Fails(error));
    harness.clock.advance(SignedDuration::from_secs(1));
    let batch = harness.queue.deliver(10);
    let handled = harness.sync().handle(&batch, harness.deadline()).await;
    assert_eq!(handled.failed.len(), 1);
    assert_eq!(harness.unapplied().await, [an_event().id.to_string()]);
    assert_eq!(harness.rule_on(&an_event().id), "record external");
}

/// A series and a pause still need a list.
#[tokio::test]
async fn an_override_of_a_series_makes_the_calendar_need_a_full_sync() {
    let harness = with_bot().await;
    let ports = (&harness.state, &harness.decisions, None::<&MemoryQueue>);
    let name = EventName::Id(an_event().id.to_string());
    let (by, now) = (an_actor(), harness.after(0));
    let set = set_override(
        ports,
        (Target::Series, &name),
        OverrideChoice::Skip,
        &by,
        now,
    );
    set.await.expect("memory");
    let lists = harness.listings();
    harness.resyncs(1).await;
    assert_eq!(harness.listings(), lists + 1);
    assert_eq!(harness.rule_on(&an_event().id), "skip series-override");
}
