//! Writes rows, each by compare-and-swap, and settles the copies that share a bot.
//!
//! Another worker may write a copy of a meeting while this one does, and neither of the two
//! has read it. So a writer that may have given a shared bot another owner or configuration
//! reads its meeting once more afterwards, and settles the copies.

use std::collections::HashSet;

use callsheet_domain::{Decision, IcalUid, settle_copies};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::PortError;
use crate::ports::{Clock, Decisions, WriteOutcome};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::set_aside::SetAside;
use crate::shared_rows::{Unsettled, add_sharing};
use crate::sync_error::SyncError;

/// Writes that are in flight at once.
const WRITES: usize = 16;

/// Writes rows to the table.
#[derive(Debug)]
pub(crate) struct RowWriter<'a, D> {
    /// Storage of decisions.
    pub(crate) decisions: &'a D,
}

/// The result of some writes.
#[derive(Debug, Default)]
pub(crate) struct Writes {
    pub(crate) written: u32,
    /// Meetings of the rows that another worker wrote first.
    pub(crate) lost: HashSet<IcalUid>,
}

impl<D: Decisions> RowWriter<'_, D> {
    /// Writes rows. One that the table does not accept is set aside.
    pub(crate) async fn write(
        &self,
        mut rows: Vec<Decision>,
        set_aside: &mut SetAside,
    ) -> Result<Writes, PortError> {
        rows.retain(|row| !set_aside.contains(&row.key));
        let results: Vec<(Decision, Result<WriteOutcome, String>)> = stream::iter(rows)
            .map(|row| async move {
                let result = match self.decisions.write(&row).await {
                    Err(error @ PortError::Unwritable { .. }) => Err(error.to_string()),
                    result => Ok(result?),
                };
                Ok::<_, PortError>((row, result))
            })
            .buffer_unordered(WRITES)
            .try_collect()
            .await?;
        let mut writes = Writes::default();
        for (row, result) in results {
            match result {
                Ok(WriteOutcome::Written) => writes.written += 1,
                Ok(WriteOutcome::Conflict) => {
                    writes.lost.insert(row.key.ical_uid);
                }
                Err(problem) => set_aside.add(row.key, row.calendar_id, problem),
            }
        }
        Ok(writes)
    }

    /// Has the copies of meetings, and all others that want the same bots, want the
    /// configuration of their bot's owner. Gives the number of rows that were written, seldom
    /// any. A read that finds nothing to write is the last: what another worker wrote before
    /// it is in it, and what another worker writes later is read again by that worker. Rows
    /// of other meetings are found by an index, though, which may lag.
    pub(crate) async fn settle(
        &self,
        clock: &impl Clock,
        mut unsettled: Unsettled,
        set_aside: &mut SetAside,
    ) -> Result<u32, SyncError> {
        let mut written = 0;
        if unsettled.meetings.is_empty() {
            return Ok(written);
        }
        retry_on_conflict(async || {
            let Unsettled { meetings, bots } = std::mem::take(&mut unsettled);
            let loaded: Vec<_> = meetings.into_iter().collect();
            let mut stored = self.decisions.copies(&loaded).await?.decisions;
            let now = clock.now();
            add_sharing(self.decisions, &mut stored, bots, now).await?;
            let mut rows = settle_copies(&stored, now);
            rows.retain(|row| !set_aside.contains(&row.key));
            for row in &rows {
                unsettled.add(row);
            }
            written += self.write(rows, set_aside).await?.written;
            Ok(if unsettled.meetings.is_empty() {
                Attempt::Done(())
            } else {
                Attempt::Conflict
            })
        })
        .await?;
        Ok(written)
    }
}
