//! Calendars, one row each, and the index that lists them.
//!
//! The index shows each calendar's record, and the heads of the overrides of their
//! owners, so one query tells how far each calendar is synced, and whether an override
//! was set since. It is eventually consistent.

use std::collections::BTreeMap;

use callsheet_app::PortError;
use callsheet_app::ports::{
    Calendars, DueHead, DueWork, ListedCalendar, UnreadableRecord, WriteOutcome,
};
use callsheet_domain::{CalendarId, CalendarOwner, CalendarRecord, Timestamp};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::StateTable;
use super::action_log::ActionRow;
use super::calendar_row::CalendarRow;
use super::overrides::row::HeadRow;
use super::persons::{as_listed, key_of_row};
use super::place::{
    LISTED, OVERRIDES_HEAD, PARTITION, Place, RECORD, SORT, calendar_of, lists, partition_of,
};
use crate::attributes::{Attributes, Unreadable, read_row, text, write_row};
use crate::expressions::{Unchanged, for_each_row};

const INDEX: &str = "calendars";
/// So many parts of the index are read at once.
const AT_ONCE: usize = 4;

impl Calendars for StateTable {
    async fn record(&self, id: &CalendarId) -> Result<Option<CalendarRecord>, PortError> {
        self.record_at(id).await
    }

    async fn write_record(&self, record: &CalendarRecord) -> Result<WriteOutcome, PortError> {
        let place = Place::calendar(&record.calendar.id);
        let row = CalendarRow::of(record);
        self.write_if_unchanged(place, row, record.version).await
    }

    async fn write_disconnection(
        &self,
        record: &CalendarRecord,
    ) -> Result<WriteOutcome, PortError> {
        let Some(action) = record.disconnection_action() else {
            return self.write_record(record).await;
        };
        let place = Place::calendar(&record.calendar.id);
        let log = place.partition.clone();
        let row = self.put(place, write_row(CalendarRow::of(record)));
        let row = Unchanged::version(record.version).on(row);
        let action = ActionRow::of(&action);
        let action = self.put_action(action.place(&log, &log), &action, true);
        Ok(if self.write_both([row, action]).await? {
            WriteOutcome::Written
        } else {
            WriteOutcome::Conflict
        })
    }

    async fn listed(&self) -> Result<Vec<ListedCalendar>, PortError> {
        let Entries {
            calendars, heads, ..
        } = self.entries().await?;
        let mut listed = Vec::with_capacity(calendars.iter().map(Vec::len).sum());
        // Each part is dropped before the next one is listed.
        for record in calendars.into_iter().flatten() {
            let (person, head) = person_of(&record, &heads);
            let head = head.and_then(|head| head.as_ref().ok());
            listed.push(as_listed(record, person, head));
        }
        Ok(listed)
    }

    async fn of_owner(&self, owner: &CalendarOwner) -> Result<Vec<ListedCalendar>, PortError> {
        self.calendars_of_owner(owner).await
    }

    async fn due(&self, now: Timestamp, most: usize) -> Result<DueWork, PortError> {
        self.due_work(now, most).await
    }

    async fn note_applied_by_all(&self, head: &DueHead) -> Result<(), PortError> {
        self.remove_due_at(head).await
    }

    async fn untried(&self, most: usize) -> Result<Vec<CalendarRecord>, PortError> {
        self.untried_calendars(most).await
    }

    async fn expire(&self, id: &CalendarId, at: Timestamp) -> Result<(), PortError> {
        for key in self.keys_of_calendar(id).await? {
            self.expire_row(key, at).await?;
        }
        Ok(())
    }

    async fn unreadable(&self) -> Result<Vec<UnreadableRecord>, PortError> {
        let entries = self.entries().await?;
        Ok(entries.unreadable())
    }
}

impl StateTable {
    /// What the index shows. Some of its parts are read side by side.
    async fn entries(&self) -> Result<Entries, PortError> {
        let parts = lists().map(|list| self.entries_of(list));
        let parts = stream::iter(parts).buffered(AT_ONCE);
        let all = Entries::default();
        parts
            .try_fold(all, async |all, part| Ok(all.and(part)))
            .await
    }

    async fn entries_of(&self, list: String) -> Result<Entries, PortError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("#listed = :listed")
            .expression_attribute_names("#listed", LISTED)
            .expression_attribute_values(":listed", text(list));
        let mut entries = Entries::default();
        for_each_row(query, |row| entries.add(row)).await?;
        Ok(entries)
    }
}

/// What the index shows. The problem of a row that cannot be read costs only its calendar,
/// or the calendars of its owner.
#[derive(Default)]
struct Entries {
    /// The records of calendars, by part of the index.
    calendars: Vec<Vec<CalendarRecord>>,
    /// The head of each owner's overrides, by partition.
    heads: Heads,
    /// The problems of other rows, by partition.
    problems: BTreeMap<String, Unreadable>,
}

impl Entries {
    /// Adds a row of the index. One that cannot be read is logged and left out, so that it
    /// keeps no other calendar from being listed.
    fn add(&mut self, row: Attributes) {
        let [partition, sort] = [PARTITION, SORT].map(|key| key_of_row(&row, key).to_owned());
        let problem = match sort.as_str() {
            RECORD => match read_row::<CalendarRow>(row) {
                Ok(row) => return self.add_calendar(row.record()),
                Err(problem) => problem,
            },
            OVERRIDES_HEAD => match read_row::<HeadRow>(row) {
                Ok(row) => {
                    self.heads.insert(partition, Ok(row));
                    return;
                }
                Err(problem) => {
                    let head = Err(problem.clone());
                    self.heads.insert(partition.clone(), head);
                    problem
                }
            },
            _ => Unreadable::UnknownVersion,
        };
        let place = format!("{sort} of {partition}");
        tracing::error!(
            place,
            %problem,
            "the list of calendars lacks the row {place}, which cannot be read: {problem}"
        );
        if sort != OVERRIDES_HEAD {
            self.problems.insert(partition, problem);
        }
    }

    fn add_calendar(&mut self, record: CalendarRecord) {
        match self.calendars.last_mut() {
            Some(part) => part.push(record),
            None => self.calendars.push(vec![record]),
        }
    }

    /// These, and those of the next part of the index.
    fn and(mut self, mut next: Self) -> Self {
        for part in &mut next.calendars {
            part.shrink_to_fit();
        }
        self.calendars.extend(next.calendars);
        self.heads.extend(next.heads);
        self.problems.extend(next.problems);
        self
    }

    /// The calendars that have a row that cannot be read.
    fn unreadable(&self) -> Vec<UnreadableRecord> {
        let unreadable = |calendar_id, problem: &Unreadable| UnreadableRecord {
            calendar_id,
            problem: problem.to_string(),
        };
        let mut all: Vec<_> = (self.problems.iter())
            .filter_map(|(partition, problem)| Some(unreadable(calendar_of(partition)?, problem)))
            .collect();
        for record in self.calendars.iter().flatten() {
            if let (_, Some(Err(problem))) = person_of(record, &self.heads) {
                all.push(unreadable(record.calendar.id.clone(), problem));
            }
        }
        all.sort_unstable();
        all
    }
}

/// The heads of overrides, by partition.
type Heads = BTreeMap<String, Result<HeadRow, Unreadable>>;

/// The person who owns a calendar, and the head of their overrides.
fn person_of<'a>(
    record: &CalendarRecord,
    heads: &'a Heads,
) -> (CalendarOwner, Option<&'a Result<HeadRow, Unreadable>>) {
    let mut person = record.calendar.owner();
    // The index may lag behind, and show a circle only if a row was changed by hand.
    for _ in 0..=heads.len() {
        let head = heads.get(&partition_of(&person));
        match head.and_then(|head| head.as_ref().ok()?.person()) {
            Some(before) => person = before,
            None => return (person, head),
        }
    }
    (person, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entries(rows: impl IntoIterator<Item = Attributes>) -> Entries {
        let mut entries = Entries::default();
        rows.into_iter().for_each(|row| entries.add(row));
        entries
    }

    #[test]
    fn an_unreadable_row_costs_only_its_calendar() {
        let row = |partition: &str, sort: &str, row: serde_json::Value| {
            let mut row: Attributes = serde_dynamo::to_item(row).expect("a row");
            row.insert("partition".to_owned(), text(partition));
            row.insert("sort".to_owned(), text(sort));
            row
        };
        let good = write_row(CalendarRow::of(&callsheet_testkit::a_calendar_record()));
        let good = Place::calendar(&callsheet_testkit::a_calendar().id).on(good);
        let owner = callsheet_testkit::a_calendar().owner();
        let head = json!({"v": 1});
        let rows = [
            row("calendar#later", RECORD, json!({"v": 2})),
            row("calendar#bare", RECORD, json!({})),
            row("calendar#head", OVERRIDES_HEAD, head.clone()),
            row("calendar#mood", "mood", json!({"v": 1})),
            row(&partition_of(&owner), OVERRIDES_HEAD, head),
            good,
        ];
        let entries = entries(rows);
        let unreadable = entries.unreadable().into_iter();
        let problems: Vec<_> = unreadable
            .map(|row| (row.calendar_id.to_string(), row.problem))
            .collect();
        let named =
            |calendar: &str, problem: Unreadable| (calendar.to_owned(), problem.to_string());
        let missing = |name: &str| Unreadable::Missing(name.to_owned());
        assert_eq!(
            problems,
            [
                named("bare", missing("v")),
                named("calendar-sales", missing("revision")),
                named("later", Unreadable::UnknownVersion),
                named("mood", Unreadable::UnknownVersion),
            ]
        );
        assert_eq!(entries.calendars.iter().flatten().count(), 1);
    }

    fn listed_row(calendar: &str, sort: &str, mut row: serde_json::Value) -> Attributes {
        row["partition"] = format!("calendar#{calendar}").into();
        row["sort"] = sort.into();
        serde_dynamo::to_item(row).expect("a row")
    }

    #[test]
    fn a_row_that_cannot_be_read_keeps_no_other_calendar_from_being_listed() {
        let calendar = |id: &str, version: u32| {
            let row = json!({
                "v": version, "calendar_id": id, "owner": format!("calendar#{id}"),
                "platform": "google_calendar", "status": "connected", "updated_at": 1,
                "revision": 1, "changed_at": 1, "version": 1,
            });
            listed_row(id, "calendar", row)
        };
        let head = listed_row("a", "overrides", json!({"v": 1}));
        let rows = [
            calendar("a", 1),
            head,
            calendar("b", 2),
            listed_row("c", "something", json!({"v": 1})),
            calendar("d", 1),
        ];
        let listed: Vec<_> = (entries(rows).calendars.iter().flatten())
            .map(|record| record.calendar.id.to_string())
            .collect();
        assert_eq!(listed, ["a", "d"]);
    }
}
