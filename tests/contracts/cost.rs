//! The requests and capacity that a decision costs, from its first sync to applied.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use callsheet_app::ports::{Clock as _, Queue as _};
use callsheet_app::{
    Handled, PolicyCache, Ports, Scheduler, SchedulerSettings, SyncHandler, SyncSettings,
};
use callsheet_domain::{
    CalendarEvent, Meeting, Operation, RateLimit, SyncJob, SyncReason, SyncRequest, plus,
};
use callsheet_runtime::SystemClock;
use callsheet_store::{DecisionTable, StateTable};
use callsheet_testkit::{
    EvenJitter, MemoryQueue, MemoryRecall, With as _, a_calendar, an_event, id,
};
use jiff::SignedDuration;
use test_case::test_case;

use crate::meter::{Meter, Used, WRITES};
use crate::servers::{local_dynamodb, second_opinion};
use crate::tables;

const EVENTS: u32 = 20;

/// Callsheet on real tables, with a meter on each, and the other ports in memory.
/// The clock is the real one, since the tables take time.
struct Metered {
    recall: MemoryRecall<SystemClock>,
    queue: MemoryQueue,
    decisions: DecisionTable,
    state: StateTable,
    of_decisions: Meter,
    of_state: Meter,
}

/// Consumption of the decisions table and of the state table, by operation.
type Consumed = (BTreeMap<String, Used>, BTreeMap<String, Used>);

impl Metered {
    async fn on(client: &Client) -> Self {
        let recall = MemoryRecall::new(SystemClock);
        recall.put_calendar(a_calendar());
        events().for_each(|event| recall.put_event(event));
        let (of_decisions, of_state) = (Meter::default(), Meter::default());
        Self {
            decisions: tables::decisions(of_decisions.on(client)).await,
            state: tables::state(of_state.on(client)).await,
            queue: MemoryQueue::new(),
            recall,
            of_decisions,
            of_state,
        }
    }

    fn consumed(&self) -> Consumed {
        (self.of_decisions.take(), self.of_state.take())
    }

    /// Syncs the calendar, and returns the consumption.
    async fn sync(&self, reason: SyncReason) -> Consumed {
        let now = SystemClock.now();
        let request = SyncRequest {
            calendar_id: a_calendar().id,
            reason,
            sent_at: now,
        };
        let sent = self.queue.send(&SyncJob::Request(request)).await;
        sent.expect("memory");
        let rate_limit = RateLimit::per_minute(60, 3);
        let sync = SyncHandler {
            ports: Ports {
                recall: self.recall.clone(),
                decisions: self.decisions.clone(),
                state: self.state.clone(),
                queue: self.queue.clone(),
                clock: SystemClock,
            },
            policy_cache: PolicyCache::default(),
            settings: SyncSettings {
                list_events: rate_limit,
                get_event: rate_limit,
                get_calendar: rate_limit,
                list_calendars: rate_limit,
                is_workspace_listed: true,
                catch_up_every: Duration::from_mins(5),
                most_receives: 10,
            },
        };
        let deadline = plus(now, SignedDuration::from_secs(65));
        let handled = sync.handle(&self.queue.deliver(10), deadline).await;
        assert_eq!(handled, Handled::default());
        self.consumed()
    }

    /// Runs the scheduler, and returns the consumption.
    async fn run_scheduler(&self) -> Consumed {
        let rate_limit = RateLimit::per_minute(6_000, 1);
        let scheduler = Scheduler {
            recall: self.recall.clone(),
            decisions: self.decisions.clone(),
            state: self.state.clone(),
            clock: SystemClock,
            jitter: EvenJitter(0.5),
            settings: SchedulerSettings {
                schedule: rate_limit,
                unschedule: rate_limit,
                find: rate_limit,
                leave: rate_limit,
                most_in_flight: 4,
                lease: Duration::from_secs(30),
                patience: Duration::from_secs(35),
            },
        };
        let deadline = plus(SystemClock.now(), SignedDuration::from_mins(5));
        scheduler.run(deadline).await.expect("the tables answer");
        self.consumed()
    }

    fn bot_calls(&self) -> usize {
        let bots = [Operation::ScheduleBot, Operation::UnscheduleBot];
        bots.iter().map(|bot| self.recall.count(*bot)).sum()
    }
}

/// Meetings of one calendar tomorrow, of usual size.
fn events() -> impl Iterator<Item = CalendarEvent> {
    let starts_at = plus(SystemClock.now(), SignedDuration::from_hours(24));
    (0..EVENTS).map(move |number| {
        an_event().with(|event| {
            event.starts_at = starts_at;
            event.ends_at = plus(starts_at, SignedDuration::from_hours(1));
            event.id = id(format!("event-{number}"));
            event.ical_uid = id(format!("meeting-{number}"));
            let url = format!("https://meet.example/{number}");
            event.meeting = Some(Meeting { url });
        })
    })
}

/// Requests and units of the operations that write, or of those that read.
fn sum(used: &BTreeMap<String, Used>, is_write: bool) -> Used {
    let of_kind = used
        .iter()
        .filter(|(operation, _)| WRITES.contains(&operation.as_str()) == is_write);
    of_kind.fold(Used::default(), |sum, (_, used)| Used {
        requests: sum.requests + used.requests,
        units: sum.units + used.units,
    })
}

#[test_case(local_dynamodb(); "local")]
#[test_case(second_opinion(); "second opinion")]
#[tokio::test]
async fn syncing_an_unchanged_event_again_costs_no_write_and_no_call(client: Client) {
    let metered = Metered::on(&client).await;
    metered.sync(SyncReason::FullSync).await;
    metered.run_scheduler().await;
    let (calls, lists) = (
        metered.bot_calls(),
        metered.recall.count(Operation::ListEvents),
    );
    assert_eq!(calls, EVENTS as usize);

    let (of_decisions, of_state) = metered.sync(SyncReason::FullSync).await;
    let (scheduled, _) = metered.run_scheduler().await;
    assert_eq!(metered.recall.count(Operation::ListEvents), lists + 1);
    assert_eq!(sum(&of_decisions, true), Used::default());
    assert_eq!(sum(&scheduled, true), Used::default());
    assert_eq!(metered.bot_calls(), calls);
    // A sync writes three times, whatever it lists: the permit, its start, its completion.
    let last_sync = sum(&of_state, true);
    assert!(last_sync.requests <= 3, "{of_state:?}");
}

#[test_case(local_dynamodb(); "local")]
#[test_case(second_opinion(); "second opinion")]
#[tokio::test]
async fn a_decision_is_written_once_and_once_more_when_it_is_applied(client: Client) {
    let metered = Metered::on(&client).await;
    let (decided, _) = metered.sync(SyncReason::FullSync).await;
    let (applied, _) = metered.run_scheduler().await;
    for (step, used) in [("decided", decided), ("applied", applied)] {
        let (written, read) = (sum(&used, true), sum(&used, false));
        assert_eq!(written.requests, EVENTS, "{step}: {used:?}");
        assert!(read.units > 0.0, "{step}: {used:?}");
        // The row itself and two indexes, of two kilobytes at most each.
        let at_most = f64::from(6 * EVENTS);
        assert!(
            written.units > 0.0 && written.units <= at_most,
            "{step}: {written:?}"
        );
    }
}
