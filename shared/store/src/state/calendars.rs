//! Remembers calendars, one row each, and lists them all by an index.
//!
//! The index shows each calendar's row beside the head of its words, so that one
//! read tells how far each calendar was looked at and whether somebody spoke
//! since. It may lag.

use std::collections::BTreeMap;
use std::str::FromStr;

use callsheet_app::PortError;
use callsheet_app::ports::{Calendars, ListedCalendar, WriteOutcome};
use callsheet_domain::{
    Calendar, CalendarId, CalendarRecord, CalendarRevision, CalendarStatus, CompletedSync, Email,
    OverrideRevision, Platform, PolicyRevision, Version,
};

use super::sync_states::{read_under_way, under_way};
use super::{LISTED, LISTED_AS, PARTITION, Place, SORT, StateTable, overrides};
use crate::attributes::{Attributes, Reading, Unreadable, Writing, number, text};
use crate::error::{failed, if_held, unreadable};

/// The sort key of a calendar's row.
const RECORD: &str = "calendar";
const INDEX: &str = "calendars";
const VERSION: &str = "version";

impl Calendars for StateTable {
    async fn record(&self, id: &CalendarId) -> Result<Option<CalendarRecord>, PortError> {
        let row = self.row(Place::calendar(id, RECORD)).await?;
        row.map(|row| record(&row))
            .transpose()
            .map_err(|problem| unreadable(format_args!("the record of calendar {id}"), problem))
    }

    async fn write_record(&self, record: &CalendarRecord) -> Result<WriteOutcome, PortError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(attributes(record)));
        let put = if record.version == Version::NEW {
            put.condition_expression("attribute_not_exists(#partition)")
                .expression_attribute_names("#partition", PARTITION)
        } else {
            put.condition_expression("#version = :read")
                .expression_attribute_names("#version", VERSION)
                .expression_attribute_values(":read", number(record.version.0))
        };
        let written = if_held(put.send().await)?;
        Ok(written.map_or(WriteOutcome::Conflict, |_| WriteOutcome::Written))
    }

    async fn listed(&self) -> Result<Vec<ListedCalendar>, PortError> {
        let mut found = BTreeMap::new();
        let mut from = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(INDEX)
                .key_condition_expression("#listed = :listed")
                .expression_attribute_names("#listed", LISTED)
                .expression_attribute_values(":listed", text(LISTED_AS))
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(failed)?;
            for row in page.items() {
                find(&mut found, row)
                    .map_err(|problem| unreadable("the list of calendars", problem))?;
            }
            from = page.last_evaluated_key.filter(|key| !key.is_empty());
            if from.is_none() {
                break;
            }
        }
        let remembered =
            |(record, override_revision): (Option<CalendarRecord>, OverrideRevision)| {
                let record = record?;
                Some(ListedCalendar {
                    record,
                    override_revision,
                })
            };
        Ok(found.into_values().filter_map(remembered).collect())
    }
}

/// What the index shows of each calendar, by partition.
type Found = BTreeMap<String, (Option<CalendarRecord>, OverrideRevision)>;

/// Puts a row of the index beside the others of its calendar.
fn find(found: &mut Found, attributes: &Attributes) -> Result<(), Unreadable> {
    let row = Reading::row(attributes)?;
    let calendar = found.entry(row.text(PARTITION)?.to_owned()).or_default();
    match row.text(SORT)? {
        RECORD => calendar.0 = Some(record(attributes)?),
        overrides::HEAD => calendar.1 = overrides::head(attributes)?,
        _ => return Err(Unreadable::UnknownShape),
    }
    Ok(())
}

fn attributes(record: &CalendarRecord) -> Attributes {
    let calendar = &record.calendar;
    let row = Writing::row()
        .text(LISTED, LISTED_AS)
        .text("calendar_id", calendar.id.as_str())
        .text("platform", calendar.platform.as_str())
        .text("status", calendar.status.as_str())
        .maybe(calendar.email.as_ref(), |row, email| {
            row.text("email", email.as_str())
        })
        .instant("updated_at", calendar.updated_at)
        .number("revision", record.revision.0)
        .maybe(record.last_sync.as_ref(), |row, last_sync| {
            row.map(
                "looked",
                written_look(Writing::default(), last_sync.clone()),
            )
        })
        .maybe(record.in_progress.as_ref(), |row, in_progress| {
            row.map("looking", under_way(in_progress, written_look))
        })
        .number(VERSION, record.version.next().0);
    Place::calendar(&calendar.id, RECORD).on(row)
}

fn record(attributes: &Attributes) -> Result<CalendarRecord, Unreadable> {
    let row = Reading::row(attributes)?;
    let status = row.text("status")?;
    let email = row.text_if_any("email")?.map(Email::parse).transpose();
    Ok(CalendarRecord {
        calendar: Calendar {
            id: row.parsed("calendar_id", CalendarId::parse)?,
            platform: row.parsed("platform", Platform::from_str)?,
            status: CalendarStatus::parse(status).ok_or(Unreadable::Malformed("status"))?,
            email: email.map_err(|_| Unreadable::Malformed("email"))?,
            updated_at: row.instant("updated_at")?,
        },
        revision: CalendarRevision(row.number("revision")?),
        last_sync: row.map_if_any("looked")?.map(look).transpose()?,
        in_progress: row
            .map_if_any("looking")?
            .map(|in_progress| read_under_way(in_progress, look))
            .transpose()?,
        version: Version(row.number(VERSION)?),
    })
}

fn written_look(row: Writing, last_sync: CompletedSync) -> Writing {
    row.instant("began_at", last_sync.began_at)
        .maybe(last_sync.since, |row, since| row.instant("since", since))
        .maybe(last_sync.full_sync_at, |row, at| {
            row.instant("whole_at", at)
        })
        .number("policy", last_sync.policy.0)
        .number("preferences", last_sync.overrides.0)
        .maybe(last_sync.holds_until, |row, until| {
            row.instant("holds_until", until)
        })
}

fn look(last_sync: Reading<'_>) -> Result<CompletedSync, Unreadable> {
    let began_at = last_sync.instant("began_at")?;
    let since = last_sync.instant_if_any("since")?;
    let full_sync_at = last_sync.instant_if_any("whole_at")?;
    Ok(CompletedSync {
        began_at,
        since,
        // Earlier builds did not write it.
        full_sync_at: full_sync_at.or(since.is_none().then_some(began_at)),
        policy: PolicyRevision(last_sync.number("policy")?),
        // Earlier builds wrote neither.
        overrides: OverrideRevision(last_sync.number_if_any("preferences")?.unwrap_or(0)),
        holds_until: last_sync.instant_if_any("holds_until")?,
    })
}
