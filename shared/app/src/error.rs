//! Failure of a call to a collaborator, by what should happen next.

use std::time::Duration;

/// The reason why a call to a collaborator failed, by what the caller should do
/// next.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// Rate limited: retry after `wait`.
    #[error("{service} asked us to wait {}s", wait.as_secs())]
    Throttled {
        /// The collaborator.
        service: &'static str,
        /// The wait that it asks for.
        wait: Duration,
    },
    /// No answer, or a failure on its side: retry later. Whether the request had
    /// its effect is unknown.
    #[error("{service} did not answer: {reason}")]
    Unavailable {
        /// The collaborator.
        service: &'static str,
        /// The symptom: a status, a broken connection, …
        reason: String,
        /// The client's own error.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// Every request will be refused until an operator restores our access.
    #[error("{service} denies us: {reason}")]
    Denied {
        /// The collaborator.
        service: &'static str,
        /// The reason, and so what the operator has to restore.
        reason: String,
    },
    /// This one request was blocked: others may pass, or all of them may be about
    /// to be denied. The request had no effect.
    #[error("{service} blocked the request: {reason}")]
    Blocked {
        /// The collaborator.
        service: &'static str,
        /// The reason, without anything that the request contained.
        reason: String,
    },
    /// An answer of unknown shape.
    #[error("{service} gave an answer that cannot be read: {reason}")]
    Unreadable {
        /// The collaborator.
        service: &'static str,
        /// The problem with the answer, without its content.
        reason: String,
    },
}

impl PortError {
    /// The wait before a retry, if the collaborator asked for one.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Throttled { wait, .. } => Some(*wait),
            Self::Unavailable { .. }
            | Self::Denied { .. }
            | Self::Blocked { .. }
            | Self::Unreadable { .. } => None,
        }
    }
}
