//! A collaborator let us down, by what should happen next.

use std::time::Duration;

/// A collaborator let us down. The caller only ever asks: what next?
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// We asked too fast, and were told how long to wait.
    #[error("{service} asked us to wait {}s", wait.as_secs())]
    Throttled {
        /// Who said so.
        service: &'static str,
        /// How long.
        wait: Duration,
    },
    /// It did not answer as it should, and may when asked again. Whether the
    /// request had its effect is unknown.
    #[error("{service} did not answer: {reason}")]
    Unavailable {
        /// Who did not.
        service: &'static str,
        /// What was seen.
        reason: String,
        /// What the client said.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// It will refuse everything until somebody mends our access to it.
    #[error("{service} denies us: {reason}")]
    Denied {
        /// Who does.
        service: &'static str,
        /// Why, and so what to mend.
        reason: String,
    },
    /// It blocked this one request: it may take others, or be about to deny
    /// all of them. The request had no effect.
    #[error("{service} blocked the request: {reason}")]
    Blocked {
        /// The service that did.
        service: &'static str,
        /// Why, without anything that the request contained.
        reason: String,
    },
    /// It answered, but not in a shape we know.
    #[error("{service} answered what cannot be read: {reason}")]
    Unreadable {
        /// Who did.
        service: &'static str,
        /// What was wrong with it, without the content.
        reason: String,
    },
}

impl PortError {
    /// How long to wait before asking again, if told.
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
