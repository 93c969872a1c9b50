//! The state of a run: plain data, without ports.

use std::collections::{HashMap, HashSet};

use callsheet_domain::{Decision, DecisionKey, DeduplicationKey, Operation, Timestamp, plus};
use jiff::SignedDuration;

use crate::PortError;
use crate::ports::Held;
use crate::scheduler::access::RunAccess;
use crate::scheduler::call_queue::{CallQueue, NextSlot};
use crate::scheduler::due_batch::DueBatch;
use crate::scheduler::parked_calls::ParkedCalls;
use crate::scheduler::plan::PlannedCall;
use crate::scheduler::report::{RunReport, StopReason};
use crate::scheduler::run_lease::RunLease;
use crate::scheduler::settings::SchedulerSettings;
use crate::scheduler::standing_bots::StandingBots;
use crate::scheduler::task::{BadRow, RowProblem};

/// Rows are parked for no longer than this: one of them may want another call by then.
const PARKED: SignedDuration = SignedDuration::from_secs(30);

/// The state of a run.
#[derive(Debug)]
pub(super) struct RunState {
    pub(super) settings: SchedulerSettings,
    pub(super) report: RunReport,
    pub(super) due: DueBatch,
    /// One queue for each operation that a row may want.
    pub(super) queues: [CallQueue; 4],
    /// Rows with a call in flight, or with a result that is being written, and
    /// the deduplication key of each row's bot.
    pub(super) in_flight: HashMap<DecisionKey, DeduplicationKey>,
    /// Bots that stand, since a call of this run scheduled them.
    pub(super) standing: StandingBots,
    /// Rows whose bot is to leave its call, and no copy claimed it when it was asked.
    pub(super) unclaimed: HashSet<DecisionKey>,
    /// Rows that cannot be read or written. The run leaves them alone.
    set_aside: HashSet<DecisionKey>,
    /// Rows whose limit is blocked, and hid others.
    pub(super) parked: ParkedCalls,
    pub(super) lease: RunLease,
    pub(super) access: RunAccess,
    /// Whether a plan was logged.
    pub(super) has_logged_plan: bool,
    /// When the owners of shared bots are checked next; none if at once.
    pub(super) next_owner_check: Option<Timestamp>,
    failure: Option<PortError>,
}

impl RunState {
    pub(super) fn new(settings: SchedulerSettings, held: Held) -> Self {
        Self {
            settings,
            report: RunReport::empty(StopReason::Idle),
            due: DueBatch::default(),
            queues: [
                CallQueue::new(Operation::ScheduleBot, settings.schedule),
                CallQueue::new(Operation::UnscheduleBot, settings.unschedule),
                CallQueue::new(Operation::GetEvent, settings.find),
                CallQueue::new(Operation::LeaveCall, settings.leave),
            ],
            in_flight: HashMap::new(),
            standing: StandingBots::default(),
            unclaimed: HashSet::new(),
            set_aside: HashSet::new(),
            parked: ParkedCalls::default(),
            lease: RunLease::new(held, settings.lease),
            access: RunAccess::default(),
            has_logged_plan: false,
            next_owner_check: None,
            failure: None,
        }
    }

    /// Why no further task may start at `now`, in a run until `until`.
    pub(super) fn must_stop(&self, now: Timestamp, until: Timestamp) -> Option<StopReason> {
        if self.failure.is_some() || now >= until {
            Some(StopReason::DeadlineReached)
        } else if self.lease.is_lost(now) {
            Some(StopReason::LeaseLost)
        } else if self.access.is_held() {
            Some(StopReason::Held)
        } else {
            None
        }
    }

    /// When to read the due rows again while no row can be started; none if the
    /// run may end.
    pub(super) fn next_read(&mut self, now: Timestamp) -> Option<Timestamp> {
        let patience = self.patience();
        self.due.next_read(now, patience)
    }

    /// When the first of the waiting rows may be called, if the run would wait for it.
    pub(super) fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.due.waits_until(now, self.patience())
    }

    fn patience(&self) -> SignedDuration {
        SignedDuration::try_from(self.settings.patience).unwrap_or(SignedDuration::MAX)
    }

    /// The queue of an operation.
    pub(super) fn queue(&mut self, operation: Operation) -> &mut CallQueue {
        let mut queues = self.queues.iter_mut();
        let queue = queues.find(|queue| queue.operation == operation);
        queue.expect("every operation that a row may want has a queue")
    }

    /// When the next call of an operation may be made. There is no slot while as
    /// many calls are in flight as may be.
    pub(super) fn next_slot(&mut self, operation: Operation, now: Timestamp) -> NextSlot {
        let is_any_in_flight = self.queues.iter().any(|queue| queue.in_flight > 0);
        let most = self.settings.most_in_flight;
        let most = self.access.most_in_flight(most, is_any_in_flight);
        // Results that are not written yet hold up calls, too, but later.
        let is_behind = self.in_flight.len() >= self.settings.most_in_flight * 2;
        let queue = self.queue(operation);
        if is_behind || queue.in_flight >= queue.most_in_flight(most) {
            return NextSlot::NoPermit;
        }
        queue.next_slot(now)
    }

    /// Whether a call for the same bot is in flight. Recall would refuse a second one.
    pub(super) fn is_bot_in_flight(&self, row: &Decision) -> bool {
        let key = row.deduplication_key();
        key.is_some_and(|key| self.in_flight.values().any(|other| other == key))
    }

    /// Whether the run makes no call for this row now: one is in flight already, or
    /// the row is set aside.
    pub(super) fn is_excluded(&self, key: &DecisionKey) -> bool {
        self.in_flight.contains_key(key) || self.set_aside.contains(key)
    }

    /// Digests of the keys of the bots that stand or have a call in flight.
    pub(super) fn standing(&self) -> HashSet<String> {
        let in_flight = self.in_flight.values().map(DeduplicationKey::digest);
        self.standing.digests().chain(in_flight).collect()
    }

    /// Puts the planned calls into the order of their turns.
    pub(super) fn order_calls(&mut self) {
        let (calls, standing) = (&mut self.due.calls, &self.standing);
        calls
            .make_contiguous()
            .sort_by_key(|call| standing.turn(&call.row));
    }

    /// The rows that reads of the due rows leave out.
    pub(super) fn excluded(&self) -> HashSet<DecisionKey> {
        self.in_flight
            .keys()
            .chain(&self.set_aside)
            .chain(self.parked.rows())
            .cloned()
            .collect()
    }

    /// Parks the calls of the batch if none of them may be made before `soon`, and the index has
    /// more rows than were read.
    pub(super) fn park_blocked(&mut self, now: Timestamp, soon: Timestamp) {
        self.parked.release(now);
        if !self.due.has_more() {
            return;
        }
        let blocked = |planned: &PlannedCall| {
            let operation = planned.attempt.operation();
            let mut queues = self.queues.iter();
            let queue = queues.find(|queue| queue.operation == operation)?;
            queue.blocked_beyond(soon)
        };
        let until: Option<Vec<_>> = self.due.calls.iter().map(blocked).collect();
        if let Some(until) = until.and_then(|until| until.into_iter().min()) {
            let rows = self.due.calls.iter().map(|planned| planned.row.key.clone());
            self.parked.park(rows, until.min(plus(now, PARKED)));
        }
    }

    /// Sets a row aside that cannot be read or written: it is logged and counted,
    /// once a run.
    pub(super) fn set_aside(&mut self, row: BadRow) {
        let BadRow { key, problem } = row;
        self.in_flight.remove(&key);
        let event = key.event_id.clone();
        if !self.set_aside.insert(key) {
            return;
        }
        match problem {
            RowProblem::Unreadable(problem) => {
                self.report.unreadable += 1;
                tracing::warn!(%event, problem, "the decision about event {event} is left out of this run, since its row cannot be read: {problem}");
            }
            RowProblem::Unwritable(problem) => {
                self.report.unwritable += 1;
                tracing::warn!(%event, problem, "the decision about event {event} is left out of this run, since its row cannot be written: {problem}");
            }
        }
    }

    /// Stops the run because of a failure; the first one counts.
    pub(super) fn fail(&mut self, error: PortError) {
        self.failure.get_or_insert(error);
    }

    /// Stops the run because Recall refuses our key, whatever failed before.
    pub(super) fn deny(&mut self, error: PortError) {
        self.access.deny();
        self.failure = Some(error);
    }

    /// The failure that stopped the run.
    pub(super) fn take_failure(&mut self) -> Option<PortError> {
        self.failure.take()
    }
}

/// A run for unit tests: all limits 600 a minute, ten in flight, held for 30 s
/// from half past nine.
#[cfg(test)]
pub(super) fn a_state() -> RunState {
    use callsheet_domain::{RateLimit, plus};
    use callsheet_testkit::at;
    use std::time::Duration;

    let limit = RateLimit::per_minute(600, 1);
    let settings = SchedulerSettings {
        schedule: limit,
        unschedule: limit,
        find: limit,
        leave: limit,
        most_in_flight: 10,
        lease: Duration::from_secs(30),
        patience: Duration::from_secs(35),
    };
    let held = Held {
        fence: 1,
        wakeups: 0,
        until: plus(at("09:30"), SignedDuration::from_secs(30)),
    };
    RunState::new(settings, held)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::Denial;
    use crate::{Entry, Service};
    use callsheet_testkit::{a_decision, at};
    use test_case::test_case;

    fn unavailable() -> PortError {
        PortError::Unavailable {
            service: Service::DynamoDb,
            reason: "cut".to_owned(),
            source: None,
        }
    }

    fn denied() -> PortError {
        PortError::Denied {
            service: Service::Recall,
            reason: "401".to_owned(),
        }
    }

    #[test_case("09:30", "09:31", None; "time and lease left")]
    #[test_case("09:31", "09:31", Some(StopReason::DeadlineReached); "the time is up")]
    #[test_case("09:30:30", "09:31", Some(StopReason::LeaseLost); "the lease has expired")]
    fn a_run_stops(now: &str, until: &str, expected: Option<StopReason>) {
        assert_eq!(a_state().must_stop(at(now), at(until)), expected);
    }

    #[test]
    fn a_run_stops_while_recall_denies_our_key() {
        let mut state = a_state();
        let denial = Denial {
            since: at("08:00"),
            reason: "401".to_owned(),
            next_probe_at: at("09:31"),
        };
        state.access.end_entry(&Entry::Held(denial), at("09:30"));
        let stopped = state.must_stop(at("09:30"), at("09:31"));
        assert_eq!(stopped, Some(StopReason::Held));
    }

    #[test]
    fn the_first_failure_stops_a_run_and_a_denial_replaces_it() {
        let mut state = a_state();
        state.fail(unavailable());
        state.fail(denied());
        assert!(!state.access.is_denied());
        let stopped = state.must_stop(at("09:30"), at("09:31"));
        assert_eq!(stopped, Some(StopReason::DeadlineReached));
        state.deny(denied());
        assert!(state.access.is_denied());
        assert!(state.take_failure().is_some());
        assert!(state.take_failure().is_none());
    }

    #[test]
    fn a_denial_by_another_service_stops_a_run_and_is_no_denial_of_our_key() {
        for service in [Service::DynamoDb, Service::Sqs] {
            let mut state = a_state();
            state.fail(PortError::Denied {
                service,
                reason: "AccessDeniedException".to_owned(),
            });
            let stopped = state.must_stop(at("09:30"), at("09:31"));
            assert_eq!(stopped, Some(StopReason::DeadlineReached));
            assert!(!state.access.is_denied(), "{service}");
        }
    }

    #[test]
    fn a_row_that_is_set_aside_is_excluded_and_counted_once() {
        let mut state = a_state();
        let row = a_decision();
        let key = row.deduplication_key().expect("it wants a bot").clone();
        state.in_flight.insert(row.key.clone(), key);
        for _ in 0..2 {
            state.set_aside(BadRow {
                key: row.key.clone(),
                problem: RowProblem::Unwritable("too large".to_owned()),
            });
        }
        assert_eq!((state.report.unwritable, state.report.unreadable), (1, 0));
        assert!(state.in_flight.is_empty() && state.is_excluded(&row.key));
        assert_eq!(state.excluded(), HashSet::from([row.key]));
    }

    #[test]
    fn calls_for_one_bot_are_not_in_flight_together() {
        let mut state = a_state();
        let row = a_decision();
        assert!(!state.is_bot_in_flight(&row));
        let key = row.deduplication_key().expect("it wants a bot").clone();
        state.in_flight.insert(row.key.clone(), key);
        assert!(state.is_bot_in_flight(&row));
    }
}
