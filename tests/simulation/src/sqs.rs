//! The queue of sync jobs, as SQS delivers it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use callsheet_app::ports::{Clock as _, Queue, Receipt};
use callsheet_app::{Delivery, Handled, PortError};
use callsheet_domain::{SyncJob, Timestamp, plus};
use callsheet_testkit::PausedClock;
use jiff::SignedDuration;
use tokio::sync::Notify;

/// How long a message that was delivered is not delivered again.
const VISIBILITY: SignedDuration = SignedDuration::from_secs(360);
/// Deliveries after which a message is a dead letter.
const MOST_RECEIVES: u32 = 10;

#[derive(Debug)]
struct Message {
    id: u64,
    received: u32,
    job: SyncJob,
}

#[derive(Debug, Default)]
struct Messages {
    sent: u64,
    dead: u64,
    longest: usize,
    /// In the order in which they become visible.
    waiting: BTreeSet<(Timestamp, u64)>,
    by_id: BTreeMap<u64, Message>,
    /// When those that were delivered are delivered again, if they fail.
    in_flight: BTreeMap<u64, Timestamp>,
}

impl Messages {
    fn add(&mut self, job: SyncJob, at: Timestamp) {
        self.sent += 1;
        let id = self.sent;
        let message = Message {
            id,
            received: 0,
            job,
        };
        self.by_id.insert(id, message);
        self.waiting.insert((at, id));
        self.longest = self.longest.max(self.waiting.len());
    }

    fn deliver(&mut self, most: usize, now: Timestamp) -> Vec<Delivery> {
        let mut delivered = Vec::new();
        while delivered.len() < most {
            let Some((at, id)) = self.waiting.first().copied() else {
                break;
            };
            if at > now {
                break;
            }
            self.waiting.remove(&(at, id));
            let Some(message) = self.by_id.get_mut(&id) else {
                continue;
            };
            message.received += 1;
            self.in_flight.insert(id, plus(now, VISIBILITY));
            delivered.push(Delivery {
                message_id: message.id.to_string(),
                receipt: Receipt(id.to_string()),
                received: message.received,
                job: message.job.clone(),
            });
        }
        delivered
    }

    fn finish(&mut self, id: u64, has_failed: bool) {
        let again_at = self.in_flight.remove(&id);
        let received = self.by_id.get(&id).map_or(0, |message| message.received);
        match again_at {
            Some(at) if has_failed && received < MOST_RECEIVES => {
                self.waiting.insert((at, id));
            }
            _ => {
                self.dead += u64::from(has_failed);
                self.by_id.remove(&id);
            }
        }
    }
}

/// The queue; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct SimQueue {
    messages: Arc<Mutex<Messages>>,
    sent: Arc<Notify>,
    clock: PausedClock,
}

impl SimQueue {
    pub(crate) fn new(clock: PausedClock) -> Self {
        Self {
            messages: Arc::default(),
            sent: Arc::default(),
            clock,
        }
    }

    fn with<T>(&self, access: impl FnOnce(&mut Messages) -> T) -> T {
        access(&mut self.messages.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A batch of at most `most` messages, once there is one.
    pub(crate) async fn receive(&self, most: usize) -> Vec<Delivery> {
        loop {
            let now = self.clock.now();
            let delivered = self.with(|messages| messages.deliver(most, now));
            if !delivered.is_empty() {
                return delivered;
            }
            let next = self.with(|messages| messages.waiting.first().map(|(at, _)| *at));
            let sent = self.sent.notified();
            match next {
                None => sent.await,
                Some(at) => {
                    let is_due = self.clock.sleep_until(at);
                    tokio::select! {
                        () = sent => {}
                        () = is_due => {}
                    }
                }
            }
        }
    }

    /// Deletes the messages of a batch that was handled; those that failed are delivered again.
    pub(crate) fn finish(&self, deliveries: &[Delivery], handled: &Handled) {
        self.with(|messages| {
            for delivery in deliveries {
                let has_failed = handled.failed.contains(&delivery.message_id);
                if let Ok(id) = delivery.message_id.parse() {
                    messages.finish(id, has_failed);
                }
            }
        });
        self.sent.notify_one();
    }

    /// Messages that were sent, the most that waited, and the dead letters.
    pub(crate) fn figures(&self) -> (u64, usize, u64) {
        self.with(|messages| (messages.sent, messages.longest, messages.dead))
    }
}

impl Queue for SimQueue {
    async fn send(&self, job: &SyncJob) -> Result<(), PortError> {
        self.send_later(job, Duration::ZERO).await
    }

    async fn send_later(&self, job: &SyncJob, wait: Duration) -> Result<(), PortError> {
        let wait = SignedDuration::try_from(wait).unwrap_or_default();
        let at = plus(self.clock.now(), wait);
        self.with(|messages| messages.add(job.clone(), at));
        self.sent.notify_one();
        Ok(())
    }

    async fn postpone(&self, receipt: &Receipt, wait: Duration) -> Result<(), PortError> {
        let wait = SignedDuration::try_from(wait).unwrap_or_default();
        let at = plus(self.clock.now(), wait);
        self.with(|messages| {
            if let Some(again_at) = receipt
                .0
                .parse()
                .ok()
                .and_then(|id: u64| messages.in_flight.get_mut(&id))
            {
                *again_at = at;
            }
        });
        Ok(())
    }
}
