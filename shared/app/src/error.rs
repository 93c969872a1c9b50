//! Failure of a call to a collaborator, by what should happen next.

use std::fmt;
use std::time::Duration;

/// A service that a port reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// Recall's API.
    Recall,
    /// The tables.
    DynamoDb,
    /// The queues.
    Sqs,
    /// The description of the deployed stack.
    CloudFormation,
    /// The address of the webhook function.
    WebhookEndpoint,
    /// The bus that events are put on.
    EventBridge,
}

impl fmt::Display for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Recall => "Recall",
            Self::DynamoDb => "DynamoDB",
            Self::Sqs => "SQS",
            Self::CloudFormation => "CloudFormation",
            Self::WebhookEndpoint => "the webhook endpoint",
            Self::EventBridge => "EventBridge",
        })
    }
}

/// The reason why a call to a collaborator failed, by what the caller should do
/// next.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// Rate limited: retry after `wait`.
    #[error("{service} asked us to wait {}s", wait.as_secs())]
    Throttled {
        /// The collaborator.
        service: Service,
        /// The wait that it asks for.
        wait: Duration,
    },
    /// No answer, or a failure on its side: retry later. Whether the request had
    /// its effect is unknown.
    #[error("{service} did not answer: {reason}")]
    Unavailable {
        /// The collaborator.
        service: Service,
        /// The symptom: a status, a broken connection, …
        reason: String,
        /// The client's own error.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// Every request to this service will be refused until an operator restores
    /// our access. It says nothing about the other services.
    #[error("{service} denies us: {reason}")]
    Denied {
        /// The collaborator.
        service: Service,
        /// The reason, and so what the operator has to restore.
        reason: String,
    },
    /// This one request was blocked: others may pass, or all of them may be about
    /// to be denied. The request had no effect.
    #[error("{service} blocked the request: {reason}")]
    Blocked {
        /// The collaborator.
        service: Service,
        /// The reason, without anything that the request contained.
        reason: String,
    },
    /// An answer of unknown shape.
    #[error("{service} gave an answer that cannot be read: {reason}")]
    Unreadable {
        /// The collaborator.
        service: Service,
        /// The problem with the answer, without its content.
        reason: String,
    },
    /// The service cannot take the content of this one request, and never will:
    /// a row is too large, or a value is not allowed. Other requests are taken.
    #[error("{service} does not accept the content of a request: {reason}")]
    Unwritable {
        /// The collaborator.
        service: Service,
        /// The problem with the request, without its content.
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
            | Self::Unreadable { .. }
            | Self::Unwritable { .. } => None,
        }
    }

    /// Whether Recall denies our API key, so that every call to Recall would fail.
    #[must_use]
    pub fn is_recall_denial(&self) -> bool {
        matches!(
            self,
            Self::Denied {
                service: Service::Recall,
                ..
            }
        )
    }
}
