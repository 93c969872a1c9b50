//! Stores calendars as Recall gives them.

use callsheet_domain::{Calendar, CalendarOwner, CalendarRecord, CalendarStatus, plus};
use jiff::SignedDuration;

use crate::PortError;
use crate::ports::{Calendars, Clock, OverrideStore, WriteOutcome};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync_error::SyncError;

/// How long the rows of a deleted calendar are kept: longer than its decisions.
const KEPT_AFTER_DELETION: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long the overrides of an owner without calendars are kept: as long as those of an
/// event, so that connecting again does not lose them.
const OVERRIDES_KEPT_AFTER_DELETION: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Stores calendars.
pub(crate) struct CalendarRecords<'a, S, K> {
    /// Storage of calendars and overrides.
    pub(crate) state: &'a S,
    /// Source of the time.
    pub(crate) clock: &'a K,
}

impl<S: Calendars + OverrideStore, K: Clock> CalendarRecords<'_, S, K> {
    /// Stores a calendar as Recall lists it; gives its record if that changed.
    ///
    /// # Errors
    /// If the store fails.
    pub(crate) async fn store(
        &self,
        listed: Calendar,
    ) -> Result<Option<CalendarRecord>, SyncError> {
        retry_on_conflict(async || {
            let stored = self.state.record(&listed.id).await?;
            let now = self.clock.now();
            let next = match &stored {
                Some(stored) => stored.after(listed.clone(), now),
                None => Some(CalendarRecord::first(listed.clone(), now)),
            };
            match next {
                Some(next) => Ok(self.write(stored.as_ref(), next).await?.map(Some)),
                None => Ok(Attempt::Done(None)),
            }
        })
        .await
    }

    /// Writes a record; gives it with the version that is now stored.
    ///
    /// If its owner has another name now, the overrides under the former one are carried
    /// over first, so that a crash in between loses none.
    pub(crate) async fn write(
        &self,
        stored: Option<&CalendarRecord>,
        mut record: CalendarRecord,
    ) -> Result<Attempt<CalendarRecord>, PortError> {
        let owner = record.calendar.owner();
        let unknown = || CalendarOwner::Unknown(record.calendar.id.clone());
        let former = stored.map_or_else(unknown, |stored| stored.calendar.owner());
        if former != owner {
            self.state.carry_overrides(&former, &owner).await?;
            let now = self.clock.now();
            for name in record.further_names() {
                self.state.join_names(&owner, &name, now).await?;
            }
        }
        match self.state.write_record(&record).await? {
            WriteOutcome::Written => {
                if record.calendar.status == CalendarStatus::Deleted {
                    self.expire(&record).await?;
                }
                record.version = record.version.next();
                Ok(Attempt::Done(record))
            }
            WriteOutcome::Conflict => Ok(Attempt::Conflict),
        }
    }

    /// Has the rows of a deleted calendar expire, and the overrides of its owner if that
    /// was the last calendar. The store may not show a new one yet: its next sync keeps
    /// them.
    async fn expire(&self, record: &CalendarRecord) -> Result<(), PortError> {
        let (now, deleted) = (self.clock.now(), &record.calendar);
        let until = plus(now, KEPT_AFTER_DELETION);
        self.state.expire(&deleted.id, until).await?;
        let owner = deleted.owner();
        let theirs = self.state.of_owner(&owner).await?;
        let is_left = theirs.iter().any(|listed| {
            let other = &listed.record.calendar;
            other.id != deleted.id && other.status != CalendarStatus::Deleted
        });
        if is_left || !owner.is_known() {
            return Ok(());
        }
        let until = plus(now, OVERRIDES_KEPT_AFTER_DELETION);
        for name in std::iter::once(owner).chain(record.further_names()) {
            self.state.expire_overrides(&name, until).await?;
        }
        Ok(())
    }
}
