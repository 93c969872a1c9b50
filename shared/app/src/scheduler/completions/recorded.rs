//! The result of a call was written: it is counted and logged.

use callsheet_domain::CallResult;

use crate::metrics::Metric;
use crate::scheduler::state::RunState;
use crate::scheduler::task::RecordedCall;

/// Applies a result that was written.
pub(super) fn apply(state: &mut RunState, call: &RecordedCall) {
    let key = &call.row.key;
    state.in_flight.remove(key);
    if state.standing.note(&call.row, &call.result) && state.access.is_admitted() {
        state.order_calls();
    }
    let (event, operation) = (&key.event_id, call.attempt.operation().as_str());
    let report = &mut state.report;
    match &call.result {
        CallResult::Done(_) => {
            Metric::CallsDone.count(1_u32);
            report.applied += 1;
            if call.attempt.is_late {
                report.late += 1;
                tracing::warn!(%event, operation, "the bot for event {event} was scheduled late: within ten minutes of the start");
                Metric::Late.count(1_u32);
            }
        }
        CallResult::Again { .. } => {
            Metric::CallsAgain.count(1_u32);
            report.again += 1;
        }
        CallResult::Blocked { reason, .. } => {
            tracing::warn!(%event, operation, reason, "Recall blocked the call for event {event}: it is set aside for a while");
            Metric::CallsBlocked.count(1_u32);
            report.blocked += 1;
        }
        CallResult::Dispatched => {
            tracing::info!(%event, operation, "the bot for event {event} was already dispatched: it is sent out of the call");
            Metric::CallsAgain.count(1_u32);
            report.again += 1;
        }
        CallResult::Refused(reason) => {
            tracing::warn!(%event, operation, reason, "the decision about event {event} is abandoned, since Recall refused {operation}: {reason}");
            Metric::Abandoned.count(1_u32);
            report.abandoned += 1;
        }
    }
    // The row may have a next step, or wait from now on.
    if state.due.calls.is_empty() {
        state.due.read_again();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::report::{RunReport, StopReason};
    use crate::scheduler::state::a_state;
    use callsheet_domain::CallAttempt;
    use callsheet_testkit::{a_decision, at};
    use std::time::Duration;
    use test_case::test_case;

    fn reason() -> String {
        "as Recall has it".to_owned()
    }

    #[test_case(CallResult::Done(Vec::new()), "09:30", |report| report.applied = 1; "done")]
    #[test_case(CallResult::Done(Vec::new()), "09:55", |report| (report.applied, report.late) = (1, 1); "done within ten minutes of the start")]
    #[test_case(CallResult::Again { reason: reason(), wait: Duration::ZERO }, "09:30", |report| report.again = 1; "to be made again")]
    #[test_case(CallResult::Dispatched, "09:30", |report| report.again = 1; "the bot is already dispatched")]
    #[test_case(CallResult::Blocked { reason: reason(), wait: Duration::ZERO }, "09:30", |report| report.blocked = 1; "blocked")]
    #[test_case(CallResult::Refused(reason()), "09:30", |report| report.abandoned = 1; "refused for good")]
    fn a_result_is_counted(result: CallResult, now: &str, expected: fn(&mut RunReport)) {
        let mut state = a_state();
        let row = a_decision();
        let key = row.deduplication_key().expect("it wants a bot").clone();
        state.in_flight.insert(row.key.clone(), key);
        let call = RecordedCall {
            attempt: CallAttempt::of(&row, at(now)).expect("it is due"),
            row,
            result,
        };
        apply(&mut state, &call);
        let mut report = RunReport::empty(StopReason::Idle);
        expected(&mut report);
        assert_eq!(state.report, report);
        assert!(state.in_flight.is_empty());
    }
}
