//! Holds Recall's list of calendars against ours.
//!
//! A calendar that was deleted at Recall is not announced, and one that was
//! connected before this was deployed never was. Both show in the list, once a
//! day or when everything is to be looked at again.

use std::collections::HashSet;

use callsheet_domain::{
    Calendar, CalendarId, CalendarRecord, CalendarStatus, Operation, Timestamp,
};

use super::turn::CallTerms;
use super::{ROUNDS, SyncError, SyncHandler, SyncPorts};
use crate::ports::{
    CalendarDirectory as _, Calendars as _, Clock as _, SyncStates as _, WriteOutcome,
};

/// The longest list that is followed: more calendars than a workspace has.
const PAGES: usize = 1_000;

impl<P: SyncPorts> SyncHandler<P> {
    /// Gets to know the calendars that Recall lists, and asks for each of ours
    /// that it does not. What is new or has changed is then owed a look.
    pub(super) async fn list_calendars(&self, terms: CallTerms) -> Result<(), SyncError> {
        let began_at = self.ports.clock().now();
        let mut listed = HashSet::new();
        let (mut cursor, mut followed) = (None, HashSet::new());
        loop {
            self.turn(Operation::ListCalendars, terms).await?;
            let page = self.ports.recall().calendars(cursor.as_ref()).await;
            let page = self.heed(Operation::ListCalendars, page).await?;
            for problem in page.unreadable {
                tracing::error!(%problem, "a calendar cannot be read");
                listed.extend(problem.id);
            }
            for calendar in page.calendars {
                listed.insert(calendar.id.clone());
                self.get_to_know(calendar).await?;
            }
            let Some(next) = page.next else { break };
            if followed.len() == PAGES || !followed.insert(next.clone()) {
                return Err(SyncError::Endless);
            }
            cursor = Some(next);
        }
        self.miss(&listed, terms).await?;
        self.listed_calendars(began_at).await
    }

    /// Remembers a calendar as it was listed, and retires it if it was lost.
    async fn get_to_know(&self, seen: Calendar) -> Result<(), SyncError> {
        for _ in 0..ROUNDS {
            let known = self.ports.state().record(&seen.id).await?;
            let next = match known {
                Some(known) => known.after(seen.clone()),
                None => Some(CalendarRecord::first(seen.clone())),
            };
            let Some(next) = next else { return Ok(()) };
            if self.ports.state().write_record(&next).await? == WriteOutcome::Written {
                if next.calendar.status.holds_bots() {
                    return Ok(());
                }
                return self.retire(&next).await;
            }
        }
        Err(SyncError::Conflict)
    }

    /// Asks for those of ours that are not listed: Recall says whether they are gone.
    async fn miss(&self, listed: &HashSet<CalendarId>, terms: CallTerms) -> Result<(), SyncError> {
        for ours in self.ports.state().listed().await? {
            let calendar = ours.record.calendar;
            if calendar.status == CalendarStatus::Deleted || listed.contains(&calendar.id) {
                continue;
            }
            let record = self.calendar(&calendar.id, true, terms).await?;
            if let Some(record) = record.filter(|record| !record.calendar.status.holds_bots()) {
                self.retire(&record).await?;
            }
        }
        Ok(())
    }

    /// Remembers that the list was held against ours.
    async fn listed_calendars(&self, began_at: Timestamp) -> Result<(), SyncError> {
        for _ in 0..ROUNDS {
            let mut mark = self.ports.state().workspace().await?;
            mark.listed_calendars_at = mark.listed_calendars_at.max(Some(began_at));
            if self.ports.state().write_workspace_state(&mark).await? == WriteOutcome::Written {
                return Ok(());
            }
        }
        Err(SyncError::Conflict)
    }
}
