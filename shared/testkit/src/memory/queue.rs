//! A queue in memory.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use callsheet_app::ports::{Queue, Receipt};
use callsheet_app::{Delivery, PortError};
use callsheet_domain::SyncJob;

use super::{Counts, Shared};
use crate::contracts::queue::BothEnds;

/// A queue in memory: it keeps what was sent, and what was postponed.
#[derive(Debug, Clone, Default)]
pub struct MemoryQueue(Shared<Messages>);

#[derive(Debug, Default)]
struct Messages {
    sent: Vec<SyncJob>,
    waiting: VecDeque<Message>,
    in_work: BTreeMap<String, Message>,
    delivered: u64,
    postponed: Vec<(Receipt, Duration)>,
    delayed: Vec<(SyncJob, Duration)>,
    counts: Counts,
}

#[derive(Debug)]
struct Message {
    id: String,
    received: u32,
    job: SyncJob,
}

impl MemoryQueue {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How often it was asked.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.with(|queue| queue.counts)
    }

    /// Every errand ever sent, in order.
    #[must_use]
    pub fn sent(&self) -> Vec<SyncJob> {
        self.0.with(|queue| queue.sent.clone())
    }

    /// Every delivery that was postponed, in order, and for how long.
    #[must_use]
    pub fn postponed(&self) -> Vec<(Receipt, Duration)> {
        self.0.with(|queue| queue.postponed.clone())
    }

    /// Every errand that was sent to arrive later, in order, and how much later.
    #[must_use]
    pub fn delayed(&self) -> Vec<(SyncJob, Duration)> {
        self.0.with(|queue| queue.delayed.clone())
    }

    /// Takes at most `most` messages off the queue, as a batch for a sync. They
    /// come again only if they are postponed.
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
        self.in_work.insert(receipt, message);
        delivery
    }
}

impl BothEnds for MemoryQueue {
    async fn receive(&self) -> Option<Delivery> {
        self.deliver(1).pop()
    }
}

impl Queue for MemoryQueue {
    async fn send(&self, job: &SyncJob) -> Result<(), PortError> {
        self.0.with(|queue| {
            queue.counts.writes += 1;
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
            queue.counts.writes += 1;
            queue.postponed.push((receipt.clone(), wait));
            let message = queue.in_work.remove(&receipt.0);
            queue.waiting.extend(message);
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::queue_contract!(async || MemoryQueue::new());
}
