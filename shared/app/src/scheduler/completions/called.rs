//! A call ended: its result is recorded, its row is left as it was, or calls
//! are blocked for a while.

use std::time::Duration;

use callsheet_domain::{CallAttempt, CallResult, Decision, Operation, Timestamp, plus};
use jiff::SignedDuration;

use crate::scheduler::outcome::CallOutcome;
use crate::scheduler::state::RunState;
use crate::scheduler::task::{BadRow, CompletedCall, RecordedCall, RowProblem, Task};
use crate::{PortError, Service};

/// How long no bot call is made after those of two meetings were blocked.
const TWO_BLOCKED: Duration = Duration::from_secs(30);

/// Applies a call that ended.
pub(super) fn apply(state: &mut RunState, call: CompletedCall, now: Timestamp) -> Vec<Task> {
    let CompletedCall {
        row,
        attempt,
        outcome,
        took,
    } = call;
    let operation = attempt.operation();
    let ends_denial = note_response(state, operation, &outcome, took);
    let mut tasks = follow_up(state, row, attempt, outcome, now);
    if ends_denial {
        tasks.push(Task::NoteAdmission);
    }
    tasks
}

/// The tasks that follow from the outcome of a call.
fn follow_up(
    state: &mut RunState,
    row: Decision,
    attempt: CallAttempt,
    outcome: CallOutcome,
    now: Timestamp,
) -> Vec<Task> {
    let operation = attempt.operation();
    match outcome {
        CallOutcome::Result(result) => vec![record(row, attempt, result)],
        CallOutcome::Unanswered { reason, wait } => {
            vec![record(row, attempt, CallResult::Again { reason, wait })]
        }
        CallOutcome::Blocked { reason, wait } => set_aside(state, row, attempt, reason, wait, now),
        CallOutcome::Shared => vec![Task::WaitForCopy(Box::new(row))],
        CallOutcome::NotMade => {
            state.in_flight.remove(&row.key);
            Vec::new()
        }
        CallOutcome::Unwritable(reason) => {
            state.set_aside(BadRow {
                key: row.key,
                problem: RowProblem::Unwritable(reason),
            });
            Vec::new()
        }
        CallOutcome::Throttled(wait) => {
            state.in_flight.remove(&row.key);
            state.report.again += 1;
            state.due.read_again();
            vec![block(state, operation, wait, now)]
        }
        CallOutcome::Denied(reason) => {
            state.in_flight.remove(&row.key);
            deny(state, reason)
        }
    }
}

/// Notes what the response shows about latency and about our access; returns
/// whether it ends a denial.
fn note_response(
    state: &mut RunState,
    operation: Operation,
    outcome: &CallOutcome,
    took: Option<Duration>,
) -> bool {
    let queue = state.queue(operation);
    queue.in_flight -= 1;
    if let Some(took) = took {
        queue.measure(took);
    }
    let answer = outcome.answer();
    answer.is_some_and(|answer| state.access.note(answer))
}

fn record(row: Decision, attempt: CallAttempt, result: CallResult) -> Task {
    Task::RecordResult(Box::new(RecordedCall {
        row,
        attempt,
        result,
    }))
}

/// Sets aside a row whose call was blocked. The second one, of another meeting,
/// stops the run; rows whose calls were in flight then stay as they were.
fn set_aside(
    state: &mut RunState,
    row: Decision,
    attempt: CallAttempt,
    reason: String,
    wait: Duration,
    now: Timestamp,
) -> Vec<Task> {
    if state.access.is_denied() {
        state.in_flight.remove(&row.key);
        return Vec::new();
    }
    let mut tasks = Vec::new();
    if state.access.block(&row) {
        tasks = stop_blocked(state, &reason, now);
    }
    let result = CallResult::Blocked { reason, wait };
    tasks.push(record(row, attempt, result));
    tasks
}

/// Stops the run after the calls of two meetings were blocked. The key may lack a
/// permission, so it is read again, and all bot calls wait for a while: the rows
/// that are written would wake one run after the other. Syncs go on.
fn stop_blocked(state: &mut RunState, reason: &str, now: Timestamp) -> Vec<Task> {
    state.deny(PortError::Blocked {
        service: Service::Recall,
        reason: format!(
            "{reason}; so were the calls of two meetings, with none let through between them"
        ),
    });
    let operations = state.queues.each_ref().map(|queue| queue.operation);
    let blocks = operations.map(|operation| block(state, operation, TWO_BLOCKED, now));
    let mut tasks = Vec::from(blocks);
    tasks.push(Task::RenewKey);
    tasks
}

/// Stops the run since Recall denies our key, and stores that once.
fn deny(state: &mut RunState, reason: String) -> Vec<Task> {
    if state.access.is_denied() {
        return Vec::new();
    }
    state.deny(PortError::Denied {
        service: Service::Recall,
        reason: reason.clone(),
    });
    vec![Task::NoteDenial(reason)]
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
    use crate::Entry;
    use crate::scheduler::access::an_open_access;
    use crate::scheduler::state::a_state;
    use callsheet_domain::IcalUid;
    use callsheet_testkit::{With as _, a_decision, at};

    /// A run with a call in flight for each of these meetings, and the calls.
    fn in_flight(meetings: &[&str]) -> (RunState, Vec<(Decision, CallAttempt)>) {
        let mut state = a_state();
        state.access = an_open_access();
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
            reason: "403".to_owned(),
            wait: Duration::from_mins(4),
        }
    }

    fn denied() -> CallOutcome {
        CallOutcome::Denied("401".to_owned())
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
    fn a_denial_is_stored_once_and_stops_the_run() {
        let (mut state, calls) = in_flight(&["one", "two"]);
        let mut stored = Vec::new();
        for call in calls {
            let tasks = complete(&mut state, call, denied());
            let is_stored =
                |task: &&Task| matches!(task, Task::NoteDenial(reason) if reason == "401");
            stored.push((tasks.iter().filter(is_stored).count(), tasks.len()));
        }
        assert_eq!(stored, [(1, 1), (0, 0)]);
        assert!(state.access.is_denied() && state.in_flight.is_empty());
        let failure = state.take_failure().expect("the run fails");
        assert!(failure.is_recall_denial(), "{failure}");
    }

    #[test]
    fn a_probe_that_is_let_through_stores_the_admission() {
        let (mut state, mut calls) = in_flight(&["one", "two"]);
        state.access.end_entry(&Entry::Probe, at("09:30"));
        let done = || CallOutcome::Result(CallResult::Done(Vec::new()));
        let is_admission = |task: &Task| matches!(task, Task::NoteAdmission);
        let first = complete(&mut state, calls.remove(0), done());
        assert!(first.iter().any(is_admission), "{first:?}");
        let second = complete(&mut state, calls.remove(0), done());
        assert!(!second.iter().any(is_admission), "{second:?}");
    }

    #[test]
    fn an_unanswered_probe_is_recorded_and_holds_the_run() {
        let (mut state, mut calls) = in_flight(&["one"]);
        state.access.end_entry(&Entry::Probe, at("09:30"));
        let unanswered = CallOutcome::Unanswered {
            reason: "503".to_owned(),
            wait: Duration::from_secs(2),
        };
        let tasks = complete(&mut state, calls.remove(0), unanswered);
        assert_eq!((records(&tasks), tasks.len()), (1, 1));
        assert!(state.access.is_held());
    }

    #[test]
    fn one_blocked_row_is_set_aside_and_a_second_meeting_is_the_denial() {
        let (mut state, calls) = in_flight(&["one", "two", "three"]);
        let mut tasks = Vec::new();
        for call in calls {
            let next = complete(&mut state, call, blocked());
            let is_stored = |task: &Task| matches!(task, Task::NoteDenial(_));
            assert!(!next.iter().any(is_stored), "syncs go on");
            tasks.push((records(&next), blocks(&next), state.access.is_denied()));
        }
        assert_eq!(tasks, [(1, 0, false), (1, 4, true), (0, 0, true)]);
        let failure = state.take_failure().expect("the run fails");
        assert!(matches!(failure, PortError::Blocked { .. }), "{failure}");
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
        let tasks = complete(&mut state, calls.remove(0), denied());
        assert!(
            matches!(tasks.as_slice(), [Task::NoteDenial(_)]),
            "{tasks:?}"
        );
    }

    #[test]
    fn a_call_that_was_not_made_leaves_its_row_due() {
        let (mut state, mut calls) = in_flight(&["one"]);
        let tasks = complete(&mut state, calls.remove(0), CallOutcome::NotMade);
        assert!(tasks.is_empty() && state.in_flight.is_empty());
    }
}
