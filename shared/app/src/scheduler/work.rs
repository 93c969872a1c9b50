//! The loop of a drain: start what may go, take in what happened.
//!
//! Everything that takes time is a chore of its own: calls, the writing down of
//! their answers, reading the head, drawing from a budget, extending the lease.
//! They run side by side, so a slow read of the index holds up no call, and a
//! slow write no other row. The loop itself only decides, and never waits for
//! one of them.

use std::collections::{HashMap, HashSet, VecDeque};
use std::future::Future;
use std::pin::{Pin, pin};

use callsheet_domain::{DecisionKey, DeduplicationKey, IcalUid, Operation, Timestamp, plus};
use futures_util::future::{Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::SignedDuration;

use super::chores::Happened;
use super::lane::Lane;
use super::plan::PlannedCall;
use super::{RunReport, Scheduler, StopReason};
use crate::PortError;
use crate::ports::{Bots, Clock, Decisions, Held, Jitter, Leases, RateLimits};

/// How often the head is read again.
pub(super) const HEAD: SignedDuration = SignedDuration::from_millis(500);
/// How long the index may lag behind the write that rang: an empty head is
/// read once more after this.
const LAG: SignedDuration = SignedDuration::from_millis(200);

pub(super) type Chore<'a> = Pin<Box<dyn Future<Output = Result<Happened, PortError>> + Send + 'a>>;

/// What a drain holds in its hands.
pub(super) struct Work<'a, R, D, S, K, J> {
    pub(super) drain: &'a Scheduler<R, D, S, K, J>,
    pub(super) until: Timestamp,
    pub(super) held: Held,
    pub(super) report: RunReport,
    pub(super) head: Head,
    pub(super) lanes: [Lane; 4],
    pub(super) chores: FuturesUnordered<Chore<'a>>,
    /// Rows that a call is in flight for, or an answer is being written down
    /// on, each with the key of its bot.
    pub(super) flying: HashMap<DecisionKey, DeduplicationKey>,
    pub(super) lease: Lease,
    /// Recall has answered something else than that it denies us or blocks the call.
    pub(super) is_admitted: bool,
    /// The meeting whose call was blocked, if no call was let through since.
    pub(super) blocked: Option<IcalUid>,
    /// Why the drain stops before its time.
    pub(super) failed: Option<PortError>,
    pub(super) has_shown_plan: bool,
}

/// How the lease stands, as far as the drain knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lease {
    /// It is held.
    Ours,
    /// It is held, and is being extended.
    Extending,
    /// It is another's.
    Lost,
}

/// The earliest rows that are due, as they were last read.
#[derive(Default)]
pub(super) struct Head {
    pub(super) calls: VecDeque<PlannedCall>,
    pub(super) waiting_until: Option<Timestamp>,
    /// When the last read began; none if another is wanted at once.
    pub(super) read_at: Option<Timestamp>,
    pub(super) is_reading: bool,
    /// There is more in the index than was read.
    pub(super) is_cut: bool,
    /// Rows that were started since the read began: it may show them as they were before.
    pub(super) started: HashSet<DecisionKey>,
    /// It was empty when it was last read, with nothing in flight.
    is_empty_twice: bool,
}

impl<'a, R, D, S, K, J> Work<'a, R, D, S, K, J>
where
    R: Bots,
    D: Decisions,
    S: RateLimits + Leases,
    K: Clock,
    J: Jitter,
{
    pub(super) fn new(drain: &'a Scheduler<R, D, S, K, J>, held: Held, until: Timestamp) -> Self {
        let settings = &drain.settings;
        Self {
            drain,
            until,
            held,
            report: RunReport::empty(StopReason::Idle),
            head: Head::default(),
            lanes: [
                Lane::new(Operation::ScheduleBot, settings.schedule),
                Lane::new(Operation::UnscheduleBot, settings.unschedule),
                Lane::new(Operation::GetEvent, settings.find),
                Lane::new(Operation::LeaveCall, settings.leave),
            ],
            chores: FuturesUnordered::new(),
            flying: HashMap::new(),
            lease: Lease::Ours,
            is_admitted: false,
            blocked: None,
            failed: None,
            has_shown_plan: false,
        }
    }

    /// Works until nothing is due. On every way out all chores are done.
    pub(super) async fn run(&mut self) -> Result<StopReason, PortError> {
        self.head.read_at = None;
        self.head.is_empty_twice = false;
        let stopped = self.turn_by_turn().await;
        while let Some(happened) = self.chores.next().await {
            self.take_in(happened);
        }
        match self.failed.take() {
            Some(failed) => Err(failed),
            None => Ok(stopped),
        }
    }

    async fn turn_by_turn(&mut self) -> StopReason {
        loop {
            let now = self.drain.clock.now();
            if self.failed.is_some() || now >= self.until {
                return StopReason::DeadlineReached;
            }
            if self.lease == Lease::Lost || now >= self.held.until {
                return StopReason::LeaseLost;
            }
            self.extend_lease(now);
            self.read_head(now);
            let next_turn = self.start_what_may_go(now);
            if !self.is_idle() {
                self.wait(next_turn.min(self.until)).await;
                continue;
            }
            let Some(instant) = self.next_look(now) else {
                return StopReason::Idle;
            };
            self.drain.clock.sleep_until(instant.min(self.until)).await;
            self.head.read_at = None;
        }
    }

    fn is_idle(&self) -> bool {
        self.chores.is_empty() && self.head.calls.is_empty()
    }

    /// When to look again though nothing is to be done; not at all if nothing
    /// will be soon, and the index has had time to show what it may have lagged behind.
    fn next_look(&mut self, now: Timestamp) -> Option<Timestamp> {
        let patience =
            SignedDuration::try_from(self.drain.settings.patience).unwrap_or(SignedDuration::MAX);
        let waits = self.head.waiting_until;
        if let Some(instant) = waits.filter(|instant| *instant <= plus(now, patience)) {
            return Some(instant.min(plus(now, HEAD)));
        }
        let is_believed = std::mem::replace(&mut self.head.is_empty_twice, true);
        (!is_believed).then(|| plus(now, LAG))
    }

    /// Waits until something happens or `instant` comes.
    async fn wait(&mut self, instant: Timestamp) {
        let clock = &self.drain.clock;
        if self.chores.is_empty() {
            clock.sleep_until(instant).await;
            return;
        }
        let happened = match select(self.chores.next(), pin!(clock.sleep_until(instant))).await {
            Either::Left((happened, _)) => happened,
            Either::Right(_) => None,
        };
        if let Some(happened) = happened {
            self.take_in(happened);
        }
    }

    /// Something was found to be done: an empty head is to be believed anew.
    pub(super) fn is_at_work(&mut self) {
        self.head.is_empty_twice = false;
    }

    /// The lane of an operation.
    pub(super) fn lane(&self, operation: Operation) -> usize {
        let lane = self
            .lanes
            .iter()
            .position(|lane| lane.operation == operation);
        lane.expect("every call that a row may want has a lane")
    }
}
