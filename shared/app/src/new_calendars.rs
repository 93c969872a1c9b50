//! Reads new calendars together.
//!
//! A calendar that is not stored is read by a list of those that were created a moment ago. It is
//! made [each few seconds](NewCalendarList), by whichever worker needs it, and when many are
//! connected at once, most of those that follow are then stored.

use callsheet_domain::{
    CalendarId, CalendarRecord, NewCalendarList, Operation, RateLimit, Timestamp, plus,
};
use jiff::SignedDuration;

use crate::calendar_records::CalendarRecords;
use crate::ports::{
    CalendarDirectory as _, Calendars as _, Clock as _, PageOfCalendars, SyncStates as _,
    WriteOutcome,
};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{CallTerms, Paging, PortError, RecallCalls};

/// The longest list of new calendars: a thousand.
const MOST_PAGES: u32 = 10;
/// The next list is waited for if it is made within this time.
const MOMENT: SignedDuration = SignedDuration::from_secs(2);
/// Time between two looks at a list that another worker is reading.
const POLL: SignedDuration = SignedDuration::from_millis(250);

/// A calendar of a list, with its creation.
type CreatedCalendar = (CalendarId, Option<Timestamp>);

/// A calendar after new ones were listed.
pub(crate) struct Listed {
    /// Its record; none if it is not stored.
    pub(crate) record: Option<CalendarRecord>,
    /// The record need not be read again.
    pub(crate) is_current: bool,
}

/// Reads new calendars together.
pub(crate) struct NewCalendars<'a, P: SyncPorts> {
    /// Recall.
    pub(crate) recall: &'a P::Recall,
    /// Storage of calendars, and of the list of new ones.
    pub(crate) state: &'a P::State,
    /// Permits to list calendars, and admission.
    pub(crate) calls: &'a RecallCalls<'a, P::State, P::Clock>,
    /// Rate limit of listing calendars.
    pub(crate) list_calendars: RateLimit,
}

impl<P: SyncPorts> NewCalendars<'_, P> {
    /// Lists and stores the new calendars, unless that was done a moment ago.
    ///
    /// # Errors
    /// If the terms allow no call, or Recall or the store fails.
    pub(crate) async fn read(&self, terms: CallTerms) -> Result<(), SyncError> {
        let list = self.state.new_calendar_list().await?;
        let now = self.calls.clock().now();
        if list.next_at(now) <= now {
            self.list_new(list, terms).await?;
        }
        Ok(())
    }

    /// Whether a calendar that has to be read may be a new one.
    pub(crate) fn may_have(
        &self,
        stored: Option<&CalendarRecord>,
        changed_at: Option<Timestamp>,
    ) -> bool {
        let now = self.calls.clock().now();
        let is_new = stored.is_none_or(|stored| {
            let created_at = stored.calendar.created_at;
            created_at.is_some_and(|at| NewCalendarList::is_new(at, now))
        });
        let is_unwanted = stored.is_some_and(CalendarRecord::is_to_be_deleted);
        is_new && !is_unwanted && changed_at != Some(Timestamp::MAX)
    }

    /// A calendar that may be new, after new ones were listed since it changed at an instant. One
    /// that no list will have is given as it is stored.
    pub(crate) async fn listed(
        &self,
        id: &CalendarId,
        changed_at: Option<Timestamp>,
        terms: CallTerms,
    ) -> Result<Listed, SyncError> {
        let (list, record) = loop {
            let list = self.latest_list().await?;
            let record = self.state.record(id).await?;
            let since = list.since(self.calls.clock().now());
            let is_done = match &record {
                Some(record) => {
                    let created_at = record.calendar.created_at;
                    record.is_current(changed_at)
                        || list.has(id, changed_at)
                        || created_at.is_none_or(|at| at < since)
                }
                // Without a change it may have been created since.
                None => changed_at.is_some() && list.is_later_than(changed_at),
            };
            if is_done {
                break (list, record);
            }
            if let Some(list) = self.list_new(list, terms).await? {
                break (list, self.state.record(id).await?);
            }
        };
        let is_current = record.as_ref().is_some_and(|record| {
            record.is_current(changed_at) || list.has(id, changed_at) && record.says_all()
        });
        Ok(Listed { record, is_current })
    }

    /// The latest list of new calendars, after a moment if a worker is reading it.
    async fn latest_list(&self) -> Result<NewCalendarList, PortError> {
        loop {
            let list = self.state.new_calendar_list().await?;
            let now = self.calls.clock().now();
            if !list.is_being_read(now) {
                return Ok(list);
            }
            self.calls.clock().sleep_until(plus(now, POLL)).await;
        }
    }

    /// Lists and stores the new calendars, and gives the list; none if another worker has begun
    /// to, or may have while this one waited a moment. If they cannot be listed now, it has none,
    /// and each is read by itself.
    async fn list_new(
        &self,
        mut list: NewCalendarList,
        terms: CallTerms,
    ) -> Result<Option<NewCalendarList>, SyncError> {
        let now = self.calls.clock().now();
        let next_at = list.next_at(now);
        if next_at > now {
            if next_at > plus(now, MOMENT).min(terms.latest) {
                return Err(SyncError::NewCalendarsListed(next_at));
            }
            self.calls.clock().sleep_until(next_at).await;
            return Ok(None);
        }
        list.began_at = Some(now);
        if self.state.write_new_calendar_list(&list).await? == WriteOutcome::Conflict {
            return Ok(None);
        }
        list.version = list.version.next();
        let fetched = match self.fetch_new(list.since(now), terms).await {
            Err(error) if self.may_call_after(&error) => {
                tracing::info!(%error, "new calendars are read one by one: {error}");
                Ok(Vec::new())
            }
            fetched => fetched,
        };
        let noted = self.note(list, now, fetched.as_deref().ok()).await?;
        fetched.map(|_| Some(noted))
    }

    /// Notes the calendars of the list that began at an instant, or that there are none and nobody
    /// need wait for them. Another list that has begun since goes on; one that is done already says
    /// as much. Gives the list as it is then.
    async fn note(
        &self,
        mut list: NewCalendarList,
        began_at: Timestamp,
        listed: Option<&[CreatedCalendar]>,
    ) -> Result<NewCalendarList, SyncError> {
        retry_on_conflict(async || {
            match listed {
                Some(listed) => list.note(began_at, listed),
                None if list.began_at == Some(began_at) => list.began_at = list.listed_at,
                None => return Ok(Attempt::Done(list.clone())),
            }
            if self.state.write_new_calendar_list(&list).await? == WriteOutcome::Written {
                return Ok(Attempt::Done(list.clone()));
            }
            list = self.state.new_calendar_list().await?;
            Ok(if list.listed_at >= Some(began_at) {
                Attempt::Done(list.clone())
            } else {
                Attempt::Conflict
            })
        })
        .await
    }

    /// Whether a calendar may be read by itself after new ones could not be listed.
    fn may_call_after(&self, error: &SyncError) -> bool {
        let is_late = matches!(error, SyncError::DeadlineReached);
        !is_late && !error.is_denied() && self.calls.held().is_none()
    }

    /// Stores the calendars that were created since an instant, and gives them without those that
    /// cannot be stored.
    async fn fetch_new(
        &self,
        since: Timestamp,
        terms: CallTerms,
    ) -> Result<Vec<CreatedCalendar>, SyncError> {
        let mut paging = Paging::new(MOST_PAGES);
        let mut listed = Vec::new();
        let records = CalendarRecords {
            state: self.state,
            clock: self.calls.clock(),
        };
        loop {
            let page = self.list(since, &paging, terms).await?;
            for calendar in page.calendars {
                let (id, created_at) = (calendar.id.clone(), calendar.created_at);
                match records.store(calendar).await {
                    Ok(_) => listed.push((id, created_at)),
                    Err(error) if error.is_of_content() => {
                        tracing::info!(calendar = %id, %error, "calendar {id} is read by itself: {error}");
                    }
                    Err(error) => return Err(error),
                }
            }
            if !paging.advance(page.next)? {
                return Ok(listed);
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
}
