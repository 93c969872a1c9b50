//! A problem that needs a person, and the sentence that says what to do.

use schemars::JsonSchema;
use serde::Serialize;

/// A problem that needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// What kind of problem it is.
    pub kind: FindingKind,
    /// The problem, in a sentence.
    pub problem: String,
    /// What to do.
    pub advice: String,
}

/// The kinds of problems, most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Recall denies the API key.
    Denied,
    /// No resync has finished for some time.
    ResyncStopped,
    /// No sync has finished for some time.
    SyncStopped,
    /// No scheduler run has finished for some time.
    SchedulerStopped,
    /// No webhook comes though there are changes, or none came for days.
    WebhooksMissing,
    /// A sync request waited for long.
    RequestsWait,
    /// There are dead letters.
    DeadLetters,
    /// The active policy is not stored or cannot be read.
    PolicyMissing,
    /// A meeting begins without its bot.
    Overdue,
    /// Recall blocks calls.
    Blocked,
    /// Calls failed often.
    Failing,
    /// Stored rows cannot be read.
    Unreadable,
    /// Recall lists events that cannot be read.
    UnreadableEvents,
    /// Decisions are abandoned.
    Abandoned,
    /// Something could not be measured.
    Unknown,
}

pub(crate) fn finding(kind: FindingKind, problem: String, advice: &str) -> Finding {
    Finding {
        kind,
        problem,
        advice: advice.to_owned(),
    }
}
