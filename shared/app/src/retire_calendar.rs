//! Writes that decisions want no bot any more: those of a calendar that was disconnected or
//! deleted, of events that are gone, of an event that its owner does not want recorded, and of a
//! meeting that one of its people does not want recorded.

use std::collections::HashSet;

use callsheet_domain::{
    CalendarId, CalendarRecord, Decision, DecisionKey, MeetingOverride, Overrides, RowChange,
    RuleName, Timestamp, Verdict, retire, skip_at_once, skip_meeting_at_once,
};

use crate::ports::{Clock, Decisions};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::row_writer::RowWriter;
use crate::set_aside::SetAside;
use crate::sync_counts::SyncCounts;
use crate::sync_error::SyncError;

/// Rows loaded together: as many as one batch read of a table takes.
const ROWS: usize = 100;

/// The decisions of a lost calendar that were retired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetiredDecisions {
    /// Their number.
    pub retired: u32,
    /// Whether none is left of those that the index shows.
    pub are_all: bool,
}

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
    /// over keeps its decision, and with it its outcome. Once `latest` is over, no
    /// further hundred decisions are retired after those that were: the next call goes
    /// on with them.
    ///
    /// # Errors
    /// If the decisions cannot be read or written, or other workers kept writing
    /// to them.
    pub async fn retire(
        &self,
        record: &CalendarRecord,
        seen: &mut HashSet<DecisionKey>,
        latest: Timestamp,
    ) -> Result<RetiredDecisions, SyncError> {
        let calendar = &record.calendar;
        let now = self.clock.now();
        let mut keys = self.decisions.of_calendar(&calendar.id, now).await?;
        keys.retain(|key| seen.insert(key.clone()));
        let (mut counts, mut set_aside) = (SyncCounts::default(), SetAside::default());
        let status = calendar.status;
        let verdict = Verdict::skip(RuleName::DISCONNECTED, format!("the calendar is {status}"));
        let change =
            |row: &Decision| retire(row, verdict.clone(), record.revision, self.clock.now());
        let mut are_all = true;
        for keys in keys.chunks(ROWS) {
            if counts.written > 0 && self.clock.now() > latest {
                are_all = false;
                break;
            }
            self.retire_rows((&calendar.id, &change), keys, &mut counts, &mut set_aside)
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
        Ok(RetiredDecisions { retired, are_all })
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
        let change =
            |row: &Decision| retire(row, verdict.clone(), record.revision, self.clock.now());
        if !keys.is_empty() {
            self.retire_rows((&record.calendar.id, &change), keys, counts, &mut set_aside)
                .await?;
        }
        set_aside.report(counts);
        Ok(())
    }

    /// Folds the no of an owner to one event into the decisions about it. They are due then,
    /// so the bot goes without a sync. Copies in other calendars that share the bot get
    /// another owner of it.
    ///
    /// # Errors
    /// If the decisions cannot be read or written, or other workers kept writing to them, or
    /// decided with later overrides: the next sync of the event does it.
    pub async fn skip(
        &self,
        (calendar, overrides): (&CalendarId, &Overrides),
        keys: &[DecisionKey],
    ) -> Result<SyncCounts, SyncError> {
        let (mut counts, mut set_aside) = (SyncCounts::default(), SetAside::default());
        let change = |row: &Decision| skip_at_once(row, overrides, self.clock.now());
        self.retire_rows((calendar, &change), keys, &mut counts, &mut set_aside)
            .await?;
        set_aside.report(&mut counts);
        if counts.stale + counts.set_aside > 0 {
            return Err(SyncError::Conflict);
        }
        Ok(counts)
    }

    /// Folds a no to a whole meeting into copies of it, as far as they are not later than that.
    ///
    /// # Errors
    /// If the decisions cannot be read or written, or other workers kept writing to them: the
    /// next syncs of their events do it.
    pub async fn skip_meeting(
        &self,
        meeting: &MeetingOverride,
        keys: &[(CalendarId, DecisionKey)],
    ) -> Result<SyncCounts, SyncError> {
        let (mut counts, mut set_aside) = (SyncCounts::default(), SetAside::default());
        let change = |row: &Decision| skip_meeting_at_once(row, meeting, self.clock.now());
        let Some((calendar, _)) = keys.first() else {
            return Ok(counts);
        };
        let keys: Vec<_> = keys.iter().map(|(_, key)| key.clone()).collect();
        self.retire_rows((calendar, &change), &keys, &mut counts, &mut set_aside)
            .await?;
        set_aside.report(&mut counts);
        Ok(counts)
    }

    /// Changes the rows under `keys`, so that they want no bot. Copies in other calendars that
    /// share a bot with them get another owner of it by the
    /// [check](callsheet_domain::OwnerCheck) that each row keeps.
    async fn retire_rows(
        &self,
        (calendar, change): (&CalendarId, &impl Fn(&Decision) -> RowChange),
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
                set_aside.add(row.key, calendar.clone(), row.problem);
            }
            let now = self.clock.now();
            let mut retired = Vec::new();
            for row in &stored.decisions {
                match change(row) {
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
