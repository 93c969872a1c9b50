//! Loads calendars from the store, and reads them from Recall where the stored
//! record is not enough.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use callsheet_domain::{
    Calendar, CalendarId, CalendarOwner, CalendarRecord, CalendarStatus, Operation, RateLimit,
    Timestamp, plus,
};
use jiff::SignedDuration;

use crate::ports::{
    CalendarDirectory as _, CalendarEvents as _, CalendarRemoval as _, Calendars as _, Clock as _,
    OverrideStore as _, PageOfCalendars, WriteOutcome,
};
use crate::rate_limited::published_limit;
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{CalendarContext, CallTerms, Paging, PortError, RecallCalls};

/// How long the rows of a deleted calendar are kept: longer than its decisions.
const KEPT_AFTER_DELETION: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long the overrides of an owner without calendars are kept: as long as those of an
/// event, so that connecting again does not lose them.
const OVERRIDES_KEPT_AFTER_DELETION: SignedDuration = SignedDuration::from_hours(365 * 24);

/// A calendar that was created this long ago is no new one, and is read by itself: while
/// thousands are connected, a list of more of them would take longer than their requests wait.
const NEW_FOR: SignedDuration = SignedDuration::from_mins(2);
/// After so long other calendars are new, and they are listed again.
const LISTED_FOR: SignedDuration = SignedDuration::from_secs(5);
/// The longest list of new calendars: a thousand.
const MOST_PAGES: u32 = 10;
/// The clocks of our own functions differ by less.
const OWN_CLOCKS: SignedDuration = SignedDuration::from_millis(500);

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
    /// Whether new calendars are read together.
    pub new_calendars: NewCalendars,
}

/// Whether the calendars that are not stored yet are read by one list, instead of one by one.
/// When many are connected at once, most of those that follow are then stored.
#[derive(Debug, Default)]
pub struct NewCalendars(Mutex<Listing>);

#[derive(Debug, Default)]
enum Listing {
    /// At most one calendar is not stored, as far as is known.
    #[default]
    One,
    /// The next one that is not stored is read with all new ones.
    Several,
    /// These were read at an instant: others are read one by one for a moment.
    Listed {
        calendars: BTreeSet<CalendarId>,
        at: Timestamp,
    },
}

impl NewCalendars {
    /// Says that several calendars may be new.
    pub fn expect_several(&self) {
        let mut listing = self.lock();
        if matches!(*listing, Listing::One) {
            *listing = Listing::Several;
        }
    }

    /// Since when created calendars are listed, if they are listed now, at `now`, for one that
    /// has to be read.
    fn listed_now(&self, now: Timestamp) -> Option<Timestamp> {
        let mut listing = self.lock();
        match *listing {
            Listing::One => {
                *listing = Listing::Several;
                return None;
            }
            Listing::Listed { at, .. } if now < plus(at, LISTED_FOR) => return None,
            Listing::Several | Listing::Listed { .. } => {}
        }
        *listing = Listing::Listed {
            calendars: BTreeSet::new(),
            at: now,
        };
        Some(plus(now, -NEW_FOR))
    }

    /// Notes a calendar of the list.
    fn note(&self, id: &CalendarId) {
        if let Listing::Listed { calendars, .. } = &mut *self.lock() {
            calendars.insert(id.clone());
        }
    }

    /// Whether a stored calendar was read by the list, and after `changed_at`. One that is deleted
    /// at Recall is not on it.
    fn was_listed(&self, calendar: &Calendar, changed_at: Timestamp) -> bool {
        match &*self.lock() {
            Listing::Listed { calendars, at } => {
                calendars.contains(&calendar.id) && *at > plus(changed_at, OWN_CLOCKS)
            }
            Listing::One | Listing::Several => false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Listing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        Ok(stored.filter(|stored| self.is_current(stored, changed_at)))
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
    /// # Errors
    /// If the terms allow no call, or Recall or the store fails.
    pub async fn load_or_fetch(
        &self,
        id: &CalendarId,
        changed_at: Option<Timestamp>,
        terms: CallTerms,
    ) -> Result<Option<CalendarRecord>, SyncError> {
        retry_on_conflict(async || {
            let mut stored = self.state.record(id).await?;
            let now = self.calls.clock().now();
            if self.is_new(stored.as_ref(), changed_at, now)
                && let Some(since) = self.new_calendars.listed_now(now)
            {
                self.fetch_new(since, terms).await?;
                stored = self.state.record(id).await?;
            }
            if let Some(stored) = &stored
                && self.is_current(stored, changed_at)
            {
                return Ok(Attempt::Done(Some(stored.clone())));
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

    /// Whether the stored record of a calendar need not be read again.
    fn is_current(&self, stored: &CalendarRecord, changed_at: Option<Timestamp>) -> bool {
        let calendar = &stored.calendar;
        let is_read_since = |at| {
            stored.changed_at > plus(at, OWN_CLOCKS) || self.new_calendars.was_listed(calendar, at)
        };
        !stored.is_to_be_deleted()
            && changed_at.is_none_or(is_read_since)
            && calendar.status.holds_bots()
            && calendar.email.is_some()
    }

    /// Whether a calendar has to be read and may be a new one.
    fn is_new(
        &self,
        stored: Option<&CalendarRecord>,
        changed_at: Option<Timestamp>,
        now: Timestamp,
    ) -> bool {
        stored.is_none_or(|stored| {
            let created_at = stored.calendar.created_at;
            let is_new = created_at.is_some_and(|at| at >= plus(now, -NEW_FOR));
            is_new && !self.is_current(stored, changed_at)
        })
    }

    /// Stores the calendars that were created since an instant. If they cannot be listed
    /// now, each is read by itself.
    async fn fetch_new(&self, since: Timestamp, terms: CallTerms) -> Result<(), SyncError> {
        let mut paging = Paging::new(MOST_PAGES);
        loop {
            let page = match self.list(since, &paging, terms).await {
                Err(error)
                    if error.is_of_content() || matches!(error, SyncError::RateLimited(_)) =>
                {
                    tracing::info!(%error, "new calendars are read one by one: {error}");
                    return Ok(());
                }
                page => page?,
            };
            for calendar in page.calendars {
                let id = calendar.id.clone();
                self.store(calendar).await?;
                self.new_calendars.note(&id);
            }
            if !paging.advance(page.next)? {
                return Ok(());
            }
        }
    }

    async fn list(
        &self,
        since: Timestamp,
        paging: &Paging,
        terms: CallTerms,
    ) -> Result<PageOfCalendars, SyncError> {
        let operation = Operation::ListCalendars;
        self.calls
            .acquire(operation, self.list_calendars, terms)
            .await?;
        let reply = self.recall.calendars(Some(since), paging.cursor()).await;
        Ok(self.calls.settle(operation, reply).await?)
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
    /// was the last calendar. The store may not show a new one yet: its next sync keeps
    /// them.
    async fn expire(&self, record: &CalendarRecord) -> Result<(), PortError> {
        let (now, deleted) = (self.calls.clock().now(), &record.calendar);
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
