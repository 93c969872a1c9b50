//! Overrides and pauses, one row each, and for each owner a head that counts them.
//!
//! An override, its entry in the log of what people did and the head are written in one
//! transaction, on condition that the head is as it was read. So of two people who set
//! overrides at once one reads again, each override gets a revision of its own, and the later
//! one stands.
//!
//! If the head is lost, it is rebuilt from the rows that it counted and from the last syncs
//! of the owner's calendars, so no revision is used twice.
//!
//! Rows are read from the last sort key to the first, the head before the rows
//! that it counts. An override that is set in between may be read without being
//! counted, and costs one more sync; none is counted without being read.
//!
//! Two names of one person are joined by the head of the later one, which then names the
//! first one: names are ordered, so there are no circles. Before that all rows are carried
//! over, and the head is written on condition that it is as it was read, so that no override
//! is left behind that was set meanwhile. Whoever reads or writes under the joined name goes
//! on to the first one.
//!
//! A row whose owner has no calendar left is marked, and deleted later. A row of an event
//! also keeps when it is deleted otherwise.

mod change;
mod heads;
pub(super) mod row;

use callsheet_app::PortError;
use callsheet_app::ports::{MeetingOverrides, OverrideStore, WriteOutcome};
use callsheet_domain::{
    Actor, CalendarId, CalendarOwner, EventId, LoggedAction, MeetingName, MeetingOverride,
    OverrideChoice, OverrideRevision, OverrideScope, Overrides, Timestamp,
};

use super::meetings::{read_meetings, write_meeting};
use super::place::Place;
use super::{StateTable, TRIES};
use crate::error::{busy, unreadable};
use change::{Change, Changed};
use heads::{endless, key_of};
use row::{HeadRow, IS_EXPIRING, KEPT_UNTIL, MOST_NAMES, OverrideRows};

impl OverrideStore for StateTable {
    async fn person(&self, owner: &CalendarOwner) -> Result<CalendarOwner, PortError> {
        Ok(self.head_of(owner).await?.0)
    }

    async fn join_names(
        &self,
        one: &CalendarOwner,
        other: &CalendarOwner,
        now: Timestamp,
    ) -> Result<(), PortError> {
        for _ in 0..TRIES {
            let (one, of_one) = self.head_of(one).await?;
            let (other, of_other) = self.head_of(other).await?;
            if one == other {
                return Ok(());
            }
            let (from, to) = if one < other {
                ((other, of_other), one)
            } else {
                ((one, of_one), other)
            };
            if self.join(from, &to, now).await? {
                return Ok(());
            }
        }
        Err(busy())
    }

    async fn overrides(&self, owner: &CalendarOwner) -> Result<Overrides, PortError> {
        let mut owner = owner.clone();
        for _ in 0..MOST_NAMES {
            let mut read = OverrideRows::default();
            for row in self.rows_of(&owner).await? {
                let read = read.add(row);
                read.map_err(|problem| unreadable("the overrides of a calendar's owner", problem))?;
            }
            match read.person.take() {
                Some(person) => owner = person,
                None => return Ok(read.overrides()),
            }
        }
        Err(endless())
    }

    async fn meeting_overrides(
        &self,
        meetings: &[MeetingName],
    ) -> Result<MeetingOverrides, PortError> {
        read_meetings(self, meetings).await
    }

    async fn write_meeting_override(
        &self,
        meeting: &MeetingName,
        chosen: &MeetingOverride,
        action: Option<&LoggedAction>,
        kept_until: Timestamp,
    ) -> Result<WriteOutcome, PortError> {
        write_meeting(self, meeting, (chosen, action), kept_until).await
    }

    async fn set_override(
        &self,
        owner: &CalendarOwner,
        scope: &OverrideScope,
        choice: OverrideChoice,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        let what = Changed::Override(scope, choice, Vec::new());
        self.write_next(owner, &Change { by, at: now, what }).await
    }

    async fn set_event_override(
        &self,
        owner: &CalendarOwner,
        scope: &OverrideScope,
        events: &[(CalendarId, EventId)],
        choice: OverrideChoice,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        let calendars = events.iter().map(|(calendar, _)| calendar.clone());
        let what = Changed::Override(scope, choice, calendars.collect());
        let change = Change { by, at: now, what };
        for _ in 0..TRIES {
            let (owner, before) = self.head_row(owner).await?;
            let counted = before.as_ref().map(HeadRow::revision);
            let last = self.last_revision(&owner, counted).await?;
            let next = last.next();
            let is_head_lost = before.is_none() && last != OverrideRevision::default();
            let head = if is_head_lost {
                HeadRow::of(next)
            } else {
                HeadRow::after_event_override(before.as_ref(), events, next, now)
            };
            let head = (head, counted);
            if self.write_change(&owner, head, &change, next).await? {
                return Ok(next);
            }
        }
        Err(busy())
    }

    async fn note_applied(
        &self,
        owner: &CalendarOwner,
        event: &EventId,
        revision: OverrideRevision,
    ) -> Result<(), PortError> {
        for _ in 0..TRIES {
            let (owner, Some(head)) = self.head_row(owner).await? else {
                return Ok(());
            };
            let counted = Some(head.revision());
            let before = head.unapplied();
            let mut unapplied = before.clone();
            unapplied.retain(|one| one.event_id != *event || one.revision > revision);
            if unapplied == before {
                return Ok(());
            }
            let head = head.with_unapplied(unapplied);
            if self.write_head(&owner, &head, counted).await? {
                return Ok(());
            }
        }
        Err(busy())
    }

    async fn pause(
        &self,
        owner: &CalendarOwner,
        until: Timestamp,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        let what = Changed::Pause(until);
        self.write_next(owner, &Change { by, at: now, what }).await
    }

    async fn carry_overrides(
        &self,
        from: &CalendarOwner,
        to: &CalendarOwner,
    ) -> Result<(), PortError> {
        let (from, read_from) = self.head_of(from).await?;
        let to = self.person(to).await?;
        if from == to {
            return Ok(());
        }
        let least = self.last_revision(&from, read_from).await?;
        self.carry_all(&from, &to, least).await?;
        Ok(())
    }

    async fn expire_override(
        &self,
        owner: &CalendarOwner,
        scope: &OverrideScope,
        at: Timestamp,
    ) -> Result<(), PortError> {
        let owner = self.person(owner).await?;
        let key = Place::override_of(&owner, scope).key();
        self.change_expiry(key, "SET #expires_at = :at, #kept_until = :at", Some(at))
            .await
    }

    async fn expire_overrides(
        &self,
        owner: &CalendarOwner,
        at: Timestamp,
    ) -> Result<(), PortError> {
        for row in self.rows_of_person(owner).await? {
            let change = "SET #expires_at = :at, #is_expiring = :at";
            self.change_expiry(key_of(row), change, Some(at)).await?;
        }
        for key in self.log_of_person(owner).await? {
            let change = "SET #expires_at = :at, #is_expiring = :at";
            self.change_expiry(key_of(key), change, Some(at)).await?;
        }
        Ok(())
    }

    async fn keep_overrides(&self, owner: &CalendarOwner) -> Result<(), PortError> {
        // Whoever stops in between finds an override that expires, and goes on.
        for key in self.log_of_person(owner).await? {
            if key.contains_key(IS_EXPIRING) {
                let change = "REMOVE #expires_at, #is_expiring";
                self.change_expiry(key_of(key), change, None).await?;
            }
        }
        for row in self.rows_of_person(owner).await? {
            let change = match (row.contains_key(IS_EXPIRING), row.contains_key(KEPT_UNTIL)) {
                (false, _) => continue,
                (true, true) => "SET #expires_at = #kept_until REMOVE #is_expiring",
                (true, false) => "REMOVE #expires_at, #is_expiring",
            };
            self.change_expiry(key_of(row), change, None).await?;
        }
        Ok(())
    }
}
