//! Gathers evidence about a deployment from the outside: its stack, its webhook endpoint, Recall's
//! answer to the API key, and the blocks that Recall demanded.
//!
//! A collaborator that fails is evidence too, so nothing here fails. What the evidence means is
//! told by the document that is made from it.

mod endpoint;
mod key;
mod stack;
mod throttled;

use callsheet_domain::Timestamp;

use crate::PortError;
use crate::status::WorkspaceStatus;
pub use endpoint::{EndpointEvidence, examine_endpoint};
pub use key::{AcceptedElsewhere, KeyEvidence, examine_key};
pub use stack::{GivenSetting, StackEvidence, examine_stack};
pub use throttled::{ThrottledOperation, throttled_operations};

/// What could be gathered, or why it could not.
#[derive(Debug)]
pub enum Gathered<T> {
    /// It is known.
    Known(T),
    /// A setting is missing or unusable: what it is, and what to do.
    NotGiven(String),
    /// A service failed.
    Failed(PortError),
}

impl<T> Gathered<T> {
    /// What is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(known) => Some(known),
            Self::NotGiven(_) | Self::Failed(_) => None,
        }
    }
}

impl<T> From<Result<T, PortError>> for Gathered<T> {
    fn from(result: Result<T, PortError>) -> Self {
        result.map_or_else(Self::Failed, Self::Known)
    }
}

/// Evidence about a deployment.
#[derive(Debug)]
pub struct Evidence {
    /// The region in which AWS is reached, once it gave credentials.
    pub aws_region: Gathered<String>,
    /// The stack.
    pub stack: Gathered<StackEvidence>,
    /// The address of Recall that is used.
    pub recall_url: String,
    /// The rate limit of listing events that is used.
    pub list_events_per_minute: u32,
    /// Recall's answer to the key that is used.
    pub key: Gathered<KeyEvidence>,
    /// The answers of the webhook endpoint.
    pub endpoint: Gathered<EndpointEvidence>,
    /// What the tables and queues hold.
    pub status: Gathered<WorkspaceStatus>,
    /// The operations that Recall blocked.
    pub throttled: Gathered<Vec<ThrottledOperation>>,
    /// When the evidence was gathered.
    pub now: Timestamp,
}
