//! A person's calendars, by the index of owners.
//!
//! Under the name of a person the index shows the calendars of that address, and the later
//! names that were joined with it. It shows keys only: the rows are then read by key, so that
//! a calendar is given as it was last written. A write of a record changes the index only if
//! the owner is another one.

use callsheet_app::PortError;
use callsheet_app::ports::ListedCalendar;
use callsheet_domain::{CalendarId, CalendarOwner, CalendarRecord, OverrideRevision};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::calendar_row::CalendarRow;
use super::overrides::row::{HeadRow, MOST_NAMES};
use super::place::{OVERRIDES_HEAD, PARTITION, Place, RECORD, SORT, calendar_of, partition_of};
use super::{StateTable, attributes_at, row_at};
use crate::attributes::{Attributes, Unreadable, read_row, text};
use crate::expressions::all_rows;

const INDEX: &str = "owners";
/// Rows that are read at once.
const AT_ONCE: usize = 16;

/// A person, by a name's partition.
pub(super) struct FoundPerson {
    /// The partition of the first of the person's names.
    pub(super) partition: String,
    /// That name, if it is another one than was looked for.
    pub(super) name: Option<CalendarOwner>,
    /// The head of the person's overrides; none before the first one, or if it cannot be read.
    pub(super) head: Option<HeadRow>,
}

/// The calendars of a person.
#[derive(Default)]
pub(super) struct FoundCalendars {
    /// The records that can be read.
    pub(super) records: Vec<CalendarRecord>,
    /// Whether all of them can be read.
    pub(super) are_all: bool,
}

impl StateTable {
    /// The calendars of the person whom `owner` names.
    pub(super) async fn calendars_of_owner(
        &self,
        owner: &CalendarOwner,
    ) -> Result<Vec<ListedCalendar>, PortError> {
        let person = self.person_at(partition_of(owner)).await?;
        let found = self.calendars_at(&person.partition).await?;
        let name = person.name.as_ref().unwrap_or(owner);
        let listed = |record| as_listed(record, name.clone(), person.head.as_ref());
        Ok(found.records.into_iter().map(listed).collect())
    }

    /// The person whom the name of a partition means. Of a head that cannot be read nothing is
    /// known, as if it were not there.
    pub(super) async fn person_at(&self, partition: String) -> Result<FoundPerson, PortError> {
        let mut found = FoundPerson {
            partition,
            name: None,
            head: None,
        };
        // Only rows that were changed by hand show a circle.
        for _ in 0..MOST_NAMES {
            let row = attributes_at(self, Place::head_at(&found.partition)).await?;
            let head = match row.map(read_row::<HeadRow>).transpose() {
                Ok(head) => head,
                Err(problem) => {
                    log_unreadable_head(&found.partition, &problem);
                    return Ok(found);
                }
            };
            let Some(person) = head.as_ref().and_then(HeadRow::person) else {
                found.head = head;
                return Ok(found);
            };
            found.partition = partition_of(&person);
            found.name = Some(person);
        }
        Ok(found)
    }

    /// The partitions of the person whom the name of a partition means: of all names.
    pub(super) async fn names_of(&self, partition: &str) -> Result<Vec<String>, PortError> {
        let person = self.person_at(partition.to_owned()).await?;
        let (mut names, _) = self.names_and_calendars(&person.partition).await?;
        // The index lags behind a name that was joined a moment ago.
        if names.iter().all(|name| name != partition) {
            names.push(partition.to_owned());
        }
        Ok(names)
    }

    /// The calendars of the person with this partition, under all names.
    pub(super) async fn calendars_at(&self, partition: &str) -> Result<FoundCalendars, PortError> {
        let (names, ids) = self.names_and_calendars(partition).await?;
        let mut found = self.records(&ids).await?;
        // The index lags behind a calendar that was given another owner.
        let is_theirs = |record: &CalendarRecord| {
            let owner = partition_of(&record.calendar.owner());
            names.contains(&owner)
        };
        found.records.retain(is_theirs);
        Ok(found)
    }

    /// The partitions of the names that were joined with that of this one, which is the first of
    /// them, and the calendars of all of these, as the index shows them.
    async fn names_and_calendars(
        &self,
        partition: &str,
    ) -> Result<(Vec<String>, Vec<CalendarId>), PortError> {
        let (mut names, mut ids) = (vec![partition.to_owned()], Vec::new());
        let mut index = 0;
        while let Some(name) = names.get(index) {
            for row in self.owned_by(name).await? {
                let [partition, sort] = [PARTITION, SORT].map(|key| key_of_row(&row, key));
                if sort == RECORD {
                    ids.extend(calendar_of(partition));
                } else if names.len() < MOST_NAMES && names.iter().all(|name| name != partition) {
                    names.push(partition.to_owned());
                }
            }
            index += 1;
        }
        Ok((names, ids))
    }

    /// What the index shows under a name.
    async fn owned_by(&self, partition: &str) -> Result<Vec<Attributes>, PortError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("#owner = :owner")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", text(partition));
        all_rows(query).await
    }

    /// The record of a calendar.
    pub(super) async fn record_at(
        &self,
        id: &CalendarId,
    ) -> Result<Option<CalendarRecord>, PortError> {
        let name = format!("the record of calendar {id}");
        let row: Option<CalendarRow> = row_at(self, Place::calendar(id), name).await?;
        Ok(row.map(CalendarRow::record))
    }

    /// The record of a calendar, and whether it can be read.
    async fn readable_record(
        &self,
        id: &CalendarId,
    ) -> Result<(Option<CalendarRecord>, bool), PortError> {
        match self.record_at(id).await {
            Ok(record) => Ok((record, true)),
            Err(PortError::Unreadable { reason, .. }) => {
                tracing::error!(
                    calendar = %id,
                    reason,
                    "calendar {id} is left out, since it cannot be read: {reason}"
                );
                Ok((None, false))
            }
            Err(error) => Err(error),
        }
    }

    /// The records of these calendars. One that cannot be read is logged and left out.
    pub(super) async fn records(&self, ids: &[CalendarId]) -> Result<FoundCalendars, PortError> {
        let reads: Vec<_> = ids.iter().map(|id| self.readable_record(id)).collect();
        let read = stream::iter(reads).buffered(AT_ONCE);
        let read: Vec<_> = read.try_collect().await?;
        Ok(FoundCalendars {
            are_all: read.iter().all(|(_, is_read)| *is_read),
            records: read.into_iter().filter_map(|(record, _)| record).collect(),
        })
    }
}

fn log_unreadable_head(partition: &str, problem: &Unreadable) {
    let place = format!("{OVERRIDES_HEAD} of {partition}");
    tracing::error!(
        place,
        %problem,
        "the overrides of an owner are not known, since the row {place} cannot be read: {problem}"
    );
}

/// A calendar as it is listed, with the head of its owner's overrides.
pub(super) fn as_listed(
    record: CalendarRecord,
    person: CalendarOwner,
    head: Option<&HeadRow>,
) -> ListedCalendar {
    let mut unapplied = head.map(HeadRow::unapplied).unwrap_or_default();
    unapplied.retain(|one| one.calendar_id == record.calendar.id);
    ListedCalendar {
        override_revision: head.map_or(OverrideRevision(0), HeadRow::full_sync_revision),
        unapplied,
        person,
        record,
    }
}

/// The text of a key attribute.
pub(super) fn key_of_row<'a>(row: &'a Attributes, attribute: &str) -> &'a str {
    let value = row.get(attribute);
    let text = value.and_then(|value| value.as_s().ok());
    text.map_or("?", String::as_str)
}
