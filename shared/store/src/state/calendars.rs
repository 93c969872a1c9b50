//! Remembers calendars, one row each.

use std::str::FromStr;

use callsheet_app::PortError;
use callsheet_app::ports::{Calendars, Kept};
use callsheet_domain::{
    Calendar, CalendarId, CalendarRecord, CalendarRevision, CalendarStatus, Email, Looked,
    Platform, PolicyRevision, Version,
};

use super::{PARTITION, Place, StateTable};
use crate::attributes::{Attributes, Reading, Unreadable, Writing, number};
use crate::error::{if_held, unreadable};

const SORT: &str = "calendar";
const VERSION: &str = "version";

impl Calendars for StateTable {
    async fn record(&self, id: &CalendarId) -> Result<Option<CalendarRecord>, PortError> {
        let row = self.row(Place::calendar(id, SORT)).await?;
        row.map(|row| record(&row))
            .transpose()
            .map_err(|problem| unreadable(format_args!("the record of calendar {id}"), problem))
    }

    async fn keep_record(&self, record: &CalendarRecord) -> Result<Kept, PortError> {
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
        Ok(written.map_or(Kept::Lost, |_| Kept::Written))
    }
}

fn attributes(record: &CalendarRecord) -> Attributes {
    let calendar = &record.calendar;
    let row = Writing::row()
        .text("calendar_id", calendar.id.as_str())
        .text("platform", calendar.platform.as_str())
        .text("status", calendar.status.as_str())
        .maybe(calendar.email.as_ref(), |row, email| {
            row.text("email", email.as_str())
        })
        .instant("updated_at", calendar.updated_at)
        .number("revision", record.revision.0)
        .maybe(record.looked.as_ref(), |row, looked| {
            row.map("looked", written_look(looked))
        })
        .number(VERSION, record.version.next().0);
    Place::calendar(&calendar.id, SORT).on(row)
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
        looked: row.map_if_any("looked")?.map(look).transpose()?,
        version: Version(row.number(VERSION)?),
    })
}

fn written_look(looked: &Looked) -> Writing {
    Writing::default()
        .instant("began_at", looked.began_at)
        .maybe(looked.since, |row, since| row.instant("since", since))
        .number("policy", looked.policy.0)
}

fn look(looked: Reading<'_>) -> Result<Looked, Unreadable> {
    Ok(Looked {
        began_at: looked.instant("began_at")?,
        since: looked.instant_if_any("since")?,
        policy: PolicyRevision(looked.number("policy")?),
    })
}
