//! A queue in memory.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use callsheet_app::ports::{MeasuredQueue, Queue, QueueDepth, Receipt};
use callsheet_app::{Delivery, PortError};
use callsheet_domain::SyncJob;

use super::Shared;
use crate::contracts::queue::QueueEnds;

/// A queue in memory. It keeps a list of every message that was sent and of
/// every delivery that was postponed.
#[derive(Debug, Clone, Default)]
pub struct MemoryQueue(Shared<Messages>);

#[derive(Debug, Default)]
struct Messages {
    sent: Vec<SyncJob>,
    waiting: VecDeque<Message>,
    in_flight: BTreeMap<String, Message>,
    delivered: u64,
    postponed: Vec<(Receipt, Duration)>,
    delayed: Vec<(SyncJob, Duration)>,
}

#[derive(Debug)]
struct Message {
    id: String,
    received: u32,
    job: SyncJob,
}

impl MemoryQueue {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every job that was ever sent, in order.
    #[must_use]
    pub fn sent(&self) -> Vec<SyncJob> {
        self.0.with(|queue| queue.sent.clone())
    }

    /// Every delivery that was postponed, in order, and by how much.
    #[must_use]
    pub fn postponed(&self) -> Vec<(Receipt, Duration)> {
        self.0.with(|queue| queue.postponed.clone())
    }

    /// Every job that was sent with a delay, in order, and its delay.
    #[must_use]
    pub fn delayed(&self) -> Vec<(SyncJob, Duration)> {
        self.0.with(|queue| queue.delayed.clone())
    }

    /// Receives at most `most` messages, as a batch for the sync function. They
    /// are delivered again only if they are postponed.
    #[must_use]
    pub fn deliver(&self, most: usize) -> Vec<Delivery> {
        self.0.with(|queue| {
            let most = most.min(queue.waiting.len());
            let messages: Vec<_> = queue.waiting.drain(..most).collect();
            messages
                .into_iter()
                .map(|message| queue.delivery(message))
                .collect()
        })
    }
}

impl Messages {
    fn delivery(&mut self, mut message: Message) -> Delivery {
        self.delivered += 1;
        message.received += 1;
        let receipt = format!("receipt-{}", self.delivered);
        let delivery = Delivery {
            message_id: message.id.clone(),
            receipt: Receipt(receipt.clone()),
            received: message.received,
            job: message.job.clone(),
        };
        self.in_flight.insert(receipt, message);
        delivery
    }
}

impl QueueEnds for MemoryQueue {
    type Queue = Self;

    fn queue(&self) -> &Self {
        self
    }

    async fn receive(&self) -> Option<Delivery> {
        self.deliver(1).pop()
    }
}

impl Queue for MemoryQueue {
    async fn send(&self, job: &SyncJob) -> Result<(), PortError> {
        self.0.with(|queue| {
            queue.sent.push(job.clone());
            let id = format!("message-{}", queue.sent.len());
            let job = job.clone();
            queue.waiting.push_back(Message {
                id,
                received: 0,
                job,
            });
        });
        Ok(())
    }

    async fn send_later(&self, job: &SyncJob, wait: Duration) -> Result<(), PortError> {
        self.0.with(|queue| queue.delayed.push((job.clone(), wait)));
        self.send(job).await
    }

    async fn postpone(&self, receipt: &Receipt, wait: Duration) -> Result<(), PortError> {
        self.0.with(|queue| {
            queue.postponed.push((receipt.clone(), wait));
            let message = queue.in_flight.remove(&receipt.0);
            queue.waiting.extend(message);
        });
        Ok(())
    }
}

/// Delayed messages are delivered at once, and are counted among those that are ready.
impl MeasuredQueue for MemoryQueue {
    async fn depth(&self) -> Result<QueueDepth, PortError> {
        Ok(self.0.with(|queue| QueueDepth {
            ready: queue.waiting.len() as u64,
            in_flight: queue.in_flight.len() as u64,
            delayed: 0,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::queue_contract!(async || MemoryQueue::new());
}
