//! What the stack's functions did last, what waits, and the active policy.

use callsheet_app::ports::{Activity, Denial, QueueDepth};
use callsheet_app::status as read;
use callsheet_domain::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// The active policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PolicyStatus {
    /// 0 is the built-in policy.
    pub revision: u64,
    /// When it was pushed.
    pub at: Option<Timestamp>,
    /// Who pushed it.
    pub by: Option<String>,
    /// The reason, in the words of the person who pushed it.
    pub note: Option<String>,
    /// Why its row cannot be read.
    pub problem: Option<String>,
    /// Whether the row that names it is lost.
    pub is_head_missing: bool,
}

/// A number that may be unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measured<T> {
    /// The number.
    Known(T),
    /// The setting that it needs, and that is not given.
    NotGiven(&'static str),
    /// It could not be measured, for this reason.
    Failed(String),
}

impl<T> Measured<T> {
    fn of<R>(measured: &read::Measured<R>, setting: &'static str, known: impl Fn(&R) -> T) -> Self {
        match measured {
            read::Measured::Known(value) => Self::Known(known(value)),
            read::Measured::NoQueue => Self::NotGiven(setting),
            read::Measured::Failed(error) => Self::Failed(error.to_string()),
        }
    }

    /// The number, if it is known.
    #[must_use]
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::NotGiven(_) | Self::Failed(_) => None,
        }
    }
}

/// State of the sync queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct QueueStatus {
    /// Messages that can be received.
    pub ready: u64,
    /// Messages that are being handled.
    pub in_flight: u64,
    /// Messages that wait.
    pub delayed: u64,
    /// When the oldest message of the last batch was first sent, if the queue is not empty.
    pub oldest_sent_at: Option<Timestamp>,
}

/// A denial of the API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DenialStatus {
    /// Since when.
    pub since: Timestamp,
    /// Recall's reason.
    pub reason: String,
    /// When a call is tried again.
    pub next_probe_at: Timestamp,
}

/// Calls that are to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct DueStatus {
    /// Number of due decisions, waiting ones included; of the first ten thousand by start, if there
    /// are more.
    pub decisions: usize,
    /// Whether there are more.
    pub has_more: bool,
    /// Number of those whose call may be made now.
    pub ready: usize,
    /// Number of those whose meeting starts within the hour, or has begun.
    pub within_the_hour: usize,
    /// Start of the earliest of their meetings.
    pub oldest_start: Option<Timestamp>,
    /// Number of those whose meeting has begun, or begins within ten minutes though a call failed.
    pub overdue: usize,
    /// Number of those that are set aside, since Recall blocked their call.
    pub blocked: usize,
    /// Number of the others whose calls failed five times or more.
    pub failing: usize,
    /// Reason of the last failure among those.
    pub last_error: Option<String>,
    /// Title of the meeting of that failure, which the reason may quote.
    #[serde(skip)]
    pub failing_title: Option<String>,
}

impl PolicyStatus {
    pub(crate) fn of(read: &read::PolicyState) -> Self {
        let stored = read.stored.as_ref();
        Self {
            revision: read.revision.0,
            at: stored.map(|policy| policy.at),
            by: stored.map(|policy| policy.by.as_str().to_owned()),
            note: stored.and_then(|policy| policy.note.clone()),
            problem: read.problem.clone(),
            is_head_missing: read.is_head_missing,
        }
    }
}

impl DueStatus {
    pub(crate) fn of(read: &read::DueCounts) -> Self {
        Self {
            decisions: read.decisions,
            has_more: read.has_more,
            ready: read.ready,
            within_the_hour: read.within_the_hour,
            oldest_start: read.oldest_start,
            overdue: read.overdue,
            blocked: read.blocked,
            failing: read.failing,
            last_error: read.last_error.clone(),
            failing_title: read.failing_title.clone(),
        }
    }
}

/// What is stored about the stack itself, and the state of its queues.
pub(crate) struct Signals {
    pub(crate) activity: Activity,
    /// When the last sync of the workspace finished.
    pub(crate) workspace_synced_at: Option<Timestamp>,
    pub(crate) denial: Option<DenialStatus>,
    pub(crate) sync_queue: Measured<QueueStatus>,
    pub(crate) dead_letters: Measured<u64>,
}

impl Signals {
    pub(crate) fn of(read: &read::Signals) -> Self {
        let activity = read.activity;
        Self {
            activity,
            workspace_synced_at: read.workspace_synced_at,
            denial: read.denial.as_ref().map(DenialStatus::of),
            sync_queue: Measured::of(&read.sync_queue, "CALLSHEET_QUEUE_URL", |depth| {
                QueueStatus::of(*depth, &activity)
            }),
            dead_letters: Measured::of(&read.dead_letters, "CALLSHEET_DLQ_URL", |count| *count),
        }
    }
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
    #[must_use]
    pub fn messages(self) -> u64 {
        self.ready + self.in_flight + self.delayed
    }
}

impl DenialStatus {
    fn of(denial: &Denial) -> Self {
        Self {
            since: denial.since,
            reason: denial.reason.clone(),
            next_probe_at: denial.next_probe_at,
        }
    }
}
