//! Resyncs: full syncs that are due without a request.

mod precedence;

use callsheet_app::ports::{Calendars as _, OverrideStore as _, Queue as _, SyncStates as _};
use callsheet_app::{Handled, PortError, Ports, Service, SyncHandler};
use callsheet_domain::{
    CalendarId, CalendarStatus, EventId, Operation, OverrideChoice, OverrideScope, PolicyRevision,
    SyncJob, SyncReason,
};
use callsheet_testkit::{
    Counts, Fault, Faults, Intercepted, When, With as _, a_calendar, an_actor, an_email, an_event,
    at,
};
use jiff::SignedDuration;

use crate::harness::{Harness, skips_all};

fn id(number: usize) -> CalendarId {
    CalendarId::parse(format!("calendar-{number}")).expect("an id")
}

fn event_id(number: usize) -> EventId {
    EventId::parse(format!("event-{number}")).expect("an id")
}

/// A harness with so many calendars, each with a meeting and synced some minutes
/// ago, in which a resync has just caught up.
async fn harness(calendars: usize) -> Harness {
    let harness = Harness::new();
    for number in 0..calendars {
        let calendar = a_calendar().with(|calendar| {
            calendar.id = id(number);
            if number > 0 {
                calendar.email = Some(an_email(&format!("sales-{number}@acme.example")));
            }
        });
        harness.recall.put_calendar(calendar);
        harness
            .see(an_event().with(|event| {
                event.id = event_id(number);
                event.calendar_id = id(number);
                event.ends_at = at("18:00");
            }))
            .await;
    }
    harness.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(harness.resync(harness.deadline()).await, Handled::default());
    harness.clock.advance(SignedDuration::from_secs(10));
    harness
}

impl Harness {
    fn lists(&self) -> usize {
        self.recall.count(Operation::ListEvents)
    }

    /// The number of pages that were listed of a calendar alone.
    fn lists_of(&self, calendar: &CalendarId) -> usize {
        let calls = self.recall.calls().into_iter();
        calls
            .filter(|call| call.subject == calendar.as_str())
            .count()
    }

    /// The rules of the decisions about the first so many events.
    fn rules(&self, events: usize) -> Vec<String> {
        let decisions = (0..events).map(|number| self.decision(&event_id(number)));
        decisions
            .map(|row| row.verdict.reason().rule.to_string())
            .collect()
    }

    /// The number of events that were evaluated with the policy pushed last.
    fn decided_anew(&self) -> usize {
        let rows = self.decisions.all().into_iter();
        rows.filter(|row| row.inputs.policy == PolicyRevision(1))
            .count()
    }
}

#[tokio::test]
async fn a_pushed_policy_causes_a_full_sync_of_every_calendar() {
    let harness = harness(3).await;
    harness.push(skips_all).await;
    let before = harness.lists();
    assert_eq!(harness.resync(harness.deadline()).await, Handled::default());
    assert_eq!(harness.rules(3), ["default"; 3]);
    assert_eq!(harness.lists(), before + 3);
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.lists(), before + 3, "nothing is owed any more");
}

#[tokio::test]
async fn a_resync_with_nothing_due_costs_no_call_and_no_write() {
    let harness = harness(3).await;
    let (calls, counts) = (harness.recall.calls().len(), Counts::default());
    harness.queue.send(&SyncJob::Resync).await.expect("memory");
    let sync = harness.sync();
    let sync = SyncHandler {
        ports: Ports {
            recall: sync.ports.recall,
            decisions: sync.ports.decisions,
            state: Intercepted::new(sync.ports.state, &counts),
            queue: sync.ports.queue,
            clock: sync.ports.clock,
        },
        policy_cache: sync.policy_cache,
        settings: sync.settings,
    };
    let batch = harness.queue.deliver(10);
    let handled = sync.handle(&batch, harness.deadline()).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.recall.calls().len(), calls);
    let read = [
        "Access::denial",
        "Calendars::due",
        "Policies::active_revision",
        "SyncStates::windowed_sync_state",
        "SyncStates::workspace",
    ];
    let read = read.map(|call| (call.to_owned(), 1));
    assert_eq!(counts.by_name(), read.into(), "nothing is written");
}

#[tokio::test]
async fn an_override_causes_a_full_sync_of_its_calendar_alone() {
    let harness = harness(2).await;
    let series = OverrideScope::Series(an_event().ical_uid);
    let (owner, by, now) = (harness.state.owner_of(&id(1)), an_actor(), harness.after(0));
    let override_revision =
        harness
            .state
            .set_override(&owner, &series, OverrideChoice::Skip, &by, now);
    override_revision.await.expect("memory");
    let before = harness.lists();
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.rules(2), ["external", "series-override"]);
    assert_eq!(harness.lists(), before + 1);
}

#[tokio::test]
async fn a_request_after_an_override_causes_a_full_sync_too() {
    let harness = harness(1).await;
    let series = OverrideScope::Series(an_event().ical_uid);
    let (id, by, now) = (id(0), an_actor(), harness.after(0));
    let owner = harness.state.owner_of(&id);
    let override_revision =
        harness
            .state
            .set_override(&owner, &series, OverrideChoice::Skip, &by, now);
    override_revision.await.expect("memory");
    harness.events_changed(&id, harness.after(0)).await;
    assert_eq!(harness.rules(1), ["series-override"]);
}

#[tokio::test]
async fn a_pause_that_ended_causes_one_full_sync() {
    let harness = harness(2).await;
    let paused = harness
        .state
        .pause(
            &harness.state.owner_of(&id(0)),
            at("12:00"),
            &an_actor(),
            harness.after(0),
        )
        .await;
    paused.expect("memory");
    harness.resync(harness.deadline()).await;
    let record = harness.state.record(&id(0)).await.expect("memory");
    let last_sync = record.and_then(|record| record.last_sync).expect("a look");
    assert_eq!(last_sync.holds_until, Some(at("12:00")));
    let before = harness.lists_of(&id(0));
    for (now, lists) in [("11:59:59", 0), ("12:00", 1), ("12:01", 1)] {
        harness.clock.advance_to(at(now));
        harness.resync(harness.deadline()).await;
        assert_eq!(harness.lists_of(&id(0)), before + lists, "at {now}");
    }
}

#[tokio::test]
async fn a_resync_makes_a_first_sync_that_was_never_completed() {
    let harness = Harness::new();
    harness.recall.put_event(an_event());
    let cut = Fault::CutAfterEffect;
    harness.recall.fault(Operation::ListEvents, cut);
    let handled = harness.calendar_changed(&a_calendar().id).await;
    assert_eq!(handled.failed.len(), 1);
    harness.resync(harness.deadline()).await;
    assert!(harness.decision(&an_event().id).is_due());
}

#[tokio::test]
async fn a_disconnected_calendar_is_not_synced() {
    let harness = harness(1).await;
    let lost = a_calendar().with(|calendar| {
        calendar.id = id(0);
        calendar.status = CalendarStatus::Disconnected;
        calendar.updated_at = at("09:32");
    });
    harness.see_calendar(lost).await;
    harness.push(skips_all).await;
    let calls = harness.recall.calls().len();
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.recall.calls().len(), calls);
}

#[tokio::test]
async fn one_calendar_that_fails_does_not_stop_the_others() {
    let harness = harness(3).await;
    harness.push(skips_all).await;
    let fault = Fault::CutAfterEffect;
    harness.recall.fault(Operation::ListEvents, fault);
    assert_eq!(harness.resync(harness.deadline()).await, Handled::default());
    assert_eq!(harness.decided_anew(), 2);
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.decided_anew(), 3);
}

#[tokio::test]
async fn a_denial_ends_a_resync() {
    let harness = harness(3).await;
    harness.push(skips_all).await;
    let denied = PortError::Denied {
        service: Service::Recall,
        reason: "401".to_owned(),
    };
    harness
        .recall
        .fault(Operation::ListEvents, Fault::Fails(denied));
    let before = harness.lists();
    let handled = harness.resync(harness.deadline()).await;
    assert!(handled.is_denied && handled.failed.len() == 1);
    assert_eq!(harness.lists(), before + 1);
}

#[tokio::test]
async fn a_resync_that_cannot_read_the_calendars_is_delivered_again() {
    let harness = harness(1).await;
    harness.queue.send(&SyncJob::Resync).await.expect("memory");
    let sync = harness.sync();
    let sync = SyncHandler {
        ports: Ports {
            state: Intercepted::new(sync.ports.state, &Faults::once(0, When::Before)),
            recall: sync.ports.recall,
            decisions: sync.ports.decisions,
            queue: sync.ports.queue,
            clock: sync.ports.clock,
        },
        policy_cache: sync.policy_cache,
        settings: sync.settings,
    };
    let batch = harness.queue.deliver(10);
    let handled = sync.handle(&batch, harness.deadline()).await;
    assert_eq!(handled.failed, [batch[0].message_id.clone()]);
    assert_eq!(harness.queue.postponed().len(), 1);
}

#[tokio::test]
async fn a_resync_and_a_request_for_a_full_sync_cost_one_sync() {
    let harness = harness(1).await;
    harness.push(skips_all).await;
    let before = harness.lists();
    harness.queue.send(&SyncJob::Resync).await.expect("memory");
    harness.request(&id(0), SyncReason::FullSync).await;
    assert_eq!(harness.lists(), before + 1);
}

/// Above some thousands of calendars a run is too short for the whole list.
#[tokio::test]
async fn the_list_of_calendars_goes_on_where_the_last_run_stopped() {
    let harness = harness(70).await;
    harness.recall.page_size(1);
    harness.recall.delete_calendar(&id(3));
    harness.clock.advance(SignedDuration::from_hours(25));
    let runs = 4;
    let lists = harness.recall.count(Operation::ListCalendars);
    for run in 1..=runs {
        let handled = harness.resync(harness.deadline()).await;
        assert_eq!(handled, Handled::default(), "run {run}");
        harness.clock.advance(SignedDuration::from_secs(60));
        drop(harness.queue.deliver(10));
    }
    // One page for each of the calendars, and a_calendar(), and none twice.
    assert_eq!(harness.recall.count(Operation::ListCalendars), lists + 70);
    let lost = harness.state.record(&id(3)).await.expect("memory");
    let lost = lost.expect("it is kept");
    assert_eq!(lost.calendar.status, CalendarStatus::Deleted);
    let workspace = harness.state.workspace().await.expect("memory");
    assert!(workspace.listed_calendars_at > Some(at("10:00")));
}
