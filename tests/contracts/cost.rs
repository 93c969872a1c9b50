//! The requests and capacity that a decision costs, from its first sync to applied.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use callsheet_app::ports::{Clock as _, Decisions as _, Queue as _};
use callsheet_app::{
    Handled, PolicyCache, Ports, Scheduler, SchedulerSettings, SyncHandler, SyncSettings,
};
use callsheet_domain::{
    Applied, BotStatus, BotStatusReport, CalendarEvent, Decision, DeduplicationKey, Meeting,
    Operation, Outcome, Phase, RateLimit, SyncJob, SyncReason, SyncRequest, Wanted, plus,
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
        self.handle(&SyncJob::Request(request)).await
    }

    /// Handles one job, and returns the consumption.
    async fn handle(&self, job: &SyncJob) -> Consumed {
        let now = SystemClock.now();
        self.queue.send(job).await.expect("memory");
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
                get_bot: rate_limit,
                read_silent_bots_after: None,
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

    /// Handles the statuses of a bot, each by itself, and returns the consumption of each.
    async fn follow(&self, row: &Decision, life: &[(&str, Option<&str>)]) -> Vec<Consumed> {
        let mut consumed = Vec::new();
        for (second, (code, sub_code)) in (0..).zip(life) {
            let at = plus(row.starts_at, SignedDuration::from_secs(second));
            let report = SyncJob::BotStatus(BotStatusReport {
                bot_id: row.known_bot().expect("it is at Recall").clone(),
                event_id: Some(row.key.event_id.clone()),
                ical_uid: Some(row.key.ical_uid.clone()),
                status: BotStatus::new(code, *sub_code, at).expect("a code"),
                sent_at: SystemClock.now(),
            });
            consumed.push(self.handle(&report).await);
        }
        consumed
    }

    /// The decision about the first event.
    async fn first(&self) -> Decision {
        let key = events().next().expect("an event").key();
        let rows = self.decisions.decisions(&[key]).await.expect("the table");
        self.consumed();
        rows.decisions.into_iter().next().expect("it is stored")
    }

    /// The decision about the first event, whose meeting began ten minutes ago and has its bot.
    async fn first_has_begun(&self) -> Decision {
        let starts_at = plus(SystemClock.now(), SignedDuration::from_mins(-10));
        let begun = self.first().await.with(|row| {
            row.starts_at = starts_at;
            row.ends_at = plus(starts_at, SignedDuration::from_hours(1));
            if let (Wanted::Bot(wanted), Applied::Bot(applied)) =
                (&mut row.wanted, &mut row.applied)
            {
                (wanted.starts_at, applied.starts_at) = (starts_at, starts_at);
            }
        });
        self.decisions.write(&begun).await.expect("the table");
        self.recall.put_event(an_event().with(|event| {
            event.id = begun.key.event_id.clone();
            event.ical_uid = begun.key.ical_uid.clone();
            (event.starts_at, event.ends_at) = (begun.starts_at, begun.ends_at);
        }));
        self.first().await
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
pub(crate) fn sum(used: &BTreeMap<String, Used>, is_write: bool) -> Used {
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
        // The row itself, of two kilobytes at most, and its entries of the indexes.
        let at_most = f64::from(7 * EVENTS);
        assert!(
            written.units > 0.0 && written.units <= at_most,
            "{step}: {written:?}"
        );
    }
}

/// The life of a bot that records.
const RECORDED: [(&str, Option<&str>); 5] = [
    ("joining_call", None),
    ("in_call_not_recording", None),
    ("in_call_recording", None),
    ("call_ended", Some("call_ended_by_host")),
    ("done", None),
];

/// The requests and units of some consumptions of the decisions table.
fn whole(consumed: &[Consumed], is_write: bool) -> Used {
    let sums = consumed.iter().map(|(used, _)| sum(used, is_write));
    sums.fold(Used::default(), |whole, used| Used {
        requests: whole.requests + used.requests,
        units: whole.units + used.units,
    })
}

#[expect(clippy::print_stdout, reason = "the figures are for a page")]
pub(crate) fn print(figures: &str) {
    println!("{figures}");
}

/// The figures of `docs/costs.md`: run with `--nocapture` to see them.
#[test_case(local_dynamodb(); "local")]
#[test_case(second_opinion(); "second opinion")]
#[tokio::test]
async fn following_a_bot_through_its_life_costs_a_write_for_each_status(client: Client) {
    let metered = Metered::on(&client).await;
    metered.sync(SyncReason::FullSync).await;
    metered.run_scheduler().await;
    let row = metered.first().await;
    let calls = metered.bot_calls();
    let followed = metered.follow(&row, &RECORDED).await;
    let (written, read) = (whole(&followed, true), whole(&followed, false));
    print(&format!(
        "five statuses of one bot: written {written:?}, read {read:?}"
    ));
    assert_eq!(written.requests, 5, "{followed:?}");
    // A row of two kilobytes at most, and now and then an index.
    assert!(written.units >= 5.0 && written.units <= 20.0, "{written:?}");
    assert!(
        read.requests <= 5 * 3 && read.units <= 5.0 * 4.0,
        "{read:?}"
    );
    let state: Vec<_> = followed.iter().map(|(_, state)| sum(state, true)).collect();
    assert_eq!(state, vec![Used::default(); 5], "no permit, no call");
    let again = metered.follow(&row, &RECORDED).await;
    assert_eq!(whole(&again, true), Used::default());
    assert_eq!(metered.bot_calls(), calls);
}

/// What a bot reports that ends by a fault of its own.
const FAILED: [(&str, Option<&str>); 2] = [("joining_call", None), ("fatal", Some("bot_errored"))];

/// The figures of `docs/costs.md`, too: from the first status of a bot that fails to the last one
/// of the bot that is sent in its place.
#[test_case(local_dynamodb(); "local")]
#[test_case(second_opinion(); "second opinion")]
#[tokio::test]
async fn a_bot_that_fails_and_its_retry_cost_a_write_for_each_status_and_each_call(client: Client) {
    let metered = Metered::on(&client).await;
    metered.sync(SyncReason::FullSync).await;
    metered.run_scheduler().await;
    let row = metered.first_has_begun().await;
    let calls = metered.bot_calls();
    let mut consumed = metered.follow(&row, &FAILED).await;
    let wanting = metered.first().await;
    assert_eq!(wanting.wanted_key().map(DeduplicationKey::retry), Some(1));
    assert!(wanting.is_due());
    consumed.push(metered.run_scheduler().await);
    assert_eq!(metered.bot_calls(), calls + 1);
    let second = metered.first().await;
    assert_ne!(second.known_bot(), row.known_bot());
    consumed.extend(metered.follow(&second, &RECORDED).await);
    let last = metered.first().await;
    assert_eq!(last.bot_outcome().map(Outcome::phase), Some(Phase::Done));
    let (written, read) = (whole(&consumed, true), whole(&consumed, false));
    let state = consumed.iter().map(|(_, state)| sum(state, true).units);
    let state: f64 = state.sum();
    print(&format!(
        "a bot that failed, and its retry: written {written:?}, read {read:?}, state {state}"
    ));
    // Two statuses, the call, which is noted before, and five statuses.
    assert_eq!(written.requests, 9, "{consumed:?}");
    assert!(written.units >= 9.0 && written.units <= 45.0, "{written:?}");
    assert!(
        read.requests <= 9 * 4 && read.units <= 9.0 * 5.0,
        "{read:?}"
    );
}
