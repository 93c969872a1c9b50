//! Looks at calendars that something was said about, and writes what should be recorded.
//!
//! A batch of notices is taken together: what a finished look has answered is
//! dropped, and for the rest as few looks are made as will do (see
//! [`plan_syncs`](callsheet_domain::plan_syncs)), so that a storm of notices costs a
//! few lists. What fails is given back to the queue alone: other calendars of
//! the batch are not looked at again for it. What merely has to wait for its
//! turn is put on the queue anew, since a message that comes back too often is
//! taken for one that nobody can attend to.
//!
//! Any number of syncs may run side by side. Each write of theirs is
//! compare-and-swap, and [`revise`](callsheet_domain::revise) says which view
//! wins; the mark of a look moves only once its last page is written.
//!
//! A sweep looks at what nobody said anything about, see [`sweep`].

mod attend;
mod calendar;
mod calendar_look;
mod directory;
mod error;
mod give_back;
mod intake;
mod known;
mod list;
mod ports;
mod sweep;
mod tally;
mod turn;
mod workspace_look;
mod write;

use std::collections::BTreeMap;
use std::time::Duration;

use callsheet_domain::{CalendarId, ListingOptions, RateLimit, SyncJob, SyncRequest, Timestamp};

pub use self::ports::{Ports, SyncPorts, SyncState};
use crate::PolicyCache;
use crate::ports::Receipt;
use error::SyncError;
use sweep::Trigger;
use tally::Tally;

/// How often a lost race is run again before the message is given back.
const ROUNDS: usize = 5;

/// What a sync is told once.
#[derive(Debug, Clone)]
pub struct SyncSettings {
    /// How fast events are listed.
    pub list_events: RateLimit,
    /// How fast calendars are read.
    pub get_calendar: RateLimit,
    /// How fast calendars are listed.
    pub list_calendars: RateLimit,
    /// Whether the workspace may be listed as a whole, besides one calendar at a time.
    pub is_workspace_listed: bool,
    /// How often a sweep looks for changes that nobody told of.
    pub catch_up_every: Duration,
    /// A message that was received so often and failed is not given again.
    pub most_receives: u32,
}

impl SyncSettings {
    fn options(&self) -> ListingOptions {
        ListingOptions {
            lists_workspace: self.is_workspace_listed,
            interval: self.list_events.interval(),
        }
    }
}

/// An errand as the queue delivered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The message, for the answer to the queue.
    pub message_id: String,
    /// This delivery of it.
    pub receipt: Receipt,
    /// How often the message was given, this time included.
    pub received: u32,
    /// What it asks for.
    pub job: SyncJob,
}

/// A delivery of a notice, and the notice.
type Noticed<'a> = (&'a Delivery, &'a SyncRequest);

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Handled {
    /// Messages that must be given again.
    pub failed: Vec<String>,
    /// Recall denied us: the key may have been changed.
    pub is_denied: bool,
}

/// Handles batches of sync jobs.
#[derive(Debug, Clone)]
pub struct SyncHandler<P> {
    /// The adapters.
    pub ports: P,
    /// The active policy, as it was last read.
    pub policy_cache: PolicyCache,
    /// Its settings.
    pub settings: SyncSettings,
}

impl<P: SyncPorts> SyncHandler<P> {
    /// Runs the errands of a batch until `deadline`, notices before sweeps; what
    /// could not be done is named, to be given again soon.
    pub async fn handle(&self, batch: &[Delivery], deadline: Timestamp) -> Handled {
        let mut by_calendar: BTreeMap<&CalendarId, Vec<Noticed<'_>>> = BTreeMap::new();
        let mut sweeps = Vec::new();
        for delivery in batch {
            match &delivery.job {
                SyncJob::Resync | SyncJob::ResyncNow { .. } => sweeps.push(delivery),
                SyncJob::Request(request) => {
                    let noticed = by_calendar.entry(&request.calendar_id).or_default();
                    noticed.push((delivery, request));
                }
            }
        }
        let mut handled = Handled::default();
        let policy = match self.policy_cache.current(self.ports.state()).await {
            Ok(policy) => policy,
            Err(error) => {
                tracing::warn!(%error, "could not read the policy in force");
                let error = SyncError::Port(error);
                self.give_back(batch, &error, &mut handled).await;
                return handled;
            }
        };
        // Boxed: what they hold while they wait is large.
        Box::pin(self.attend(by_calendar, &policy, deadline, &mut handled)).await;
        if !sweeps.is_empty() && !handled.is_denied {
            let is_asked = |delivery: &&Delivery| matches!(delivery.job, SyncJob::ResyncNow { .. });
            let urge = if sweeps.iter().any(is_asked) {
                Trigger::Requested
            } else {
                Trigger::Scheduled
            };
            match Box::pin(self.sweep(&policy, urge, deadline)).await {
                Ok(swept) => handled.is_denied = swept.is_denied,
                Err(error) => {
                    tracing::warn!(%error, "could not sweep");
                    self.give_back(sweeps, &error, &mut handled).await;
                }
            }
        }
        handled
    }
}
