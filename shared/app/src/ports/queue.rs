//! Carries errands, gives them again when they were not attended to, and keeps
//! those that were given up on.

use std::future::Future;
use std::time::Duration;

use callsheet_domain::{SyncJob, Timestamp};

use crate::PortError;

/// How the queue knows one delivery of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt(pub String);

/// Carries errands.
pub trait Queue: Send + Sync {
    /// Puts an errand on its way. When this returns it is safe.
    fn send(&self, job: &SyncJob) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Puts an errand on its way that is to arrive after `wait`, a quarter of an
    /// hour at most. When this returns it is safe.
    fn send_later(
        &self,
        job: &SyncJob,
        wait: Duration,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Has a delivery that was not attended to given again after `wait`,
    /// rather than after the queue's own, much longer time.
    fn postpone(
        &self,
        receipt: &Receipt,
        wait: Duration,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// A message that was given again and again without being attended to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The message, by the name it also had while it was tried.
    pub message_id: String,
    /// This delivery of it.
    pub receipt: Receipt,
    /// When it was first sent, if the queue tells.
    pub sent_at: Option<Timestamp>,
    /// What it asks for; none if no version of ours wrote it.
    pub job: Option<SyncJob>,
}

/// Where messages lie that were given up on, until a person looks at them.
pub trait DeadLetters: Send + Sync {
    /// About how many there are.
    fn count(&self) -> impl Future<Output = Result<u64, PortError>> + Send;

    /// Takes at most `most` of them in hand; there may be more even if fewer are
    /// given, but none if none is. What is in hand is given to nobody for a few
    /// minutes, and then to anybody again.
    fn take(&self, most: usize) -> impl Future<Output = Result<Vec<DeadLetter>, PortError>> + Send;

    /// Puts one that is in hand back.
    fn put_back(&self, receipt: &Receipt) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Removes one that is in hand for good.
    fn remove(&self, receipt: &Receipt) -> impl Future<Output = Result<(), PortError>> + Send;
}
