//! Dead letters in memory.

use std::collections::{BTreeMap, VecDeque};

use callsheet_app::PortError;
use callsheet_app::ports::{DeadLetter, DeadLetters, Receipt};
use callsheet_domain::{SyncJob, Timestamp};

use super::{Counts, Shared};
use crate::at;
use crate::contracts::dead_letters::Burial;

/// Dead letters in memory. What is in hand stays there until it is put back.
#[derive(Debug, Clone, Default)]
pub struct MemoryDeadLetters(Shared<Letters>);

#[derive(Debug, Default)]
struct Letters {
    lying: VecDeque<Letter>,
    in_hand: BTreeMap<String, Letter>,
    buried: u64,
    taken: u64,
    counts: Counts,
}

#[derive(Debug)]
struct Letter {
    id: String,
    sent_at: Timestamp,
    job: Option<SyncJob>,
}

impl MemoryDeadLetters {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a message there that was sent at `sent_at`; no errand is a text that
    /// no version of ours wrote. The first is called `letter-1`.
    pub fn put(&self, job: Option<SyncJob>, sent_at: Timestamp) {
        self.0.with(|letters| {
            letters.buried += 1;
            let id = format!("letter-{}", letters.buried);
            letters.lying.push_back(Letter { id, sent_at, job });
        });
    }

    /// The ids of those that lie there and are in nobody's hand, in order.
    #[must_use]
    pub fn lying(&self) -> Vec<String> {
        self.0.with(|letters| {
            letters
                .lying
                .iter()
                .map(|letter| letter.id.clone())
                .collect()
        })
    }

    /// The ids of those that are in somebody's hand.
    #[must_use]
    pub fn held(&self) -> Vec<String> {
        self.0.with(|letters| {
            let held = letters.in_hand.values();
            held.map(|letter| letter.id.clone()).collect()
        })
    }

    /// How often it was asked.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.with(|letters| letters.counts)
    }
}

impl DeadLetters for MemoryDeadLetters {
    async fn count(&self) -> Result<u64, PortError> {
        Ok(self.0.with(|letters| {
            letters.counts.reads += 1;
            letters.lying.len() as u64
        }))
    }

    async fn take(&self, most: usize) -> Result<Vec<DeadLetter>, PortError> {
        Ok(self.0.with(|letters| {
            letters.counts.reads += 1;
            let most = most.min(letters.lying.len());
            let taken: Vec<_> = letters.lying.drain(..most).collect();
            let in_hand = taken.into_iter().map(|letter| {
                letters.taken += 1;
                let receipt = format!("receipt-{}", letters.taken);
                let shown = DeadLetter {
                    message_id: letter.id.clone(),
                    receipt: Receipt(receipt.clone()),
                    sent_at: Some(letter.sent_at),
                    job: letter.job.clone(),
                };
                letters.in_hand.insert(receipt, letter);
                shown
            });
            in_hand.collect()
        }))
    }

    async fn put_back(&self, receipt: &Receipt) -> Result<(), PortError> {
        self.0.with(|letters| {
            letters.counts.writes += 1;
            let letter = letters.in_hand.remove(&receipt.0);
            letters.lying.extend(letter);
        });
        Ok(())
    }

    async fn remove(&self, receipt: &Receipt) -> Result<(), PortError> {
        self.0.with(|letters| {
            letters.counts.writes += 1;
            letters.in_hand.remove(&receipt.0);
        });
        Ok(())
    }
}

impl Burial for MemoryDeadLetters {
    async fn bury(&self, job: Option<&SyncJob>) {
        self.put(job.cloned(), at("09:00"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::dead_letters_contract!(async || MemoryDeadLetters::new());
}
