//! What a batch of sync jobs shows about the activity of the stack.

use callsheet_domain::{SyncJob, SyncReason, Timestamp};

use crate::ports::{Activity, BatchActivity};
use crate::sync::requeue::{Delivery, Handled};

/// The activity of a batch of sync jobs that was handled at `now`.
#[must_use]
pub fn batch_activity(deliveries: &[Delivery], handled: &Handled, now: Timestamp) -> Activity {
    let requests = || deliveries.iter().filter_map(request_sent_at);
    let webhooks = deliveries.iter().filter_map(webhook_accepted_at);
    let is_resynced = !handled.is_denied && deliveries.iter().any(is_finished_resync(handled));
    Activity {
        webhook_at: webhooks.max(),
        bot_webhook_at: deliveries.iter().filter_map(status_accepted_at).max(),
        resynced_at: is_resynced.then_some(now),
        batch: requests().min().map(|oldest_sent_at| BatchActivity {
            handled_at: now,
            oldest_sent_at,
        }),
        scheduler_ran_at: None,
    }
}

/// When a sync request was first sent; none for a resync,
/// a status of a bot and the totals of past days.
fn request_sent_at(delivery: &Delivery) -> Option<Timestamp> {
    match &delivery.job {
        SyncJob::Request(request) => Some(request.sent_at),
        SyncJob::Event(request) => Some(request.sent_at),
        SyncJob::BotStatus(_)
        | SyncJob::KeepCoverage
        | SyncJob::Resync
        | SyncJob::ResyncNow { .. } => None,
    }
}

/// When the webhook was accepted that a request came from. Operators too send
/// requests, but none about changed events.
fn webhook_accepted_at(delivery: &Delivery) -> Option<Timestamp> {
    match &delivery.job {
        SyncJob::Request(request) => {
            let is_webhook = matches!(request.reason, SyncReason::EventsChanged { .. });
            is_webhook.then_some(request.sent_at)
        }
        SyncJob::Event(_)
        | SyncJob::BotStatus(_)
        | SyncJob::KeepCoverage
        | SyncJob::Resync
        | SyncJob::ResyncNow { .. } => None,
    }
}

/// When the webhook was accepted that a status of a bot came from.
fn status_accepted_at(delivery: &Delivery) -> Option<Timestamp> {
    match &delivery.job {
        SyncJob::BotStatus(report) => Some(report.sent_at),
        SyncJob::Request(_)
        | SyncJob::Event(_)
        | SyncJob::KeepCoverage
        | SyncJob::Resync
        | SyncJob::ResyncNow { .. } => None,
    }
}

/// Whether a delivery asked for a resync that did not fail.
fn is_finished_resync(handled: &Handled) -> impl Fn(&Delivery) -> bool {
    |delivery| {
        matches!(delivery.job, SyncJob::Resync | SyncJob::ResyncNow { .. })
            && !handled.failed.contains(&delivery.message_id)
    }
}
