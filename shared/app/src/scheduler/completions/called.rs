//! A call ended: its result is recorded, its row is left as it was, or calls
//! are blocked for a while.

use std::time::Duration;

use callsheet_domain::{CallAttempt, CallResult, Decision, Operation, Timestamp, plus};
use jiff::SignedDuration;

use crate::PortError;
use crate::scheduler::outcome::CallOutcome;
use crate::scheduler::state::RunState;
use crate::scheduler::task::{CompletedCall, RecordedCall, Task};

/// How long no worker calls after Recall has denied our key.
const DENIED: Duration = Duration::from_secs(30);

/// Applies a call that ended.
pub(super) fn apply(state: &mut RunState, call: CompletedCall, now: Timestamp) -> Vec<Task> {
    let CompletedCall {
        row,
        attempt,
        outcome,
        took,
    } = call;
    let operation = attempt.operation();
    note_response(state, operation, &outcome, took);
    match outcome {
        CallOutcome::Result(result) => vec![record(row, attempt, result)],
        CallOutcome::Blocked {
            service,
            reason,
            wait,
        } => {
            let denied = PortError::Denied {
                service,
                reason: reason.clone(),
            };
            let result = CallResult::Blocked { reason, wait };
            set_aside(state, row, attempt, result, denied, now)
        }
        CallOutcome::Shared => vec![Task::WaitForCopy(Box::new(row))],
        CallOutcome::NotMade => {
            state.in_flight.remove(&row.key);
            Vec::new()
        }
        CallOutcome::Throttled(wait) => {
            state.in_flight.remove(&row.key);
            state.report.again += 1;
            state.due.read_again();
            vec![block(state, operation, wait, now)]
        }
        CallOutcome::Denied(error) => {
            state.in_flight.remove(&row.key);
            deny(state, error, now)
        }
    }
}

/// Notes what the response shows about latency and about our access.
fn note_response(
    state: &mut RunState,
    operation: Operation,
    outcome: &CallOutcome,
    took: Option<Duration>,
) {
    let queue = state.queue(operation);
    queue.in_flight -= 1;
    if let Some(took) = took {
        queue.measure(took);
        let is_admitted = !matches!(
            outcome,
            CallOutcome::Denied(_) | CallOutcome::Blocked { .. }
        );
        if is_admitted {
            state.access.admit();
        }
    }
    if matches!(outcome, CallOutcome::Result(result) if !matches!(result, CallResult::Again { .. }))
    {
        state.access.let_through();
    }
}

fn record(row: Decision, attempt: CallAttempt, result: CallResult) -> Task {
    Task::RecordResult(Box::new(RecordedCall {
        row,
        attempt,
        result,
    }))
}

/// Sets aside a row whose call was blocked. The second one, of another meeting,
/// is the denial; rows whose calls were in flight then stay as they were.
fn set_aside(
    state: &mut RunState,
    row: Decision,
    attempt: CallAttempt,
    result: CallResult,
    denied: PortError,
    now: Timestamp,
) -> Vec<Task> {
    if state.is_denied() {
        state.in_flight.remove(&row.key);
        return Vec::new();
    }
    let mut tasks = Vec::new();
    if state.access.block(&row) {
        tasks = deny(state, denied, now);
    }
    tasks.push(record(row, attempt, result));
    tasks
}

/// Blocks all calls for a while, and stops the run.
fn deny(state: &mut RunState, error: PortError, now: Timestamp) -> Vec<Task> {
    if state.is_denied() {
        return Vec::new();
    }
    state.deny(error);
    let operations = state.queues.each_ref().map(|queue| queue.operation);
    let blocks = operations.map(|operation| block(state, operation, DENIED, now));
    blocks.into()
}

/// Blocks the calls of an operation, by any worker, for as long as `wait`.
fn block(state: &mut RunState, operation: Operation, wait: Duration, now: Timestamp) -> Task {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    let until = plus(now, wait);
    state.queue(operation).block_until(until);
    Task::BlockCalls { operation, until }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Service;
    use crate::scheduler::state::a_state;
    use callsheet_domain::IcalUid;
    use callsheet_testkit::{With as _, a_decision, at};

    /// A run with a call in flight for each of these meetings, and the calls.
    fn in_flight(meetings: &[&str]) -> (RunState, Vec<(Decision, CallAttempt)>) {
        let mut state = a_state();
        let calls = meetings.iter().map(|meeting| {
            let row = a_decision()
                .with(|row| row.key.ical_uid = IcalUid::parse(*meeting).expect("an ical_uid"));
            let attempt = CallAttempt::of(&row, at("09:30")).expect("it is due");
            let key = row.deduplication_key().expect("it wants a bot").clone();
            state.queue(attempt.operation()).start_call();
            state.in_flight.insert(row.key.clone(), key);
            (row, attempt)
        });
        let calls = calls.collect();
        (state, calls)
    }

    fn complete(
        state: &mut RunState,
        (row, attempt): (Decision, CallAttempt),
        outcome: CallOutcome,
    ) -> Vec<Task> {
        let call = CompletedCall {
            row,
            attempt,
            outcome,
            took: Some(Duration::from_millis(450)),
        };
        apply(state, call, at("09:30"))
    }

    fn blocked() -> CallOutcome {
        CallOutcome::Blocked {
            service: Service::Recall,
            reason: "403".to_owned(),
            wait: Duration::from_mins(4),
        }
    }

    fn records(tasks: &[Task]) -> usize {
        let is_record = |task: &&Task| matches!(task, Task::RecordResult(_));
        tasks.iter().filter(is_record).count()
    }

    fn blocks(tasks: &[Task]) -> usize {
        let is_block = |task: &&Task| matches!(task, Task::BlockCalls { .. });
        tasks.iter().filter(is_block).count()
    }

    #[test]
    fn a_result_is_recorded_and_its_row_stays_in_flight_until_then() {
        let (mut state, mut calls) = in_flight(&["one"]);
        let done = CallOutcome::Result(CallResult::Done(Vec::new()));
        let tasks = complete(&mut state, calls.remove(0), done);
        assert_eq!((records(&tasks), tasks.len()), (1, 1));
        assert_eq!(state.in_flight.len(), 1);
        assert_eq!(state.queue(Operation::ScheduleBot).in_flight, 0);
        assert!(state.access.is_admitted());
    }

    #[test]
    fn a_rate_limited_call_blocks_its_operation_and_leaves_the_row_due() {
        let (mut state, mut calls) = in_flight(&["one"]);
        let wait = Duration::from_secs(9);
        let tasks = complete(&mut state, calls.remove(0), CallOutcome::Throttled(wait));
        let [Task::BlockCalls { operation, until }] = tasks.as_slice() else {
            panic!("{tasks:?}");
        };
        assert_eq!(
            (*operation, *until),
            (Operation::ScheduleBot, at("09:30:09"))
        );
        assert!(state.in_flight.is_empty());
        assert_eq!(state.report.again, 1);
    }

    #[test]
    fn a_denial_blocks_every_operation_once_and_stops_the_run() {
        let (mut state, calls) = in_flight(&["one", "two"]);
        let denied = || {
            CallOutcome::Denied(PortError::Denied {
                service: Service::Recall,
                reason: "401".to_owned(),
            })
        };
        let mut blocked = Vec::new();
        for call in calls {
            blocked.push(blocks(&complete(&mut state, call, denied())));
        }
        assert_eq!(blocked, [4, 0]);
        assert!(state.is_denied() && state.in_flight.is_empty());
    }

    #[test]
    fn one_blocked_row_is_set_aside_and_a_second_meeting_is_the_denial() {
        let (mut state, calls) = in_flight(&["one", "two", "three"]);
        let mut tasks = Vec::new();
        for call in calls {
            let next = complete(&mut state, call, blocked());
            tasks.push((records(&next), blocks(&next), state.is_denied()));
        }
        assert_eq!(tasks, [(1, 0, false), (1, 4, true), (0, 0, true)]);
    }

    #[test]
    fn what_calls_show_is_kept_although_dynamodb_denied_a_read() {
        let (mut state, mut calls) = in_flight(&["one", "two"]);
        state.fail(PortError::Denied {
            service: Service::DynamoDb,
            reason: "AccessDeniedException".to_owned(),
        });
        let tasks = complete(&mut state, calls.remove(0), blocked());
        assert_eq!(records(&tasks), 1, "the blocked row is set aside");
        let denied = CallOutcome::Denied(PortError::Denied {
            service: Service::Recall,
            reason: "401".to_owned(),
        });
        let tasks = complete(&mut state, calls.remove(0), denied);
        assert_eq!(blocks(&tasks), 4, "Recall denies our key, too");
    }

    #[test]
    fn a_call_that_was_not_made_leaves_its_row_due() {
        let (mut state, mut calls) = in_flight(&["one"]);
        let tasks = complete(&mut state, calls.remove(0), CallOutcome::NotMade);
        assert!(tasks.is_empty() && state.in_flight.is_empty());
    }
}
