//! Looking at what is owed a look though nobody said anything about it.

use callsheet_app::ports::{
    Calendars as _, OverrideStore as _, PermitResult, Queue as _, RateLimits as _,
};
use callsheet_app::{Handled, PortError, Ports, SyncHandler};
use callsheet_domain::{
    CalendarId, CalendarStatus, EventId, Operation, OverrideChoice, OverrideScope, PolicyRevision,
    RateLimit, SyncJob, SyncReason, plus,
};
use callsheet_testkit::{
    But as _, Fault, Faults, Flaky, When, a_calendar, a_speaker, an_event, at,
};
use futures_util::future::join;
use jiff::SignedDuration;

use crate::harness::{Harness, skips_all};

fn id(number: usize) -> CalendarId {
    CalendarId::parse(format!("calendar-{number}")).expect("an id")
}

fn event_id(number: usize) -> EventId {
    EventId::parse(format!("event-{number}")).expect("an id")
}

/// A house in which so many calendars, each with a meeting, were looked at
/// some minutes ago, and the workspace was swept just now.
async fn harness(calendars: usize) -> Harness {
    let harness = Harness::new();
    for number in 0..calendars {
        let calendar = a_calendar().but(|calendar| calendar.id = id(number));
        harness.recall.put_calendar(calendar);
        harness
            .see(an_event().but(|event| {
                event.id = event_id(number);
                event.calendar_id = id(number);
                event.ends_at = at("18:00");
            }))
            .await;
    }
    harness.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(harness.sweep(harness.deadline()).await, Handled::default());
    harness.clock.advance(SignedDuration::from_secs(10));
    harness
}

impl Harness {
    fn lists(&self) -> usize {
        self.recall.count(Operation::ListEvents)
    }

    /// How often a calendar was looked at alone.
    fn lists_of(&self, calendar: &CalendarId) -> usize {
        let calls = self.recall.calls().into_iter();
        calls
            .filter(|call| call.subject == calendar.as_str())
            .count()
    }

    /// By which rules the first so many events are decided.
    fn rules(&self, events: usize) -> Vec<String> {
        let decisions = (0..events).map(|number| self.decision(&event_id(number)));
        decisions
            .map(|row| row.verdict.reason().rule.to_string())
            .collect()
    }

    /// How many events the policy pushed last was applied to.
    fn decided_anew(&self) -> usize {
        let rows = self.decisions.all().into_iter();
        rows.filter(|row| row.inputs.policy == PolicyRevision(1))
            .count()
    }
}

#[tokio::test]
async fn a_pushed_policy_is_swept_to_every_calendar() {
    let harness = harness(3).await;
    harness.push(skips_all).await;
    let before = harness.lists();
    assert_eq!(harness.sweep(harness.deadline()).await, Handled::default());
    assert_eq!(harness.rules(3), ["default"; 3]);
    assert_eq!(harness.lists(), before + 3);
    harness.sweep(harness.deadline()).await;
    assert_eq!(harness.lists(), before + 3, "nothing is owed any more");
}

#[tokio::test]
async fn nothing_owed_costs_no_call_and_no_write() {
    let harness = harness(3).await;
    let (calls, counts) = (harness.recall.calls().len(), harness.state.counts());
    assert_eq!(harness.sweep(harness.deadline()).await, Handled::default());
    assert_eq!(harness.recall.calls().len(), calls);
    assert_eq!(harness.state.counts().writes, counts.writes);
    let (policy, mark, list) = (1, 1, 1);
    let reads = counts.reads + policy + mark + list;
    assert_eq!(harness.state.counts().reads, reads);
}

#[tokio::test]
async fn a_word_is_swept_to_its_calendar_alone() {
    let harness = harness(2).await;
    let series = OverrideScope::Series(an_event().ical_uid);
    let (id, by, now) = (id(1), a_speaker(), harness.after(0));
    let override_revision =
        harness
            .state
            .set_override(&id, &series, OverrideChoice::Skip, &by, now);
    override_revision.await.expect("memory");
    let before = harness.lists();
    harness.sweep(harness.deadline()).await;
    assert_eq!(harness.rules(2), ["external", "series-override"]);
    assert_eq!(harness.lists(), before + 1);
}

#[tokio::test]
async fn a_word_owes_a_look_at_everything_to_the_next_notice_too() {
    let harness = harness(1).await;
    let series = OverrideScope::Series(an_event().ical_uid);
    let (id, by, now) = (id(0), a_speaker(), harness.after(0));
    let override_revision =
        harness
            .state
            .set_override(&id, &series, OverrideChoice::Skip, &by, now);
    override_revision.await.expect("memory");
    harness.events_changed(&id, harness.after(0)).await;
    assert_eq!(harness.rules(1), ["series-override"]);
}

#[tokio::test]
async fn a_pause_that_ended_is_looked_at_once() {
    let harness = harness(2).await;
    let paused = harness
        .state
        .pause(&id(0), at("12:00"), &a_speaker(), harness.after(0))
        .await;
    paused.expect("memory");
    harness.sweep(harness.deadline()).await;
    let record = harness.state.record(&id(0)).await.expect("memory");
    let last_sync = record.and_then(|record| record.last_sync).expect("a look");
    assert_eq!(last_sync.holds_until, Some(at("12:00")));
    let before = harness.lists_of(&id(0));
    for (now, lists) in [("11:59:59", 0), ("12:00", 1), ("12:01", 1)] {
        harness.clock.advance_to(at(now));
        harness.sweep(harness.deadline()).await;
        assert_eq!(harness.lists_of(&id(0)), before + lists, "at {now}");
    }
}

#[tokio::test]
async fn a_first_look_that_never_ended_is_made_up_for() {
    let harness = Harness::new();
    harness.recall.put_event(an_event());
    let cut = Fault::CutAfterEffect;
    harness.recall.fault(Operation::ListEvents, cut);
    let handled = harness.calendar_changed(&a_calendar().id).await;
    assert_eq!(handled.failed.len(), 1);
    harness.sweep(harness.deadline()).await;
    assert!(harness.decision(&an_event().id).is_due());
}

#[tokio::test]
async fn a_lost_calendar_is_not_looked_at() {
    let harness = harness(1).await;
    let lost = a_calendar().but(|calendar| {
        calendar.id = id(0);
        calendar.status = CalendarStatus::Disconnected;
        calendar.updated_at = at("09:32");
    });
    harness.see_calendar(lost).await;
    harness.push(skips_all).await;
    let calls = harness.recall.calls().len();
    harness.sweep(harness.deadline()).await;
    assert_eq!(harness.recall.calls().len(), calls);
}

#[tokio::test]
async fn notices_go_before_a_sweep() {
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
async fn a_sweep_gets_nothing_while_live_looks_have_drawn_ahead() {
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
    assert_eq!(harness.sweep(harness.deadline()).await, Handled::default());
    assert_eq!(harness.lists(), lists);
    assert_eq!(
        harness.state.next_free(operation),
        next_free,
        "nothing was drawn"
    );
    assert_eq!(harness.decided_anew(), 0);

    // What was drawn ahead runs out a little before this sweep does.
    harness
        .clock
        .advance_to(plus(now, SignedDuration::from_secs(60)));
    harness.sweep(harness.deadline()).await;
    assert_eq!(harness.decided_anew(), 3);
}

#[tokio::test]
async fn a_live_look_that_comes_while_a_sweep_waits_goes_first() {
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
        harness.sweep(harness.deadline()),
        harness.events_changed(&live, now),
    )
    .await;
    let calls = harness.recall.calls().split_off(calls);
    assert_eq!(calls[0].subject, live.as_str());
    assert_eq!(harness.decided_anew(), 2);
}

#[tokio::test]
async fn sweeps_side_by_side_mostly_do_not_do_the_same() {
    let harness = harness(30).await;
    harness.push(skips_all).await;
    let before = harness.lists();
    let a_moment_later = async {
        harness.clock.advance(SignedDuration::from_micros(1));
        harness.sweep(harness.after(300)).await
    };
    join(harness.sweep(harness.after(300)), a_moment_later).await;
    assert_eq!(harness.decided_anew(), 30);
    let lists = harness.lists() - before;
    assert!(lists < 40, "{lists} looks at 30 calendars");
}

#[tokio::test]
async fn a_live_look_waits_for_no_more_than_a_sweep_has_drawn() {
    let harness = harness(80).await;
    harness.push(skips_all).await;
    harness.sweep(harness.deadline()).await;
    let now = harness.after(0);
    harness.events_changed(&id(0), now).await;
    let last = harness.recall.calls().pop().expect("a call");
    let waited = last.at.duration_since(now);
    assert!(waited <= SignedDuration::from_millis(2_100), "{waited:#}");
}

#[tokio::test]
async fn a_sweep_out_of_time_leaves_the_rest_to_the_next_and_keeps_to_the_limit() {
    let harness = harness(80).await;
    harness.push(skips_all).await;
    let before = harness.lists();
    assert_eq!(harness.sweep(harness.deadline()).await, Handled::default());
    let first = harness.decided_anew();
    assert!((40..60).contains(&first), "{first} in the first minute");
    harness.sweep(harness.deadline()).await;
    assert_eq!(harness.decided_anew(), 80);
    assert_eq!(harness.lists(), before + 80, "none was looked at twice");
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
async fn sweeps_begin_at_one_calendar_after_the_other() {
    let mut first = Vec::new();
    for micros in 0..3 {
        let harness = harness(3).await;
        harness.push(skips_all).await;
        harness.clock.advance(SignedDuration::from_micros(micros));
        let calls = harness.recall.calls().len();
        harness.sweep(harness.deadline()).await;
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
    assert_eq!(harness.sweep(harness.deadline()).await, Handled::default());
    assert_eq!(harness.decided_anew(), 2);
    harness.sweep(harness.deadline()).await;
    assert_eq!(harness.decided_anew(), 3);
}

#[tokio::test]
async fn being_denied_breaks_a_sweep_off() {
    let harness = harness(3).await;
    harness.push(skips_all).await;
    let denied = PortError::Denied {
        service: "Recall",
        reason: "401".to_owned(),
    };
    harness
        .recall
        .fault(Operation::ListEvents, Fault::Fails(denied));
    let before = harness.lists();
    let handled = harness.sweep(harness.deadline()).await;
    assert!(handled.is_denied && handled.failed.is_empty());
    assert_eq!(harness.lists(), before + 1);
}

#[tokio::test]
async fn a_sweep_that_cannot_list_the_calendars_is_given_again() {
    let harness = harness(1).await;
    harness.queue.send(&SyncJob::Resync).await.expect("memory");
    let sync = harness.sync();
    let sync = SyncHandler {
        ports: Ports {
            state: Flaky::new(sync.ports.state, &Faults::once(0, When::Before)),
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
async fn a_sweep_and_a_notice_about_everything_cost_one_look() {
    let harness = harness(1).await;
    harness.push(skips_all).await;
    let before = harness.lists();
    harness.queue.send(&SyncJob::Resync).await.expect("memory");
    harness.request(&id(0), SyncReason::FullSync).await;
    assert_eq!(harness.lists(), before + 1);
}
