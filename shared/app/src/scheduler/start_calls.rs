//! Decides which tasks a run starts next: calls above all, and the upkeep they
//! need, which is the lease, the due rows and the permits.

use callsheet_domain::{CallAttempt, Operation, Timestamp, plus};
use jiff::SignedDuration;

use crate::ports::DueQuery;
use crate::scheduler::call_queue::NextSlot;
use crate::scheduler::due_batch::READ_INTERVAL;
use crate::scheduler::plan::PlannedCall;
use crate::scheduler::state::RunState;
use crate::scheduler::task::{PermitRequest, Task};

/// The due rows are read for as many seconds of calls, twice a second.
const SECONDS_READ: usize = 2;
/// The most rows of one bot that are read behind its first: about as many calls, one after
/// the other, as Recall answers between two reads.
const MOST_OF_A_BOT: usize = 2;
/// How far ahead of its instant a permit is acquired.
const ACQUIRED_AHEAD: SignedDuration = SignedDuration::from_secs(2);
/// How often the owners of shared bots are checked.
const OWNER_CHECKS: SignedDuration = SignedDuration::from_secs(10);

/// The tasks to start at `now`, and when to ask again if no task completes before.
pub(super) fn next_tasks(state: &mut RunState, now: Timestamp) -> (Vec<Task>, Timestamp) {
    let mut tasks = Vec::new();
    tasks.extend(extend_lease(state, now));
    tasks.extend(read_due(state, now));
    tasks.extend(check_owners(state, now));
    tasks.extend(enter_gate(state, now));
    let next_slot = start_calls(state, now, &mut tasks);
    acquire_permits(state, now, &mut tasks);
    (tasks, next_slot)
}

fn extend_lease(state: &mut RunState, now: Timestamp) -> Option<Task> {
    let until = state.lease.begin_extension(now)?;
    let held = state.lease.held;
    Some(Task::ExtendLease { held, until })
}

/// Enters through the gate once there is a call to make.
fn enter_gate(state: &mut RunState, now: Timestamp) -> Option<Task> {
    let enters = !state.due.calls.is_empty() && state.access.begin_entry(now);
    enters.then_some(Task::EnterGate)
}

fn read_due(state: &mut RunState, now: Timestamp) -> Option<Task> {
    if !state.due.begin_read(now) {
        return None;
    }
    state.park_blocked(now, plus(now, READ_INTERVAL));
    let limits = state.queues.iter().map(|queue| queue.rate_limit);
    let a_second: u32 = limits.map(callsheet_domain::RateLimit::a_second).sum();
    Some(Task::ReadDue(DueQuery {
        now,
        most: a_second as usize * SECONDS_READ,
        most_of_a_bot: MOST_OF_A_BOT,
        excluded: state.excluded(),
        standing: state.standing(),
    }))
}

/// Checks owners at the beginning of a run, and every few seconds of it.
fn check_owners(state: &mut RunState, now: Timestamp) -> Option<Task> {
    if state.next_owner_check.is_some_and(|next| now < next) {
        return None;
    }
    state.next_owner_check = Some(plus(now, OWNER_CHECKS));
    Some(Task::CheckOwners)
}

/// Starts calls in order of the meetings' start, as far as permits, calls in
/// flight, deduplication keys and the lease allow. Returns when the next permit
/// may be used.
fn start_calls(state: &mut RunState, now: Timestamp, tasks: &mut Vec<Task>) -> Timestamp {
    let mut next_slot = plus(now, READ_INTERVAL);
    let mut without_slot: Vec<Operation> = Vec::with_capacity(state.queues.len());
    let calls_until = state.lease.calls_until();
    let mut index = 0;
    while now < calls_until
        && without_slot.len() < state.queues.len()
        && let Some(planned) = state.due.calls.get(index)
    {
        let operation = planned.attempt.operation();
        if without_slot.contains(&operation) || state.is_bot_in_flight(&planned.row) {
            index += 1;
            continue;
        }
        if planned.row.is_over(now) {
            tasks.extend(close_ended(state, index));
            continue;
        }
        // The meeting has ended since the row was read, and has a bot at another start.
        let next = CallAttempt::of(&planned.row, now).map(|attempt| attempt.operation());
        if next != Some(operation) {
            remove(state, index);
            state.due.read_again();
            continue;
        }
        match state.next_slot(operation, now) {
            NextSlot::Now => {
                let planned = state.due.calls.remove(index);
                tasks.extend(planned.map(|planned| start_call(state, planned, calls_until, now)));
                continue;
            }
            NextSlot::At(instant) => next_slot = next_slot.min(instant),
            NextSlot::NoPermit => {}
        }
        without_slot.push(operation);
        index += 1;
    }
    next_slot
}

fn start_call(
    state: &mut RunState,
    mut planned: PlannedCall,
    calls_until: Timestamp,
    now: Timestamp,
) -> Task {
    state.queue(planned.attempt.operation()).start_call();
    let row = &planned.row;
    // As of now: the call may have become late since the row was read.
    if let Some(attempt) = CallAttempt::of(row, now) {
        planned.attempt = attempt;
    }
    if let Some(key) = row.deduplication_key() {
        state.in_flight.insert(row.key.clone(), key.clone());
    }
    state.unclaimed.remove(&row.key);
    state.due.start(row.key.clone());
    Task::Call {
        planned: Box::new(planned),
        calls_until,
    }
}

/// The meeting was over before its call got a permit.
fn close_ended(state: &mut RunState, index: usize) -> Option<Task> {
    let PlannedCall { row, .. } = remove(state, index)?;
    state.due.start(row.key.clone());
    Some(Task::CloseEnded(Box::new(row)))
}

/// Removes a call that is not made.
fn remove(state: &mut RunState, index: usize) -> Option<PlannedCall> {
    let planned = state.due.calls.remove(index)?;
    let queue = state.queue(planned.attempt.operation());
    queue.wanted = queue.wanted.saturating_sub(1);
    Some(planned)
}

fn acquire_permits(state: &mut RunState, now: Timestamp, tasks: &mut Vec<Task>) {
    if !state.access.may_call() {
        return;
    }
    for queue in &mut state.queues {
        let Some(count) = queue.begin_acquiring(now) else {
            continue;
        };
        tasks.push(Task::AcquirePermits(PermitRequest {
            operation: queue.operation,
            rate_limit: queue.rate_limit,
            count,
            now,
            latest: plus(now, ACQUIRED_AHEAD),
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::super::access::{Answer, RunAccess, an_open_access};
    use super::super::state::a_state;
    use super::*;
    use crate::ports::PermitResult;
    use callsheet_domain::{Applied, Decision, EventId, IcalUid, Permits, Wanted};
    use callsheet_testkit::{With as _, a_decision, an_applied_bot, at};

    fn row(number: usize) -> Decision {
        a_decision().with(|row| {
            row.key.event_id = EventId::parse(format!("event-{number}")).expect("an id");
            row.key.ical_uid = IcalUid::parse(format!("meeting-{number}")).expect("an ical_uid");
            if let Wanted::Bot(bot) = &mut row.wanted {
                bot.deduplication_key =
                    callsheet_domain::DeduplicationKey::parse(format!("bot-{number}"))
                        .expect("a key");
            }
        })
    }

    fn planned(row: Decision) -> PlannedCall {
        let attempt = CallAttempt::of(&row, at("09:29")).expect("it is due");
        PlannedCall { row, attempt }
    }

    /// A run with these rows and a permit for each at half past nine.
    fn with_permits(rows: Vec<Decision>) -> RunState {
        let mut state = a_state();
        state.access = an_open_access();
        state.access.note(Answer::LetThrough);
        let count = u32::try_from(rows.len()).expect("few");
        let queue = state.queue(Operation::ScheduleBot);
        queue.wanted = rows.len();
        queue.end_acquiring(PermitResult::Granted(Permits {
            first_at: at("09:30"),
            interval: SignedDuration::ZERO,
            count,
        }));
        state.due.calls = rows.into_iter().map(planned).collect();
        state
    }

    fn called(tasks: &[Task]) -> Vec<&str> {
        let calls = tasks.iter().filter_map(|task| match task {
            Task::Call { planned, .. } => Some(planned.row.key.event_id.as_str()),
            _ => None,
        });
        calls.collect()
    }

    #[test]
    fn a_run_begins_with_a_read_of_the_due_rows() {
        let mut state = a_state();
        let (tasks, next) = next_tasks(&mut state, at("09:30"));
        let [Task::ReadDue(query), Task::CheckOwners] = tasks.as_slice() else {
            panic!("{tasks:?}");
        };
        let a_second = state.settings.schedule.a_second() as usize;
        assert_eq!(query.most, 4 * a_second * SECONDS_READ);
        assert_eq!(next, plus(at("09:30"), READ_INTERVAL));
    }

    #[test]
    fn calls_start_in_order_as_far_as_permits_allow() {
        let mut state = with_permits(vec![row(1), row(2)]);
        state.due.calls.push_back(planned(row(3)));
        let (tasks, _) = next_tasks(&mut state, at("09:30"));
        assert_eq!(called(&tasks), ["event-1", "event-2"]);
        assert_eq!(state.due.calls.len(), 1);
        assert_eq!(state.queue(Operation::ScheduleBot).in_flight, 2);
    }

    #[test]
    fn one_call_is_in_flight_until_recall_has_admitted_one() {
        let mut state = with_permits(vec![row(1), row(2)]);
        state.access = an_open_access();
        let (tasks, _) = next_tasks(&mut state, at("09:30"));
        assert_eq!(called(&tasks), ["event-1"]);
    }

    #[test]
    fn a_run_enters_through_the_gate_once_it_has_a_call_to_make() {
        let is_entry = |task: &Task| matches!(task, Task::EnterGate);
        let mut without = a_state();
        let (tasks, _) = next_tasks(&mut without, at("09:30"));
        assert!(!tasks.iter().any(is_entry), "it takes no probe: {tasks:?}");
        let mut state = with_permits(vec![row(1)]);
        state.access = RunAccess::default();
        let (tasks, _) = next_tasks(&mut state, at("09:30"));
        assert!(tasks.iter().any(is_entry) && called(&tasks).is_empty());
        let (tasks, _) = next_tasks(&mut state, at("09:30"));
        assert!(!tasks.iter().any(is_entry), "it is entering: {tasks:?}");
    }

    #[test]
    fn a_second_call_for_the_same_bot_waits_for_the_first() {
        let copy = row(1).with(|row| row.key.event_id = EventId::parse("copy").expect("an id"));
        let mut state = with_permits(vec![row(1), copy, row(2)]);
        let (tasks, _) = next_tasks(&mut state, at("09:30"));
        assert_eq!(called(&tasks), ["event-1", "event-2"]);
    }

    #[test]
    fn no_call_starts_in_the_last_part_of_the_lease() {
        let mut state = with_permits(vec![row(1)]);
        let (tasks, _) = next_tasks(&mut state, at("09:30:18"));
        assert!(called(&tasks).is_empty(), "{tasks:?}");
        assert!(matches!(tasks[0], Task::ExtendLease { .. }), "{tasks:?}");
    }

    #[test]
    fn a_meeting_that_ended_while_its_call_waited_is_closed() {
        let ended = row(1).with(|row| row.ends_at = at("09:30"));
        let mut state = with_permits(vec![ended]);
        let (tasks, _) = next_tasks(&mut state, at("09:30"));
        let closes = |task: &Task| matches!(task, Task::CloseEnded(_));
        assert!(called(&tasks).is_empty() && tasks.iter().any(closes));
    }

    #[test]
    fn a_bot_that_would_join_after_its_meeting_is_called_and_not_closed() {
        let moved = row(1).with(|row| {
            if let Wanted::Bot(bot) = &row.wanted {
                row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
            }
            row.wanted = Wanted::Nothing;
            (row.starts_at, row.ends_at) = (at("08:00"), at("09:00"));
        });
        let mut state = with_permits(vec![moved]);
        let permits = std::mem::take(&mut state.due.calls);
        let queue = state.queue(Operation::UnscheduleBot);
        queue.wanted = permits.len();
        queue.end_acquiring(PermitResult::Granted(Permits {
            first_at: at("09:30"),
            interval: SignedDuration::ZERO,
            count: 1,
        }));
        state.due.calls = permits;
        let (tasks, _) = next_tasks(&mut state, at("09:30"));
        assert_eq!(called(&tasks), ["event-1"]);
    }

    #[test]
    fn a_bot_is_not_moved_once_its_meeting_has_ended_and_the_row_is_read_again() {
        let unmoved = row(1).with(|row| {
            if let Wanted::Bot(bot) = &row.wanted {
                row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
            }
            if let Wanted::Bot(bot) = &mut row.wanted {
                bot.starts_at = at("09:00");
            }
            (row.starts_at, row.ends_at) = (at("09:00"), at("09:30:10"));
        });
        let mut state = with_permits(vec![unmoved]);
        let (tasks, _) = next_tasks(&mut state, at("09:30:10"));
        assert!(called(&tasks).is_empty(), "{tasks:?}");
        state.due.end_read(None, false);
        let (tasks, _) = next_tasks(&mut state, at("09:30:10"));
        assert!(matches!(tasks[..], [Task::ReadDue(_)]), "{tasks:?}");
    }

    #[test]
    fn permits_are_acquired_for_rows_that_have_none() {
        let mut state = a_state();
        state.access = an_open_access();
        state.queue(Operation::ScheduleBot).wanted = 2;
        let (tasks, _) = next_tasks(&mut state, at("09:30"));
        let requests = tasks.iter().filter_map(|task| match task {
            Task::AcquirePermits(request) => Some((request.operation, request.count)),
            _ => None,
        });
        let requests: Vec<_> = requests.collect();
        assert_eq!(requests, [(Operation::ScheduleBot, 2)]);
    }
}
