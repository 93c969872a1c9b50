//! Changes the rows that share a bot, some at a time.
//!
//! A meeting of a whole company has thousands of rows, and a function has memory for a page of
//! them. Their keys are read from an index; then each part of the rows is read, changed and
//! written before the next one. A change that is made again changes nothing, so that a part
//! that is written may be met again.

use callsheet_domain::{BotId, Decision, DecisionKey};

use crate::PortError;
use crate::ports::Decisions;
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::row_writer::RowWriter;
use crate::set_aside::SetAside;
use crate::sync::alerting::NewAlerts;
use crate::sync::outcome_counts::EndCount;
use crate::sync_counts::SyncCounts;
use crate::sync_error::SyncError;

/// So many rows are in memory at once.
pub(super) const PART: usize = 200;

/// The rows that share one bot, while what is known of it is written to them.
pub(super) struct RowsOfBot<'a, D> {
    decisions: &'a D,
    ends: EndCount<'a>,
    alerts: NewAlerts,
    written: u32,
}

impl<'a, D: Decisions> RowsOfBot<'a, D> {
    pub(super) fn new(decisions: &'a D, bot: &'a BotId) -> Self {
        Self {
            decisions,
            ends: EndCount::new(bot),
            alerts: NewAlerts::default(),
            written: 0,
        }
    }

    /// Changes the stored rows under `keys`; one for which `change` gives none stays as it is.
    ///
    /// # Errors
    /// [`SyncError::DeadlineReached`] if there are rows left when `is_late`; the table's error.
    pub(super) async fn change_each(
        &mut self,
        keys: &[DecisionKey],
        is_late: impl Fn() -> bool,
        mut change: impl FnMut(&Decision) -> Option<Decision>,
    ) -> Result<(), SyncError> {
        for part in keys.chunks(PART) {
            if is_late() {
                return Err(SyncError::DeadlineReached);
            }
            let decisions = self.decisions;
            let read = async || Ok(decisions.decisions(part).await?.decisions);
            let change = async |rows: &[Decision]| Ok(rows.iter().map(&mut change).collect());
            self.change(read, change).await?;
        }
        Ok(())
    }

    /// Changes the rows that `read` gives; `change` gives for each the row to write, if any.
    ///
    /// # Errors
    /// [`SyncError::Conflict`] if other workers were first each time; the table's error.
    pub(super) async fn change(
        &mut self,
        mut read: impl AsyncFnMut() -> Result<Vec<Decision>, PortError>,
        mut change: impl AsyncFnMut(&[Decision]) -> Result<Vec<Option<Decision>>, PortError>,
    ) -> Result<(), SyncError> {
        let table = RowWriter {
            decisions: self.decisions,
        };
        let mut is_again = false;
        retry_on_conflict(async || {
            let before = read().await?;
            let after = change(&before).await?;
            for (before, after) in before.iter().zip(&after) {
                self.alerts.note(before, after.as_ref().unwrap_or(before));
            }
            let mut set_aside = SetAside::default();
            let changed: Vec<_> = after.into_iter().flatten().collect();
            // What this worker has written before it met a conflict is no end of another one.
            let earlier = if is_again { &[][..] } else { &before };
            let ended = self.ends.of(earlier, &changed);
            let writes = table.write(changed, &mut set_aside).await?;
            set_aside.report(&mut SyncCounts::default());
            if writes.written > 0
                && let Some(metric) = ended
            {
                self.ends.count(metric);
            }
            self.written += writes.written;
            is_again = true;
            Ok(if writes.lost.is_empty() {
                Attempt::Done(())
            } else {
                Attempt::Conflict
            })
        })
        .await
    }

    /// Tells of the alerts in what was written, and gives the number of rows.
    pub(super) fn finish(self) -> u32 {
        self.alerts.log();
        self.written
    }
}
