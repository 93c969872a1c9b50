//! The work of a resync, by the index of due calendars.
//!
//! The index shows keys only. So a write of a calendar's record costs a write of the index
//! only when the calendar gets something to do, or has nothing to do any more. What a resync
//! has to know of them, the record and the head of the owner's overrides, is read by key: one
//! request more for each of few calendars, and each as it was last written.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_app::PortError;
use callsheet_app::ports::{DueHead, DueWork, ListedCalendar, MoreDue};
use callsheet_domain::{CalendarId, CalendarOwner, CalendarRecord, DUE_AT_ONCE, Timestamp};
use futures_util::future::try_join_all;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::overrides::row::HeadRow;
use super::persons::{FoundPerson, as_listed, key_of_row};
use super::place::{
    LISTED, OVERRIDES_HEAD, PARTITION, Place, RECORD, SORT, calendar_of, lists, partition_of,
};
use super::{StateTable, attributes_at};
use crate::attributes::{Attributes, instant, number, read_row, text};
use crate::error::if_condition_held;
use crate::expressions::first_rows;

const INDEX: &str = "due-calendars";
const DUE_AT: &str = "due_at";
/// Persons whose rows are read at once.
const AT_ONCE: usize = 16;

impl StateTable {
    /// The work that is due at `now`, of at most so many rows, those that wait longest first.
    pub(super) async fn due_work(&self, now: Timestamp, most: usize) -> Result<DueWork, PortError> {
        let parts = lists().map(|list| self.due_rows(list, now, most));
        let rows = try_join_all(parts).await?.into_iter().flatten();
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(due_at);
        let more = MoreDue::of(rows.iter().skip(most).map(due_at));
        rows.truncate(most);
        let (mut ids, mut heads) = (Vec::new(), Vec::new());
        for row in &rows {
            let [partition, sort] = [PARTITION, SORT].map(|key| key_of_row(row, key));
            match sort {
                RECORD => ids.extend(calendar_of(partition)),
                OVERRIDES_HEAD => heads.push(partition.to_owned()),
                _ => {}
            }
        }
        let mut work = self.of_heads(heads).await?;
        work.more = more;
        let known: BTreeSet<_> = ids_of(&work.calendars).cloned().collect();
        ids.retain(|id| !known.contains(id));
        work.calendars.extend(self.listed_by_key(&ids).await?);
        Ok(work)
    }

    /// The first rows that a part of the index shows, and one more than `most`.
    async fn due_rows(
        &self,
        list: String,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<Attributes>, PortError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("#listed = :listed AND #due_at <= :now")
            .expression_attribute_names("#listed", LISTED)
            .expression_attribute_names("#due_at", DUE_AT)
            .expression_attribute_values(":listed", text(list))
            .expression_attribute_values(":now", instant(now));
        first_rows(query, most + 1).await
    }

    /// The calendars of the persons with these heads.
    async fn of_heads(&self, partitions: Vec<String>) -> Result<DueWork, PortError> {
        let reads = partitions.into_iter();
        let reads: Vec<_> = reads.map(|partition| self.of_head(partition)).collect();
        let read = stream::iter(reads).buffered(AT_ONCE);
        let read: Vec<_> = read.try_collect().await?;
        let (mut calendars, mut heads) = (BTreeMap::new(), Vec::new());
        for (listed, head) in read {
            heads.extend(head);
            for one in listed {
                calendars.insert(one.record.calendar.id.clone(), one);
            }
        }
        Ok(DueWork {
            calendars: calendars.into_values().collect(),
            heads,
            more: MoreDue::Nothing,
        })
    }

    /// The calendars of the person whom a head is of, and the head, unless it cannot be read.
    async fn of_head(
        &self,
        partition: String,
    ) -> Result<(Vec<ListedCalendar>, Option<DueHead>), PortError> {
        let row = attributes_at(self, Place::head_at(&partition)).await?;
        let own = row.and_then(|row| read_row::<HeadRow>(row).ok());
        let person = self.person_at(partition.clone()).await?;
        let found = self.calendars_at(&person.partition).await?;
        let head = own.filter(|_| found.are_all).map(|own| DueHead {
            key: partition,
            revision: own.revision(),
            calendars: (found.records.iter())
                .map(|record| record.calendar.id.clone())
                .collect(),
        });
        let name = name_of(&person, &found.records);
        let listed = found.records.into_iter().filter_map(|record| {
            let name = name.clone()?;
            Some(as_listed(record, name, person.head.as_ref()))
        });
        Ok((listed.collect(), head))
    }

    /// The calendars of these ids, with the heads of their owners' overrides.
    async fn listed_by_key(&self, ids: &[CalendarId]) -> Result<Vec<ListedCalendar>, PortError> {
        let records = self.records(ids).await?.records;
        let records = records.into_iter();
        let reads: Vec<_> = records.map(|record| self.with_head(record)).collect();
        stream::iter(reads).buffered(AT_ONCE).try_collect().await
    }

    async fn with_head(&self, record: CalendarRecord) -> Result<ListedCalendar, PortError> {
        let owner = record.calendar.owner();
        let person = self.person_at(partition_of(&owner)).await?;
        let name = person.name.unwrap_or(owner);
        Ok(as_listed(record, name, person.head.as_ref()))
    }

    /// Takes a head out of the index, if no override was set since it was read.
    pub(super) async fn remove_due_at(&self, head: &DueHead) -> Result<(), PortError> {
        let write = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Place::head_at(&head.key).key()))
            .update_expression("REMOVE #due_at")
            .condition_expression("#revision = :revision")
            .expression_attribute_names("#due_at", DUE_AT)
            .expression_attribute_names("#revision", "revision")
            .expression_attribute_values(":revision", number(head.revision.0));
        if_condition_held(write.send().await)?;
        Ok(())
    }
}

fn ids_of(calendars: &[ListedCalendar]) -> impl Iterator<Item = &CalendarId> {
    calendars.iter().map(|listed| &listed.record.calendar.id)
}

/// The first of a person's names, which only a joined head or a calendar of that name tells.
fn name_of(person: &FoundPerson, records: &[CalendarRecord]) -> Option<CalendarOwner> {
    let mut owners = records.iter().map(|record| record.calendar.owner());
    let own = || owners.find(|owner| partition_of(owner) == person.partition);
    person.name.clone().or_else(own)
}

fn due_at(row: &Attributes) -> Timestamp {
    let value = row.get(DUE_AT).and_then(|value| value.as_n().ok());
    let micros = value.and_then(|value| value.parse().ok());
    let instant = micros.and_then(|micros| Timestamp::from_microsecond(micros).ok());
    instant.unwrap_or(DUE_AT_ONCE)
}
