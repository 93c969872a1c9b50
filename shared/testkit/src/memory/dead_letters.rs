//! The dead-letter queue in memory.

use std::collections::{BTreeMap, VecDeque};

use callsheet_app::PortError;
use callsheet_app::ports::{DeadLetter, DeadLetters, Receipt};
use callsheet_domain::{SyncJob, SyncReason, SyncRequest, Timestamp};

use super::Shared;
use crate::contracts::dead_letters::DeadLetterEnds;
use crate::{at, id};

/// The dead-letter queue in memory. A received message stays in flight until
/// it is put back or removed.
#[derive(Debug, Clone, Default)]
pub struct MemoryDeadLetters(Shared<Messages>);

#[derive(Debug, Default)]
struct Messages {
    visible: VecDeque<Message>,
    in_flight: BTreeMap<String, Message>,
    put: u64,
    received: u64,
}

#[derive(Debug)]
struct Message {
    id: String,
    sent_at: Timestamp,
    job: Option<SyncJob>,
}

/// The request of a full sync of this calendar.
#[must_use]
pub fn a_full_sync_of(calendar: &str) -> SyncJob {
    SyncJob::Request(SyncRequest {
        calendar_id: id(calendar),
        reason: SyncReason::FullSync,
        sent_at: at("08:00"),
    })
}

impl MemoryDeadLetters {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Two sync jobs, a full sync of `calendar-sales` and a resync, and between them an
    /// unreadable message.
    #[must_use]
    pub fn three() -> Self {
        let dead_letters = Self::new();
        dead_letters.put(Some(a_full_sync_of("calendar-sales")), at("08:00"));
        dead_letters.put(None, at("09:29:30"));
        dead_letters.put(Some(SyncJob::Resync), at("07:00"));
        dead_letters
    }

    /// Puts a message there that was sent at `sent_at`. Without a job its text
    /// is none that a version of Callsheet wrote. The first id is `letter-1`.
    pub fn put(&self, job: Option<SyncJob>, sent_at: Timestamp) {
        self.0.with(|queue| {
            queue.put += 1;
            let id = format!("letter-{}", queue.put);
            queue.visible.push_back(Message { id, sent_at, job });
        });
    }

    /// Ids of the messages that can be received, in order.
    #[must_use]
    pub fn visible(&self) -> Vec<String> {
        self.0.with(|queue| {
            let visible = queue.visible.iter();
            visible.map(|message| message.id.clone()).collect()
        })
    }

    /// Ids of the messages that were received and neither put back nor removed.
    #[must_use]
    pub fn in_flight(&self) -> Vec<String> {
        self.0.with(|queue| {
            let in_flight = queue.in_flight.values();
            in_flight.map(|message| message.id.clone()).collect()
        })
    }
}

impl DeadLetters for MemoryDeadLetters {
    async fn count(&self) -> Result<u64, PortError> {
        Ok(self.0.with(|queue| queue.visible.len() as u64))
    }

    async fn take(&self, most: usize) -> Result<Vec<DeadLetter>, PortError> {
        Ok(self.0.with(|queue| {
            let most = most.min(queue.visible.len());
            let messages: Vec<_> = queue.visible.drain(..most).collect();
            let received = messages.into_iter().map(|message| {
                queue.received += 1;
                let receipt = format!("receipt-{}", queue.received);
                let letter = DeadLetter {
                    message_id: message.id.clone(),
                    receipt: Receipt(receipt.clone()),
                    sent_at: Some(message.sent_at),
                    job: message.job.clone(),
                };
                queue.in_flight.insert(receipt, message);
                letter
            });
            received.collect()
        }))
    }

    async fn put_back(&self, receipt: &Receipt) -> Result<(), PortError> {
        self.0.with(|queue| {
            let message = queue.in_flight.remove(&receipt.0);
            queue.visible.extend(message);
        });
        Ok(())
    }

    async fn remove(&self, receipt: &Receipt) -> Result<(), PortError> {
        self.0.with(|queue| queue.in_flight.remove(&receipt.0));
        Ok(())
    }
}

impl DeadLetterEnds for MemoryDeadLetters {
    type DeadLetters = Self;

    fn dead_letters(&self) -> &Self {
        self
    }

    async fn add(&self, job: Option<&SyncJob>) {
        self.put(job.cloned(), at("09:00"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::dead_letters_contract!(async || MemoryDeadLetters::new());
}
