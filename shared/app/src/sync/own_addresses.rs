//! The addresses that events mark as those of the calendar's owner.
//!
//! A person may have several addresses: an old company domain, an alias. Google marks the
//! owner's own entry in an event, and the organizer who is the owner, whatever the address.
//! Such an address becomes known in the calendar's record, and the two names are joined in
//! the store of overrides. So what the person said in a connection of the one address holds
//! in a connection of the other, too.
//!
//! The names are joined before the record is written, so that a crash in between costs that
//! work only. A join that changes what the person said raises their revision, which makes
//! all their calendars need a full sync. The events of the page at hand are decided with it
//! already.

use callsheet_domain::{CalendarEvent, CalendarId, CalendarOwner, CalendarRecord, Email};

use crate::CalendarContext;
use crate::decision_writer::SyncContext;
use crate::ports::{Clock, WriteOutcome};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync_error::SyncError;
use crate::sync_ports::SyncState;

/// Learns the addresses of owners.
pub(super) struct OwnAddresses<'a, S, K> {
    /// Storage of calendars and overrides.
    pub(super) state: &'a S,
    /// Source of the time.
    pub(super) clock: &'a K,
}

impl<S: SyncState, K: Clock> OwnAddresses<'_, S, K> {
    /// Learns the addresses that the events of a page mark in a calendar, if it is in
    /// `context`.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) async fn learn(
        &self,
        (context, calendar): (&mut SyncContext, &CalendarId),
        events: &[CalendarEvent],
    ) -> Result<(), SyncError> {
        let Some(loaded) = context.calendars.get_mut(calendar) else {
            return Ok(());
        };
        let new = loaded.record.new_addresses(events.iter());
        if new.is_empty() {
            return Ok(());
        }
        self.learn_of(loaded, new).await
    }

    async fn learn_of(
        &self,
        loaded: &mut CalendarContext,
        new: Vec<Email>,
    ) -> Result<(), SyncError> {
        let CalendarContext { record, overrides } = loaded;
        let (owner, platform) = (record.calendar.owner(), record.calendar.platform);
        for email in new.iter().cloned() {
            let name = CalendarOwner::Person { platform, email };
            let joined = self.state.join_names(&owner, &name, self.clock.now());
            joined.await?;
        }
        self.note(record, &new).await?;
        record.own_addresses.extend(new);
        *overrides = self.state.overrides(&owner).await?;
        Ok(())
    }

    /// Writes the addresses to the stored record.
    async fn note(&self, loaded: &CalendarRecord, new: &[Email]) -> Result<(), SyncError> {
        retry_on_conflict(async || {
            let stored = self.state.record(&loaded.calendar.id).await?;
            let Some(mut record) = stored else {
                return Ok(Attempt::Done(()));
            };
            let known = record.own_addresses.clone();
            let new = new.iter().filter(|address| !known.contains(address));
            record.own_addresses.extend(new.cloned());
            if record.own_addresses == known {
                return Ok(Attempt::Done(()));
            }
            Ok(match self.state.write_record(&record).await? {
                WriteOutcome::Written => Attempt::Done(()),
                WriteOutcome::Conflict => Attempt::Conflict,
            })
        })
        .await
    }
}
