//! Has messages given again that were not attended to.

use std::time::Duration;

use callsheet_domain::SyncJob;
use jiff::SignedDuration;

use super::{Delivery, Handled, SyncError, SyncHandler, SyncPorts};
use crate::ports::{Clock as _, Queue as _};

/// A message that only waits is requeued until its request is this old.
///
/// Requeueing sends to the queue that triggers the function, and Lambda's own
/// guard against such loops must be off for it. This is the bound instead.
const REQUEUED_FOR: SignedDuration = SignedDuration::from_hours(1);

impl<P: SyncPorts> SyncHandler<P> {
    /// Has messages given again as soon as `error` allows. Those that nothing
    /// is wrong with go on the queue as new ones: only failing counts.
    pub(super) async fn give_back<'a>(
        &self,
        deliveries: impl IntoIterator<Item = &'a Delivery>,
        error: &SyncError,
        handled: &mut Handled,
    ) {
        handled.is_denied |= error.is_denied();
        for delivery in deliveries {
            let wait = error.wait(delivery.received, self.ports.clock().now());
            if error.is_retry_later() && self.requeue(delivery, error, wait).await {
                continue;
            }
            if delivery.received >= self.settings.most_receives {
                let message = &delivery.message_id;
                let received = delivery.received;
                tracing::error!(message, received, %error, "gave a message up");
            } else if let Err(error) = self.ports.queue().postpone(&delivery.receipt, wait).await {
                tracing::warn!(%error, "the message comes back only after the queue's own time");
            }
            handled.failed.push(delivery.message_id.clone());
        }
    }

    /// Sends the request of a message that only waits as a new message, to
    /// arrive after `wait`. False if the message counts as failed.
    async fn requeue(&self, delivery: &Delivery, error: &SyncError, wait: Duration) -> bool {
        let Some(sent_at) = delivery.job.first_sent_at() else {
            return true; // the schedule sends the next one
        };
        let age = self.ports.clock().now().duration_since(sent_at);
        if age >= REQUEUED_FOR {
            let calendar = match &delivery.job {
                SyncJob::Request(request) => request.calendar_id.as_str(),
                SyncJob::Resync | SyncJob::ResyncNow { .. } => "all",
            };
            let (message, age) = (&delivery.message_id, age.as_secs());
            tracing::error!(
                calendar,
                age,
                message,
                %error,
                "calendar {calendar}: the request was first sent {age} s ago and still waits; it \
                 is not requeued, and becomes a dead letter if it keeps failing"
            );
            return false;
        }
        match self.ports.queue().send_later(&delivery.job, wait).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "a message that waits counts as failed");
                false
            }
        }
    }
}
