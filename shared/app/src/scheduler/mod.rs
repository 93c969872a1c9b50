//! Makes the bots at Recall equal to those that are wanted.
//!
//! There is one run at a time, under a lease; a wake-up during a run is noted
//! for it (see [`Leases`]). A run reads the due rows, earliest start first,
//! loads each as it is now, and calls Recall at the pace of the rate limits,
//! with several calls in flight but never two for one deduplication key, which
//! Recall would refuse. The due rows are read again twice a second, so a meeting
//! that becomes urgent overtakes a backlog, and neither a row that must wait nor
//! the copies of a large meeting block another. Further claims on a bot that
//! stands give way to the first claims of the next hour ([`standing_bots`]).
//!
//! While Recall denies our key (401, 402), one worker a minute makes a single call
//! as the probe, and no other calls. [`access`] keeps a run to that.
//!
//! A 403 may be about one payload, which a firewall blocks (a `localhost` URL
//! in a title that a bot is named by is enough), or about our key, which denies
//! us everything. So the row whose call was blocked is set aside for some
//! minutes, and the run goes on with the others. Two blocked calls with none
//! that Recall let through between them are taken for the denial, if they are
//! of two meetings: copies and instances of one meeting have one title. Then
//! the run stops, all bot calls wait for half a minute, and both rows stay set
//! aside, since they may be two blocked payloads after all. For the same reason
//! the denial is not stored: syncs go on. A row that was blocked before is
//! called after the others until Recall has let one call through, and from then
//! on it counts no more towards a denial. So however many meetings are blocked,
//! each run makes the calls of others first.
//!
//! A row that cannot be read, or that the table does not accept, is set aside for
//! the run: it is named in the log, counted, and left out of further reads, which
//! ask for as many more rows, so that it hides none. Everything else goes on. The
//! next run tries it again.
//!
//! A run may be ended between any two steps. A result that was not written
//! leaves its row due, and a call made twice makes the same bot. A run whose
//! time is up with rows left wakes the next one.
//!
//! The files use each other in one direction. [`run`] is the loop;
//! [`start_calls`] and [`completions`] decide on plain data, [`state`], and
//! return [`task`]s, which the components with ports perform ([`call`],
//! [`result_writer`], [`shared_bot`], [`due_reader`]).

mod access;
mod call;
mod call_queue;
mod completions;
mod due_batch;
mod due_reader;
#[cfg(test)]
mod fakes;
mod left_bots;
mod outcome;
mod owner_checks;
mod parked_calls;
mod plan;
mod refused_bots;
mod report;
mod result_writer;
mod run;
mod run_lease;
mod settings;
mod shared_bot;
mod standing_bots;
mod start_calls;
mod state;
mod task;
mod waits;
mod wake;

use callsheet_domain::{Call, Timestamp};

use crate::ports::{
    Access, Bots, Clock, Decisions, Jitter, LeaseResult, Leases, RateLimits, Released, Spending,
};
use crate::{AccessGate, Entry, PortError, Service};
use call::BotCaller;
use left_bots::LeftBots;
use outcome::CallOutcome;
use owner_checks::OwnerChecks;
pub use plan::{CallPlan, PlannedCall};
pub use report::{RunReport, StopReason};
use result_writer::{Recorded, ResultWriter};
use run::Run;
use run_lease::lease_end;
pub use settings::SchedulerSettings;
use shared_bot::SharedBots;
use state::RunState;
use task::{BadRow, CompletedCall, Completion, PerformTask, RecordedCall, RowProblem, Task};

/// The scheduler: makes the bots at Recall equal to those that are wanted.
#[derive(Debug, Clone)]
pub struct Scheduler<R, D, S, K, J> {
    /// Recall's bot operations.
    pub recall: R,
    /// The stored decisions.
    pub decisions: D,
    /// The stored rate limits, the lease, the denial of our key, and the counted bots.
    pub state: S,
    /// The clock.
    pub clock: K,
    /// Spreads retries.
    pub jitter: J,
    /// The settings, the same for each run.
    pub settings: SchedulerSettings,
}

impl<R, D, S, K, J> Scheduler<R, D, S, K, J>
where
    R: Bots,
    D: Decisions,
    S: RateLimits + Leases + Access + Spending,
    K: Clock,
    J: Jitter,
{
    /// Runs until no row is due or it is `until`.
    ///
    /// # Errors
    /// If Recall denies our key, or a store cannot be reached. Rows that were
    /// due and not called stay due.
    pub async fn run(&self, until: Timestamp) -> Result<RunReport, PortError> {
        let now = self.clock.now();
        let end = lease_end(now, self.settings.lease);
        let LeaseResult::Held(held) = self.state.take(now, end).await? else {
            return Ok(RunReport::empty(StopReason::AlreadyRunning));
        };
        let state = RunState::new(self.settings, held);
        let mut run = Run::new(self, &self.clock, state, until);
        let stopped = self.run_until_released(&mut run).await;
        if run.state.access.holds_probe() {
            self.gate().return_probe().await;
        }
        if !matches!(stopped, Ok(StopReason::Idle | StopReason::LeaseLost)) {
            wake::release_despite_wakeups(&self.state, run.state.lease.held).await;
        }
        if matches!(stopped, Ok(StopReason::DeadlineReached)) {
            wake::wake_next_run(&self.decisions, run.left()).await;
        }
        Ok(RunReport {
            stopped: stopped?,
            ..run.state.report
        })
    }

    /// Runs, and runs again after each wake-up that came meanwhile.
    async fn run_until_released(
        &self,
        run: &mut Run<'_, Self, K>,
    ) -> Result<StopReason, PortError> {
        loop {
            let stopped = run.until_idle().await?;
            if stopped != StopReason::Idle {
                return Ok(stopped);
            }
            match self.state.release(run.state.lease.held).await? {
                Released::Free => return Ok(StopReason::Idle),
                Released::Lost => return Ok(StopReason::LeaseLost),
                Released::Woken(held) => run.state.lease.held = held,
            }
        }
    }

    async fn call(
        &self,
        planned: PlannedCall,
        calls_until: Timestamp,
    ) -> Result<CompletedCall, PortError> {
        // A copy may have claimed it while the call waited for its permit.
        if let Call::Leave(_) = planned.attempt.call
            && self.shared_bots().is_claimed_by_copy(&planned.row).await?
        {
            let PlannedCall { row, attempt } = planned;
            return Ok(CompletedCall::not_made(row, attempt, CallOutcome::Shared));
        }
        if let Call::Schedule(_) = planned.attempt.call {
            let PlannedCall { row, attempt } = planned;
            let outcome = match self.shared_bots().before_call(row.clone()).await {
                Ok(Some(row)) => return self.make(PlannedCall { row, attempt }, calls_until).await,
                Ok(None) => CallOutcome::NotMade,
                Err(PortError::Unwritable { reason, .. }) => CallOutcome::Unwritable(reason),
                Err(error) => return Err(error),
            };
            return Ok(CompletedCall::not_made(row, attempt, outcome));
        }
        self.make(planned, calls_until).await
    }

    async fn make(
        &self,
        planned: PlannedCall,
        calls_until: Timestamp,
    ) -> Result<CompletedCall, PortError> {
        let planned = self.shared_bots().configure(planned).await?;
        let caller = BotCaller {
            recall: &self.recall,
            clock: &self.clock,
        };
        let fraction = self.jitter.fraction();
        Ok(caller.call(planned, calls_until, fraction).await)
    }

    /// Enters through the gate. A probe is made with the key as it is now: the
    /// operator may have put another one in place.
    async fn enter(&self) -> Result<Entry, PortError> {
        let entry = self.gate().enter().await?;
        if entry == Entry::Probe {
            self.recall.renew_key().await;
        }
        Ok(entry)
    }

    /// Stores a denial, unless it was the denial of a key that has been replaced.
    async fn note_denial(&self, reason: String) -> Result<Completion, PortError> {
        if !self.recall.renew_key().await {
            let denied = PortError::Denied {
                service: Service::Recall,
                reason,
            };
            self.gate().note_failure(&denied).await?;
        }
        Ok(Completion::AccessNoted)
    }

    fn gate(&self) -> AccessGate<'_, S, K> {
        AccessGate {
            access: &self.state,
            clock: &self.clock,
        }
    }

    async fn record(&self, call: Box<RecordedCall>) -> Result<Completion, PortError> {
        Ok(match self.result_writer().record(&call).await? {
            Recorded::Written | Recorded::RowGone => Completion::ResultRecorded(call),
            Recorded::RowUnreadable(row) => Completion::RowSetAside(row.into()),
            Recorded::RowUnwritable(reason) => Completion::RowSetAside(BadRow {
                key: call.row.key,
                problem: RowProblem::Unwritable(reason),
            }),
        })
    }

    fn shared_bots(&self) -> SharedBots<'_, D, K> {
        SharedBots {
            decisions: &self.decisions,
            clock: &self.clock,
        }
    }

    fn owner_checks(&self) -> OwnerChecks<'_, D, K> {
        OwnerChecks {
            decisions: &self.decisions,
            clock: &self.clock,
        }
    }

    fn result_writer(&self) -> ResultWriter<'_, D, K> {
        ResultWriter {
            decisions: &self.decisions,
            clock: &self.clock,
        }
    }
}

impl<R, D, S, K, J> PerformTask for Scheduler<R, D, S, K, J>
where
    R: Bots,
    D: Decisions,
    S: RateLimits + Leases + Access + Spending,
    K: Clock,
    J: Jitter,
{
    /// Performs a task. A row that the table does not accept costs itself alone.
    async fn perform(&self, task: Task) -> Result<Completion, PortError> {
        let row = task.written_row().cloned();
        match (self.try_to_perform(task).await, row) {
            (Err(PortError::Unwritable { reason, .. }), Some(key)) => {
                let problem = RowProblem::Unwritable(reason);
                Ok(Completion::RowSetAside(BadRow { key, problem }))
            }
            (result, _) => result,
        }
    }
}

impl<R, D, S, K, J> Scheduler<R, D, S, K, J>
where
    R: Bots,
    D: Decisions,
    S: RateLimits + Leases + Access + Spending,
    K: Clock,
    J: Jitter,
{
    async fn try_to_perform(&self, task: Task) -> Result<Completion, PortError> {
        Ok(match task {
            Task::Call {
                planned,
                calls_until,
            } => Completion::Called(Box::new(self.call(*planned, calls_until).await?)),
            Task::RecordResult(call) => self.record(call).await?,
            Task::AskForCopies(row) => Completion::CopiesAskedFor {
                is_claimed: self.shared_bots().is_claimed_by_copy(&row).await?,
                row,
            },
            Task::WaitForCopy(row) => {
                let key = row.key.clone();
                self.shared_bots().wait(*row).await?;
                Completion::WaitsForCopy(key)
            }
            Task::CloseEnded(row) => {
                Completion::EndedClosed(self.result_writer().close_ended(*row).await?)
            }
            Task::ReadDue(query) => {
                Completion::DueRead(due_reader::read_due(&self.decisions, query).await?)
            }
            Task::CheckOwners => {
                let left = LeftBots {
                    decisions: &self.decisions,
                    spending: &self.state,
                };
                Completion::OwnersChecked(self.owner_checks().make(&left).await?)
            }
            Task::AcquirePermits(request) => {
                let operation = request.operation;
                Completion::PermitsAcquired(operation, request.acquire(&self.state).await?)
            }
            Task::ExtendLease { held, until } => {
                Completion::LeaseExtended(self.state.extend(held, until).await?)
            }
            Task::EnterGate => Completion::Entered(self.enter().await?),
            Task::NoteDenial(reason) => self.note_denial(reason).await?,
            Task::NoteAdmission => {
                self.gate().note_admission().await?;
                Completion::AccessNoted
            }
            Task::RenewKey => {
                self.recall.renew_key().await;
                Completion::AccessNoted
            }
            Task::BlockCalls { operation, until } => {
                self.state.block_until(operation, until).await?;
                Completion::AccessNoted
            }
        })
    }
}
