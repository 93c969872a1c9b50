//! Loads calendars from the store, and reads them from Recall where the stored
//! record is not enough.

use callsheet_domain::{Calendar, CalendarId, CalendarRecord, Operation, RateLimit, Timestamp};

use crate::calendar_records::CalendarRecords;
use crate::new_calendars::NewCalendars;
use crate::ports::{
    CalendarEvents as _, CalendarRemoval as _, Calendars as _, Clock as _, OverrideStore as _,
};
use crate::rate_limited::published_limit;
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{CalendarContext, CallTerms, PortError, RecallCalls};

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
    /// Rate limit of listing calendars.
    pub list_calendars: RateLimit,
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

    /// The stored calendar with its overrides, if it need not be read from Recall.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn load_current(
        &self,
        id: &CalendarId,
    ) -> Result<Option<CalendarContext>, PortError> {
        match self.current_record(id, None).await? {
            Some(record) => self.with_overrides(record).await,
            None => Ok(None),
        }
    }

    /// The stored record of a calendar that changed at `changed_at`, if it need not be read from
    /// Recall.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn current_record(
        &self,
        id: &CalendarId,
        changed_at: Option<Timestamp>,
    ) -> Result<Option<CalendarRecord>, PortError> {
        let stored = self.state.record(id).await?;
        Ok(stored.filter(|stored| stored.is_current(changed_at)))
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
    /// The calendar is read from Recall if it changed at `changed_at` and was not read since,
    /// and if the stored record may be outdated: a disconnected calendar may have been
    /// connected again without a webhook, and one without an address may have got it. One that a
    /// person disconnected is deleted at Recall instead: whoever crashes between the deletion and
    /// the write of the record leaves both to the next one, since a second deletion changes nothing.
    ///
    /// A calendar that may be new is read with all new ones. If these were listed a moment ago, the
    /// error says when they are listed again. [`Timestamp::MAX`] reads a calendar by itself.
    ///
    /// # Errors
    /// If the terms allow no call, new calendars were listed a moment ago, or Recall or the store
    /// fails.
    pub async fn load_or_fetch(
        &self,
        id: &CalendarId,
        changed_at: Option<Timestamp>,
        terms: CallTerms,
    ) -> Result<Option<CalendarRecord>, SyncError> {
        retry_on_conflict(async || {
            let mut stored = self.state.record(id).await?;
            let mut is_current = stored
                .as_ref()
                .is_some_and(|stored| stored.is_current(changed_at));
            let new = self.new_calendars();
            if !is_current && new.may_have(stored.as_ref(), changed_at) {
                let listed = new.listed(id, changed_at, terms).await?;
                stored = listed.record;
                is_current = listed.is_current;
            }
            if is_current {
                return Ok(Attempt::Done(stored));
            }
            let is_unwanted = stored
                .as_ref()
                .is_some_and(CalendarRecord::is_to_be_deleted);
            let fetched = if is_unwanted {
                self.delete(id, terms).await?;
                None
            } else {
                self.fetch(id, terms).await?
            };
            let now = self.calls.clock().now();
            let next = match (&stored, fetched) {
                (Some(stored), Some(fetched)) => stored.after(fetched, now),
                (Some(stored), None) => stored.gone(now),
                (None, Some(fetched)) => Some(CalendarRecord::first(fetched, now)),
                (None, None) => None,
            };
            match next {
                Some(next) => Ok(self.records().write(stored.as_ref(), next).await?.map(Some)),
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
        self.records().store(listed).await
    }

    /// Has the new calendars listed and stored, unless that was done a moment ago. A sync of the
    /// workspace then knows nearly all of the calendars whose events it lists.
    ///
    /// # Errors
    /// If the terms allow no call, or Recall or the store fails.
    pub async fn read_new(&self, terms: CallTerms) -> Result<(), SyncError> {
        self.new_calendars().read(terms).await
    }

    fn records(&self) -> CalendarRecords<'_, P::State, P::Clock> {
        CalendarRecords {
            state: self.state,
            clock: self.calls.clock(),
        }
    }

    fn new_calendars(&self) -> NewCalendars<'_, P> {
        NewCalendars {
            recall: self.recall,
            state: self.state,
            calls: self.calls,
            list_calendars: self.list_calendars,
        }
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

    /// Deletes a calendar at Recall, with its future bots.
    async fn delete(&self, id: &CalendarId, terms: CallTerms) -> Result<(), SyncError> {
        let operation = Operation::DeleteCalendar;
        let rate_limit = published_limit(operation);
        self.calls.acquire(operation, rate_limit, terms).await?;
        let reply = self.recall.delete_calendar(id).await;
        self.calls.settle(operation, reply).await?;
        tracing::info!(calendar = %id, "calendar {id} was deleted at Recall, as a person asked");
        Ok(())
    }
}
