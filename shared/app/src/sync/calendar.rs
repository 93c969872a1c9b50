//! Keeps what is known of a calendar, and retires the decisions of a lost one.

use std::collections::HashSet;

use callsheet_domain::{
    CalendarId, CalendarRecord, DecisionKey, Operation, RowChange, RuleName, Verdict, retire,
    retire_copies,
};

use super::turn::CallTerms;
use super::{ROUNDS, SyncError, SyncHandler, SyncPorts, Tally};
use crate::ports::{CalendarEvents as _, Calendars as _, Clock as _, Decisions as _, WriteOutcome};

/// Rows loaded together: what one batch read of a table takes.
const ROWS: usize = 100;

impl<P: SyncPorts> SyncHandler<P> {
    /// The calendar, asked of Recall if it changed or if what is remembered
    /// cannot be relied on: a lost one may have come back without a word, one
    /// without an address may have got it. None if nobody knows it.
    pub(super) async fn calendar(
        &self,
        id: &CalendarId,
        is_changed: bool,
        terms: CallTerms,
    ) -> Result<Option<CalendarRecord>, SyncError> {
        for _ in 0..ROUNDS {
            let known = self.ports.state().record(id).await?;
            if let Some(known) = &known
                && !is_changed
                && known.calendar.status.holds_bots()
                && known.calendar.email.is_some()
            {
                return Ok(Some(known.clone()));
            }
            self.turn(Operation::GetCalendar, terms).await?;
            let seen = self
                .heed(
                    Operation::GetCalendar,
                    self.ports.recall().calendar(id).await,
                )
                .await?;
            let next = match (&known, seen) {
                (Some(known), Some(seen)) => known.after(seen),
                (Some(known), None) => known.gone(),
                (None, Some(seen)) => Some(CalendarRecord::first(seen)),
                (None, None) => return Ok(None),
            };
            let Some(mut next) = next else {
                return Ok(known);
            };
            if self.ports.state().write_record(&next).await? == WriteOutcome::Written {
                next.version = next.version.next();
                return Ok(Some(next));
            }
        }
        Err(SyncError::Conflict)
    }

    /// Extent nothing any more for a calendar that is disconnected or gone.
    /// Meetings that are over keep the row that says what became of them.
    pub(super) async fn retire(&self, record: &CalendarRecord) -> Result<(), SyncError> {
        let calendar = &record.calendar;
        let now = self.ports.clock().now();
        let keys = self
            .ports
            .decisions()
            .of_calendar(&calendar.id, now)
            .await?;
        let mut tally = Tally::default();
        for keys in keys.chunks(ROWS) {
            self.retire_rows(record, keys, &mut tally).await?;
        }
        let (status, retired, stale) = (calendar.status, tally.written, tally.stale);
        tracing::info!(calendar = %calendar.id, %status, retired, stale, "retired a calendar");
        Ok(())
    }

    /// Retires the rows under `keys`; copies in other calendars whose bot they
    /// owned get another owner.
    async fn retire_rows(
        &self,
        record: &CalendarRecord,
        keys: &[DecisionKey],
        tally: &mut Tally,
    ) -> Result<(), SyncError> {
        let status = record.calendar.status;
        let verdict = Verdict::skip(RuleName::DISCONNECTED, format!("the calendar is {status}"));
        let mut meetings: HashSet<_> = keys.iter().map(|key| key.ical_uid.clone()).collect();
        for _ in 0..ROUNDS {
            let asked: Vec<_> = meetings.into_iter().collect();
            let stored = self.ports.decisions().copies(&asked).await?;
            let mut retired = Vec::new();
            for row in stored.iter().filter(|row| keys.contains(&row.key)) {
                match retire(row, verdict.clone(), record.revision) {
                    RowChange::Write(row) => retired.push(*row),
                    RowChange::Behind => tally.stale += 1,
                    RowChange::Unchanged | RowChange::Stale => {}
                }
            }
            let writes = retire_copies(&stored, retired, self.ports.clock().now());
            meetings = self.keep(writes, tally).await?;
            if meetings.is_empty() {
                return Ok(());
            }
        }
        Err(SyncError::Conflict)
    }
}
