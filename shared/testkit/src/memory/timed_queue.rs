//! A queue in memory with the times of SQS: delays, and a visibility timeout.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use callsheet_app::ports::{Clock, MeasuredQueue, Queue, QueueDepth, Receipt};
use callsheet_app::{Delivery, Handled, PortError};
use callsheet_domain::{SyncJob, Timestamp, plus};
use jiff::SignedDuration;
use tokio::sync::Notify;

use super::Shared;
use crate::contracts::queue::QueueEnds;

/// How long a message that was delivered is not delivered again.
const VISIBILITY: SignedDuration = SignedDuration::from_secs(360);
/// Deliveries after which a message is a dead letter.
const MOST_RECEIVES: u32 = 10;

/// A queue in memory whose messages are delivered when they are due by its clock, and become
/// dead letters after ten deliveries. Clones share it.
#[derive(Debug, Clone)]
pub struct TimedQueue<K> {
    messages: Shared<Messages>,
    changed: Arc<Notify>,
    clock: K,
}

/// What a [`TimedQueue`] has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueTotals {
    /// Messages that were sent.
    pub sent: u64,
    /// The most messages that waited at the same time, those with a delay included.
    pub longest: usize,
    /// Messages that became dead letters.
    pub dead: u64,
}

#[derive(Debug, Default)]
struct Messages {
    totals: QueueTotals,
    /// In the order in which they become visible.
    waiting: BTreeSet<(Timestamp, u64)>,
    by_id: BTreeMap<u64, Message>,
    /// When those that were delivered are delivered again, if nothing deletes them.
    in_flight: BTreeMap<u64, Timestamp>,
}

#[derive(Debug)]
struct Message {
    received: u32,
    job: SyncJob,
}

impl Messages {
    fn add(&mut self, job: SyncJob, at: Timestamp) {
        self.totals.sent += 1;
        let id = self.totals.sent;
        self.by_id.insert(id, Message { received: 0, job });
        self.wait(id, at);
    }

    fn wait(&mut self, id: u64, until: Timestamp) {
        self.waiting.insert((until, id));
        self.totals.longest = self.totals.longest.max(self.waiting.len());
    }

    /// Has messages wait again that were delivered so long ago that they are visible again.
    fn return_visible(&mut self, now: Timestamp) {
        let visible = self.in_flight.iter().filter(|(_, at)| **at <= now);
        let visible: Vec<_> = visible.map(|(id, at)| (*id, *at)).collect();
        for (id, at) in visible {
            self.in_flight.remove(&id);
            self.wait(id, at);
        }
    }

    fn deliver(&mut self, most: usize, now: Timestamp) -> Vec<Delivery> {
        self.return_visible(now);
        let mut delivered = Vec::new();
        while delivered.len() < most {
            let Some((at, id)) = self.waiting.first().copied().filter(|(at, _)| *at <= now) else {
                break;
            };
            self.waiting.remove(&(at, id));
            let Some(message) = self.by_id.get_mut(&id) else {
                continue;
            };
            if message.received >= MOST_RECEIVES {
                self.totals.dead += 1;
                self.by_id.remove(&id);
                continue;
            }
            message.received += 1;
            self.in_flight.insert(id, plus(now, VISIBILITY));
            delivered.push(Delivery {
                message_id: id.to_string(),
                receipt: Receipt(id.to_string()),
                received: message.received,
                job: message.job.clone(),
            });
        }
        delivered
    }

    fn delete(&mut self, id: u64) {
        self.in_flight.remove(&id);
        self.by_id.remove(&id);
    }

    /// When a message becomes visible next.
    fn next(&self) -> Option<Timestamp> {
        let waiting = self.waiting.first().map(|(at, _)| *at);
        waiting
            .into_iter()
            .chain(self.in_flight.values().copied())
            .min()
    }
}

impl<K: Clock> TimedQueue<K> {
    /// An empty queue.
    #[must_use]
    pub fn new(clock: K) -> Self {
        Self {
            messages: Shared::default(),
            changed: Arc::default(),
            clock,
        }
    }

    /// Receives at most `most` messages, as a batch for the sync function, once there is one.
    pub async fn receive_batch(&self, most: usize) -> Vec<Delivery> {
        loop {
            let now = self.clock.now();
            let delivered = self.messages.with(|messages| messages.deliver(most, now));
            if !delivered.is_empty() {
                return delivered;
            }
            let changed = self.changed.notified();
            match self.messages.with(|messages| messages.next()) {
                None => changed.await,
                Some(at) => {
                    tokio::select! {
                        () = changed => {}
                        () = self.clock.sleep_until(at) => {}
                    }
                }
            }
        }
    }

    /// Deletes the messages of a batch that was handled, but for those that failed.
    pub fn finish(&self, deliveries: &[Delivery], handled: &Handled) {
        self.messages.with(|messages| {
            for delivery in deliveries {
                let Ok(id) = delivery.message_id.parse() else {
                    continue;
                };
                let has_failed = handled.failed.contains(&delivery.message_id);
                let is_dead = has_failed && delivery.received >= MOST_RECEIVES;
                messages.totals.dead += u64::from(is_dead);
                if is_dead || !has_failed {
                    messages.delete(id);
                }
            }
        });
        self.changed.notify_one();
    }

    /// What it has seen so far.
    #[must_use]
    pub fn totals(&self) -> QueueTotals {
        self.messages.with(|messages| messages.totals)
    }

    /// The jobs of the messages that are not deleted.
    #[must_use]
    pub fn jobs(&self) -> Vec<SyncJob> {
        let job = |message: &Message| message.job.clone();
        self.messages
            .with(|messages| messages.by_id.values().map(job).collect())
    }
}

impl<K: Clock> QueueEnds for TimedQueue<K> {
    type Queue = Self;

    fn queue(&self) -> &Self {
        self
    }

    async fn receive(&self) -> Option<Delivery> {
        let now = self.clock.now();
        let mut one = self.messages.with(|messages| messages.deliver(1, now));
        one.pop()
    }
}

impl<K: Clock> Queue for TimedQueue<K> {
    async fn send(&self, job: &SyncJob) -> Result<(), PortError> {
        self.send_later(job, Duration::ZERO).await
    }

    async fn send_later(&self, job: &SyncJob, wait: Duration) -> Result<(), PortError> {
        let wait = SignedDuration::try_from(wait).unwrap_or_default();
        let at = plus(self.clock.now(), wait);
        self.messages.with(|messages| messages.add(job.clone(), at));
        self.changed.notify_one();
        Ok(())
    }

    async fn postpone(&self, receipt: &Receipt, wait: Duration) -> Result<(), PortError> {
        let wait = SignedDuration::try_from(wait).unwrap_or_default();
        let at = plus(self.clock.now(), wait);
        self.messages.with(|messages| {
            let id = receipt.0.parse().ok();
            if let Some(again_at) = id.and_then(|id: u64| messages.in_flight.get_mut(&id)) {
                *again_at = at;
            }
        });
        self.changed.notify_one();
        Ok(())
    }
}

impl<K: Clock> MeasuredQueue for TimedQueue<K> {
    async fn depth(&self) -> Result<QueueDepth, PortError> {
        let now = self.clock.now();
        Ok(self.messages.with(|messages| {
            messages.return_visible(now);
            let is_ready = |(at, _): &&(Timestamp, u64)| *at <= now;
            let ready = messages.waiting.iter().filter(is_ready).count();
            QueueDepth {
                ready: ready as u64,
                in_flight: messages.in_flight.len() as u64,
                delayed: (messages.waiting.len() - ready) as u64,
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ManualClock, at};

    crate::queue_contract!(async || TimedQueue::new(ManualClock::at(at("10:00"))));

    #[tokio::test]
    async fn a_message_with_a_delay_is_delivered_when_that_has_passed() {
        let clock = ManualClock::at(at("10:00"));
        let queue = TimedQueue::new(clock.clone());
        let wait = Duration::from_secs(30);
        let sent = queue.send_later(&SyncJob::Resync, wait).await;
        sent.expect("memory");
        assert_eq!(queue.receive().await, None);
        clock.advance(SignedDuration::from_secs(30));
        assert!(queue.receive().await.is_some());
    }

    #[tokio::test]
    async fn a_message_that_fails_is_a_dead_letter_after_ten_deliveries() {
        let clock = ManualClock::at(at("10:00"));
        let queue = TimedQueue::new(clock.clone());
        queue.send(&SyncJob::Resync).await.expect("memory");
        for received in 1..=10 {
            let delivery = queue.receive().await.expect("it is visible");
            assert_eq!(delivery.received, received);
            assert_eq!(queue.receive().await, None);
            clock.advance(VISIBILITY);
        }
        assert_eq!(queue.receive().await, None);
        assert_eq!(queue.totals().dead, 1);
        assert_eq!(queue.jobs(), []);
    }
}
