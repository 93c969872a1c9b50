//! Delivers messages again that could not be handled.
//!
//! A message that failed is delivered again by the queue, which counts the
//! deliveries and moves it to the dead-letter queue after the last one. A message
//! that only has to wait is enqueued as a new message, so that waiting never
//! makes a dead letter. To be throttled, by Recall, a table or a queue, is to wait. Where Recall
//! does not answer, the last delivery is followed by a new message too: after an outage there
//! is nothing to redrive.

use std::time::Duration;

use callsheet_domain::{SyncJob, Timestamp};

use crate::ports::{Clock, Queue, Receipt};
use crate::sync_error::{SyncError, wait_to_requeue};

/// A message that only waits is requeued until its request is this old.
///
/// Requeueing sends to the queue that triggers the function, and Lambda's own
/// guard against such loops must be off for it. This is the bound instead.
const REQUEUED_FOR: Duration = Duration::from_hours(1);
/// The same if it waits for Recall alone: its rate limit may be used up for hours while
/// thousands of calendars are connected, and it may not answer for as long. Within a day each
/// calendar has a full sync as routine.
const REQUEUED_FOR_RECALL: Duration = Duration::from_hours(24);
/// After an hour such a message waits at least so long each time.
const SELDOM: Duration = Duration::from_mins(5);

/// A sync job as the queue delivered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Id of the message, for the response to the queue.
    pub message_id: String,
    /// Receipt of this delivery.
    pub receipt: Receipt,
    /// Number of deliveries of the message, this one included.
    pub received: u32,
    /// The sync job.
    pub job: SyncJob,
}

/// The result of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Handled {
    /// Messages that failed, to be delivered again.
    pub failed: Vec<String>,
    /// Recall denies us.
    pub is_denied: bool,
    /// The reason, if Recall denied a call of this batch.
    pub new_denial: Option<String>,
    /// A scheduled resync failed.
    pub is_resync_failed: bool,
}

impl Handled {
    /// Whether the function should fail, after a batch of so many messages. Lambda
    /// counts that, and raises an alarm if it goes on.
    ///
    /// All messages of the batch are then delivered again, so that holds only if all
    /// of them failed.
    #[must_use]
    pub fn fails_function(&self, messages: usize) -> bool {
        let is_severe = self.is_denied || self.is_resync_failed;
        is_severe && messages > 0 && self.failed.len() == messages
    }
}

/// Delivers messages again that could not be handled.
#[derive(Debug)]
pub struct Requeue<'a, Q, K> {
    /// The queue.
    pub queue: &'a Q,
    /// Source of the time.
    pub clock: &'a K,
    /// Deliveries after which a message becomes a dead letter.
    pub most_receives: u32,
    /// A scheduled resync is in the batch. If Recall denies us the batch then fails
    /// as a whole, see [`Handled::fails_function`].
    pub has_scheduled_resync: bool,
}

impl<Q: Queue, K: Clock> Requeue<'_, Q, K> {
    /// Has messages delivered again as soon as `error` allows: as new messages if
    /// they only have to wait, or else as failed ones.
    pub async fn again<'a>(
        &self,
        deliveries: impl IntoIterator<Item = &'a Delivery>,
        error: &SyncError,
        handled: &mut Handled,
    ) {
        handled.is_denied |= error.is_denied();
        for delivery in deliveries {
            let (received, now) = (delivery.received, self.clock.now());
            let age = age(delivery, now);
            let mut wait = error.wait(received, age, now);
            if age >= REQUEUED_FOR && error.is_of_rate_limit() {
                wait = wait.max(SELDOM);
            }
            let waits = error.is_retry_later() && !self.fails_with_resync(delivery, error);
            if waits || self.outlasts(delivery, error) {
                if self.requeue(delivery, error, wait).await {
                    continue;
                }
                wait = wait.max(wait_to_requeue(received));
            }
            handled.is_resync_failed |= delivery.job == SyncJob::Resync;
            self.postpone(delivery, error, wait).await;
            handled.failed.push(delivery.message_id.clone());
        }
    }

    /// Whether a message that waits for our access is returned, and not requeued, so
    /// that its whole batch fails. That uses up some of its deliveries only: the next
    /// time it is requeued.
    fn fails_with_resync(&self, delivery: &Delivery, error: &SyncError) -> bool {
        let may_fail = delivery.received <= self.most_receives / 2;
        error.is_denied() && self.has_scheduled_resync && may_fail
    }

    /// Whether a message was delivered for the last time, and Recall does not answer: then
    /// every message of its kind would become a dead letter.
    fn outlasts(&self, delivery: &Delivery, error: &SyncError) -> bool {
        error.is_outage() && delivery.received >= self.most_receives
    }

    /// Has a failed message delivered again after `wait`, if it is not its last delivery.
    async fn postpone(&self, delivery: &Delivery, error: &SyncError, wait: Duration) {
        let (message, received) = (&delivery.message_id, delivery.received);
        if received >= self.most_receives {
            tracing::error!(
                message_id = message,
                received,
                %error,
                "message {message} failed {received} times and becomes a dead letter: {error}"
            );
        } else if let Err(error) = self.queue.postpone(&delivery.receipt, wait).await {
            tracing::warn!(
                message_id = message,
                %error,
                "message {message} is delivered again only after the queue's visibility timeout: \
                 {error}"
            );
        }
    }

    /// Enqueues the job of a message that only waits as a new message, to be
    /// delivered after `wait`. False if the message counts as failed.
    async fn requeue(&self, delivery: &Delivery, error: &SyncError, wait: Duration) -> bool {
        if delivery.job.first_sent_at().is_none() {
            return true; // the schedule sends the next one
        }
        let message = &delivery.message_id;
        let age = age(delivery, self.clock.now());
        let calendar = subject(&delivery.job);
        let seconds = age.as_secs();
        if age >= requeued_for(&delivery.job, error) {
            tracing::error!(
                calendar,
                age = seconds,
                message_id = message,
                %error,
                "calendar {calendar}: the request was first sent {seconds} s ago and still waits; \
                 it is not requeued, and becomes a dead letter if it keeps failing"
            );
            return false;
        }
        if age >= REQUEUED_FOR {
            tracing::warn!(
                calendar,
                age = seconds,
                %error,
                "calendar {calendar}: the request was first sent {seconds} s ago and waits for \
                 Recall: {error}"
            );
        }
        match self.queue.send_later(&delivery.job, wait).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(
                    message_id = message,
                    %error,
                    "message {message} could not be requeued and counts as failed: {error}"
                );
                false
            }
        }
    }
}

/// How old the request of a message may be that is requeued since it waits by `error`.
fn requeued_for(job: &SyncJob, error: &SyncError) -> Duration {
    match job {
        SyncJob::Request(_) | SyncJob::Event(_)
            if error.is_of_rate_limit() || error.is_outage() =>
        {
            REQUEUED_FOR_RECALL
        }
        _ => REQUEUED_FOR,
    }
}

/// The calendar of a message, for a log line.
fn subject(job: &SyncJob) -> &str {
    match job {
        SyncJob::Request(request) => request.calendar_id.as_str(),
        SyncJob::Event(request) => request.calendar_id.as_str(),
        SyncJob::BotStatus(_) => "of a bot",
        SyncJob::KeepCoverage | SyncJob::Resync | SyncJob::ResyncNow { .. } => "all",
    }
}

/// The time since the request of a message was first sent.
fn age(delivery: &Delivery, now: Timestamp) -> Duration {
    let sent_at = delivery.job.first_sent_at().unwrap_or(now);
    Duration::try_from(now.duration_since(sent_at)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(2, true, false, 2 => true; "all failed, denied by Recall")]
    #[test_case(2, false, true, 2 => true; "all failed, a resync among them")]
    #[test_case(2, false, false, 2 => false; "all failed otherwise")]
    #[test_case(1, true, true, 2 => false; "one was handled")]
    #[test_case(0, true, false, 0 => false; "no message at all")]
    fn the_function_fails_if_a_whole_batch_did(
        failed: usize,
        is_denied: bool,
        is_resync_failed: bool,
        messages: usize,
    ) -> bool {
        let handled = Handled {
            failed: vec!["message".to_owned(); failed],
            is_denied,
            is_resync_failed,
            new_denial: None,
        };
        handled.fails_function(messages)
    }
}
