//! Notes what a function did last, at most every half minute for each kind of
//! activity, so that a burst costs no writes of its own.

use std::sync::{Arc, Mutex, PoisonError};

use callsheet_domain::{SyncJob, SyncReason, Timestamp, plus};
use jiff::SignedDuration;

use crate::PortError;
use crate::ports::{Activity, ActivityLog, BatchActivity};
use crate::sync::{Delivery, Handled};

/// The shortest time between two notes of one kind.
const NOTED_EVERY: SignedDuration = SignedDuration::from_secs(30);

/// Notes the activity of one process. Clones share what was noted last.
#[derive(Debug, Clone, Default)]
pub struct ActivityNotes(Arc<Mutex<Activity>>);

impl ActivityNotes {
    /// Notes a batch of sync jobs that was handled at `now`.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn note_batch(
        &self,
        log: &impl ActivityLog,
        deliveries: &[Delivery],
        handled: &Handled,
        now: Timestamp,
    ) -> Result<(), PortError> {
        let requests = || deliveries.iter().filter_map(request_sent_at);
        let webhooks = deliveries.iter().filter_map(webhook_accepted_at);
        let is_failed = handled.is_denied || handled.is_resync_failed;
        let is_resynced = !is_failed && deliveries.iter().any(is_finished_resync(handled));
        let activity = Activity {
            webhook_at: webhooks.max(),
            resynced_at: is_resynced.then_some(now),
            batch: requests().min().map(|oldest_sent_at| BatchActivity {
                handled_at: now,
                oldest_sent_at,
            }),
            scheduler_ran_at: None,
        };
        self.note(log, activity).await
    }

    /// Notes a scheduler run that finished at `now`.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn note_run(&self, log: &impl ActivityLog, now: Timestamp) -> Result<(), PortError> {
        let activity = Activity {
            scheduler_ran_at: Some(now),
            ..Activity::default()
        };
        self.note(log, activity).await
    }

    async fn note(&self, log: &impl ActivityLog, activity: Activity) -> Result<(), PortError> {
        let fresh = self.fresh(activity);
        if fresh == Activity::default() {
            return Ok(());
        }
        log.note_activity(&fresh).await?;
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *noted = Activity {
            webhook_at: noted.webhook_at.max(fresh.webhook_at),
            resynced_at: noted.resynced_at.max(fresh.resynced_at),
            batch: fresh.batch.or(noted.batch),
            scheduler_ran_at: noted.scheduler_ran_at.max(fresh.scheduler_ran_at),
        };
        Ok(())
    }

    /// The part of `activity` that was not noted within the last half minute.
    fn fresh(&self, activity: Activity) -> Activity {
        let noted = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |at: Timestamp, noted: Option<Timestamp>| {
            noted.is_none_or(|noted| at >= plus(noted, NOTED_EVERY))
        };
        let fresh = |at: Option<Timestamp>, noted| at.filter(|at| is_fresh(*at, noted));
        let noted_batch = noted.batch.map(|batch| batch.handled_at);
        Activity {
            webhook_at: fresh(activity.webhook_at, noted.webhook_at),
            resynced_at: fresh(activity.resynced_at, noted.resynced_at),
            batch: activity
                .batch
                .filter(|batch| is_fresh(batch.handled_at, noted_batch)),
            scheduler_ran_at: fresh(activity.scheduler_ran_at, noted.scheduler_ran_at),
        }
    }
}

/// When a sync request was first sent; none for a resync.
fn request_sent_at(delivery: &Delivery) -> Option<Timestamp> {
    match &delivery.job {
        SyncJob::Request(request) => Some(request.sent_at),
        SyncJob::Resync | SyncJob::ResyncNow { .. } => None,
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
        SyncJob::Resync | SyncJob::ResyncNow { .. } => None,
    }
}

/// Whether a delivery asked for a resync that did not fail.
fn is_finished_resync(handled: &Handled) -> impl Fn(&Delivery) -> bool {
    |delivery| {
        matches!(delivery.job, SyncJob::Resync | SyncJob::ResyncNow { .. })
            && !handled.failed.contains(&delivery.message_id)
    }
}
