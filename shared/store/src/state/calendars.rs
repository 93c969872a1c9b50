//! Calendars, one row each, and the index that lists them.
//!
//! The index shows each calendar's record, and the heads of the overrides of their
//! owners, so one query tells how far each calendar is synced, and whether an override
//! was set since. It is eventually consistent.

use std::collections::BTreeMap;

use callsheet_app::PortError;
use callsheet_app::ports::{Calendars, ListedCalendar, UnreadableRecord, WriteOutcome};
use callsheet_domain::{
    Calendar, CalendarId, CalendarOwner, CalendarRecord, CalendarRevision, CalendarStatus,
    CompletedSync, Email, EventId, ListedIds, OverrideRevision, Platform, PolicyRevision, Retired,
    Timestamp, UnreadableEvent, UnreadableEvents, Version,
};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

use super::overrides::HeadRow;
use super::place::{OVERRIDES_HEAD, PARTITION, Place, RECORD, SORT, calendar_of, partition_of};
use super::sync_row::SyncInProgressRow;
use super::{Listed, StateTable, row_at};
use crate::attributes::{Attributes, Unreadable, read_row, text};
use crate::expressions::all_rows;
use crate::stored_text;

const INDEX: &str = "calendars";

impl Calendars for StateTable {
    async fn record(&self, id: &CalendarId) -> Result<Option<CalendarRecord>, PortError> {
        let name = format!("the record of calendar {id}");
        let row: Option<CalendarRow> = row_at(self, Place::calendar(id), name).await?;
        Ok(row.map(CalendarRow::record))
    }

    async fn write_record(&self, record: &CalendarRecord) -> Result<WriteOutcome, PortError> {
        let place = Place::calendar(&record.calendar.id);
        let row = CalendarRow::of(record);
        self.write_if_unchanged(place, row, record.version).await
    }

    async fn listed(&self) -> Result<Vec<ListedCalendar>, PortError> {
        let Entries {
            calendars, heads, ..
        } = self.entries().await?;
        let listed = |record: CalendarRecord| {
            let (person, head) = person_of(&record, &heads);
            ListedCalendar {
                override_revision: match head {
                    Some(Ok(head)) => head.full_sync_revision(),
                    Some(Err(_)) | None => OverrideRevision::default(),
                },
                unapplied: match head {
                    Some(Ok(head)) => head.unapplied(),
                    Some(Err(_)) | None => Vec::new(),
                }
                .into_iter()
                .filter(|one| one.calendar_id == record.calendar.id)
                .collect(),
                person,
                record,
            }
        };
        Ok(calendars.into_iter().map(listed).collect())
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
    /// What the index shows.
    async fn entries(&self) -> Result<Entries, PortError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("#listed = :listed")
            .expression_attribute_names("#listed", "listed")
            .expression_attribute_values(":listed", text("calendar"));
        Ok(Entries::of(all_rows(query).await?))
    }
}

/// What the index shows. The problem of a row that cannot be read costs only its calendar,
/// or the calendars of its owner.
#[derive(Default)]
struct Entries {
    /// The records of calendars.
    calendars: Vec<CalendarRecord>,
    /// The head of each owner's overrides, by partition.
    heads: Heads,
    /// The problems of other rows, by partition.
    problems: BTreeMap<String, Unreadable>,
}

impl Entries {
    /// The rows of the index. One that cannot be read is logged and left out, so that it
    /// keeps no other calendar from being listed.
    fn of(rows: Vec<Attributes>) -> Self {
        let mut entries = Self::default();
        for row in rows {
            let [partition, sort] = [PARTITION, SORT].map(|key| name(&row, key).to_owned());
            let problem = match sort.as_str() {
                RECORD => match read_row::<CalendarRow>(row) {
                    Ok(row) => {
                        entries.calendars.push(row.record());
                        continue;
                    }
                    Err(problem) => problem,
                },
                OVERRIDES_HEAD => match read_row::<HeadRow>(row) {
                    Ok(row) => {
                        entries.heads.insert(partition, Ok(row));
                        continue;
                    }
                    Err(problem) => {
                        let head = Err(problem.clone());
                        entries.heads.insert(partition.clone(), head);
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
                entries.problems.insert(partition, problem);
            }
        }
        entries
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
        for record in &self.calendars {
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

/// The text of a key attribute.
fn name<'a>(row: &'a Attributes, attribute: &str) -> &'a str {
    let value = row.get(attribute);
    let text = value.and_then(|value| value.as_s().ok());
    text.map_or("?", String::as_str)
}

#[derive(Serialize, Deserialize)]
pub(super) struct CalendarRow {
    listed: Listed,
    #[serde(with = "stored_text")]
    calendar_id: CalendarId,
    #[serde(with = "stored_text")]
    platform: Platform,
    #[serde(with = "stored_text")]
    status: CalendarStatus,
    #[serde(
        with = "stored_text::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    email: Option<Email>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    created_at: Option<Timestamp>,
    #[serde(with = "microsecond::required")]
    updated_at: Timestamp,
    revision: u64,
    #[serde(with = "microsecond::required")]
    changed_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_sync: Option<CompletedSyncRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sync_in_progress: Option<SyncInProgressRow<CompletedSyncRow>>,
    /// One that cannot be read costs itself: the sync goes on without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    listed_so_far: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retired: Option<RetiredRow>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unreadable_events: Vec<UnreadableEventRow>,
    #[serde(default, skip_serializing_if = "is_zero")]
    more_unreadable: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    own_addresses: Vec<AddressRow>,
    version: u64,
}

/// An address of the owner.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct AddressRow(#[serde(with = "stored_text")] Email);

#[derive(Serialize, Deserialize)]
struct RetiredRow {
    #[serde(with = "microsecond::required")]
    since: Timestamp,
    #[serde(with = "microsecond::required")]
    until: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct UnreadableEventRow {
    #[serde(with = "stored_text")]
    id: EventId,
    problem: String,
    #[serde(with = "microsecond::required")]
    since: Timestamp,
    #[serde(with = "microsecond::required")]
    seen_at: Timestamp,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[derive(Serialize, Deserialize)]
struct CompletedSyncRow {
    #[serde(with = "microsecond::required")]
    began_at: Timestamp,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    since: Option<Timestamp>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    full_sync_at: Option<Timestamp>,
    policy: u64,
    overrides: u64,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    holds_until: Option<Timestamp>,
}

impl CalendarRow {
    pub(super) fn of(record: &CalendarRecord) -> Self {
        let calendar = &record.calendar;
        Self {
            listed: Listed::Calendar,
            calendar_id: calendar.id.clone(),
            platform: calendar.platform,
            status: calendar.status,
            email: calendar.email.clone(),
            created_at: calendar.created_at,
            updated_at: calendar.updated_at,
            revision: record.revision.0,
            changed_at: record.changed_at,
            last_sync: record.last_sync.clone().map(Into::into),
            sync_in_progress: record.in_progress.as_ref().map(SyncInProgressRow::of),
            listed_so_far: record.listed_so_far.as_ref().and_then(ListedIds::text),
            retired: record
                .retired
                .map(|Retired { since, until }| RetiredRow { since, until }),
            unreadable_events: (record.unreadable_events.named.iter().cloned())
                .map(Into::into)
                .collect(),
            more_unreadable: record.unreadable_events.more,
            own_addresses: (record.own_addresses.iter().cloned())
                .map(AddressRow)
                .collect(),
            version: record.version.next().0,
        }
    }

    pub(super) fn record(self) -> CalendarRecord {
        CalendarRecord {
            calendar: Calendar {
                id: self.calendar_id,
                platform: self.platform,
                status: self.status,
                email: self.email,
                created_at: self.created_at,
                updated_at: self.updated_at,
            },
            revision: CalendarRevision(self.revision),
            changed_at: self.changed_at,
            last_sync: self.last_sync.map(Into::into),
            listed_so_far: self.listed_so_far.as_deref().and_then(ListedIds::parse),
            in_progress: self.sync_in_progress.map(SyncInProgressRow::sync),
            retired: self
                .retired
                .map(|RetiredRow { since, until }| Retired { since, until }),
            unreadable_events: UnreadableEvents {
                named: self.unreadable_events.into_iter().map(Into::into).collect(),
                more: self.more_unreadable,
            },
            own_addresses: (self.own_addresses.into_iter())
                .map(|AddressRow(email)| email)
                .collect(),
            version: Version(self.version),
        }
    }
}

impl From<UnreadableEvent> for UnreadableEventRow {
    fn from(event: UnreadableEvent) -> Self {
        let UnreadableEvent {
            id,
            problem,
            since,
            seen_at,
        } = event;
        Self {
            id,
            problem,
            since,
            seen_at,
        }
    }
}

impl From<UnreadableEventRow> for UnreadableEvent {
    fn from(row: UnreadableEventRow) -> Self {
        let UnreadableEventRow {
            id,
            problem,
            since,
            seen_at,
        } = row;
        Self {
            id,
            problem,
            since,
            seen_at,
        }
    }
}

impl From<CompletedSync> for CompletedSyncRow {
    fn from(sync: CompletedSync) -> Self {
        Self {
            began_at: sync.began_at,
            since: sync.since,
            full_sync_at: sync.full_sync_at,
            policy: sync.policy.0,
            overrides: sync.overrides.0,
            holds_until: sync.holds_until,
        }
    }
}

impl From<CompletedSyncRow> for CompletedSync {
    fn from(row: CompletedSyncRow) -> Self {
        Self {
            began_at: row.began_at,
            since: row.since,
            full_sync_at: row.full_sync_at,
            policy: PolicyRevision(row.policy),
            overrides: OverrideRevision(row.overrides),
            holds_until: row.holds_until,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::write_row;
    use serde_json::json;

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
        let head = json!({"v": 1, "listed": "calendar"});
        let rows = [
            row("calendar#later", RECORD, json!({"v": 2})),
            row("calendar#bare", RECORD, json!({})),
            row("calendar#head", OVERRIDES_HEAD, head.clone()),
            row("calendar#mood", "mood", json!({"v": 1})),
            row(&partition_of(&owner), OVERRIDES_HEAD, head),
            good,
        ];
        let entries = Entries::of(rows.to_vec());
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
        assert_eq!(entries.calendars.len(), 1);
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
                "v": version, "listed": "calendar", "calendar_id": id,
                "platform": "google_calendar", "status": "connected", "updated_at": 1,
                "revision": 1, "changed_at": 1, "version": 1,
            });
            listed_row(id, "calendar", row)
        };
        let head = listed_row("a", "overrides", json!({"v": 1, "listed": "calendar"}));
        let rows = vec![
            calendar("a", 1),
            head,
            calendar("b", 2),
            listed_row("c", "something", json!({"v": 1})),
            calendar("d", 1),
        ];
        let listed: Vec<_> = (Entries::of(rows).calendars.iter())
            .map(|record| record.calendar.id.to_string())
            .collect();
        assert_eq!(listed, ["a", "d"]);
    }

    /// Every build that reads version 1 reads this row.
    #[test]
    fn a_calendar_as_written_by_hand_is_read_and_written() {
        let sync = json!({
            "began_at": 5, "since": 2, "full_sync_at": 1, "policy": 3, "overrides": 4,
            "holds_until": 9,
        });
        let mut in_progress = sync.clone();
        in_progress["next"] = "cursor".into();
        in_progress["pages"] = 1.into();
        in_progress["listed"] = 100.into();
        in_progress["held_until"] = 8.into();
        let row = json!({
            "v": 1, "listed": "calendar", "calendar_id": "calendar-sales",
            "platform": "google_calendar", "status": "connected", "email": "sales@acme.example",
            "created_at": 1, "updated_at": 1, "revision": 2, "changed_at": 4, "last_sync": sync, "sync_in_progress": in_progress,
            "retired": {"since": 6, "until": 7},
            "unreadable_events": [
                {"id": "event-1", "problem": "no times", "since": 3, "seen_at": 4},
            ],
            "more_unreadable": 2, "version": 7,
        });
        let row: Attributes = serde_dynamo::to_item(row).expect("a row");
        let mut record = read_row::<CalendarRow>(row.clone())
            .expect("readable")
            .record();
        assert_eq!(record.calendar.status, CalendarStatus::Connected);
        let completed = record.last_sync.clone().expect("a completed sync");
        assert_eq!(completed.overrides, OverrideRevision(4));
        assert_eq!(record.in_progress.as_ref().expect("a sync").mark, completed);
        assert_eq!(record.version, Version(7));
        record.version = Version(6);
        assert_eq!(write_row(CalendarRow::of(&record)), row);
    }
}
