//! Which chores a drain starts, and when.

use callsheet_domain::{Decision, Timestamp, plus};
use jiff::SignedDuration;

use super::chores::{self, Happened};
use super::lane::Turn;
use super::plan::PlannedCall;
use super::work::{HEAD, Lease, Work};
use crate::ports::{Bots, Clock, Decisions, Jitter, Leases, RateLimits};

/// For so many seconds' calls the head is read at once: another is read twice a second.
const SECONDS: usize = 2;
/// How far ahead of its time a call is drawn.
const AHEAD: SignedDuration = SignedDuration::from_secs(2);

impl<R, D, S, K, J> Work<'_, R, D, S, K, J>
where
    R: Bots,
    D: Decisions,
    S: RateLimits + Leases,
    K: Clock,
    J: Jitter,
{
    /// Extends the lease once a third of it is over.
    pub(super) fn extend_lease(&mut self, now: Timestamp) {
        let third =
            SignedDuration::try_from(self.drain.settings.lease / 3).unwrap_or(SignedDuration::MAX);
        let until = self.drain.lease_from(now);
        if self.lease != Lease::Ours || until < plus(self.held.until, third) {
            return;
        }
        self.lease = Lease::Extending;
        let (state, held) = (&self.drain.state, self.held);
        self.chores.push(Box::pin(async move {
            Ok(Happened::Extended(state.extend(held, until).await?))
        }));
    }

    /// Reads the earliest rows twice a second, or as soon as that was asked
    /// for, or as they run out while there are more.
    pub(super) fn read_head(&mut self, now: Timestamp) {
        let head = &mut self.head;
        let is_fresh = head.read_at.is_some_and(|read| now < plus(read, HEAD));
        let runs_out = head.is_cut && head.calls.is_empty();
        if head.is_reading || (is_fresh && !runs_out) {
            return;
        }
        head.is_reading = true;
        head.read_at = Some(now);
        head.started.clear();
        let a_second: u32 = self
            .lanes
            .iter()
            .map(|lane| lane.rate_limit.a_second())
            .sum();
        let most = self.flying.len() + a_second as usize * SECONDS;
        let flying = self.flying.keys().cloned().collect();
        let read = chores::read_head(&self.drain.decisions, now, most, flying);
        self.chores.push(Box::pin(read));
    }

    /// Starts calls in order of start, as far as budgets, the number in flight,
    /// the deduplication keys in flight and the lease allow; says when to come again.
    pub(super) fn start_what_may_go(&mut self, now: Timestamp) -> Timestamp {
        let mut next_turn = plus(now, HEAD);
        let mut has_to_wait = [false; 4];
        let ours_until = self.held.calls_until(self.drain.settings.lease);
        let mut index = 0;
        while index < self.head.calls.len() && now < ours_until {
            if has_to_wait.iter().all(|waits| *waits) {
                break;
            }
            let planned = &self.head.calls[index];
            let lane = self.lane(planned.sent.operation());
            if has_to_wait[lane] || self.is_bot_in_flight(&planned.row) {
                index += 1;
                continue;
            }
            if planned.row.ends_at <= now {
                if let Some(planned) = self.take(index, lane) {
                    self.close(planned.row);
                }
                continue;
            }
            match self.turn(lane, now) {
                Turn::Now => {
                    if let Some(planned) = self.head.calls.remove(index) {
                        self.start(planned, lane, ours_until, now);
                    }
                    continue;
                }
                Turn::At(instant) => next_turn = next_turn.min(instant),
                Turn::NotDrawn => {}
            }
            has_to_wait[lane] = true;
            index += 1;
        }
        self.draw_ahead(now);
        next_turn
    }

    /// When a lane's next call may go; until something happens, if as many are in flight as may be.
    fn turn(&mut self, lane: usize, now: Timestamp) -> Turn {
        let settings = &self.drain.settings;
        // Until Recall has let one call in, one is made at a time: while we are
        // denied, each drain costs a single call.
        let most = if self.is_admitted {
            settings.most_in_flight
        } else {
            usize::from(self.lanes.iter().all(|lane| lane.calling == 0))
        };
        // Answers that are not written down yet are waited for, too, but not so soon.
        let is_behind = self.flying.len() >= settings.most_in_flight * 2;
        let lane = &mut self.lanes[lane];
        if is_behind || lane.calling >= lane.in_flight(most) {
            return Turn::NotDrawn;
        }
        lane.turn(now)
    }

    fn is_bot_in_flight(&self, row: &Decision) -> bool {
        let key = row.deduplication_key();
        key.is_some_and(|key| self.flying.values().any(|other| other == key))
    }

    fn take(&mut self, index: usize, lane: usize) -> Option<PlannedCall> {
        let lane = &mut self.lanes[lane];
        lane.wanted = lane.wanted.saturating_sub(1);
        self.head.calls.remove(index)
    }

    fn start(&mut self, planned: PlannedCall, lane: usize, ours_until: Timestamp, now: Timestamp) {
        self.is_at_work();
        self.lanes[lane].take();
        let row = planned.row;
        // As it is now: what was soon when the head was read may be late.
        let sent = callsheet_domain::CallAttempt::of(&row, now).unwrap_or(planned.sent);
        if let Some(key) = row.deduplication_key() {
            self.flying.insert(row.key.clone(), key.clone());
        }
        self.head.started.insert(row.key.clone());
        let call = self.drain.call(row, sent, ours_until);
        self.chores.push(Box::pin(async move {
            Ok(Happened::Called(Box::new(call.await?)))
        }));
    }

    /// A meeting that is over is closed without a call.
    pub(super) fn close(&mut self, row: Decision) {
        self.is_at_work();
        self.head.started.insert(row.key.clone());
        let decisions = &self.drain.decisions;
        self.chores.push(Box::pin(chores::close(decisions, row)));
    }

    fn draw_ahead(&mut self, now: Timestamp) {
        for lane in &mut self.lanes {
            let Some(count) = lane.draws(now) else {
                continue;
            };
            lane.is_drawing = true;
            let (state, operation, rate_limit) =
                (&self.drain.state, lane.operation, lane.rate_limit);
            self.chores.push(Box::pin(async move {
                let latest = plus(now, AHEAD);
                let allowed = state
                    .acquire(operation, rate_limit, count, now, latest)
                    .await?;
                Ok(Happened::Drawn(operation, allowed))
            }));
        }
    }
}
