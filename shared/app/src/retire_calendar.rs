//! Retires the decisions of a calendar that was disconnected or deleted, and of events that
//! are gone.

use std::collections::HashSet;

use callsheet_domain::{CalendarRecord, DecisionKey, RowChange, RuleName, Verdict, retire};

use crate::ports::{Clock, Decisions};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::row_writer::RowWriter;
use crate::set_aside::SetAside;
use crate::sync_counts::SyncCounts;
use crate::sync_error::SyncError;

/// Rows loaded together: as many as one batch read of a table takes.
const ROWS: usize = 100;

/// Retires decisions of calendars.
#[derive(Debug)]
pub struct CalendarRetirer<'a, D, K> {
    /// Storage of decisions.
    pub decisions: &'a D,
    /// Source of the time.
    pub clock: &'a K,
}

impl<D: Decisions, K: Clock> CalendarRetirer<'_, D, K> {
    /// Retires the decisions of a calendar that was disconnected or deleted, as far
    /// as its index shows them and they were not `seen` before. A meeting that is
    /// over keeps its decision, and with it its outcome. Gives the number of
    /// decisions that were retired.
    ///
    /// # Errors
    /// If the decisions cannot be read or written, or other workers kept writing
    /// to them.
    pub async fn retire(
        &self,
        record: &CalendarRecord,
        seen: &mut HashSet<DecisionKey>,
    ) -> Result<u32, SyncError> {
        let calendar = &record.calendar;
        let now = self.clock.now();
        let mut keys = self.decisions.of_calendar(&calendar.id, now).await?;
        keys.retain(|key| seen.insert(key.clone()));
        let (mut counts, mut set_aside) = (SyncCounts::default(), SetAside::default());
        let status = calendar.status;
        let verdict = Verdict::skip(RuleName::DISCONNECTED, format!("the calendar is {status}"));
        for keys in keys.chunks(ROWS) {
            self.retire_rows((record, &verdict), keys, &mut counts, &mut set_aside)
                .await?;
        }
        set_aside.report(&mut counts);
        let id = &calendar.id;
        let (retired, stale) = (counts.written, counts.stale);
        if !keys.is_empty() {
            tracing::info!(
                calendar = %id,
                %status,
                retired,
                stale,
                "retired calendar {id}, which is {status}: {retired} decisions retired"
            );
        }
        Ok(retired)
    }

    /// Retires the decisions about events that Recall does not know any more. It has removed
    /// their bots itself.
    ///
    /// # Errors
    /// If the decisions cannot be read or written, or other workers kept writing to them.
    pub async fn retire_gone(
        &self,
        record: &CalendarRecord,
        keys: &[DecisionKey],
        counts: &mut SyncCounts,
    ) -> Result<(), SyncError> {
        let mut set_aside = SetAside::default();
        let verdict = Verdict::skip(RuleName::DELETED, "the event was deleted");
        if !keys.is_empty() {
            self.retire_rows((record, &verdict), keys, counts, &mut set_aside)
                .await?;
        }
        set_aside.report(counts);
        Ok(())
    }

    /// Retires the rows under `keys`. Copies in other calendars that share a bot with them get
    /// another owner of it by the [check](callsheet_domain::OwnerCheck) that each row keeps.
    async fn retire_rows(
        &self,
        (record, verdict): (&CalendarRecord, &Verdict),
        keys: &[DecisionKey],
        counts: &mut SyncCounts,
        set_aside: &mut SetAside,
    ) -> Result<(), SyncError> {
        let rows = RowWriter {
            decisions: self.decisions,
        };
        let mut left = keys.to_vec();
        retry_on_conflict(async || {
            let stored = self.decisions.decisions(&left).await?;
            for row in stored.unreadable {
                set_aside.add(row.key, record.calendar.id.clone(), row.problem);
            }
            let now = self.clock.now();
            let mut retired = Vec::new();
            for row in &stored.decisions {
                match retire(row, verdict.clone(), record.revision) {
                    RowChange::Write(changed) => {
                        retired.push(changed.checking_owner(Some(row), now));
                    }
                    RowChange::Behind => counts.stale += 1,
                    RowChange::Unchanged | RowChange::Stale => {}
                }
            }
            let writes = rows.write(retired, set_aside).await?;
            counts.written += writes.written;
            left = writes.lost.into_iter().collect();
            Ok(if left.is_empty() {
                Attempt::Done(())
            } else {
                Attempt::Conflict
            })
        })
        .await
    }
}
