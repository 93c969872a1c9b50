//! Notes what a function did last, at most every half minute for each kind of
//! activity, so that a burst costs no writes of its own.

use std::sync::{Arc, Mutex, PoisonError};

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;

use crate::PortError;
use crate::ports::{Activity, ActivityLog};

/// The shortest time between two notes of one kind.
const NOTED_EVERY: SignedDuration = SignedDuration::from_secs(30);

/// Notes the activity of one process. Clones share what was noted last.
#[derive(Debug, Clone, Default)]
pub struct ActivityNotes(Arc<Mutex<Activity>>);

impl ActivityNotes {
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

    /// Notes what was done, as far as it was not noted a moment ago.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn note(&self, log: &impl ActivityLog, activity: Activity) -> Result<(), PortError> {
        let fresh = self.fresh(activity);
        if fresh == Activity::default() {
            return Ok(());
        }
        log.note_activity(&fresh).await?;
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *noted = Activity {
            webhook_at: noted.webhook_at.max(fresh.webhook_at),
            bot_webhook_at: noted.bot_webhook_at.max(fresh.bot_webhook_at),
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
            bot_webhook_at: fresh(activity.bot_webhook_at, noted.bot_webhook_at),
            resynced_at: fresh(activity.resynced_at, noted.resynced_at),
            batch: activity
                .batch
                .filter(|batch| is_fresh(batch.handled_at, noted_batch)),
            scheduler_ran_at: fresh(activity.scheduler_ran_at, noted.scheduler_ran_at),
        }
    }
}
