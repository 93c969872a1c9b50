//! Storage of what the functions did last, so that an operator sees which part of
//! the stack has stopped.
//!
//! The webhook function has no access to a table. The newest webhook is known from
//! the sync requests that it sent, once sync has received them.

use std::future::Future;

use callsheet_domain::Timestamp;

use crate::PortError;

/// The last activity of each function. None for what was never noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Activity {
    /// When the newest webhook about events, of those that sync has received, was accepted.
    pub webhook_at: Option<Timestamp>,
    /// When the newest webhook about a bot, of those that sync has received, was accepted.
    pub bot_webhook_at: Option<Timestamp>,
    /// When the last resync finished without a failure.
    pub resynced_at: Option<Timestamp>,
    /// The last batch of sync requests.
    pub batch: Option<BatchActivity>,
    /// When the last scheduler run finished without a failure.
    pub scheduler_ran_at: Option<Timestamp>,
}

/// A batch of sync requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchActivity {
    /// When it was handled, successfully or not.
    pub handled_at: Timestamp,
    /// When the oldest of its requests was first sent.
    pub oldest_sent_at: Timestamp,
}

/// Storage of the last activity.
pub trait ActivityLog: Send + Sync {
    /// The last activity.
    fn activity(&self) -> impl Future<Output = Result<Activity, PortError>> + Send;

    /// Stores each instant of `activity` that is later than the stored one, a batch
    /// by the instant at which it was handled. The others stay.
    fn note_activity(
        &self,
        activity: &Activity,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
