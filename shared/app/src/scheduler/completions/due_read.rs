//! The due rows were read: the calls they want replace those that were planned.

use callsheet_domain::{Call, Decision, Timestamp};

use crate::scheduler::plan::CallPlan;
use crate::scheduler::state::RunState;
use crate::scheduler::task::{DueRead, Task};

/// How many calls of a plan are logged.
const CALLS_LOGGED: usize = 10;

/// Applies a read of the due rows; returns the rows to be closed.
pub(super) fn apply(state: &mut RunState, read: DueRead, now: Timestamp) -> Vec<Task> {
    let DueRead {
        due,
        rows,
        unreadable,
    } = read;
    for row in unreadable {
        state.set_aside(row.into());
    }
    let waiting_until = due.waiting_until.into_iter().chain(state.parked.until());
    state.due.end_read(waiting_until.min(), due.has_more);
    let is_free = |row: &Decision| !state.is_excluded(&row.key) && !state.due.is_started(&row.key);
    let rows = rows.into_iter().filter(is_free).collect();
    let mut plan = CallPlan::of(rows, now);
    let standing = &state.standing;
    plan.calls.sort_by_key(|call| standing.turn(&call.row));
    if !state.access.is_admitted() {
        plan.calls.sort_by_key(|call| call.row.is_blocked());
    }
    log(state, &plan);
    let mut tasks = ask_for_copies(state, &mut plan);
    for queue in &mut state.queues {
        queue.wanted = 0;
    }
    for call in &plan.calls {
        state.queue(call.attempt.operation()).wanted += 1;
    }
    state.due.calls = plan.calls.into();
    let over = plan.over.into_iter().map(|row| {
        state.due.start(row.key.clone());
        Task::CloseEnded(Box::new(row))
    });
    tasks.extend(over);
    tasks
}

/// Takes the calls out of the plan that send a bot out of its call, until it is known that no
/// other copy claims the bot: a row that only waits for a copy needs no permit.
fn ask_for_copies(state: &mut RunState, plan: &mut CallPlan) -> Vec<Task> {
    let (asked, calls) = std::mem::take(&mut plan.calls)
        .into_iter()
        .partition::<Vec<_>, _>(|call| {
            let leaves = matches!(call.attempt.call, Call::Leave(_));
            leaves && !state.unclaimed.contains(&call.row.key)
        });
    plan.calls = calls;
    let asked = asked.into_iter().map(|call| call.row);
    let ask = asked.map(|row| {
        if let Some(bot) = row.deduplication_key() {
            state.in_flight.insert(row.key.clone(), bot.clone());
        }
        Task::AskForCopies(Box::new(row))
    });
    ask.collect()
}

/// Logs the first plan of a run at level info, and the others at level debug.
fn log(state: &mut RunState, plan: &CallPlan) {
    let (calls, over, has_more) = (plan.calls.len(), plan.over.len(), state.due.has_more());
    if calls == 0 && over == 0 {
        return;
    }
    if std::mem::replace(&mut state.has_logged_plan, true) {
        tracing::debug!(calls, over, has_more, %plan, "scheduler planned again: {calls} calls, {over} meetings over");
        return;
    }
    let first = plan
        .calls
        .iter()
        .take(CALLS_LOGGED)
        .map(ToString::to_string);
    let first = first.collect::<Vec<_>>().join("; ");
    tracing::info!(
        calls,
        over,
        has_more,
        first,
        "scheduler planned {calls} calls, {over} meetings over"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{DueRows, UnreadableRow};
    use crate::scheduler::access::{Answer, an_open_access};
    use crate::scheduler::state::a_state;
    use callsheet_domain::{
        CallAttempt, CallResult, EventId, IcalUid, Operation, apply_result, plus,
    };
    use callsheet_testkit::{With as _, a_decision, at};
    use jiff::SignedDuration;

    fn row(name: &str) -> Decision {
        a_decision().with(|row| {
            row.key.event_id = EventId::parse(name).expect("an id");
            row.key.ical_uid = IcalUid::parse(name).expect("an ical_uid");
        })
    }

    fn read(state: &mut RunState, rows: Vec<Decision>) -> Vec<Task> {
        let read = DueRead {
            due: DueRows {
                ready: rows.iter().map(|row| row.key.clone()).collect(),
                ..DueRows::default()
            },
            rows,
            unreadable: Vec::new(),
        };
        apply(state, read, at("09:30"))
    }

    fn planned(state: &RunState) -> Vec<&str> {
        let calls = state.due.calls.iter();
        calls.map(|call| call.row.key.event_id.as_str()).collect()
    }

    #[test]
    fn rows_in_flight_or_started_since_the_read_began_are_not_planned() {
        let mut state = a_state();
        let key = row("a").deduplication_key().expect("a bot").clone();
        state.in_flight.insert(row("a").key, key);
        state.due.start(row("b").key);
        let tasks = read(&mut state, vec![row("a"), row("b"), row("c")]);
        assert!(tasks.is_empty());
        assert_eq!(planned(&state), ["c"]);
        assert_eq!(state.queue(Operation::ScheduleBot).wanted, 1);
    }

    #[test]
    fn an_unreadable_row_is_set_aside_and_the_others_are_planned() {
        let mut state = a_state();
        let unreadable = UnreadableRow {
            key: row("a").key,
            calendar_id: None,
            problem: "its version is 9".to_owned(),
        };
        for _ in 0..2 {
            let read = DueRead {
                due: DueRows {
                    ready: vec![row("a").key, row("b").key],
                    ..DueRows::default()
                },
                rows: vec![row("b")],
                unreadable: vec![unreadable.clone()],
            };
            apply(&mut state, read, at("09:30"));
        }
        assert_eq!(planned(&state), ["b"]);
        assert!(state.is_excluded(&row("a").key));
        assert_eq!(state.report.unreadable, 1);
    }

    #[test]
    fn a_meeting_that_is_over_is_closed_once() {
        let mut state = a_state();
        let over = || row("over").with(|row| row.ends_at = at("09:30"));
        assert_eq!(read(&mut state, vec![over()]).len(), 1);
        assert_eq!(
            read(&mut state, vec![over()]).len(),
            0,
            "it is being closed"
        );
    }

    #[test]
    fn rows_that_were_blocked_before_come_last_until_recall_admits_a_call() {
        let blocked = || {
            let before = plus(at("09:30"), SignedDuration::from_mins(-20));
            let attempt = CallAttempt::of(&row("a"), before).expect("it is due");
            let result = CallResult::Blocked {
                reason: "403".to_owned(),
                wait: std::time::Duration::from_mins(4),
            };
            apply_result(row("a"), &attempt, result, before)
        };
        let mut state = a_state();
        read(&mut state, vec![blocked(), row("b")]);
        assert_eq!(planned(&state), ["b", "a"]);
        state.access = an_open_access();
        state.access.note(Answer::LetThrough);
        read(&mut state, vec![blocked(), row("b")]);
        assert_eq!(planned(&state), ["a", "b"]);
    }
}
