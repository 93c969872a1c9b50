//! The loop of a drain: read the head, start what may go, take in what lands.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::{Pin, pin};

use callsheet_domain::{
    Answered, Decision, DecisionKey, DeduplicationKey, Operation, Timestamp, plus,
};
use futures_util::future::{Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::SignedDuration;

use super::answer::Came;
use super::flight::{Landed, operation};
use super::lane::Lane;
use super::{Drain, DrainReport, Stopped};
use crate::PortError;
use crate::ports::{Bots, Budgets, Clock, Decisions, Held, Jitter, Kept, Leases};

/// How often the head is read again.
const HEAD: SignedDuration = SignedDuration::from_secs(1);
/// How long the index may lag behind the write that rang: an empty head is
/// read once more after this.
const LAG: SignedDuration = SignedDuration::from_millis(200);

type Flight<'a> = Pin<Box<dyn Future<Output = Result<Option<Landed>, PortError>> + Send + 'a>>;

/// What a drain holds in its hands.
pub(super) struct Work<'a, R, D, S, K, J> {
    drain: &'a Drain<R, D, S, K, J>,
    until: Timestamp,
    pub(super) held: Held,
    pub(super) report: DrainReport,
    head: VecDeque<Decision>,
    head_read_at: Option<Timestamp>,
    waiting_until: Option<Timestamp>,
    lanes: [Lane; 2],
    flights: FuturesUnordered<Flight<'a>>,
    flying: HashMap<DecisionKey, DeduplicationKey>,
    denied: Option<PortError>,
}

impl<'a, R, D, S, K, J> Work<'a, R, D, S, K, J>
where
    R: Bots,
    D: Decisions,
    S: Budgets + Leases,
    K: Clock,
    J: Jitter,
{
    pub(super) fn new(drain: &'a Drain<R, D, S, K, J>, held: Held, until: Timestamp) -> Self {
        let settings = &drain.settings;
        Self {
            drain,
            until,
            held,
            report: DrainReport::empty(Stopped::Done),
            head: VecDeque::new(),
            head_read_at: None,
            waiting_until: None,
            lanes: [
                Lane::new(Operation::ScheduleBot, settings.schedule),
                Lane::new(Operation::UnscheduleBot, settings.unschedule),
            ],
            flights: FuturesUnordered::new(),
            flying: HashMap::new(),
            denied: None,
        }
    }

    /// Works until nothing is due. On every way out all flights have landed.
    pub(super) async fn run(&mut self) -> Result<Stopped, PortError> {
        let ended = self.turn_by_turn().await;
        while let Some(landed) = self.flights.next().await {
            self.land(landed?).await?;
        }
        match self.denied.take() {
            Some(denied) => Err(denied),
            None => ended,
        }
    }

    async fn turn_by_turn(&mut self) -> Result<Stopped, PortError> {
        let mut is_empty_twice = false;
        loop {
            let now = self.drain.clock.now();
            if self.denied.is_some() || now >= self.until {
                return Ok(Stopped::OutOfTime);
            }
            if !self.keep_lease(now).await? {
                return Ok(Stopped::LeaseLost);
            }
            self.read_head(now).await?;
            let next_turn = self.start_what_may_go(now).await?;
            let is_idle = self.flights.is_empty() && self.head.is_empty();
            if !is_idle {
                is_empty_twice = false;
                self.wait(next_turn.min(self.until)).await?;
                continue;
            }
            let patience = SignedDuration::try_from(self.drain.settings.patience)
                .unwrap_or(SignedDuration::MAX);
            match self
                .waiting_until
                .filter(|instant| *instant <= plus(now, patience))
            {
                Some(instant) => {
                    self.wait(instant.min(plus(now, HEAD)).min(self.until))
                        .await?;
                }
                None if is_empty_twice => return Ok(Stopped::Done),
                None => {
                    is_empty_twice = true;
                    self.wait(plus(now, LAG).min(self.until)).await?;
                }
            }
            self.head_read_at = None;
        }
    }

    /// Extends the lease halfway through; says whether it is still ours.
    async fn keep_lease(&mut self, now: Timestamp) -> Result<bool, PortError> {
        let half =
            SignedDuration::try_from(self.drain.settings.lease / 2).unwrap_or(SignedDuration::MAX);
        if plus(now, half) < self.held.until {
            return Ok(true);
        }
        let until = self.drain.lease_from(now);
        match self.drain.state.extend(self.held, until).await? {
            Some(held) => {
                self.held = held;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Reads the earliest rows again once a second, or as soon as that was asked for.
    async fn read_head(&mut self, now: Timestamp) -> Result<(), PortError> {
        let is_fresh = self.head_read_at.is_some_and(|read| now < plus(read, HEAD));
        if is_fresh {
            return Ok(());
        }
        let settings = &self.drain.settings;
        let a_second = settings.schedule.a_second() + settings.unschedule.a_second();
        let most = self.flying.len() + settings.in_flight + a_second as usize * 2;
        let due = self.drain.decisions.due(now, most).await?;
        self.waiting_until = due.waiting_until;
        self.head_read_at = Some(now);
        let keys: Vec<_> = due
            .ready
            .into_iter()
            .filter(|key| !self.flying.contains_key(key))
            .collect();
        let mut rows = self.drain.decisions.decisions(&keys).await?;
        rows.sort_by(|a, b| (a.starts_at, &a.key).cmp(&(b.starts_at, &b.key)));
        self.head.clear();
        for row in rows {
            let is_waiting = row.attempts.not_before.is_some_and(|instant| instant > now);
            if !row.is_due() || is_waiting {
                continue;
            }
            if row.ends_at <= now {
                self.close(row).await?;
            } else {
                self.head.push_back(row);
            }
        }
        Ok(())
    }

    /// A meeting that is over is closed without a call.
    async fn close(&mut self, row: Decision) -> Result<(), PortError> {
        let closed = row.close("the meeting is over");
        if self.drain.decisions.keep(&closed).await? == Kept::Written {
            self.report.closed += 1;
        }
        Ok(())
    }

    /// Starts calls in order of start, as far as budgets, the number in flight
    /// and the deduplication keys in flight allow; says when to come again.
    async fn start_what_may_go(&mut self, now: Timestamp) -> Result<Timestamp, PortError> {
        let mut next_turn = plus(now, HEAD);
        let mut is_lane_waiting = [false; 2];
        let mut index = 0;
        while index < self.head.len() && self.flights.len() < self.drain.settings.in_flight {
            let row = &self.head[index];
            let Some(operation) = operation(row) else {
                self.head.remove(index);
                continue;
            };
            let lane_index = usize::from(operation != Operation::ScheduleBot);
            let is_in_flight = row
                .deduplication_key()
                .is_some_and(|key| self.flying.values().any(|k| k == key));
            if is_lane_waiting[lane_index] || is_in_flight {
                index += 1;
                continue;
            }
            if row.ends_at <= now {
                if let Some(row) = self.head.remove(index) {
                    self.close(row).await?;
                }
                continue;
            }
            let lane = &mut self.lanes[lane_index];
            let turn = lane.next(&self.drain.state, now).await?;
            if turn > now {
                next_turn = next_turn.min(turn);
                is_lane_waiting[lane_index] = true;
                index += 1;
                continue;
            }
            lane.take();
            if let Some(row) = self.head.remove(index) {
                self.start(row);
            }
        }
        Ok(next_turn)
    }

    fn start(&mut self, row: Decision) {
        if let Some(key) = row.deduplication_key() {
            self.flying.insert(row.key.clone(), key.clone());
        }
        self.flights.push(Box::pin(self.drain.fly(row)));
    }

    /// Waits until something lands or `instant` comes.
    async fn wait(&mut self, instant: Timestamp) -> Result<(), PortError> {
        let clock = &self.drain.clock;
        if self.flights.is_empty() {
            clock.sleep_until(instant).await;
            return Ok(());
        }
        let landed = match select(self.flights.next(), pin!(clock.sleep_until(instant))).await {
            Either::Left((Some(landed), _)) => Some(landed?),
            Either::Left((None, _)) | Either::Right(_) => None,
        };
        match landed {
            Some(landed) => self.land(landed).await,
            None => Ok(()),
        }
    }

    async fn land(&mut self, landed: Option<Landed>) -> Result<(), PortError> {
        let Some(Landed {
            key,
            operation,
            came,
        }) = landed
        else {
            return Ok(());
        };
        self.flying.remove(&key);
        match came {
            Came::Answered(Answered::Done(_)) => self.report.applied += 1,
            Came::Answered(Answered::Again { .. }) => {
                self.report.again += 1;
                self.head_read_at = None;
            }
            Came::Answered(Answered::Refused(reason)) => {
                tracing::warn!(event = %key.event_id, operation = operation.as_str(), reason, "gave up");
                self.report.closed += 1;
            }
            Came::Throttled(wait) => {
                let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
                let until = plus(self.drain.clock.now(), wait);
                let lane = usize::from(operation != Operation::ScheduleBot);
                self.lanes[lane].hold(&self.drain.state, until).await?;
                self.report.again += 1;
                self.head_read_at = None;
            }
            Came::Denied(error) => self.denied = Some(error),
        }
        Ok(())
    }
}
