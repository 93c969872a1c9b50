//! Remembers people's words, one row for each thing they spoke about, and one
//! at the head of a calendar's that counts them all.
//!
//! A word and the head are written in one transaction, on condition that the
//! head is as it was read. So of two people who speak at once one reads again,
//! each gets a revision of their own, and the later one stands.
//!
//! Rows are read from the last sort key to the first, the head before what it
//! counts. A word that comes in between may be among what is read without being
//! counted, and costs one more look; none is counted without being read.
//!
//! An earlier build wrote words about series only, without a head, each with a
//! revision of its own. Then the highest of them is the calendar's.

mod row;

use callsheet_app::PortError;
use callsheet_app::ports::OverrideStore;
use callsheet_domain::{
    Actor, CalendarId, OverrideChoice, OverrideRevision, OverrideScope, Overrides, Timestamp,
};

use super::{LISTED, LISTED_AS, PARTITION, Place, SORT, StateTable, TRIES};
use crate::attributes::{Writing, number, text};
use crate::error::{busy, failed, unreadable};
use row::{ALL, PAUSE, REVISION, Rows, sort};
pub(super) use row::{HEAD, head};

impl OverrideStore for StateTable {
    async fn overrides(&self, calendar: &CalendarId) -> Result<Overrides, PortError> {
        let Place { partition, .. } = Place::calendar(calendar, ALL);
        let mut read = Rows::default();
        let mut from = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .scan_index_forward(false)
                .key_condition_expression("#partition = :partition AND begins_with(#sort, :all)")
                .expression_attribute_names("#partition", PARTITION)
                .expression_attribute_names("#sort", SORT)
                .expression_attribute_values(":partition", text(partition.as_str()))
                .expression_attribute_values(":all", text(ALL))
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(failed)?;
            for row in page.items() {
                read.take(row).map_err(|problem| {
                    unreadable(format_args!("the words on calendar {calendar}"), problem)
                })?;
            }
            from = page.last_evaluated_key.filter(|key| !key.is_empty());
            if from.is_none() {
                return Ok(read.overrides());
            }
        }
    }

    async fn set_override(
        &self,
        calendar: &CalendarId,
        subject: &OverrideScope,
        word: OverrideChoice,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        let said = |row: Writing| row.text("choice", word.as_str());
        self.say(calendar, &sort(subject), said, by, now).await
    }

    async fn pause(
        &self,
        calendar: &CalendarId,
        until: Timestamp,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        let said = |row: Writing| row.instant("until", until);
        self.say(calendar, PAUSE, said, by, now).await
    }
}

impl StateTable {
    /// Writes what is `said` as the next thing said about the calendar.
    async fn say(
        &self,
        calendar: &CalendarId,
        sort: &str,
        said: impl Fn(Writing) -> Writing,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        for _ in 0..TRIES {
            let counted = self.counted(calendar).await?;
            let last = match counted {
                Some(revision) => revision,
                None => self.overrides(calendar).await?.revision,
            };
            let next = last.next();
            let row = said(Writing::row())
                .number(REVISION, next.0)
                .text("by", by.as_str())
                .instant("at", now);
            let row = self.put(Place::calendar(calendar, sort), row);
            let head = Writing::row()
                .text(LISTED, LISTED_AS)
                .number(REVISION, next.0);
            let head = self.put(Place::calendar(calendar, HEAD), head);
            let head = match counted {
                None => head
                    .condition_expression("attribute_not_exists(#partition)")
                    .expression_attribute_names("#partition", PARTITION),
                Some(read) => head
                    .condition_expression("#revision = :read")
                    .expression_attribute_names("#revision", REVISION)
                    .expression_attribute_values(":read", number(read.0)),
            };
            if self.written_together([head, row]).await? {
                return Ok(next);
            }
        }
        Err(busy())
    }

    /// What the head says; none before the first word of this build.
    async fn counted(&self, calendar: &CalendarId) -> Result<Option<OverrideRevision>, PortError> {
        let row = self.row(Place::calendar(calendar, HEAD)).await?;
        row.map(|row| head(&row)).transpose().map_err(|problem| {
            unreadable(
                format_args!("the count of words on calendar {calendar}"),
                problem,
            )
        })
    }
}
