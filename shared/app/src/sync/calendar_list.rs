//! Comparison of Recall's list of calendars with the stored calendars.
//!
//! Recall sends no webhook when a calendar is deleted there, and none reached us
//! for calendars that were connected before this was deployed. Both show in the
//! list, which is read once a day and before a full sync of everything.

use std::collections::HashSet;

use callsheet_domain::{
    CalendarId, CalendarRecord, CalendarStatus, Operation, RateLimit, Timestamp,
};

use crate::calendar_loader::CalendarLoader;
use crate::ports::{
    CalendarDirectory as _, Calendars as _, Clock as _, PageOfCalendars, SyncStates as _,
    WriteOutcome,
};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync::retirement::Retirement;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{CallTerms, Paging};

/// The longest list that is followed: more calendars than a workspace has.
const MOST_PAGES: u32 = 1_000;

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
    /// # Errors
    /// If the list is not read to its end, or the store fails.
    pub async fn refresh(&self, terms: CallTerms) -> Result<(), SyncError> {
        let began_at = self.loader.calls.clock().now();
        let mut listed = HashSet::new();
        let mut paging = Paging::new(MOST_PAGES);
        loop {
            let page = self.read(&paging, terms).await?;
            for problem in page.unreadable {
                tracing::error!(%problem, "cannot read {problem}");
                listed.extend(problem.id);
            }
            for calendar in page.calendars {
                let id = calendar.id.clone();
                listed.insert(id.clone());
                let changed = self.loader.store(calendar).await;
                skip_if_bad(&id, self.retire_if_lost(changed, terms).await)?;
            }
            if !paging.advance(page.next)? {
                break;
            }
        }
        self.fetch_unlisted(&listed, terms).await?;
        self.save_listed_at(began_at).await
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
        listed: &HashSet<CalendarId>,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        for stored in self.loader.state.listed().await? {
            let calendar = stored.record.calendar;
            if calendar.status == CalendarStatus::Deleted || listed.contains(&calendar.id) {
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
        let state = self.loader.state;
        retry_on_conflict(async || {
            let mut workspace = state.workspace().await?;
            workspace.listed_calendars_at = workspace.listed_calendars_at.max(Some(began_at));
            Ok(match state.write_workspace_state(&workspace).await? {
                WriteOutcome::Written => Attempt::Done(()),
                WriteOutcome::Conflict => Attempt::Conflict,
            })
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
