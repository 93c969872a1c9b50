//! Comparison of Recall's list of calendars with the stored calendars.
//!
//! Recall sends no webhook when a calendar is deleted there, and none reached us
//! for calendars that were connected before this was deployed. Both show in the
//! list, which is read once a day and before a full sync of everything. Of a large workspace,
//! each list looks for the deleted calendars of one [part](callsheet_domain::PartOfCalendars).

use callsheet_domain::{
    Calendar, CalendarId, CalendarListProgress, CalendarRecord, CalendarStatus, Operation,
    RateLimit, Timestamp, WorkspaceSyncState, plus,
};

use crate::calendar_loader::CalendarLoader;
use crate::ports::{
    CalendarDirectory as _, Calendars as _, Clock as _, PageOfCalendars, SyncStates as _,
    UnreadableCalendar,
};
use crate::sync::retirement::Retirement;
use crate::sync::workspace_state::change_workspace_state;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{CallTerms, Paging};
use jiff::SignedDuration;

/// A run takes no longer for the list: other syncs are due, too.
const LONGEST_RUN: SignedDuration = SignedDuration::from_secs(20);
/// The longest list that is followed: a million calendars.
const MOST_PAGES: u32 = 10_000;

/// Compares Recall's list of calendars with the stored calendars.
pub struct CalendarList<'a, P: SyncPorts> {
    /// Stores the listed calendars.
    pub loader: &'a CalendarLoader<'a, P>,
    /// Retires the decisions of lost calendars.
    pub retirement: &'a Retirement<'a, P>,
    /// Rate limit of the list.
    pub list_calendars: RateLimit,
}

impl<P: SyncPorts> CalendarList<'_, P> {
    /// Stores the calendars that Recall lists, and reads each stored calendar
    /// that it does not list. A calendar that is new or has changed then needs a
    /// full sync; one that was disconnected or deleted is retired.
    ///
    /// Goes on where the last run stopped. A run takes only part of its time for this, and
    /// leaves the rest to the syncs that are due.
    ///
    /// # Errors
    /// If the list is not read to its end, or the store fails.
    pub async fn refresh(&self, terms: CallTerms) -> Result<(), SyncError> {
        let (state, now) = (self.loader.state, self.loader.calls.clock().now());
        let terms = CallTerms {
            latest: terms.latest.min(plus(now, LONGEST_RUN)),
            ..terms
        };
        let stored = state.calendar_list().await?;
        let was_left = stored.began_at.is_some();
        let calendars = match state.windowed_sync_state().await.map_err(SyncError::from) {
            Err(error) if error.is_of_content() => 0,
            windowed => windowed?.connected,
        };
        let mut progress = stored.resumed(now, calendars);
        let compared = self.compare(&mut progress, terms).await;
        if compared.is_ok() {
            self.save_listed_at(progress.began_at.unwrap_or(now))
                .await?;
        }
        if compared.is_err() || was_left {
            let left = match &compared {
                Ok(()) => CalendarListProgress {
                    version: progress.version,
                    ..CalendarListProgress::default()
                },
                Err(_) => progress,
            };
            // Another worker that wrote first has come about as far.
            state.write_calendar_list(&left).await?;
        }
        compared
    }

    /// Reads the rest of the list, and the stored calendars that were not on it.
    async fn compare(
        &self,
        progress: &mut CalendarListProgress,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        let mut paging = Paging::resumed(MOST_PAGES, progress.pages, progress.next.clone());
        let mut is_resumed = progress.next.is_some();
        while !progress.is_read() {
            let page = match self.read(&paging, terms).await {
                Err(error) if is_resumed && error.is_of_content() => {
                    tracing::warn!(%error, "the list of calendars is read anew: {error}");
                    let now = self.loader.calls.clock().now();
                    *progress = progress.anew(now, progress.part);
                    return Err(SyncError::AlreadyRunning);
                }
                page => page?,
            };
            is_resumed = false;
            self.store(page.calendars, page.unreadable, progress, terms)
                .await?;
            paging.advance(page.next)?;
            progress.next = paging.cursor().cloned();
            progress.pages = paging.pages();
        }
        if progress.listed.is_none() {
            tracing::warn!("calendars that Recall does not list any more are not looked for");
            return Ok(());
        }
        self.fetch_unlisted(progress, terms).await
    }

    /// Stores the calendars of a page.
    async fn store(
        &self,
        calendars: Vec<Calendar>,
        unreadable: Vec<UnreadableCalendar>,
        progress: &mut CalendarListProgress,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        for problem in unreadable {
            tracing::error!(%problem, "cannot read {problem}");
            problem.id.iter().for_each(|id| progress.note(id));
        }
        for calendar in calendars {
            let id = calendar.id.clone();
            progress.note(&id);
            let changed = self.loader.store(calendar).await;
            skip_if_bad(&id, self.retire_if_lost(changed, terms).await)?;
        }
        Ok(())
    }

    async fn read(&self, paging: &Paging, terms: CallTerms) -> Result<PageOfCalendars, SyncError> {
        let (operation, calls) = (Operation::ListCalendars, self.loader.calls);
        calls.acquire(operation, self.list_calendars, terms).await?;
        let reply = self.loader.recall.calendars(None, paging.cursor()).await;
        Ok(calls.settle(operation, reply).await?)
    }

    /// Reads the stored calendars that are not listed: Recall says whether they
    /// are deleted.
    async fn fetch_unlisted(
        &self,
        progress: &CalendarListProgress,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        for stored in self.loader.state.listed().await? {
            let calendar = stored.record.calendar;
            if calendar.status == CalendarStatus::Deleted || !progress.lacks(&calendar.id) {
                continue;
            }
            let loader = self.loader;
            let record = loader
                .load_or_fetch(&calendar.id, Some(Timestamp::MAX), terms)
                .await;
            skip_if_bad(&calendar.id, self.retire_if_lost(record, terms).await)?;
        }
        Ok(())
    }

    async fn retire_if_lost(
        &self,
        record: Result<Option<CalendarRecord>, SyncError>,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        match record? {
            Some(record) if !record.calendar.status.holds_bots() => {
                self.retirement.retire(&record, terms.latest).await
            }
            _ => Ok(()),
        }
    }

    /// Saves when the list was read.
    async fn save_listed_at(&self, began_at: Timestamp) -> Result<(), SyncError> {
        change_workspace_state(self.loader.state, |state| WorkspaceSyncState {
            listed_calendars_at: state.listed_calendars_at.max(Some(began_at)),
            ..state
        })
        .await
    }
}

/// Logs a calendar whose record or decisions cannot be read or written: it keeps no
/// other from being compared.
fn skip_if_bad(calendar: &CalendarId, result: Result<(), SyncError>) -> Result<(), SyncError> {
    match result {
        Err(error) if error.is_of_content() => {
            tracing::error!(
                %calendar,
                %error,
                "calendar {calendar} cannot be compared with Recall's: {error}"
            );
            Ok(())
        }
        result => result,
    }
}
