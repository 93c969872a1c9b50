//! Has messages given again that were not attended to.

use super::{Delivery, Handled, Sync, SyncError, SyncState};
use crate::ports::{Clock, Decisions, Queue, RecallReader};

impl<R, D, S, Q, K> Sync<R, D, S, Q, K>
where
    R: RecallReader,
    D: Decisions,
    S: SyncState,
    Q: Queue,
    K: Clock,
{
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
            let wait = error.wait(delivery.received, self.clock.now());
            if error.is_retry_later() {
                match self.queue.send_later(&delivery.job, wait).await {
                    Ok(()) => continue,
                    Err(error) => tracing::warn!(%error, "a message that waits counts as failed"),
                }
            }
            if delivery.received >= self.settings.most_receives {
                let message = &delivery.message_id;
                let received = delivery.received;
                tracing::error!(message, received, %error, "gave a message up");
            } else if let Err(error) = self.queue.postpone(&delivery.receipt, wait).await {
                tracing::warn!(%error, "the message comes back only after the queue's own time");
            }
            handled.failed.push(delivery.message_id.clone());
        }
    }
}
