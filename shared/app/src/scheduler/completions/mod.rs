//! Applies completed tasks to the state of a run, and decides which tasks follow.

mod called;
mod due_read;
mod entered;
mod recorded;

use callsheet_domain::Timestamp;

use super::state::RunState;
use super::task::{Completion, Task};
use crate::ports::WriteOutcome;

/// Applies a completed task; returns the tasks that follow from it.
pub(super) fn apply(state: &mut RunState, completion: Completion, now: Timestamp) -> Vec<Task> {
    match completion {
        Completion::Called(call) => return called::apply(state, *call, now),
        Completion::DueRead(read) => return due_read::apply(state, read, now),
        Completion::ResultRecorded(call) => recorded::apply(state, &call),
        Completion::RowSetAside(row) => {
            state.set_aside(row);
        }
        Completion::CopiesAskedFor { row, is_claimed } => {
            if is_claimed {
                return vec![Task::WaitForCopy(row)];
            }
            state.in_flight.remove(&row.key);
            state.unclaimed.insert(row.key);
            state.due.read_again();
        }
        Completion::WaitsForCopy(key) => {
            state.in_flight.remove(&key);
        }
        Completion::PermitsAcquired(operation, result) => {
            state.queue(operation).end_acquiring(result);
        }
        Completion::OwnersChecked(due) if due > 0 => state.due.read_again(),
        Completion::LeaseExtended(held) => state.lease.end_extension(held),
        Completion::EndedClosed(WriteOutcome::Written) => state.report.over += 1,
        Completion::Entered(entry) => entered::apply(state, &entry, now),
        Completion::EndedClosed(WriteOutcome::Conflict)
        | Completion::OwnersChecked(_)
        | Completion::AccessNoted => {}
    }
    Vec::new()
}
