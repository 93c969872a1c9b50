//! The loop of a run: starts tasks, and applies those that are done.
//!
//! Tasks run concurrently: a slow read of the index holds up no call, and a slow
//! write no other row. The loop itself only decides, and never waits for a
//! particular task.

use std::future::Future;
use std::pin::{Pin, pin};

use callsheet_domain::Timestamp;
use futures_util::future::{Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::PortError;
use crate::ports::Clock;
use crate::scheduler::completions;
use crate::scheduler::report::StopReason;
use crate::scheduler::start_calls::next_tasks;
use crate::scheduler::state::RunState;
use crate::scheduler::task::{Completion, PerformTask, Task};
use crate::scheduler::wake::Left;

type TaskInProgress<'a> = Pin<Box<dyn Future<Output = Result<Completion, PortError>> + Send + 'a>>;

/// A run: its state, and its tasks in progress.
pub(super) struct Run<'a, P, K> {
    performer: &'a P,
    clock: &'a K,
    until: Timestamp,
    pub(super) state: RunState,
    tasks: FuturesUnordered<TaskInProgress<'a>>,
}

impl<'a, P: PerformTask, K: Clock> Run<'a, P, K> {
    pub(super) fn new(performer: &'a P, clock: &'a K, state: RunState, until: Timestamp) -> Self {
        Self {
            performer,
            clock,
            until,
            state,
            tasks: FuturesUnordered::new(),
        }
    }

    /// Runs until no row is due. All tasks are done when it returns, even if one
    /// of them failed.
    pub(super) async fn until_idle(&mut self) -> Result<StopReason, PortError> {
        self.state.due.restart();
        let stopped = self.until_stopped().await;
        while let Some(result) = self.tasks.next().await {
            self.complete(result);
        }
        match self.state.take_failure() {
            Some(failure) => Err(failure),
            None => Ok(stopped),
        }
    }

    /// What is left to the next run.
    pub(super) fn left(&self) -> Left<'_> {
        let next = self.state.due.calls.front();
        match (next, self.state.waits_until(self.clock.now())) {
            (Some(next), _) => Left::Row(&next.row),
            (None, Some(instant)) => Left::Until(instant),
            (None, None) => Left::Nothing,
        }
    }

    async fn until_stopped(&mut self) -> StopReason {
        loop {
            let now = self.clock.now();
            if let Some(stopped) = self.state.must_stop(now, self.until) {
                return stopped;
            }
            let (tasks, next_slot) = next_tasks(&mut self.state, now);
            self.start(tasks);
            if !self.is_idle() {
                self.wait(next_slot.min(self.until)).await;
                continue;
            }
            let Some(instant) = self.state.next_read(now) else {
                return StopReason::Idle;
            };
            self.clock.sleep_until(instant.min(self.until)).await;
            self.state.due.read_again();
        }
    }

    fn is_idle(&self) -> bool {
        self.tasks.is_empty() && self.state.due.calls.is_empty()
    }

    fn start(&mut self, tasks: Vec<Task>) {
        for task in tasks {
            self.tasks.push(Box::pin(self.performer.perform(task)));
        }
    }

    /// Waits until a task is done or it is `instant`.
    async fn wait(&mut self, instant: Timestamp) {
        if self.tasks.is_empty() {
            self.clock.sleep_until(instant).await;
            return;
        }
        let sleep = pin!(self.clock.sleep_until(instant));
        let result = match select(self.tasks.next(), sleep).await {
            Either::Left((result, _)) => result,
            Either::Right(_) => None,
        };
        if let Some(result) = result {
            self.complete(result);
        }
    }

    fn complete(&mut self, result: Result<Completion, PortError>) {
        match result {
            Ok(completion) => {
                let now = self.clock.now();
                let tasks = completions::apply(&mut self.state, completion, now);
                self.start(tasks);
            }
            Err(error) => self.state.fail(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{DueRows, PermitResult};
    use crate::scheduler::fakes::FakeClock;
    use crate::scheduler::outcome::CallOutcome;
    use crate::scheduler::state::a_state;
    use crate::scheduler::task::{CompletedCall, DueRead};
    use crate::{Entry, Service};
    use callsheet_domain::{CallResult, Decision, Permits};
    use callsheet_testkit::{a_decision, at};
    use futures_util::FutureExt as _;
    use jiff::SignedDuration;
    use std::sync::Mutex;

    /// Performs every task at once; permits cannot be acquired if they are lost.
    struct Performer {
        due: Mutex<Vec<Decision>>,
        are_permits_lost: bool,
    }

    impl Performer {
        fn with(due: Vec<Decision>) -> Self {
            Self {
                due: Mutex::new(due),
                are_permits_lost: false,
            }
        }

        fn read(&self) -> DueRead {
            let rows = self.due.lock().expect("no test thread panicked").clone();
            DueRead {
                due: DueRows {
                    ready: rows.iter().map(|row| row.key.clone()).collect(),
                    ..DueRows::default()
                },
                rows,
                unreadable: Vec::new(),
            }
        }
    }

    impl PerformTask for Performer {
        async fn perform(&self, task: Task) -> Result<Completion, PortError> {
            Ok(match task {
                Task::ReadDue(_) => Completion::DueRead(self.read()),
                Task::AcquirePermits(_) if self.are_permits_lost => {
                    return Err(PortError::Unavailable {
                        service: Service::DynamoDb,
                        reason: "cut".to_owned(),
                        source: None,
                    });
                }
                Task::AcquirePermits(request) => {
                    let permits = Permits {
                        first_at: request.now,
                        interval: SignedDuration::from_millis(100),
                        count: request.count,
                    };
                    Completion::PermitsAcquired(request.operation, PermitResult::Granted(permits))
                }
                Task::Call { planned, .. } => Completion::Called(Box::new(CompletedCall {
                    row: planned.row,
                    attempt: planned.attempt,
                    outcome: CallOutcome::Result(CallResult::Done(Vec::new())),
                    took: None,
                })),
                Task::RecordResult(call) => {
                    let mut due = self.due.lock().expect("no test thread panicked");
                    due.retain(|row| row.key != call.row.key);
                    Completion::ResultRecorded(call)
                }
                Task::EnterGate => Completion::Entered(Entry::Open),
                Task::CheckOwners => Completion::OwnersChecked(0),
                task => unreachable!("no row and no time for it: {task:?}"),
            })
        }
    }

    /// Runs from half past nine; the report, and why it stopped.
    fn run(performer: &Performer, until: &str) -> (u32, Result<StopReason, PortError>) {
        let clock = FakeClock::at(at("09:30"));
        let mut run = Run::new(performer, &clock, a_state(), at(until));
        let stopped = run.until_idle().now_or_never();
        let stopped = stopped.expect("no task waits");
        assert!(run.tasks.is_empty());
        (run.state.report.applied, stopped)
    }

    #[test]
    fn a_run_calls_for_each_due_row_and_stops_when_none_is_due() {
        let performer = Performer::with(vec![a_decision()]);
        let (applied, stopped) = run(&performer, "09:31");
        assert_eq!(applied, 1);
        assert!(matches!(stopped, Ok(StopReason::Idle)), "{stopped:?}");
    }

    #[test]
    fn a_run_whose_time_is_up_starts_nothing() {
        let performer = Performer::with(vec![a_decision()]);
        let (applied, stopped) = run(&performer, "09:30");
        assert_eq!(applied, 0);
        assert!(matches!(stopped, Ok(StopReason::DeadlineReached)));
    }

    #[test]
    fn a_task_that_fails_stops_the_run() {
        let performer = Performer {
            are_permits_lost: true,
            ..Performer::with(vec![a_decision()])
        };
        let (applied, stopped) = run(&performer, "09:31");
        assert_eq!(applied, 0);
        assert!(matches!(stopped, Err(PortError::Unavailable { .. })));
    }
}
