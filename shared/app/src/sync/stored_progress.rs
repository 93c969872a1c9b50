//! Progress of a calendar's sync, in the calendar's record, with the events that could
//! not be read.

use std::collections::BTreeSet;

use callsheet_domain::{
    CalendarId, CalendarRecord, CompletedSync, EventId, EventReadings, ListedIds, SyncInProgress,
    Timestamp,
};

use crate::event_pages::{EventList, EventPage, ListPosition};
use crate::ports::{Calendars, WriteOutcome};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync_error::SyncError;

/// Progress of a sync, in the record of its calendar.
#[derive(Debug)]
pub(super) struct StoredProgress {
    record: CalendarRecord,
    /// What the sync will have reached.
    mark: CompletedSync,
    /// The sync in progress as the stored record is known to have it.
    saved: Option<SyncInProgress<CompletedSync>>,
    /// The events that this run has come across.
    readings: EventReadings,
}

impl StoredProgress {
    /// The progress of a sync that will have reached `mark`, over a record as it
    /// was loaded.
    pub(super) fn new(record: CalendarRecord, mark: CompletedSync) -> Self {
        Self {
            saved: record.in_progress.clone(),
            readings: EventReadings {
                began_at: mark.began_at,
                ..EventReadings::default()
            },
            record,
            mark,
        }
    }

    /// The calendar.
    pub(super) fn calendar(&self) -> &CalendarId {
        &self.record.calendar.id
    }

    /// Notes which events of a page could be read, for the calendar's record.
    pub(super) fn note(&mut self, page: &EventPage) {
        let readings = &mut self.readings;
        let unreadable = page.unreadable.iter();
        let unreadable = unreadable.map(|event| (event.id.clone(), event.problem.clone()));
        readings.unreadable.extend(unreadable);
        let known = &self.record.unreadable_events;
        let ids = page.events.iter().map(|event| &event.id);
        readings
            .read
            .extend(ids.filter(|id| known.names(id)).cloned());
    }

    /// The events that an incremental sync need not try again; none for a full sync, which
    /// has listed them all.
    pub(super) fn tried(&self) -> Option<BTreeSet<EventId>> {
        self.mark.since?;
        let unreadable = self.readings.unreadable.iter();
        let unreadable = unreadable.filter_map(|(id, _)| id.clone());
        Some(unreadable.chain(self.readings.read.clone()).collect())
    }

    /// Saves the position in the list.
    pub(super) async fn save(
        &mut self,
        state: &impl Calendars,
        position: ListPosition,
    ) -> Result<(), SyncError> {
        let in_progress = position.in_progress(self.mark.clone());
        self.write(state, Some(in_progress), None).await
    }

    /// Writes the sync in progress, unless the calendar has changed or another
    /// worker has started or resumed a sync of it.
    async fn write(
        &mut self,
        state: &impl Calendars,
        in_progress: Option<SyncInProgress<CompletedSync>>,
        listed: Option<&ListedIds>,
    ) -> Result<(), SyncError> {
        retry_on_conflict(async || {
            let mut record = self.record.clone();
            record.in_progress.clone_from(&in_progress);
            record.listed_so_far = listed.cloned();
            record.unreadable_events = record.unreadable_events.after(&self.readings);
            if state.write_record(&record).await? == WriteOutcome::Written {
                record.version = record.version.next();
                self.record = record;
                self.saved.clone_from(&in_progress);
                return Ok(Attempt::Done(()));
            }
            let stored = state.record(&self.record.calendar.id).await?;
            let stored = stored.ok_or(SyncError::Conflict)?;
            if stored.revision != self.record.revision {
                return Err(SyncError::Conflict);
            }
            if stored.in_progress != self.saved {
                return Err(SyncError::AlreadyRunning);
            }
            self.record = stored;
            Ok(Attempt::Conflict)
        })
        .await
    }

    /// Releases a sync that ended with `error`, so that another worker can resume
    /// it, with the events that it has `listed` so far; one that cannot be resumed is
    /// removed from the record.
    pub(super) async fn release(
        &mut self,
        state: &impl Calendars,
        (list, listed): (&EventList, Option<&ListedIds>),
        error: &SyncError,
        now: Timestamp,
    ) {
        let is_resumable = list.pages() > 0 && !matches!(error, SyncError::EndlessList);
        let Some(saved) = self.saved.clone() else {
            return;
        };
        if is_resumable && matches!(error, SyncError::AlreadyRunning) {
            return; // the sync is another worker's
        }
        let released = is_resumable.then_some(SyncInProgress {
            held_until: now,
            ..saved
        });
        if let Err(error) = self.write(state, released, listed).await {
            let calendar = &self.record.calendar.id;
            tracing::warn!(
                %calendar,
                %error,
                "calendar {calendar}: the sync in progress was not released and can be resumed \
                 only when its hold is over: {error}"
            );
        }
    }

    /// Writes that the sync is completed, unless the calendar has changed
    /// meanwhile. Any completed sync may be the one that is stored, so losing this
    /// race loses nothing.
    ///
    /// # Errors
    /// [`SyncError::Conflict`] if another worker has completed a sync with a newer
    /// policy or newer overrides: what this one decided may be outdated.
    pub(super) async fn complete(self, state: &impl Calendars) -> Result<(), SyncError> {
        let Self {
            mut record,
            mark,
            saved,
            readings,
        } = self;
        let revision = record.revision;
        let id = record.calendar.id.clone();
        retry_on_conflict(async || {
            if record.revision != revision {
                return Ok(Attempt::Done(()));
            }
            let last_sync = record.last_sync.as_ref();
            if last_sync.is_some_and(|last_sync| mark.is_behind(last_sync)) {
                return Err(SyncError::Conflict);
            }
            let completed = mark.clone().over(last_sync);
            let is_ours = saved.is_some() && record.in_progress == saved;
            let known = &record.unreadable_events;
            let unreadable = match mark.since {
                Some(_) => known.after(&readings),
                None => known.after_full(&readings),
            };
            if completed == record.last_sync && !is_ours && unreadable.agrees_with(known) {
                return Ok(Attempt::Done(()));
            }
            record.unreadable_events = unreadable;
            record.last_sync = completed;
            if is_ours {
                record.in_progress = None;
                record.listed_so_far = None;
            }
            if state.write_record(&record).await? == WriteOutcome::Written {
                return Ok(Attempt::Done(()));
            }
            let stored = state.record(&id).await?;
            record = stored.ok_or(SyncError::Conflict)?;
            Ok(Attempt::Conflict)
        })
        .await
    }
}
