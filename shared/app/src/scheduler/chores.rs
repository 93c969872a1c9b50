//! What takes time in a drain, and what a drain makes of it once it happened.

use std::collections::HashSet;
use std::time::Duration;

use callsheet_domain::{
    CallAttempt, CallResult, Decision, DecisionKey, Operation, Timestamp, plus,
};
use jiff::SignedDuration;

use super::answer::Came;
use super::flight::Called;
use super::plan::CallPlan;
use super::work::{Lease, Work};
use crate::PortError;
use crate::ports::{
    Bots, Clock, Decisions, DueRows, Held, Jitter, Leases, PermitResult, RateLimits, WriteOutcome,
};

/// For how long nobody calls after Recall has denied us.
const DENIED: Duration = Duration::from_secs(30);
/// How many calls of a plan are logged.
const SHOWN: usize = 10;

/// Something that a drain waited for.
pub(super) enum Happened {
    /// Recall was called.
    Called(Box<Called>),
    /// What came of a call is written down.
    Settled(DecisionKey, Box<CallAttempt>, Box<CallResult>),
    /// A row waits, since another copy of the meeting wants its bot.
    Left(DecisionKey),
    /// The head was read: as many rows as were asked for, at most.
    Head(DueRows, Vec<Decision>, usize),
    /// The budget of an operation was drawn from.
    Drawn(Operation, PermitResult),
    /// The lease was extended, or is another's.
    Extended(Option<Held>),
    /// The row of a meeting that is over was written.
    Closed(WriteOutcome),
    /// A budget was held.
    HeldBack,
}

/// Reads the earliest due rows as they stand now, but for those in flight.
pub(super) async fn read_head<D: Decisions>(
    decisions: &D,
    now: Timestamp,
    most: usize,
    flying: HashSet<DecisionKey>,
) -> Result<Happened, PortError> {
    let due = decisions.due(now, most).await?;
    let ready = due.ready.iter().filter(|key| !flying.contains(key));
    let keys: Vec<_> = ready.cloned().collect();
    let rows = decisions.decisions(&keys).await?;
    Ok(Happened::Head(due, rows, most))
}

/// Writes down that a meeting is over.
pub(super) async fn close<D: Decisions>(
    decisions: &D,
    row: Decision,
) -> Result<Happened, PortError> {
    let abandoned = row.abandon("the meeting is over");
    Ok(Happened::Closed(decisions.write(&abandoned).await?))
}

impl<R, D, S, K, J> Work<'_, R, D, S, K, J>
where
    R: Bots,
    D: Decisions,
    S: RateLimits + Leases,
    K: Clock,
    J: Jitter,
{
    /// Takes in what happened. The first failure stops the drain.
    pub(super) fn take_in(&mut self, happened: Result<Happened, PortError>) {
        match happened {
            Ok(Happened::Called(called)) => self.called(*called),
            Ok(Happened::Settled(key, sent, answered)) => self.settled(&key, &sent, &answered),
            Ok(Happened::Left(key)) => {
                self.flying.remove(&key);
            }
            Ok(Happened::Head(due, rows, most)) => self.head_was_read(&due, rows, most),
            Ok(Happened::Drawn(operation, allowed)) => {
                let lane = self.lane(operation);
                self.lanes[lane].drew(allowed);
            }
            Ok(Happened::Extended(held)) => {
                self.lease = held.map_or(Lease::Lost, |_| Lease::Ours);
                self.held = held.unwrap_or(self.held);
            }
            Ok(Happened::Closed(WriteOutcome::Written)) => self.report.over += 1,
            Ok(Happened::Closed(WriteOutcome::Conflict) | Happened::HeldBack) => {}
            Err(error) => self.failed = self.failed.take().or(Some(error)),
        }
    }

    fn called(&mut self, called: Called) {
        let Called {
            row,
            sent,
            came,
            took,
        } = called;
        let lane = self.lane(sent.operation());
        self.lanes[lane].calling -= 1;
        if let Some(took) = took {
            self.lanes[lane].answered(took);
            self.is_admitted |= !matches!(came, Came::Denied(_) | Came::Blocked { .. });
        }
        let drain = self.drain;
        match came {
            Came::CallResult(answered) => {
                // That Recall was busy or did not answer says nothing about our key.
                if !matches!(answered, CallResult::Again { .. }) {
                    self.blocked = None;
                }
                self.write_down(row, sent, answered);
            }
            Came::Blocked {
                service,
                reason,
                wait,
            } => self.set_aside(row, sent, service, reason, wait),
            Came::Shared => self.chores.push(Box::pin(async move {
                let key = row.key.clone();
                drain.leave_to_a_copy(row).await?;
                Ok(Happened::Left(key))
            })),
            Came::NotMade => {
                self.flying.remove(&row.key);
            }
            Came::Throttled(wait) => {
                self.flying.remove(&row.key);
                self.report.again += 1;
                self.head.read_at = None;
                self.block_until(lane, wait);
            }
            Came::Denied(error) => {
                self.flying.remove(&row.key);
                self.denied(error);
            }
        }
    }

    fn write_down(&mut self, row: Decision, sent: CallAttempt, answered: CallResult) {
        let drain = self.drain;
        self.chores.push(Box::pin(async move {
            let key = row.key.clone();
            drain.write_down(row, &sent, &answered).await?;
            Ok(Happened::Settled(key, Box::new(sent), Box::new(answered)))
        }));
    }

    /// Sets a row aside whose call was blocked; the second one, of another
    /// meeting, is the denial. Rows whose calls were in flight then stay as they were.
    fn set_aside(
        &mut self,
        row: Decision,
        sent: CallAttempt,
        service: &'static str,
        reason: String,
        wait: Duration,
    ) {
        if self.is_denied() {
            self.flying.remove(&row.key);
            return;
        }
        if !(self.is_admitted && row.is_blocked()) {
            let meeting = &row.key.ical_uid;
            if self.blocked.get_or_insert_with(|| meeting.clone()) != meeting {
                let reason = reason.clone();
                self.denied(PortError::Denied { service, reason });
            }
        }
        self.write_down(row, sent, CallResult::Blocked { reason, wait });
    }

    /// Nobody calls for a while, and the drain stops.
    fn denied(&mut self, error: PortError) {
        if !self.is_denied() {
            self.failed = Some(error);
            (0..self.lanes.len()).for_each(|lane| self.block_until(lane, DENIED));
        }
    }

    fn is_denied(&self) -> bool {
        matches!(self.failed, Some(PortError::Denied { .. }))
    }

    /// Nobody makes calls of a lane for as long as `wait`.
    fn block_until(&mut self, lane: usize, wait: Duration) {
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        let until = plus(self.drain.clock.now(), wait);
        self.lanes[lane].close(until);
        let (state, operation) = (&self.drain.state, self.lanes[lane].operation);
        self.chores.push(Box::pin(async move {
            state.block_until(operation, until).await?;
            Ok(Happened::HeldBack)
        }));
    }

    fn settled(&mut self, key: &DecisionKey, sent: &CallAttempt, answered: &CallResult) {
        self.flying.remove(key);
        let (event, operation) = (&key.event_id, sent.operation().as_str());
        match answered {
            CallResult::Done(_) => {
                self.report.applied += 1;
                if sent.is_late {
                    self.report.late += 1;
                    tracing::warn!(%event, operation, late = 1, "scheduled within ten minutes of the start");
                }
            }
            CallResult::Again { .. } => self.report.again += 1,
            CallResult::Blocked { reason, .. } => {
                tracing::warn!(%event, operation, reason, "Recall blocked the call for event {event}: it is set aside for some minutes");
                self.report.blocked += 1;
            }
            CallResult::Dispatched => {
                tracing::info!(%event, operation, "the bot is on its way: it is sent out of the call");
                self.report.again += 1;
            }
            CallResult::Refused(reason) => {
                tracing::warn!(%event, operation, reason, abandoned = 1, "gave up");
                self.report.abandoned += 1;
            }
        }
        // The row may have a next step, or wait from now on.
        if self.head.calls.is_empty() {
            self.head.read_at = None;
        }
    }

    fn head_was_read(&mut self, due: &DueRows, rows: Vec<Decision>, most: usize) {
        let now = self.drain.clock.now();
        self.head.is_reading = false;
        self.head.waiting_until = due.waiting_until;
        self.head.is_cut = due.ready.len() >= most;
        let (flying, started) = (&self.flying, &self.head.started);
        let is_free =
            |row: &Decision| !flying.contains_key(&row.key) && !started.contains(&row.key);
        let rows = rows.into_iter().filter(is_free).collect();
        let mut plan = CallPlan::of(rows, now);
        if !self.is_admitted {
            plan.calls.sort_by_key(|call| call.row.is_blocked());
        }
        self.show(&plan);
        for row in plan.over {
            self.close(row);
        }
        for lane in &mut self.lanes {
            lane.wanted = 0;
        }
        for call in &plan.calls {
            let lane = self.lane(call.sent.operation());
            self.lanes[lane].wanted += 1;
        }
        self.head.calls = plan.calls.into();
    }

    /// Logs the first plan of a drain, and the others for who looks closely.
    fn show(&mut self, plan: &CallPlan) {
        if plan.calls.is_empty() && plan.over.is_empty() {
            return;
        }
        let (calls, over, is_cut) = (plan.calls.len(), plan.over.len(), self.head.is_cut);
        if std::mem::replace(&mut self.has_shown_plan, true) {
            tracing::debug!(calls, over, is_cut, %plan, "read the head again");
        } else {
            let first: Vec<_> = plan
                .calls
                .iter()
                .take(SHOWN)
                .map(ToString::to_string)
                .collect();
            tracing::info!(calls, over, is_cut, first = first.join("; "), "plan");
        }
    }
}
