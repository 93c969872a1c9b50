//! Loads calendars from the store, and reads them from Recall where the stored
//! record is not enough.

use callsheet_domain::{
    Calendar, CalendarId, CalendarOwner, CalendarRecord, CalendarStatus, Operation, RateLimit, plus,
};
use jiff::SignedDuration;

use crate::ports::{
    CalendarEvents as _, Calendars as _, Clock as _, OverrideStore as _, WriteOutcome,
};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{CalendarContext, CallTerms, PortError, RecallCalls};

/// How long the rows of a deleted calendar are kept: longer than its decisions.
const KEPT_AFTER_DELETION: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long the overrides of an owner without calendars are kept: as long as those of an
/// event, so that connecting again does not lose them.
const OVERRIDES_KEPT_AFTER_DELETION: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Loads calendars.
pub struct CalendarLoader<'a, P: SyncPorts> {
    /// Recall.
    pub recall: &'a P::Recall,
    /// Storage of calendars and overrides.
    pub state: &'a P::State,
    /// Permits to read a calendar, and admission.
    pub calls: &'a RecallCalls<'a, P::State, P::Clock>,
    /// Rate limit of reading a calendar.
    pub get_calendar: RateLimit,
}

impl<P: SyncPorts> CalendarLoader<'_, P> {
    /// The stored calendar with its overrides, if it can have bots.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn load(&self, id: &CalendarId) -> Result<Option<CalendarContext>, PortError> {
        match self.state.record(id).await? {
            Some(record) => self.with_overrides(record).await,
            None => Ok(None),
        }
    }

    /// A calendar with its overrides, if it can have bots.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn with_overrides(
        &self,
        record: CalendarRecord,
    ) -> Result<Option<CalendarContext>, PortError> {
        if !record.calendar.status.holds_bots() {
            return Ok(None);
        }
        let owner = record.calendar.owner();
        let overrides = self.state.overrides(&owner).await?;
        if overrides.are_expiring {
            self.state.keep_overrides(&owner).await?;
        }
        Ok(Some(CalendarContext { record, overrides }))
    }

    /// The record of a calendar; none if neither the store nor Recall knows it.
    ///
    /// The calendar is read from Recall if it changed, and if the stored record
    /// may be outdated: a disconnected calendar may have been connected again
    /// without a webhook, and one without an address may have got it.
    ///
    /// # Errors
    /// If the terms allow no call, or Recall or the store fails.
    pub async fn load_or_fetch(
        &self,
        id: &CalendarId,
        is_changed: bool,
        terms: CallTerms,
    ) -> Result<Option<CalendarRecord>, SyncError> {
        retry_on_conflict(async || {
            let stored = self.state.record(id).await?;
            if let Some(stored) = &stored
                && !is_changed
                && stored.calendar.status.holds_bots()
                && stored.calendar.email.is_some()
            {
                return Ok(Attempt::Done(Some(stored.clone())));
            }
            let fetched = self.fetch(id, terms).await?;
            let now = self.calls.clock().now();
            let next = match (&stored, fetched) {
                (Some(stored), Some(fetched)) => stored.after(fetched, now),
                (Some(stored), None) => stored.gone(now),
                (None, Some(fetched)) => Some(CalendarRecord::first(fetched, now)),
                (None, None) => None,
            };
            match next {
                Some(next) => Ok(self.write(stored.as_ref(), next).await?.map(Some)),
                None => Ok(Attempt::Done(stored)),
            }
        })
        .await
    }

    /// Stores a calendar as Recall lists it; gives its record if that changed.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn store(&self, listed: Calendar) -> Result<Option<CalendarRecord>, SyncError> {
        retry_on_conflict(async || {
            let stored = self.state.record(&listed.id).await?;
            let now = self.calls.clock().now();
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

    /// Reads a calendar from Recall.
    async fn fetch(
        &self,
        id: &CalendarId,
        terms: CallTerms,
    ) -> Result<Option<Calendar>, SyncError> {
        let operation = Operation::GetCalendar;
        self.calls
            .acquire(operation, self.get_calendar, terms)
            .await?;
        let reply = self.recall.calendar(id).await;
        Ok(self.calls.settle(operation, reply).await?)
    }

    /// Writes a record; gives it with the version that is now stored.
    ///
    /// If its owner has another name now, the overrides under the former one are carried
    /// over first, so that a crash in between loses none.
    async fn write(
        &self,
        stored: Option<&CalendarRecord>,
        mut record: CalendarRecord,
    ) -> Result<Attempt<CalendarRecord>, PortError> {
        let owner = record.calendar.owner();
        let unknown = || CalendarOwner::Unknown(record.calendar.id.clone());
        let former = stored.map_or_else(unknown, |stored| stored.calendar.owner());
        if former != owner {
            self.state.carry_overrides(&former, &owner).await?;
            let now = self.calls.clock().now();
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
    /// was the last calendar. The list may lag: if there is another one, its next sync
    /// keeps them.
    async fn expire(&self, record: &CalendarRecord) -> Result<(), PortError> {
        let (now, deleted) = (self.calls.clock().now(), &record.calendar);
        let until = plus(now, KEPT_AFTER_DELETION);
        self.state.expire(&deleted.id, until).await?;
        let owner = deleted.owner();
        let person = self.state.person(&owner).await?;
        let listed = self.state.listed().await?;
        let is_left = listed.iter().any(|listed| {
            let other = &listed.record.calendar;
            let is_another = other.id != deleted.id && listed.person == person;
            is_another && other.status != CalendarStatus::Deleted
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
