//! Handling of the pages of a workspace sync.
//!
//! A calendar whose decisions cannot be written must not hold up the workspace's
//! sync state, which all calendars share. It is skipped: the state says so, and
//! unless a request of the calendar itself is being handled, a new one is
//! enqueued before the state moves on. A request of a skipped calendar has
//! failed: it is delivered again, until it is a dead letter.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{
    CalendarEvent, CalendarId, EventId, EventReadings, LatestSync, NewCalendarList, SyncJob,
    SyncReason, SyncRequest, Timestamp, WorkspaceCoverage,
};
use futures_util::{StreamExt as _, stream};

use crate::calendar_loader::CalendarLoader;
use crate::decision_writer::{DecisionWriter, SyncContext};
use crate::event_pages::EventPage;
use crate::ports::{Calendars as _, Clock as _, Queue as _};
use crate::sync::own_addresses::OwnAddresses;
use crate::sync::unreadable_again::note_readings;
use crate::sync_counts::SyncCounts;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{ActivePolicy, CalendarContext, CallTerms};

/// Calendars that are loaded at the same time, by two reads each.
const AT_ONCE: usize = 16;

/// Writes the pages of a workspace sync.
pub struct PageIntake<'a, P: SyncPorts> {
    /// Loads the calendars that are listed.
    pub loader: &'a CalendarLoader<'a, P>,
    /// Writes the decisions.
    pub writer: &'a DecisionWriter<'a, P::Decisions, P::State, P::Clock>,
    /// Takes the requests of skipped calendars.
    pub queue: &'a P::Queue,
}

/// The calendars that a workspace sync has come across.
#[derive(Debug)]
pub struct ListedCalendars {
    context: SyncContext,
    /// Calendars without bots: disconnected or deleted.
    without_bots: BTreeSet<CalendarId>,
    /// Calendars that could not be written, or that Recall did not know.
    skipped: BTreeSet<CalendarId>,
    /// Skipped calendars that are newer than the list of new ones: none of their events changed
    /// before that.
    newer: BTreeSet<CalendarId>,
    /// Those that the sync before skipped. One that is still newer waits for its request.
    skipped_before: BTreeSet<CalendarId>,
    /// Skipped calendars that have a request: one that was enqueued, or one that
    /// is being handled.
    requested: BTreeSet<CalendarId>,
    /// Events that the sync has listed and that could not be read, now or before.
    tried: BTreeSet<EventId>,
    /// The sync lists what changed since this instant.
    since: Option<Timestamp>,
    /// When it started.
    began_at: Timestamp,
}

impl ListedCalendars {
    /// Those of a sync that will have reached `coverage`, made for the requests
    /// of `for_calendars`. What it has skipped so far has requests.
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
            newer: BTreeSet::new(),
            skipped_before: BTreeSet::new(),
            requested: &for_calendars | &coverage.skipped,
            tried: BTreeSet::new(),
            since: coverage.since,
            began_at: coverage.began_at,
        }
    }

    /// Has the events of calendars be written that were skipped before: they may be stored by now.
    pub(super) fn try_skipped_again(&mut self) {
        self.skipped = BTreeSet::new();
    }

    /// The sync follows another one.
    pub(super) fn follow(&mut self, before: Option<&LatestSync>) {
        let skipped = before.map(|before| before.reach.skipped.clone());
        self.skipped_before = skipped.unwrap_or_default();
    }

    /// Whether a skipped calendar has a request that is not handled yet.
    fn has_request(&self, calendar: &CalendarId) -> bool {
        let is_newer = self.newer.contains(calendar);
        self.requested.contains(calendar) || is_newer && self.skipped_before.contains(calendar)
    }

    /// The sync began again.
    pub(super) fn begin_again(&mut self, at: Timestamp) {
        self.began_at = at;
    }

    /// Calendars that could not be written.
    #[must_use]
    pub fn skipped(&self) -> &BTreeSet<CalendarId> {
        &self.skipped
    }

    /// The calendars with bots, and the events that need not be tried again.
    pub(super) fn tried(&self) -> (&SyncContext, &BTreeSet<EventId>) {
        (&self.context, &self.tried)
    }

    /// Notes the events of a calendar that need not be tried again.
    fn note_tried(&mut self, calendar: &CalendarId, readings: &EventReadings) {
        let unreadable = readings.unreadable.iter();
        self.tried
            .extend(unreadable.filter_map(|(id, _)| id.clone()));
        if let Some(loaded) = self.context.calendars.get(calendar) {
            let known = &loaded.record.unreadable_events;
            let read = readings.read.iter().filter(|id| known.names(id));
            self.tried.extend(read.cloned());
        }
    }

    fn contains(&self, calendar: &CalendarId) -> bool {
        self.context.calendars.contains_key(calendar)
            || self.without_bots.contains(calendar)
            || self.skipped.contains(calendar)
    }

    /// Skips a calendar, unless `error` holds for all of them.
    fn skip_or_fail(&mut self, calendar: CalendarId, error: SyncError) -> Result<(), SyncError> {
        if error.is_retry_later() {
            return Err(error);
        }
        self.skip(calendar, &error);
        Ok(())
    }

    fn skip(&mut self, calendar: CalendarId, error: &SyncError) {
        if matches!(error, SyncError::Conflict) {
            // Another sync decides on its events by a newer policy, or is about to.
            tracing::info!(%calendar, %error, "skipped calendar {calendar} in a sync of the workspace: {error}");
        } else {
            tracing::warn!(%calendar, %error, "skipped calendar {calendar} in a sync of the workspace: {error}");
        }
        self.skipped.insert(calendar);
    }
}

/// A calendar whose events are listed.
enum Loaded {
    /// It can have bots.
    Calendar(Box<CalendarContext>),
    /// It is disconnected or deleted.
    WithoutBots,
    /// Neither the store nor Recall knows it.
    Unknown,
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
        let readings = by_calendar(&page, calendars.began_at);
        self.load_calendars(readings.keys(), calendars, terms)
            .await?;
        let own_addresses = OwnAddresses {
            state: self.loader.state,
            clock: self.writer.clock,
        };
        for (calendar, readings) in readings {
            calendars.note_tried(&calendar, &readings);
            if let Err(error) = self.note_readings(calendars, &calendar, &readings).await {
                calendars.skip_or_fail(calendar, error)?;
                continue;
            }
            let of_calendar = (&mut calendars.context, &calendar);
            if let Err(error) = own_addresses.learn(of_calendar, &page.events).await {
                calendars.skip_or_fail(calendar, error)?;
            }
        }
        self.write_events(calendars, page, counts).await?;
        self.request_skipped(calendars).await
    }

    /// Keeps in a calendar's record which of its events can be read, if that changed.
    async fn note_readings(
        &self,
        calendars: &ListedCalendars,
        calendar: &CalendarId,
        readings: &EventReadings,
    ) -> Result<(), SyncError> {
        let Some(context) = calendars.context.calendars.get(calendar) else {
            return Ok(());
        };
        let known = &context.record.unreadable_events;
        if readings.unreadable.is_empty() && !readings.read.iter().any(|id| known.names(id)) {
            return Ok(());
        }
        note_readings(self.loader.state, calendar, readings, false).await
    }

    /// Loads the calendars that the sync was requested for, listed nothing of, and whose
    /// records name events that cannot be read.
    pub(super) async fn load_requested(
        &self,
        calendars: &mut ListedCalendars,
    ) -> Result<(), SyncError> {
        for id in calendars.requested.clone() {
            if calendars.contains(&id) {
                continue;
            }
            let Some(record) = self.loader.state.record(&id).await? else {
                continue;
            };
            if !record.unreadable_events.named.is_empty() {
                let loaded = self.loader.with_overrides(record).await?;
                let context = &mut calendars.context.calendars;
                context.extend(loaded.map(|loaded| (id, loaded)));
            }
        }
        Ok(())
    }

    /// Loads calendars whose events are listed, those that are stored all at once: a page has
    /// events of up to a hundred. One that is unknown, or was disconnected, is read from Recall:
    /// its events say that it exists. If Recall does not know it yet, it is skipped, so that this
    /// sync answers no request for it. So is one that may be new if new calendars were listed a
    /// moment ago: it was created since, and the next sync reaches back to that.
    async fn load_calendars(
        &self,
        ids: impl Iterator<Item = &CalendarId>,
        calendars: &mut ListedCalendars,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        let new: Vec<&CalendarId> = ids.filter(|id| !calendars.contains(id)).collect();
        let stored = stream::iter(new).map(async |id| (id, self.loader.load_current(id).await));
        let mut stored = stored.buffer_unordered(AT_ONCE);
        let mut others = BTreeSet::new();
        while let Some((id, loaded)) = stored.next().await {
            match loaded {
                Ok(Some(calendar)) => {
                    let loaded = &mut calendars.context.calendars;
                    loaded.insert(id.clone(), calendar);
                }
                Ok(None) => {
                    others.insert(id);
                }
                Err(error) => calendars.skip_or_fail(id.clone(), error.into())?,
            }
        }
        for id in others {
            match self.load(id, terms).await {
                Ok(Loaded::Calendar(calendar)) => {
                    let loaded = &mut calendars.context.calendars;
                    loaded.insert(id.clone(), *calendar);
                }
                Ok(Loaded::WithoutBots) => {
                    calendars.without_bots.insert(id.clone());
                }
                Ok(Loaded::Unknown) => {
                    calendars.skipped.insert(id.clone());
                }
                Err(SyncError::NewCalendarsListed(_)) => {
                    calendars.skipped.insert(id.clone());
                    calendars.newer.insert(id.clone());
                }
                Err(error) => calendars.skip_or_fail(id.clone(), error)?,
            }
        }
        Ok(())
    }

    async fn load(&self, id: &CalendarId, terms: CallTerms) -> Result<Loaded, SyncError> {
        let Some(record) = self.loader.load_or_fetch(id, None, terms).await? else {
            return Ok(Loaded::Unknown);
        };
        let calendar = self.loader.with_overrides(record).await?;
        Ok(calendar.map_or(Loaded::WithoutBots, |it| Loaded::Calendar(Box::new(it))))
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
            let page = EventPage {
                events,
                unreadable: Vec::new(),
                ..page
            };
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
        let skipped = calendars.skipped.iter();
        let unrequested = skipped.filter(|calendar| !calendars.has_request(calendar));
        for calendar in unrequested.cloned().collect::<Vec<_>>() {
            let sent_at = self.writer.clock.now();
            let since = if calendars.newer.contains(&calendar) {
                since.max(NewCalendarList::unlisted_since(sent_at))
            } else {
                since
            };
            let request = SyncRequest {
                calendar_id: calendar.clone(),
                reason: SyncReason::EventsChanged { since },
                sent_at,
            };
            self.queue.send(&SyncJob::Request(request)).await?;
            calendars.requested.insert(calendar);
        }
        Ok(())
    }
}

/// Which events of a page could be read, by calendar.
fn by_calendar(page: &EventPage, began_at: Timestamp) -> BTreeMap<CalendarId, EventReadings> {
    let mut by_calendar: BTreeMap<CalendarId, EventReadings> = BTreeMap::new();
    for event in &page.events {
        let readings = by_calendar.entry(event.calendar_id.clone()).or_default();
        readings.read.insert(event.id.clone());
    }
    for event in &page.unreadable {
        if let Some(calendar) = &event.calendar_id {
            let readings = by_calendar.entry(calendar.clone()).or_default();
            let unreadable = (event.id.clone(), event.problem.clone());
            readings.unreadable.push(unreadable);
        }
    }
    for readings in by_calendar.values_mut() {
        readings.began_at = began_at;
    }
    by_calendar
}
