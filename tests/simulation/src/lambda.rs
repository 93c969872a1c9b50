//! The functions, as Lambda runs them: sync on batches of the queue, the scheduler when rows
//! are written and each minute.

use std::sync::Arc;
use std::time::Duration;

use callsheet_app::ports::{Clock as _, Queue as _};
use callsheet_app::{PolicyCache, Ports, Scheduler, SchedulerSettings, SyncHandler, SyncSettings};
use callsheet_domain::{Decision, Operation, RateLimit, SyncJob, plus};
use callsheet_testkit::{
    Counts, Delay, EvenJitter, Intercepted, MemoryDecisions, MemoryState, PausedClock, TimedQueue,
};
use jiff::SignedDuration;
use tokio::sync::{Notify, Semaphore};
use tokio::task::spawn_local;

use crate::limits::limit;
use crate::recall::SimRecall;
use crate::world::World;

/// Messages of a batch.
const BATCH: usize = 10;
/// Batches handled at the same time.
const SYNCS: usize = 2;
/// How long a batch may take, and how much of that is kept for the answer.
const SYNC_TIME: SignedDuration = SignedDuration::from_secs(55);
/// How long a run may take, without what is kept for the calls in flight.
const RUN_TIME: SignedDuration = SignedDuration::from_secs(285);
/// How long it takes until the scheduler is woken by a row.
const STREAM: SignedDuration = SignedDuration::from_millis(250);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

type Counted<P> = Intercepted<Intercepted<P, Delay>, Counts>;
type SimPorts = Ports<
    SimRecall,
    Counted<MemoryDecisions>,
    Counted<MemoryState>,
    TimedQueue<PausedClock>,
    PausedClock,
>;

/// What is deployed.
#[derive(Debug, Clone)]
pub(crate) struct Deployed {
    pub(crate) world: World,
    pub(crate) decisions: MemoryDecisions,
    pub(crate) state: MemoryState,
    pub(crate) queue: TimedQueue<PausedClock>,
    /// Requests to the tables.
    pub(crate) requests: Counts,
    policy_cache: PolicyCache,
    written: Arc<Notify>,
}

impl Deployed {
    /// Deploys Callsheet, and starts its functions.
    pub(crate) fn start(world: &World) -> Self {
        let deployed = Self {
            world: world.clone(),
            decisions: MemoryDecisions::new(),
            state: MemoryState::new(),
            queue: TimedQueue::new(world.clock),
            requests: Counts::default(),
            policy_cache: PolicyCache::default(),
            written: Arc::default(),
        };
        let (world, written) = (world.clone(), Arc::clone(&deployed.written));
        deployed.decisions.stream_to(move |row: &Decision| {
            let now = world.now();
            world.with(|simulated| simulated.note_row(row, now));
            if row.is_due() {
                written.notify_one();
            }
        });
        spawn_local(deployed.clone().deliver());
        spawn_local(deployed.clone().resync_each_minute());
        spawn_local(deployed.clone().wake_by_stream());
        spawn_local(deployed.clone().wake_each_minute());
        deployed
    }

    fn counted<P>(&self, port: P) -> Counted<P> {
        Intercepted::new(Intercepted::new(port, &Delay::millis(2, 8)), &self.requests)
    }

    fn sync(&self) -> SyncHandler<SimPorts> {
        let rate_limit = |operation| RateLimit::per_minute(limit(operation), 3);
        SyncHandler {
            ports: Ports {
                recall: SimRecall(self.world.clone()),
                decisions: self.counted(self.decisions.clone()),
                state: self.counted(self.state.clone()),
                queue: self.queue.clone(),
                clock: self.world.clock,
            },
            policy_cache: self.policy_cache.clone(),
            settings: SyncSettings {
                list_events: rate_limit(Operation::ListEvents),
                get_event: rate_limit(Operation::GetEvent),
                get_bot: rate_limit(Operation::GetBot),
                read_silent_bots_after: None,
                get_calendar: rate_limit(Operation::GetCalendar),
                list_calendars: rate_limit(Operation::ListCalendars),
                is_workspace_listed: true,
                catch_up_every: Duration::from_mins(5),
                most_receives: 10,
            },
        }
    }

    /// Hands batches of the queue to sync.
    async fn deliver(self) {
        let free = Arc::new(Semaphore::new(SYNCS));
        loop {
            let Ok(permit) = Arc::clone(&free).acquire_owned().await else {
                return;
            };
            let deliveries = self.queue.receive_batch(BATCH).await;
            let deployed = self.clone();
            spawn_local(async move {
                let deadline = plus(deployed.world.now(), SYNC_TIME);
                let handled = deployed.sync().handle(&deliveries, deadline).await;
                deployed.queue.finish(&deliveries, &handled);
                drop(permit);
            });
        }
    }

    async fn resync_each_minute(self) {
        loop {
            // Only a queue that is out refuses it, and this one never is.
            let sent = self.queue.send(&SyncJob::Resync).await;
            debug_assert!(sent.is_ok(), "{sent:?}");
            self.world.pass(MINUTE).await;
        }
    }

    async fn run(&self) {
        let rate_limit = |operation| RateLimit::per_minute(limit(operation), 1);
        let scheduler = Scheduler {
            recall: SimRecall(self.world.clone()),
            decisions: self.counted(self.decisions.clone()),
            state: self.counted(self.state.clone()),
            clock: self.world.clock,
            jitter: EvenJitter(0.5),
            settings: SchedulerSettings {
                schedule: rate_limit(Operation::ScheduleBot),
                unschedule: rate_limit(Operation::UnscheduleBot),
                find: rate_limit(Operation::GetEvent),
                leave: rate_limit(Operation::LeaveCall),
                most_in_flight: 200,
                lease: Duration::from_secs(30),
                patience: Duration::from_secs(35),
            },
        };
        let until = plus(self.world.clock.now(), RUN_TIME);
        // A run that fails, as during an outage, leaves its rows due for the next one.
        let _ = scheduler.run(until).await;
    }

    async fn wake_by_stream(self) {
        loop {
            self.written.notified().await;
            self.world.pass(STREAM).await;
            self.run().await;
        }
    }

    async fn wake_each_minute(self) {
        loop {
            self.world.pass(MINUTE).await;
            self.run().await;
        }
    }
}
