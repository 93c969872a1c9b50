//! The queue of sync jobs, and its dead-letter queue.

use std::future::Future;
use std::time::Duration;

use callsheet_domain::{SyncJob, Timestamp};

use crate::PortError;

/// The queue's handle for one delivery of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt(pub String);

/// The queue of sync jobs.
pub trait Queue: Send + Sync {
    /// Enqueues a sync job. Once this returns, the job is stored.
    fn send(&self, job: &SyncJob) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Enqueues a sync job to be delivered after `wait`, a quarter of an hour at
    /// most. Once this returns, the job is stored.
    fn send_later(
        &self,
        job: &SyncJob,
        wait: Duration,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Has a message that was not handled delivered again after `wait`, rather
    /// than after the queue's visibility timeout, which is much longer.
    fn postpone(
        &self,
        receipt: &Receipt,
        wait: Duration,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// Approximate numbers of messages in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueDepth {
    /// Messages that can be received.
    pub ready: u64,
    /// Messages that were received and are neither handled nor visible again.
    pub in_flight: u64,
    /// Messages that were sent with a delay and cannot be received yet.
    pub delayed: u64,
}

/// A queue whose messages can be counted.
pub trait MeasuredQueue: Send + Sync {
    /// The numbers of messages. They may lag behind by some seconds.
    fn depth(&self) -> impl Future<Output = Result<QueueDepth, PortError>> + Send;
}

/// A message that was delivered as often as allowed and never handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Id of the message, the same as before it became a dead letter.
    pub message_id: String,
    /// Receipt of this delivery.
    pub receipt: Receipt,
    /// When it was first sent, if the queue knows.
    pub sent_at: Option<Timestamp>,
    /// Its sync job; none if it cannot be read.
    pub job: Option<SyncJob>,
}

/// The dead-letter queue: messages that an operator has to see to.
pub trait DeadLetters: Send + Sync {
    /// The approximate number of dead letters.
    fn count(&self) -> impl Future<Output = Result<u64, PortError>> + Send;

    /// Receives at most `most` dead letters. If fewer are received there may be
    /// more; if none is, there are none. A received dead letter is hidden from
    /// others for a few minutes.
    fn take(&self, most: usize) -> impl Future<Output = Result<Vec<DeadLetter>, PortError>> + Send;

    /// Makes a received dead letter visible again.
    fn put_back(&self, receipt: &Receipt) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Deletes a received dead letter.
    fn remove(&self, receipt: &Receipt) -> impl Future<Output = Result<(), PortError>> + Send;
}
