//! A queue in memory.

use std::collections::VecDeque;
use std::time::Duration;

use callsheet_app::ports::{Queue, Receipt};
use callsheet_app::{Delivery, PortError};
use callsheet_domain::Notice;

use super::{Counts, Shared};

/// A queue in memory: it keeps what was sent, and what was postponed.
#[derive(Debug, Clone, Default)]
pub struct MemoryQueue(Shared<Messages>);

#[derive(Debug, Default)]
struct Messages {
    sent: Vec<Notice>,
    waiting: VecDeque<Notice>,
    delivered: u64,
    postponed: Vec<(Receipt, Duration)>,
    counts: Counts,
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

    /// Every notice ever sent, in order.
    #[must_use]
    pub fn sent(&self) -> Vec<Notice> {
        self.0.with(|queue| queue.sent.clone())
    }

    /// Every delivery that was postponed, in order, and for how long.
    #[must_use]
    pub fn postponed(&self) -> Vec<(Receipt, Duration)> {
        self.0.with(|queue| queue.postponed.clone())
    }

    /// Takes at most `most` messages off the queue, as a batch for a sync.
    #[must_use]
    pub fn deliver(&self, most: usize) -> Vec<Delivery> {
        self.0.with(|queue| {
            let most = most.min(queue.waiting.len());
            let notices: Vec<_> = queue.waiting.drain(..most).collect();
            notices
                .into_iter()
                .map(|notice| {
                    queue.delivered += 1;
                    Delivery {
                        message_id: format!("message-{}", queue.delivered),
                        receipt: Receipt(format!("receipt-{}", queue.delivered)),
                        notice,
                    }
                })
                .collect()
        })
    }

    /// Puts deliveries that were not attended to back, to be given again.
    pub fn give_back(&self, deliveries: impl IntoIterator<Item = Delivery>) {
        self.0.with(|queue| {
            let notices = deliveries.into_iter().map(|delivery| delivery.notice);
            queue.waiting.extend(notices);
        });
    }
}

impl Queue for MemoryQueue {
    async fn send(&self, notice: &Notice) -> Result<(), PortError> {
        self.0.with(|queue| {
            queue.counts.writes += 1;
            queue.sent.push(notice.clone());
            queue.waiting.push_back(notice.clone());
        });
        Ok(())
    }

    async fn postpone(&self, receipt: &Receipt, wait: Duration) -> Result<(), PortError> {
        self.0.with(|queue| {
            queue.counts.writes += 1;
            queue.postponed.push((receipt.clone(), wait));
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{a_calendar, at};
    use callsheet_domain::NoticeKind;

    #[tokio::test]
    async fn what_is_sent_is_delivered_until_it_is_attended_to() {
        let queue = MemoryQueue::new();
        let notice = Notice {
            calendar_id: a_calendar().id,
            kind: NoticeKind::CalendarChanged,
            sent_at: at("09:00"),
        };
        queue.send(&notice).await.expect("memory");
        let batch = queue.deliver(10);
        assert_eq!(batch[0].notice, notice);
        assert_eq!(queue.deliver(10), []);
        queue.give_back(batch);
        assert_eq!(queue.deliver(10).len(), 1);
    }
}
