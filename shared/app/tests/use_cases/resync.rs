//! Resyncs: full syncs that are due without a request.

use callsheet_app::ports::{
    Calendars as _, OverrideStore as _, PermitResult, Queue as _, RateLimits as _, SyncStates as _,
};
use callsheet_app::{Handled, PortError, Ports, Service, SyncHandler};
use callsheet_domain::{
    CalendarId, CalendarStatus, EventId, Operation, OverrideChoice, OverrideScope, PolicyRevision,
    RateLimit, SyncJob, SyncReason, plus,
};
use callsheet_testkit::{
    Counts, Fault, Faults, Intercepted, When, With as _, a_calendar, an_actor, an_email, an_event,
    at,
};
use futures_util::future::join;
use jiff::SignedDuration;
use test_case::test_case;

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
async fn requests_precede_a_resync() {
    let harness = harness(2).await;
    harness.push(skips_all).await;
    let calls = harness.recall.calls().len();
    harness.queue.send(&SyncJob::Resync).await.expect("memory");
    harness.events_changed(&id(1), harness.after(0)).await;
    let calls = harness.recall.calls().split_off(calls);
    let about: Vec<_> = calls.iter().map(|call| call.subject.as_str()).collect();
    assert_eq!(about, ["calendar-1", "calendar-0"]);
}

#[tokio::test]
async fn a_resync_gets_no_permit_while_live_syncs_have_acquired_ahead() {
    let harness = harness(3).await;
    harness.push(skips_all).await;
    let (now, rate_limit) = (harness.after(0), RateLimit::per_minute(60, 3));
    let operation = Operation::ListEvents;
    let drawn = harness
        .state
        .acquire(operation, rate_limit, 90, now, at("23:00"))
        .await;
    assert!(matches!(drawn, Ok(PermitResult::Granted(_))));
    let (lists, next_free) = (harness.lists(), harness.state.next_free(operation));
    assert_eq!(harness.resync(harness.deadline()).await, Handled::default());
    assert_eq!(harness.lists(), lists);
    assert_eq!(
        harness.state.next_free(operation),
        next_free,
        "nothing was drawn"
    );
    assert_eq!(harness.decided_anew(), 0);

    // The permits acquired ahead end a little before the time of this resync.
    harness
        .clock
        .advance_to(plus(now, SignedDuration::from_secs(60)));
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.decided_anew(), 3);
}

#[tokio::test]
async fn a_live_sync_precedes_a_resync_that_waits() {
    let harness = harness(2).await;
    harness.push(skips_all).await;
    let (now, rate_limit) = (harness.after(0), RateLimit::per_minute(60, 3));
    let operation = Operation::ListEvents;
    let drawn = harness
        .state
        .acquire(operation, rate_limit, 20, now, at("23:00"));
    drawn.await.expect("memory");
    let calls = harness.recall.calls().len();
    let live = id(usize::from(now.as_microsecond() % 2 == 0));
    join(
        harness.resync(harness.deadline()),
        harness.events_changed(&live, now),
    )
    .await;
    let calls = harness.recall.calls().split_off(calls);
    assert_eq!(calls[0].subject, live.as_str());
    assert_eq!(harness.decided_anew(), 2);
}

/// Whether the workspace is listed or not, a run that is too short for all calendars takes
/// those whose meetings start next.
#[test_case(true; "of a few calendars of a workspace")]
#[test_case(false; "where the workspace is not listed")]
#[tokio::test]
async fn calendars_whose_meetings_start_next_come_first(is_workspace_listed: bool) {
    let harness = harness(30).await;
    // The later the number, the sooner the meeting.
    let hour = |number: usize| i32::try_from(40 - number).expect("small");
    for number in 0..30 {
        harness
            .see(an_event().with(|event| {
                event.id = event_id(number);
                event.calendar_id = id(number);
                event.starts_at = plus(at("10:00"), SignedDuration::from_hours(1) * hour(number));
                event.ends_at = plus(event.starts_at, SignedDuration::from_mins(30));
                event.updated_at = harness.after(0);
            }))
            .await;
    }
    harness.push(skips_all).await;
    harness.clock.advance(SignedDuration::from_secs(10));
    let mut sync = harness.sync();
    sync.settings.is_workspace_listed = is_workspace_listed;
    harness.queue.send(&SyncJob::Resync).await.expect("memory");
    sync.handle(&harness.queue.deliver(10), harness.after(20))
        .await;
    let rows = (0..30).map(|number| harness.decision(&event_id(number)).inputs.policy);
    let decided: Vec<_> = rows.map(|policy| policy == PolicyRevision(1)).collect();
    let count = decided.iter().filter(|decided| **decided).count();
    assert!((12..28).contains(&count), "{count} in this time");
    // Neighbours change places, so that two resyncs side by side take different ones.
    let first = 30 - count;
    assert!(
        decided[first + 8..].iter().all(|decided| *decided),
        "{decided:?}"
    );
    assert!(
        decided[..first - 8].iter().all(|decided| !decided),
        "{decided:?}"
    );
}

#[tokio::test]
async fn resyncs_side_by_side_mostly_sync_different_calendars() {
    let harness = harness(30).await;
    harness.push(skips_all).await;
    let before = harness.lists();
    let a_moment_later = async {
        harness.clock.advance(SignedDuration::from_micros(1));
        harness.resync(harness.after(300)).await
    };
    join(harness.resync(harness.after(300)), a_moment_later).await;
    assert_eq!(harness.decided_anew(), 30);
    let lists = harness.lists() - before;
    assert!(lists < 40, "{lists} lists for 30 calendars");
}

#[tokio::test]
async fn a_live_sync_waits_for_no_more_permits_than_a_resync_has_acquired() {
    let harness = harness(80).await;
    harness.push(skips_all).await;
    harness.resync(harness.deadline()).await;
    let now = harness.after(0);
    harness.events_changed(&id(0), now).await;
    let last = harness.recall.calls().pop().expect("a call");
    let waited = last.at.duration_since(now);
    assert!(waited <= SignedDuration::from_millis(2_100), "{waited:#}");
}

#[tokio::test]
async fn a_resync_out_of_time_leaves_the_rest_to_the_next_and_keeps_to_the_rate_limit() {
    let harness = harness(30).await;
    harness.push(skips_all).await;
    let before = harness.lists();
    assert_eq!(harness.resync(harness.after(25)).await, Handled::default());
    let first = harness.decided_anew();
    assert!((10..25).contains(&first), "{first} in the first seconds");
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.decided_anew(), 30);
    assert_eq!(harness.lists(), before + 30, "none was looked at twice");
    let calls = harness.recall.calls();
    let lists = calls
        .iter()
        .filter(|call| call.operation == Operation::ListEvents);
    let lists: Vec<_> = lists.map(|call| call.at).collect();
    let minute = SignedDuration::from_secs(60);
    for from in &lists {
        let within = lists
            .iter()
            .filter(|at| (*from..=plus(*from, minute)).contains(*at));
        assert!(within.count() <= 60);
    }
}

#[tokio::test]
async fn resyncs_start_at_one_calendar_after_the_other() {
    let mut first = Vec::new();
    for micros in 0..3 {
        let harness = harness(3).await;
        harness.push(skips_all).await;
        harness.clock.advance(SignedDuration::from_micros(micros));
        let calls = harness.recall.calls().len();
        harness.resync(harness.deadline()).await;
        first.push(harness.recall.calls()[calls].subject.clone());
    }
    first.sort();
    assert_eq!(first, ["calendar-0", "calendar-1", "calendar-2"]);
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
