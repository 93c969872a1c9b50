//! Sorts the messages of a batch: which of them are handled, may need calls, or ask for a resync.

use callsheet_domain::SyncJob;

use crate::sync::catch_up::Trigger;
use crate::sync::requeue::Delivery;

/// The messages to handle: a scheduled resync that failed is dropped, since the
/// schedule has sent the next one.
pub(super) fn without_failed_resyncs(deliveries: &[Delivery]) -> Vec<Delivery> {
    let has_failed = |one: &&Delivery| one.job == SyncJob::Resync && one.received > 1;
    let failed = deliveries.iter().filter(has_failed).count();
    if failed > 0 {
        tracing::info!(
            failed,
            "dropped {failed} scheduled resyncs that had failed before"
        );
    }
    let kept = deliveries.iter().filter(|one| !has_failed(one));
    kept.cloned().collect()
}

/// The messages that may need calls to Recall.
pub(super) fn that_may_call(deliveries: &[Delivery]) -> Vec<Delivery> {
    let calls_none =
        |one: &&Delivery| matches!(one.job, SyncJob::BotStatus(_) | SyncJob::KeepCoverage);
    let kept = deliveries.iter().filter(|one| !calls_none(one));
    kept.cloned().collect()
}

/// The cause of the resync that a message asks for; none for a sync request.
pub(super) fn resync_trigger(delivery: &Delivery) -> Option<Trigger> {
    match delivery.job {
        SyncJob::Request(_) | SyncJob::Event(_) | SyncJob::BotStatus(_) | SyncJob::KeepCoverage => {
            None
        }
        SyncJob::Resync => Some(Trigger::Scheduled),
        SyncJob::ResyncNow { .. } => Some(Trigger::Requested),
    }
}
