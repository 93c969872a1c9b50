//! A mailbox that was connected again has another calendar at Recall.
//!
//! Recall sends no webhook when a calendar is deleted. If the mailbox is then
//! connected again, the decisions of the old calendar still name its bots, and
//! would own the bots that the new one shares with other calendars. So before a
//! calendar gets its first sync, the other calendars of its owner are read from
//! Recall, and retired if they are gone.

use callsheet_domain::{CalendarOwner, CalendarRecord, Timestamp};

use crate::CallTerms;
use crate::calendar_loader::CalendarLoader;
use crate::ports::Calendars as _;
use crate::sync::retirement::Retirement;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;

/// The most calendars that are read for one new calendar. The daily list of
/// calendars finds the others.
const MOST_READ: usize = 3;

/// Checks the earlier calendars of a mailbox that was connected again.
pub(super) struct Reconnection<'a, P: SyncPorts> {
    /// Reads calendars.
    pub(super) loader: &'a CalendarLoader<'a, P>,
    /// Retires those that are gone.
    pub(super) retirement: &'a Retirement<'a, P>,
}

impl<P: SyncPorts> Reconnection<'_, P> {
    /// Reads the other calendars of the owner of `record`, which was never synced
    /// since it appeared or changed, and retires those that are lost.
    ///
    /// # Errors
    /// If the terms allow no call, Recall denies us, or the calendars cannot be
    /// listed. One that cannot be read is left to the daily list of calendars.
    pub(super) async fn check(
        &self,
        record: &CalendarRecord,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        let Some(owner) = &record.calendar.email else {
            return Ok(());
        };
        let mut others = Vec::new();
        // The mailbox may have moved to another platform.
        for person in CalendarOwner::persons(owner) {
            others.extend(self.loader.state.of_owner(&person).await?);
        }
        others.retain(|listed| {
            let other = &listed.record.calendar;
            other.id != record.calendar.id
                && other.email.as_ref() == Some(owner)
                && other.status.holds_bots()
        });
        others.sort_by_key(|listed| std::cmp::Reverse(listed.record.calendar.updated_at));
        for other in others.iter().take(MOST_READ) {
            let calendar = &other.record.calendar.id;
            match self.retire_if_lost(&other.record, terms).await {
                Err(error) if error.is_retry_later() => return Err(error),
                Err(error) => tracing::warn!(
                    %calendar,
                    %error,
                    "could not check calendar {calendar}, whose owner connected another one: {error}"
                ),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    async fn retire_if_lost(
        &self,
        other: &CalendarRecord,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        let id = &other.calendar.id;
        match self
            .loader
            .load_or_fetch(id, Some(Timestamp::MAX), terms)
            .await?
        {
            Some(record) if !record.calendar.status.holds_bots() => {
                self.retirement.retire(&record, terms.latest).await
            }
            _ => Ok(()),
        }
    }
}
