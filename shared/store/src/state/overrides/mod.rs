//! Overrides and pauses, one row each, and for each calendar a head that counts them.
//!
//! An override and the head are written in one transaction, on condition that
//! the head is as it was read. So of two people who set overrides at once one
//! reads again, each override gets a revision of its own, and the later one stands.
//!
//! If the head is lost, it is rebuilt from the rows that it counted and from the
//! calendar's last sync, so no revision is used twice.
//!
//! Rows are read from the last sort key to the first, the head before the rows
//! that it counts. An override that is set in between may be read without being
//! counted, and costs one more sync; none is counted without being read.

mod row;

use callsheet_app::PortError;
use callsheet_app::ports::{Calendars as _, OverrideStore};
use callsheet_domain::{
    Actor, CalendarId, OverrideChoice, OverrideRevision, OverrideScope, Overrides, Timestamp,
};

use super::place::{OVERRIDES, Place};
use super::{StateTable, TRIES, row_at};
use crate::attributes::{Attributes, write_row};
use crate::error::{busy, unreadable};
use crate::expressions::{Unchanged, all_rows};
pub(super) use row::HeadRow;
use row::OverrideRows;
pub(super) use row::{OverrideRow, PauseRow};

impl OverrideStore for StateTable {
    async fn overrides(&self, calendar: &CalendarId) -> Result<Overrides, PortError> {
        let partition = Place::overrides_head(calendar).partition;
        let mut read = OverrideRows::default();
        for row in all_rows(self.rows_from_last(&partition, OVERRIDES)).await? {
            read.add(row).map_err(|problem| {
                unreadable(
                    format_args!("the overrides of calendar {calendar}"),
                    problem,
                )
            })?;
        }
        Ok(read.overrides())
    }

    async fn set_override(
        &self,
        calendar: &CalendarId,
        scope: &OverrideScope,
        choice: OverrideChoice,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        let row = |revision: OverrideRevision| {
            write_row(OverrideRow {
                choice,
                revision: revision.0,
                by: by.clone(),
                at: now,
            })
        };
        let place = || Place::override_of(calendar, scope);
        self.write_next(calendar, place, row).await
    }

    async fn pause(
        &self,
        calendar: &CalendarId,
        until: Timestamp,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        let row = |revision: OverrideRevision| {
            write_row(PauseRow {
                until,
                revision: revision.0,
                by: by.clone(),
                at: now,
            })
        };
        let place = || Place::pause(calendar);
        self.write_next(calendar, place, row).await
    }
}

impl StateTable {
    /// Writes an override or a pause under the calendar's next revision.
    async fn write_next(
        &self,
        calendar: &CalendarId,
        place: impl Fn() -> Place,
        row: impl Fn(OverrideRevision) -> Attributes,
    ) -> Result<OverrideRevision, PortError> {
        for _ in 0..TRIES {
            let counted = self.counted_overrides(calendar).await?;
            let last = match counted {
                Some(counted) => counted,
                None => self.last_override(calendar).await?,
            };
            let next = last.next();
            let unchanged = Unchanged {
                attribute: "revision",
                read: counted.map(|revision| revision.0),
            };
            let head = write_row(HeadRow::of(next));
            let head = self.put(Place::overrides_head(calendar), head);
            let writes = [unchanged.on(head), self.put(place(), row(next))];
            if self.write_both(writes).await? {
                return Ok(next);
            }
        }
        Err(busy())
    }

    /// The last revision that is known without the head: that of the latest override, or
    /// the one that the calendar was last synced with.
    async fn last_override(&self, calendar: &CalendarId) -> Result<OverrideRevision, PortError> {
        let stored = self.overrides(calendar).await?.revision;
        let synced = self.record(calendar).await?;
        let synced = synced.and_then(|record| record.last_sync);
        Ok(stored.max(synced.map_or(OverrideRevision::default(), |sync| sync.overrides)))
    }

    /// The revision in the head; none before the calendar's first override, or if the head
    /// is lost.
    async fn counted_overrides(
        &self,
        calendar: &CalendarId,
    ) -> Result<Option<OverrideRevision>, PortError> {
        let name = format!("the head of the overrides of calendar {calendar}");
        let row: Option<HeadRow> = row_at(self, Place::overrides_head(calendar), name).await?;
        Ok(row.map(|row| row.revision()))
    }
}
