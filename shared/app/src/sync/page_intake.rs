//! Handling of the pages of a workspace sync.
//!
//! A calendar whose decisions cannot be written must not hold up the workspace's
//! sync state, which all calendars share. It is skipped: the state says so, and
//! unless a request of the calendar itself is being handled, a new one is
//! enqueued before the state moves on. A request of a skipped calendar has
//! failed: it is delivered again, until it is a dead letter.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{
    CalendarEvent, CalendarId, SyncJob, SyncReason, SyncRequest, Timestamp, WorkspaceCoverage,
};

use crate::calendar_loader::CalendarLoader;
use crate::decision_writer::{DecisionWriter, SyncContext};
use crate::event_pages::EventPage;
use crate::ports::{Clock as _, Queue as _};
use crate::sync_counts::SyncCounts;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{ActivePolicy, CalendarContext, CallTerms};

/// Writes the pages of a workspace sync.
pub struct PageIntake<'a, P: SyncPorts> {
    /// Loads the calendars that are listed.
    pub loader: &'a CalendarLoader<'a, P>,
    /// Writes the decisions.
    pub writer: &'a DecisionWriter<'a, P::Decisions, P::Clock>,
    /// Takes the requests of skipped calendars.
    pub queue: &'a P::Queue,
}

/// The calendars that a workspace sync has come across.
#[derive(Debug)]
pub struct ListedCalendars {
    context: SyncContext,
    /// Calendars without bots: unknown, disconnected or deleted.
    without_bots: BTreeSet<CalendarId>,
    /// Calendars that could not be written.
    skipped: BTreeSet<CalendarId>,
    /// Skipped calendars that have a request: one that was enqueued, or one that
    /// is being handled.
    requested: BTreeSet<CalendarId>,
    /// The sync lists what changed since this instant.
    since: Option<Timestamp>,
}

impl ListedCalendars {
    /// Those of a sync that will have reached `coverage`, made for the requests
    /// of `for_calendars`.
    #[must_use]
    pub fn new(
        coverage: &WorkspaceCoverage,
        for_calendars: BTreeSet<CalendarId>,
        policy: &ActivePolicy,
    ) -> Self {
        Self {
            context: SyncContext::new(policy),
            without_bots: BTreeSet::new(),
            skipped: coverage.skipped.clone(),
            requested: for_calendars,
            since: coverage.since,
        }
    }

    /// Calendars that could not be written.
    #[must_use]
    pub fn skipped(&self) -> &BTreeSet<CalendarId> {
        &self.skipped
    }

    fn contains(&self, calendar: &CalendarId) -> bool {
        self.context.calendars.contains_key(calendar)
            || self.without_bots.contains(calendar)
            || self.skipped.contains(calendar)
    }

    fn skip(&mut self, calendar: CalendarId, error: &SyncError) {
        tracing::warn!(
            %calendar,
            %error,
            "skipped calendar {calendar} in a sync of the workspace: {error}"
        );
        self.skipped.insert(calendar);
    }
}

impl<P: SyncPorts> PageIntake<'_, P> {
    /// Writes the decisions of a page, and requests a sync of each calendar that
    /// had to be skipped.
    ///
    /// # Errors
    /// If no calendar can be loaded or written now, or a request cannot be enqueued.
    pub async fn write_page(
        &self,
        calendars: &mut ListedCalendars,
        page: EventPage,
        counts: &mut SyncCounts,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        self.load_calendars(&page.events, calendars, terms).await?;
        self.write_events(calendars, page, counts).await?;
        self.request_skipped(calendars).await
    }

    /// Loads the calendars of `events`. One that is unknown, or was disconnected,
    /// is read from Recall: its events say that it exists.
    async fn load_calendars(
        &self,
        events: &[CalendarEvent],
        calendars: &mut ListedCalendars,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        for event in events {
            let id = &event.calendar_id;
            if calendars.contains(id) {
                continue;
            }
            match self.load(id, terms).await {
                Ok(Some(calendar)) => {
                    let loaded = &mut calendars.context.calendars;
                    loaded.insert(id.clone(), calendar);
                }
                Ok(None) => {
                    calendars.without_bots.insert(id.clone());
                }
                Err(error) if error.is_retry_later() => return Err(error),
                Err(error) => calendars.skip(id.clone(), &error),
            }
        }
        Ok(())
    }

    async fn load(
        &self,
        id: &CalendarId,
        terms: CallTerms,
    ) -> Result<Option<CalendarContext>, SyncError> {
        match self.loader.load_or_fetch(id, false, terms).await? {
            Some(record) => Ok(self.loader.with_overrides(record).await?),
            None => Ok(None),
        }
    }

    /// Writes the events of a page: together, or, if something stored is in the
    /// way, calendar by calendar.
    async fn write_events(
        &self,
        calendars: &mut ListedCalendars,
        mut page: EventPage,
        counts: &mut SyncCounts,
    ) -> Result<(), SyncError> {
        let is_skipped = |event: &CalendarEvent| calendars.skipped.contains(&event.calendar_id);
        page.events.retain(|event| !is_skipped(event));
        let context = &calendars.context;
        match self.writer.write_page(context, page.clone(), counts).await {
            Err(error) if error.is_of_content() => {}
            written => return written,
        }
        let mut by_calendar: BTreeMap<CalendarId, Vec<CalendarEvent>> = BTreeMap::new();
        for event in page.events {
            let calendar = event.calendar_id.clone();
            by_calendar.entry(calendar).or_default().push(event);
        }
        for (calendar, events) in by_calendar {
            let page = EventPage { events, ..page };
            let context = &calendars.context;
            match self.writer.write_page(context, page, counts).await {
                Err(error) if error.is_of_content() => calendars.skip(calendar, &error),
                written => written?,
            }
        }
        Ok(())
    }

    /// Requests a sync of each skipped calendar. This comes before the progress
    /// is saved, so that none is forgotten whichever worker resumes the sync.
    async fn request_skipped(&self, calendars: &mut ListedCalendars) -> Result<(), SyncError> {
        let Some(since) = calendars.since else {
            return Ok(());
        };
        let requested = &mut calendars.requested;
        for calendar in &calendars.skipped {
            if requested.contains(calendar) {
                continue;
            }
            let request = SyncRequest {
                calendar_id: calendar.clone(),
                reason: SyncReason::EventsChanged { since },
                sent_at: self.writer.clock.now(),
            };
            self.queue.send(&SyncJob::Request(request)).await?;
            requested.insert(calendar.clone());
        }
        Ok(())
    }
}
