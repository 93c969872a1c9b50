//! The tasks of a run, and their results.
//!
//! A task is everything that takes time: a call, a write, a read. It is plain
//! data, so the decisions which tasks to start are tested without ports.

use std::future::Future;
use std::time::Duration;

use callsheet_domain::{
    CallAttempt, CallResult, Decision, DecisionKey, Operation, RateLimit, Timestamp,
};

use crate::ports::{
    DueQuery, DueRows, Held, PermitResult, RateLimits, UnreadableRow, WriteOutcome,
};
use crate::scheduler::outcome::CallOutcome;
use crate::scheduler::plan::PlannedCall;
use crate::{Entry, PortError};

/// A task of a run.
#[derive(Debug)]
pub(super) enum Task {
    /// Call Recall, if it is still before `calls_until`.
    Call {
        /// The row and its call.
        planned: Box<PlannedCall>,
        /// No call may start at or after this instant.
        calls_until: Timestamp,
    },
    /// Write the result of a call to its row.
    RecordResult(Box<RecordedCall>),
    /// Ask whether another copy of a meeting claims the bot that is to leave its call.
    AskForCopies(Box<Decision>),
    /// Have a row wait, since another copy of its meeting wants the bot.
    WaitForCopy(Box<Decision>),
    /// Close the row of a meeting that is over.
    CloseEnded(Box<Decision>),
    /// Read the due rows with the earliest starts.
    ReadDue(DueQuery),
    /// Check the owners of shared bots.
    CheckOwners,
    /// Acquire permits.
    AcquirePermits(PermitRequest),
    /// Extend the lease.
    ExtendLease {
        /// The lease as it is held.
        held: Held,
        /// The new end.
        until: Timestamp,
    },
    /// Enter through the gate, before the first call.
    EnterGate,
    /// Store that Recall denies our key, for this reason.
    NoteDenial(String),
    /// Store that Recall admits us again.
    NoteAdmission,
    /// Read the API key again.
    RenewKey,
    /// Block all calls of an operation, by any worker.
    BlockCalls {
        /// The operation.
        operation: Operation,
        /// When calls may start again.
        until: Timestamp,
    },
}

impl Task {
    /// The key of the row that the task writes, if it writes one.
    pub(super) fn written_row(&self) -> Option<&DecisionKey> {
        match self {
            Self::RecordResult(call) => Some(&call.row.key),
            Self::WaitForCopy(row) | Self::CloseEnded(row) => Some(&row.key),
            Self::Call { .. }
            | Self::AskForCopies(_)
            | Self::ReadDue(_)
            | Self::CheckOwners
            | Self::AcquirePermits(_)
            | Self::ExtendLease { .. }
            | Self::EnterGate
            | Self::NoteDenial(_)
            | Self::NoteAdmission
            | Self::RenewKey
            | Self::BlockCalls { .. } => None,
        }
    }
}

/// Which permits to acquire.
#[derive(Debug)]
pub(super) struct PermitRequest {
    /// The operation to be called.
    pub(super) operation: Operation,
    /// Its rate limit.
    pub(super) rate_limit: RateLimit,
    /// How many permits.
    pub(super) count: u32,
    /// When it is asked for.
    pub(super) now: Timestamp,
    /// None is acquired if the first permit would be for later than this.
    pub(super) latest: Timestamp,
}

impl PermitRequest {
    /// Acquires the permits.
    pub(super) async fn acquire<S: RateLimits>(
        &self,
        rate_limits: &S,
    ) -> Result<PermitResult, PortError> {
        rate_limits
            .acquire(
                self.operation,
                self.rate_limit,
                self.count,
                self.now,
                self.latest,
            )
            .await
    }
}

/// A call whose result is known and belongs to its row.
#[derive(Debug)]
pub(super) struct RecordedCall {
    /// The row as it was called.
    pub(super) row: Decision,
    /// The call.
    pub(super) attempt: CallAttempt,
    /// Its result.
    pub(super) result: CallResult,
}

/// A call that ended, or was not made after all.
#[derive(Debug)]
pub(super) struct CompletedCall {
    /// The row as it was called.
    pub(super) row: Decision,
    /// The call.
    pub(super) attempt: CallAttempt,
    /// What became of it.
    pub(super) outcome: CallOutcome,
    /// Recall's latency; none if the call was not made.
    pub(super) took: Option<Duration>,
}

impl CompletedCall {
    /// A call that was not made, as `outcome` says.
    pub(super) fn not_made(row: Decision, attempt: CallAttempt, outcome: CallOutcome) -> Self {
        Self {
            row,
            attempt,
            outcome,
            took: None,
        }
    }
}

/// The due rows that were read.
#[derive(Debug)]
pub(super) struct DueRead {
    /// The keys that the index shows.
    pub(super) due: DueRows,
    /// The rows themselves, as the latest writes left them.
    pub(super) rows: Vec<Decision>,
    /// Rows that cannot be read.
    pub(super) unreadable: Vec<UnreadableRow>,
}

/// A row that cannot be handled: the run leaves it alone and goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadRow {
    /// Its key.
    pub(super) key: DecisionKey,
    /// What is the matter with it.
    pub(super) problem: RowProblem,
}

/// The problem of a row that cannot be handled, without the row's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RowProblem {
    /// It cannot be read.
    Unreadable(String),
    /// The table does not accept what would be written to it.
    Unwritable(String),
}

impl From<UnreadableRow> for BadRow {
    fn from(row: UnreadableRow) -> Self {
        Self {
            key: row.key,
            problem: RowProblem::Unreadable(row.problem),
        }
    }
}

/// A task that is done.
#[derive(Debug)]
pub(super) enum Completion {
    /// A call ended.
    Called(Box<CompletedCall>),
    /// The result of a call was written.
    ResultRecorded(Box<RecordedCall>),
    /// The row of the task cannot be read or written.
    RowSetAside(BadRow),
    /// Whether another copy of the row's meeting claims its bot.
    CopiesAskedFor {
        /// The row whose bot is to leave.
        row: Box<Decision>,
        /// A copy claims it.
        is_claimed: bool,
    },
    /// This row waits for another copy of its meeting.
    WaitsForCopy(DecisionKey),
    /// The due rows were read.
    DueRead(DueRead),
    /// Owners were checked; so many rows are due by that.
    OwnersChecked(usize),
    /// Permits were acquired, or refused.
    PermitsAcquired(Operation, PermitResult),
    /// The lease was extended; none if another worker has it.
    LeaseExtended(Option<Held>),
    /// The row of a meeting that is over was written, or had been changed.
    EndedClosed(WriteOutcome),
    /// The gate was asked.
    Entered(Entry),
    /// A denial or admission was stored, the key was read again, or all calls of an
    /// operation are blocked.
    AccessNoted,
}

/// Performs tasks.
pub(super) trait PerformTask: Send + Sync {
    /// Performs one task to its end.
    fn perform(&self, task: Task) -> impl Future<Output = Result<Completion, PortError>> + Send;
}
