//! Retirement of the decisions of a calendar that was disconnected or deleted.
//!
//! The index that locates a calendar's decisions lags behind the writes, and
//! another worker may have a sync of the calendar in progress that writes one more.
//! So the index is read again until it has shown no decision to retire for a few
//! seconds. The calendar's record says since when it has shown none, and each
//! resync reads it once more until that is some minutes.

use std::collections::HashSet;

use callsheet_domain::{CalendarRecord, Retired, Timestamp, plus};
use jiff::SignedDuration;

use crate::ports::{Calendars as _, Clock as _, WriteOutcome};
use crate::retire_calendar::CalendarRetirer;
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;

/// Time between two reads of the index.
const POLL: SignedDuration = SignedDuration::from_secs(1);
/// The index is read until it has shown no decision for this long.
const QUIET: SignedDuration = SignedDuration::from_secs(2);

/// Retires the decisions of lost calendars.
pub struct Retirement<'a, P: SyncPorts> {
    /// Storage of calendars.
    pub state: &'a P::State,
    /// Retires the decisions that the index shows.
    pub retirer: &'a CalendarRetirer<'a, P::Decisions, P::Clock>,
}

impl<P: SyncPorts> Retirement<'_, P> {
    /// Retires the decisions of a calendar until the index has shown none for a
    /// while, or `latest` is near: then a later resync goes on.
    ///
    /// # Errors
    /// If the decisions or the record cannot be read or written, or other workers
    /// kept writing to them.
    pub async fn retire(
        &self,
        record: &CalendarRecord,
        latest: Timestamp,
    ) -> Result<(), SyncError> {
        let (mut seen, mut retired) = (HashSet::new(), record.retired);
        loop {
            let found = self.retirer.retire(record, &mut seen, latest).await?;
            let now = self.retirer.clock.now();
            let is_quiet = found.retired == 0 && found.are_all;
            let was_quiet = retired.filter(|_| is_quiet);
            let since = was_quiet.map_or(now, |retired| retired.since);
            retired = Some(Retired { since, until: now });
            let next = plus(now, POLL);
            if now >= plus(since, QUIET) || next > latest {
                break;
            }
            self.retirer.clock.sleep_until(next).await;
        }
        if record.needs_retiring() && retired != record.retired {
            self.save(record, retired).await?;
        }
        Ok(())
    }

    /// Saves since when the index has shown none, unless the calendar has changed.
    async fn save(
        &self,
        record: &CalendarRecord,
        retired: Option<Retired>,
    ) -> Result<(), SyncError> {
        let mut stored = record.clone();
        retry_on_conflict(async || {
            if stored.revision != record.revision {
                return Ok(Attempt::Done(()));
            }
            stored.retired = retired;
            if self.state.write_record(&stored).await? == WriteOutcome::Written {
                return Ok(Attempt::Done(()));
            }
            match self.state.record(&record.calendar.id).await? {
                Some(read) => stored = read,
                None => return Ok(Attempt::Done(())),
            }
            Ok(Attempt::Conflict)
        })
        .await
    }
}
