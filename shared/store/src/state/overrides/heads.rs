//! The rows of an owner and the head that counts them: written together, carried over, joined,
//! and rebuilt.

use callsheet_app::PortError;
use callsheet_app::ports::{OverrideStore as _, WriteOutcome};
use callsheet_domain::{CalendarOwner, OverrideRevision, Timestamp};

use super::change::{Change, carried};
use super::row::{EXPIRES_AT, HeadRow, IS_EXPIRING, KEPT_UNTIL, MOST_NAMES};
use crate::attributes::{Attributes, Unreadable, number, write_row};
use crate::error::{busy, if_condition_held, unreadable};
use crate::expressions::{Unchanged, all_rows, put_if};
use crate::state::action_log::ActionRow;
use crate::state::place::{OVERRIDES, OVERRIDES_HEAD, PARTITION, Place, SORT, partition_of};
use crate::state::{StateTable, TRIES, attributes_at, row_at};

/// The attribute with the revision of an override, a pause or a head.
const REVISION: &str = "revision";

pub(super) fn endless() -> PortError {
    unreadable(
        "the heads of the overrides of a calendar's owner",
        Unreadable::Malformed("person".to_owned()),
    )
}

fn sort_of(row: &Attributes) -> Option<&str> {
    row.get(SORT)?.as_s().ok().map(String::as_str)
}

/// When a row was set.
fn set_at(row: &Attributes) -> Option<i64> {
    row.get("at")?.as_n().ok()?.parse().ok()
}

/// The row as it is when its owner has a calendar.
fn kept(mut row: Attributes) -> Attributes {
    if row.remove(IS_EXPIRING).is_some() {
        row.remove(EXPIRES_AT);
        let kept_until = row.get(KEPT_UNTIL).cloned();
        row.extend(kept_until.map(|until| (EXPIRES_AT.to_owned(), until)));
    }
    row
}

/// The condition that the head still counts what was read.
pub(super) fn counted_as(counted: Option<OverrideRevision>) -> Unchanged {
    Unchanged {
        attribute: REVISION,
        read: counted.map(|revision| revision.0),
    }
}

/// The key of a row that was read.
pub(super) fn key_of(mut row: Attributes) -> Attributes {
    row.retain(|name, _| name == PARTITION || name == SORT);
    row
}

impl StateTable {
    /// Writes an override or a pause under the owner's next revision.
    pub(super) async fn write_next(
        &self,
        owner: &CalendarOwner,
        change: &Change<'_>,
    ) -> Result<OverrideRevision, PortError> {
        for _ in 0..TRIES {
            let (owner, counted) = self.head_of(owner).await?;
            let next = self.last_revision(&owner, counted).await?.next();
            let head = (HeadRow::of(next), counted);
            if self.write_change(&owner, head, change, next).await? {
                return Ok(next);
            }
        }
        Err(busy())
    }

    /// Writes an override or a pause under a revision, its entry in the log, and the head, if that
    /// still counts what was read. False if it does not.
    pub(super) async fn write_change(
        &self,
        owner: &CalendarOwner,
        (head, counted): (HeadRow, Option<OverrideRevision>),
        change: &Change<'_>,
        revision: OverrideRevision,
    ) -> Result<bool, PortError> {
        let head = self.put(Place::overrides_head(owner), write_row(head));
        let row = self.put(change.place(owner), change.row(revision));
        let log = partition_of(owner);
        let action = ActionRow::of(&change.action(revision));
        let action = self.put_action(action.place(&log, &log), &action, true);
        let writes = vec![counted_as(counted).on(head), row, action];
        self.write_together(writes).await
    }

    /// Writes a row of another owner, or the own one if that was set later, under the owner's
    /// next revision after `least`. The head changes with every row, so none is overwritten
    /// that was set since it was read. The log of the owner repeats what was carried over.
    pub(super) async fn carry(
        &self,
        row: Attributes,
        owner: &CalendarOwner,
        least: OverrideRevision,
    ) -> Result<(), PortError> {
        let sort = sort_of(&row).unwrap_or_default().to_owned();
        for _ in 0..TRIES {
            let (owner, counted) = self.head_of(owner).await?;
            let latest = self.last_revision(&owner, counted).await?;
            let place = || Place::of_owner(&owner, sort.as_str());
            let own = attributes_at(self, place()).await?;
            let later = own.filter(|own| set_at(own) >= set_at(&row));
            let next = latest.max(least).next();
            let mut later = kept(later.unwrap_or_else(|| row.clone()));
            later.insert(REVISION.to_owned(), number(next.0));
            let head = self.put(Place::overrides_head(&owner), write_row(HeadRow::of(next)));
            let mut writes = vec![counted_as(counted).on(head)];
            if let Some(carried) = carried(&later) {
                let log = partition_of(&owner);
                let place = carried.place(&log, &log);
                writes.push(self.put_action(place, &carried, false));
            }
            writes.push(self.put(place(), later));
            if self.write_together(writes).await? {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// The last revision. Without the head it is that of the latest override, or the one
    /// that a calendar of the owner was last synced with.
    pub(super) async fn last_revision(
        &self,
        owner: &CalendarOwner,
        counted: Option<OverrideRevision>,
    ) -> Result<OverrideRevision, PortError> {
        if let Some(counted) = counted {
            return Ok(counted);
        }
        let stored = self.overrides(owner).await?.revision;
        let calendars = self.calendars_at(&partition_of(owner)).await?;
        let records = calendars.records.into_iter();
        let synced = records.filter_map(|record| record.last_sync);
        Ok(synced.map(|sync| sync.overrides).fold(stored, Ord::max))
    }

    /// The person whom `owner` names, and the revision in their head; none before their
    /// first override, or if the head is lost.
    pub(super) async fn head_of(
        &self,
        owner: &CalendarOwner,
    ) -> Result<(CalendarOwner, Option<OverrideRevision>), PortError> {
        let (owner, row) = self.head_row(owner).await?;
        Ok((owner, row.map(|row| row.revision())))
    }

    /// The person whom `owner` names, and their head.
    pub(super) async fn head_row(
        &self,
        owner: &CalendarOwner,
    ) -> Result<(CalendarOwner, Option<HeadRow>), PortError> {
        let mut owner = owner.clone();
        for _ in 0..MOST_NAMES {
            let name = "the head of the overrides of a calendar's owner";
            let row: Option<HeadRow> = row_at(self, Place::overrides_head(&owner), name).await?;
            match row.as_ref().and_then(HeadRow::person) {
                Some(person) => owner = person,
                None => return Ok((owner, row)),
            }
        }
        Err(endless())
    }

    /// Joins a name, with the revision in its head, with that of `to`. Gives whether no
    /// override was set under it meanwhile.
    pub(super) async fn join(
        &self,
        (from, counted): (CalendarOwner, Option<OverrideRevision>),
        to: &CalendarOwner,
        now: Timestamp,
    ) -> Result<bool, PortError> {
        let last = self.last_revision(&from, counted).await?;
        let carried = self.carry_all(&from, to, last).await?;
        if carried == 0 {
            self.raise(to, last).await?;
        }
        let head = HeadRow::joined(last.next(), to);
        if !self.write_head(&from, &head, counted).await? {
            return Ok(false);
        }
        for row in self.rows_of(&from).await? {
            if sort_of(&row) != Some(OVERRIDES_HEAD) {
                self.expire_row(key_of(row), now).await?;
            }
        }
        Ok(true)
    }

    /// Writes a head, if it still counts what was read.
    pub(super) async fn write_head(
        &self,
        owner: &CalendarOwner,
        head: &HeadRow,
        counted: Option<OverrideRevision>,
    ) -> Result<bool, PortError> {
        let row = Place::overrides_head(owner).on(write_row(head));
        let put = self.client.put_item().table_name(&self.table);
        let written = put_if(counted_as(counted), put.set_item(Some(row))).await?;
        Ok(written == WriteOutcome::Written)
    }

    /// Carries all rows of `from` over; gives their number.
    pub(super) async fn carry_all(
        &self,
        from: &CalendarOwner,
        to: &CalendarOwner,
        least: OverrideRevision,
    ) -> Result<usize, PortError> {
        let mut rows = self.rows_of(from).await?;
        rows.retain(|row| sort_of(row) != Some(OVERRIDES_HEAD));
        let count = rows.len();
        for row in rows {
            self.carry(row, to, least).await?;
        }
        Ok(count)
    }

    /// Has the revision of a person with whom a name without overrides is joined be as late
    /// as that of the name; later, if the person said anything.
    pub(super) async fn raise(
        &self,
        person: &CalendarOwner,
        least: OverrideRevision,
    ) -> Result<(), PortError> {
        for _ in 0..TRIES {
            let (person, counted) = self.head_of(person).await?;
            let latest = self.last_revision(&person, counted).await?;
            let rows = self.rows_of(&person).await?;
            let is_anything_said = rows.iter().any(|row| sort_of(row) != Some(OVERRIDES_HEAD));
            let raised = latest.max(least);
            let raised = if is_anything_said {
                raised.next()
            } else {
                raised
            };
            if raised == latest {
                return Ok(());
            }
            let head = HeadRow::of(raised);
            if self.write_head(&person, &head, counted).await? {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// The rows under a name, and those of the person whom it names.
    pub(super) async fn rows_of_person(
        &self,
        owner: &CalendarOwner,
    ) -> Result<Vec<Attributes>, PortError> {
        let mut rows = self.rows_of(owner).await?;
        let person = self.person(owner).await?;
        if person != *owner {
            rows.retain(|row| sort_of(row) == Some(OVERRIDES_HEAD));
            rows.extend(self.rows_of(&person).await?);
        }
        Ok(rows)
    }

    /// The keys of what was logged under a name, and under that of the person whom it names.
    pub(super) async fn log_of_person(
        &self,
        owner: &CalendarOwner,
    ) -> Result<Vec<Attributes>, PortError> {
        let mut keys = self.keys_of_log(&partition_of(owner)).await?;
        let person = self.person(owner).await?;
        if person != *owner {
            keys.extend(self.keys_of_log(&partition_of(&person)).await?);
        }
        Ok(keys)
    }

    /// The rows of an owner, the head first.
    pub(super) async fn rows_of(
        &self,
        owner: &CalendarOwner,
    ) -> Result<Vec<Attributes>, PortError> {
        all_rows(self.rows_from_last(&partition_of(owner), OVERRIDES)).await
    }

    /// Changes when a row is deleted, if there is one.
    pub(super) async fn change_expiry(
        &self,
        key: Attributes,
        change: &str,
        at: Option<Timestamp>,
    ) -> Result<(), PortError> {
        let mut write = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .update_expression(change)
            .condition_expression("attribute_exists(#partition)")
            .expression_attribute_names("#partition", PARTITION);
        for (name, attribute) in [
            ("#expires_at", EXPIRES_AT),
            ("#kept_until", KEPT_UNTIL),
            ("#is_expiring", IS_EXPIRING),
        ] {
            if change.contains(name) {
                write = write.expression_attribute_names(name, attribute);
            }
        }
        if let Some(at) = at {
            write = write.expression_attribute_values(":at", number(at.as_second()));
        }
        if_condition_held(write.send().await)?;
        Ok(())
    }
}
