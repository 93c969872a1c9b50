//! What is stored about the stack itself, the state of its queues, and the calls to be made.

use callsheet_app::PortError;
use callsheet_app::ports::{
    Access, Activity, ActivityLog, DeadLetters, Denial, MeasuredQueue, QueueDepth, SyncStates,
};
use callsheet_domain::{Decision, Timestamp};
use serde::Serialize;

use crate::error::CliError;

/// A number that may be unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Measured<T> {
    Known(T),
    /// The setting that it needs is not given.
    NotGiven(&'static str),
    /// It could not be measured, for this reason.
    Failed(String),
}

impl<T> Measured<T> {
    fn of(measured: Result<T, PortError>) -> Self {
        measured.map_or_else(|error| Self::Failed(error.to_string()), Self::Known)
    }

    /// The number, if it is known.
    pub(crate) fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::NotGiven(_) | Self::Failed(_) => None,
        }
    }
}

/// State of the sync queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct QueueStatus {
    pub(crate) ready: u64,
    pub(crate) in_flight: u64,
    pub(crate) delayed: u64,
    /// When the oldest message of the last batch was first sent, if the queue is not empty.
    pub(crate) oldest_sent_at: Option<Timestamp>,
}

impl QueueStatus {
    /// SQS tells no age of a message that it would not have to deliver for it. So the
    /// oldest message is known from the last batch that sync received.
    fn of(depth: QueueDepth, activity: &Activity) -> Self {
        let QueueDepth {
            ready,
            in_flight,
            delayed,
        } = depth;
        let oldest = activity.batch.map(|batch| batch.oldest_sent_at);
        Self {
            ready,
            in_flight,
            delayed,
            oldest_sent_at: oldest.filter(|_| ready + in_flight + delayed > 0),
        }
    }

    /// Number of all messages.
    pub(crate) fn messages(self) -> u64 {
        self.ready + self.in_flight + self.delayed
    }
}

/// A denial of the API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct DenialStatus {
    pub(crate) since: Timestamp,
    pub(crate) reason: String,
    pub(crate) next_probe_at: Timestamp,
}

impl DenialStatus {
    fn of(denial: Denial) -> Self {
        Self {
            since: denial.since,
            reason: denial.reason,
            next_probe_at: denial.next_probe_at,
        }
    }
}

/// Calls that are to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct DueStatus {
    /// Number of due decisions, waiting ones included.
    pub(crate) decisions: usize,
    /// Start of the earliest of their meetings.
    pub(crate) oldest_start: Option<Timestamp>,
    /// Number of those whose meeting has begun, or begins within ten minutes though a call failed.
    pub(crate) overdue: usize,
    /// Number of those that are set aside, since Recall blocked their call.
    pub(crate) blocked: usize,
    /// Number of the others whose calls failed five times or more.
    pub(crate) failing: usize,
    /// Reason of the last failure among those.
    pub(crate) last_error: Option<String>,
}

/// Number of failed calls after which a person should look.
const MANY_ATTEMPTS: u32 = 5;
/// Bots that are scheduled nearer to the start are late.
const LATE: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

impl DueStatus {
    pub(super) fn count(&mut self, row: &Decision, now: Timestamp) {
        if !row.is_due() || row.ends_at <= now {
            return;
        }
        self.decisions += 1;
        self.oldest_start = [self.oldest_start, Some(row.starts_at)]
            .into_iter()
            .flatten()
            .min();
        let attempts = &row.attempts;
        let has_begun = row.starts_at <= now;
        let is_near = row.starts_at <= callsheet_domain::plus(now, LATE);
        self.overdue += usize::from(has_begun || (is_near && attempts.count > 0));
        if row.is_blocked() {
            self.blocked += 1;
        } else if attempts.count >= MANY_ATTEMPTS {
            self.failing += 1;
            self.last_error.clone_from(&attempts.last_error);
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.decisions += other.decisions;
        self.oldest_start = [self.oldest_start, other.oldest_start]
            .into_iter()
            .flatten()
            .min();
        self.overdue += other.overdue;
        self.blocked += other.blocked;
        self.failing += other.failing;
        self.last_error = self.last_error.take().or(other.last_error);
    }
}

/// The queues, if their addresses are given.
pub(super) struct Queues<Q, L> {
    pub(super) sync: Option<Q>,
    pub(super) dead_letters: Option<L>,
}

impl<Q: MeasuredQueue, L: DeadLetters> Queues<Q, L> {
    async fn depth(&self, activity: &Activity) -> Measured<QueueStatus> {
        match &self.sync {
            None => Measured::NotGiven("CALLSHEET_QUEUE_URL"),
            Some(queue) => {
                let depth = queue.depth().await;
                Measured::of(depth.map(|depth| QueueStatus::of(depth, activity)))
            }
        }
    }

    async fn dead_letters(&self) -> Measured<u64> {
        match &self.dead_letters {
            None => Measured::NotGiven("CALLSHEET_DLQ_URL"),
            Some(queue) => Measured::of(queue.count().await),
        }
    }
}

/// What is stored about the stack itself, and the state of its queues.
pub(super) struct Signals {
    pub(super) activity: Activity,
    /// When the last sync of the workspace finished.
    pub(super) workspace_synced_at: Option<Timestamp>,
    pub(super) denial: Option<DenialStatus>,
    pub(super) sync_queue: Measured<QueueStatus>,
    pub(super) dead_letters: Measured<u64>,
}

impl Signals {
    pub(super) async fn read<S, Q, L>(state: &S, queues: &Queues<Q, L>) -> Result<Self, CliError>
    where
        S: Access + ActivityLog + SyncStates,
        Q: MeasuredQueue,
        L: DeadLetters,
    {
        let activity = state.activity().await?;
        let latest = state.workspace().await?.latest;
        Ok(Self {
            activity,
            workspace_synced_at: latest.map(|latest| latest.until),
            denial: state.denial().await?.map(DenialStatus::of),
            sync_queue: queues.depth(&activity).await,
            dead_letters: queues.dead_letters().await,
        })
    }
}
