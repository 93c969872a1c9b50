//! The outside of a deployment: its stack, its webhook endpoint, and Recall as its key sees it.

use std::collections::BTreeMap;
use std::future::Future;

use callsheet_domain::{CalendarId, Timestamp};

use super::PageOfCalendars;
use crate::PortError;

/// A deployed stack of CloudFormation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DescribedStack {
    /// CloudFormation's status, such as `UPDATE_COMPLETE`.
    pub status: String,
    /// The outputs by name.
    pub outputs: BTreeMap<String, String>,
    /// The parameters by name. Those that are secret have no value that could be read.
    pub parameters: BTreeMap<String, String>,
}

/// Describes deployed stacks.
pub trait StackDescriptions: Send + Sync {
    /// The stack of this name in the client's account and region; none if there is no such stack.
    fn stack(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<Option<DescribedStack>, PortError>> + Send;
}

/// A webhook that an operator sends to see how the endpoint answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestWebhook {
    /// Without a signature. It must be refused.
    Unsigned,
    /// Signed at an instant. It must be accepted.
    Signed {
        /// The webhook says that this calendar changed, so it goes through the queue and costs one
        /// read of the calendar. Without a calendar it is of a type that is accepted and ignored.
        about: Option<CalendarId>,
        /// The instant of the signature.
        at: Timestamp,
    },
}

/// The result of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointResult {
    /// It was accepted: if it is about a calendar, its message is in the queue.
    Accepted,
    /// It was refused since it is not signed with a secret of the endpoint.
    NotSigned,
    /// The endpoint failed, or the queue did not take the message.
    NotTaken,
    /// Another answer, in words: the address is not that of a webhook function.
    Other(String),
}

/// The answer of a webhook endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointReply {
    /// What became of the webhook.
    pub result: EndpointResult,
    /// AWS's clock, if the answer says it, to the second.
    pub answered_at: Option<Timestamp>,
}

/// A webhook endpoint.
pub trait WebhookEndpoint: Send + Sync {
    /// Sends a webhook.
    fn send(
        &self,
        webhook: &TestWebhook,
    ) -> impl Future<Output = Result<EndpointReply, PortError>> + Send;
}

/// An answer of Recall to a list of calendars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecallReply {
    /// The first page of calendars.
    pub page: PageOfCalendars,
    /// Recall's clock, if the answer says it, to the second.
    pub answered_at: Option<Timestamp>,
}

/// Recall in one region, as an API key sees it.
pub trait RecallRegion: Send + Sync {
    /// Lists the first page of calendars.
    fn first_calendars(&self) -> impl Future<Output = Result<RecallReply, PortError>> + Send;
}
