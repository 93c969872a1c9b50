//! Forgets people and calendars.
//!
//! Who made a change is stored in overrides, pauses, policies, the records of calendars that are
//! disconnected and the log of what people did, in the attribute `by`, and in each of the choices
//! for a whole meeting. There is no index of it, so the whole table is read: it is small, and this
//! is rarely done.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use callsheet_app::PortError;
use callsheet_app::ports::{ActorRows, Forgetting, WriteOutcome};
use callsheet_domain::{Actor, CalendarId, CalendarOwner, Timestamp};

use super::overrides::row::EXPIRES_AT;
use super::place::{
    ACTIVITY, OF_MEETING, OVERRIDES, PARTITION, POLICIES, Place, RECORD, SORT, partition_of,
};
use super::{StateTable, TRIES, meetings};
use crate::attributes::{Attributes, number, text};
use crate::error::{busy, failed, if_condition_held};
use crate::expressions::all_rows;

const BY: &str = "by";

/// A row that names a person.
struct NamedRow {
    key: Attributes,
    by: AttributeValue,
    kind: Kind,
}

/// What a person did who is named by a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Set an override or a pause.
    Override,
    /// Anything that is logged.
    Activity,
    /// Pushed a policy.
    Policy,
    /// Disconnected a calendar, of which this is the record. It is written as a whole.
    Record,
}

impl Kind {
    /// The kind of a row with this sort key, if such rows name a person in `by`.
    fn of(sort: &str) -> Option<Self> {
        match sort {
            RECORD => Some(Self::Record),
            _ if sort.starts_with(ACTIVITY) => Some(Self::Activity),
            _ if sort.starts_with(POLICIES) => Some(Self::Policy),
            _ if sort.starts_with(OVERRIDES) => Some(Self::Override),
            _ => None,
        }
    }
}

impl NamedRow {
    /// The update that takes the name out. A worker that has read a record would write the name
    /// again, so its version is raised.
    fn without_name(&self) -> &'static str {
        if self.kind == Kind::Record {
            "SET #by = :forgotten ADD #version :one"
        } else {
            "SET #by = :forgotten"
        }
    }
}

impl Forgetting for StateTable {
    async fn rows_by(&self, actor: &str) -> Result<ActorRows, PortError> {
        let rows = self.rows_naming(actor).await?;
        let mut counts = counted(rows.iter());
        counts.overrides += self.meetings_naming(actor).await?.len() as u64;
        Ok(counts)
    }

    async fn forget_actor(&self, actor: &str) -> Result<ActorRows, PortError> {
        let rows = self.rows_naming(actor).await?;
        let mut forgotten = Vec::new();
        for row in &rows {
            let mut write = self
                .client
                .update_item()
                .table_name(&self.table)
                .set_key(Some(row.key.clone()))
                .update_expression(row.without_name())
                // Meanwhile another person may have set the same override.
                .condition_expression("#by = :by")
                .expression_attribute_names("#by", BY)
                .expression_attribute_values(":by", row.by.clone())
                .expression_attribute_values(":forgotten", text(Actor::forgotten().as_str()));
            if row.kind == Kind::Record {
                write = write
                    .expression_attribute_names("#version", "version")
                    .expression_attribute_values(":one", number(1));
            }
            if if_condition_held(write.send().await)?.is_some() {
                forgotten.push(row);
            }
        }
        let mut counts = counted(forgotten.into_iter());
        counts.overrides += self.forget_in_meetings(actor).await?;
        Ok(counts)
    }

    async fn calendar_rows(&self, calendar: &CalendarId) -> Result<u64, PortError> {
        Ok(self.keys_of_calendar(calendar).await?.len() as u64)
    }

    async fn forget_calendar(&self, calendar: &CalendarId) -> Result<u64, PortError> {
        let keys = self.keys_of_calendar(calendar).await?;
        self.delete_all(keys).await
    }

    async fn owner_rows(&self, owner: &CalendarOwner) -> Result<u64, PortError> {
        Ok(self.keys_of_owner(owner).await?.len() as u64)
    }

    async fn forget_owner(&self, owner: &CalendarOwner) -> Result<u64, PortError> {
        let keys = self.keys_of_owner(owner).await?;
        self.delete_all(keys).await
    }
}

impl StateTable {
    /// The rows whose `by` is `actor`.
    async fn rows_naming(&self, actor: &str) -> Result<Vec<NamedRow>, PortError> {
        let scan = self
            .client
            .scan()
            .table_name(&self.table)
            .consistent_read(true)
            .filter_expression("attribute_exists(#by)")
            .projection_expression("#partition, #sort, #by")
            .expression_attribute_names("#partition", PARTITION)
            .expression_attribute_names("#sort", SORT)
            .expression_attribute_names("#by", BY);
        let mut rows = scan.into_paginator().items().send();
        let (actor, mut named) = (actor.to_lowercase(), Vec::new());
        while let Some(row) = rows.next().await {
            named.extend(named_row(row.map_err(failed)?, &actor));
        }
        Ok(named)
    }

    /// The rows of meetings that have a choice of `actor`.
    async fn meetings_naming(&self, actor: &str) -> Result<Vec<Attributes>, PortError> {
        let scan = self
            .client
            .scan()
            .table_name(&self.table)
            .consistent_read(true)
            .filter_expression("#sort = :sort")
            .expression_attribute_names("#sort", SORT)
            .expression_attribute_values(":sort", text(OF_MEETING));
        let mut rows = scan.into_paginator().items().send();
        let (actor, mut named) = (actor.to_lowercase(), Vec::new());
        while let Some(row) = rows.next().await {
            let row = row.map_err(failed)?;
            if meetings::choices_of(&row, &actor) > 0 {
                named.push(row);
            }
        }
        Ok(named)
    }

    /// Takes the name of `actor` out of the choices for meetings; gives the number of rows.
    async fn forget_in_meetings(&self, actor: &str) -> Result<u64, PortError> {
        let mut forgotten = 0;
        for _ in 0..TRIES {
            let named = self.meetings_naming(actor).await?;
            let mut is_done = true;
            for row in named {
                let key = Place::of_row(&row);
                let without = meetings::without_name(row, &actor.to_lowercase());
                let (Some(key), Some((row, read))) = (key, without) else {
                    continue;
                };
                match self.write_if_unchanged(key, row, read).await? {
                    WriteOutcome::Written => forgotten += 1,
                    WriteOutcome::Conflict => is_done = false,
                }
            }
            if is_done {
                return Ok(forgotten);
            }
        }
        Err(busy())
    }

    async fn delete_all(&self, keys: Vec<Attributes>) -> Result<u64, PortError> {
        let count = keys.len() as u64;
        for key in keys {
            let delete = self.client.delete_item().table_name(&self.table);
            let deleted = delete.set_key(Some(key)).send().await;
            deleted.map_err(failed)?;
        }
        Ok(count)
    }

    /// The keys of a calendar's rows.
    pub(super) async fn keys_of_calendar(
        &self,
        calendar: &CalendarId,
    ) -> Result<Vec<Attributes>, PortError> {
        self.keys_of(Place::calendar(calendar).partition, &[""])
            .await
    }

    /// The keys of the rows of an owner.
    async fn keys_of_owner(&self, owner: &CalendarOwner) -> Result<Vec<Attributes>, PortError> {
        let prefixes = [OVERRIDES, ACTIVITY];
        self.keys_of(partition_of(owner), &prefixes).await
    }

    /// The keys of the rows of a partition whose sort keys begin with one of `prefixes`.
    async fn keys_of(
        &self,
        partition: String,
        prefixes: &[&str],
    ) -> Result<Vec<Attributes>, PortError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#partition = :partition")
            .projection_expression("#partition, #sort")
            .expression_attribute_names("#partition", PARTITION)
            .expression_attribute_names("#sort", SORT)
            .expression_attribute_values(":partition", text(partition));
        let mut keys = all_rows(query).await?;
        let sort = |key: &Attributes| key.get(SORT)?.as_s().ok().cloned();
        keys.retain(|key| {
            let mut prefixes = prefixes.iter();
            sort(key).is_some_and(|sort| prefixes.any(|prefix| sort.starts_with(prefix)))
        });
        Ok(keys)
    }

    /// Has a row deleted after `at`, if there is one.
    pub(super) async fn expire_row(&self, key: Attributes, at: Timestamp) -> Result<(), PortError> {
        let write = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .update_expression("SET #expires_at = :at")
            .condition_expression("attribute_exists(#partition)")
            .expression_attribute_names("#partition", PARTITION)
            .expression_attribute_names("#expires_at", EXPIRES_AT)
            .expression_attribute_values(":at", number(at.as_second()));
        if_condition_held(write.send().await)?;
        Ok(())
    }
}

fn named_row(row: Attributes, actor: &str) -> Option<NamedRow> {
    let by = row.get(BY)?.clone();
    let sort = row.get(SORT)?.as_s().ok()?;
    let kind = Kind::of(sort)?;
    let is_named = by.as_s().is_ok_and(|by| by.to_lowercase() == actor);
    let key = [PARTITION, SORT].map(|name| Some((name.to_owned(), row.get(name)?.clone())));
    let key: HashMap<_, _> = key.into_iter().flatten().collect();
    is_named.then_some(NamedRow { key, by, kind })
}

fn counted<'a>(rows: impl Iterator<Item = &'a NamedRow>) -> ActorRows {
    let mut counts = ActorRows::default();
    for row in rows {
        *match row.kind {
            Kind::Override => &mut counts.overrides,
            Kind::Activity => &mut counts.actions,
            Kind::Policy => &mut counts.policies,
            Kind::Record => &mut counts.disconnections,
        } += 1;
    }
    counts
}
