//! Reads once more, each by its id, the events that could not be read.
//!
//! An event whose problem is gone, without a change of the event, is listed by no
//! incremental sync. So a sync that was completed reads the events that the records of its
//! calendars name and that it did not come across itself: by Recall's call for one event,
//! with permits that nobody else needs, and for a limited number of events, those first
//! that were not tried for the longest time. What can be read is written, an event that is
//! gone is retired, and the others keep their decisions and wait for the next sync.
//!
//! A failure costs nothing of the sync, which is completed. Two workers that try the same
//! event write the same.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{
    CalendarId, CalendarRecord, DecisionKey, EventId, EventReadings, Timestamp, plus,
};
use jiff::SignedDuration;

use crate::calendar_loader::CalendarLoader;
use crate::decision_writer::{DecisionWriter, SyncContext};
use crate::event_pages::{EventPage, EventPages};
use crate::ports::{Calendars, Clock as _, Decisions as _, WriteOutcome};
use crate::retire_calendar::CalendarRetirer;
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync_counts::SyncCounts;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{ActivePolicy, CallTerms, PortError, Priority};

/// The most events that are read after one sync.
const MOST_READ: usize = 20;
/// How long a live sync may wait for permits: other requests wait for its worker.
const LIVE_WAIT: SignedDuration = SignedDuration::from_secs(2);

/// Reads events once more that could not be read.
pub(super) struct UnreadableAgain<'a, P: SyncPorts> {
    /// Storage of calendars.
    pub(super) state: &'a P::State,
    /// Recall's events.
    pub(super) pages: &'a EventPages<'a, P>,
    /// Writes the decisions.
    pub(super) writer: &'a DecisionWriter<'a, P::Decisions, P::State, P::Clock>,
}

/// The events to read, and whether others have to wait for their turn.
#[derive(Debug, Default)]
struct Turn {
    events: Vec<(CalendarId, EventId)>,
    others_wait: bool,
}

impl Turn {
    /// Those of `records` but those in `tried`, the ones that waited longest first.
    fn of<'a>(
        records: impl Iterator<Item = &'a CalendarRecord>,
        tried: &BTreeSet<EventId>,
    ) -> Self {
        let named = records.flat_map(|record| {
            let named = record.unreadable_events.named.iter();
            named.map(|event| (event.seen_at, &record.calendar.id, &event.id))
        });
        let mut waiting: Vec<_> = named.filter(|(_, _, id)| !tried.contains(*id)).collect();
        waiting.sort();
        let others_wait = waiting.len() > MOST_READ;
        let events = waiting.into_iter().take(MOST_READ);
        let events = events.map(|(_, calendar, id)| (calendar.clone(), id.clone()));
        Self {
            events: events.collect(),
            others_wait,
        }
    }
}

/// The results of one turn.
struct Readings {
    /// Whether it is written when events were tried that still cannot be read.
    notes_attempts: bool,
    by_calendar: BTreeMap<CalendarId, EventReadings>,
    gone: BTreeMap<CalendarId, Vec<DecisionKey>>,
    page: EventPage,
}

impl<P: SyncPorts> UnreadableAgain<'_, P> {
    /// Reads the events that the records of the calendars in `context` name, but those that
    /// the sync has `tried`. What fails is left to the next sync.
    pub(super) async fn read(
        &self,
        context: &SyncContext,
        tried: &BTreeSet<EventId>,
        counts: &mut SyncCounts,
        terms: CallTerms,
    ) {
        let records = context.calendars.values().map(|loaded| &loaded.record);
        let turn = Turn::of(records, tried);
        self.take(context, turn, counts, terms).await;
    }

    /// The same for all calendars, of which no sync has loaded any: those events of the workspace
    /// that were not tried for the longest time.
    pub(super) async fn read_next(
        &self,
        (loader, policy): (&CalendarLoader<'_, P>, &ActivePolicy),
        terms: CallTerms,
    ) {
        // Each of the next events is of a calendar that is among as many with the next ones, and
        // one more tells whether others wait.
        let records = match self.state.untried(MOST_READ + 1).await {
            Ok(records) => records,
            Err(error) => return log_left(&error.into()),
        };
        let turn = Turn::of(records.iter(), &BTreeSet::new());
        let mut context = SyncContext::new(policy);
        for (calendar, _) in &turn.events {
            if context.calendars.contains_key(calendar) {
                continue;
            }
            match loader.load(calendar).await {
                Ok(found) => context
                    .calendars
                    .extend(found.map(|found| (calendar.clone(), found))),
                Err(error) => log_left(&error.into()),
            }
        }
        let mut counts = SyncCounts::default();
        self.take(&context, turn, &mut counts, terms).await;
    }

    /// Reads one event of a calendar in `context`, whether or not it could be read before.
    ///
    /// # Errors
    /// If the terms allow no call, or Recall or the store fails.
    pub(super) async fn read_one(
        &self,
        context: &SyncContext,
        (calendar, event): (&CalendarId, &EventId),
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        let turn = Turn {
            events: vec![(calendar.clone(), event.clone())],
            others_wait: false,
        };
        let (readings, failed) = self.ask(context, &turn, terms).await;
        if let Some(error) = failed {
            return Err(error);
        }
        let mut counts = SyncCounts::default();
        self.write(context, readings, &mut counts).await
    }

    async fn take(
        &self,
        context: &SyncContext,
        mut turn: Turn,
        counts: &mut SyncCounts,
        terms: CallTerms,
    ) {
        let is_loaded =
            |(calendar, _): &(CalendarId, EventId)| context.calendars.contains_key(calendar);
        turn.events.retain(is_loaded);
        if turn.events.is_empty() {
            return;
        }
        let terms = CallTerms {
            priority: Priority::Background,
            latest: match terms.priority {
                Priority::Live => plus(self.writer.clock.now(), LIVE_WAIT).min(terms.latest),
                Priority::Background | Priority::Operator => terms.latest,
            },
        };
        let (readings, failed) = self.ask(context, &turn, terms).await;
        let written = self.write(context, readings, counts).await;
        for error in failed.into_iter().chain(written.err()) {
            log_left(&error);
        }
    }

    /// Asks Recall for the events of a turn, until it fails or no permit is free. One that it fails
    /// for has had its turn, so that the next one begins with another.
    async fn ask(
        &self,
        context: &SyncContext,
        turn: &Turn,
        terms: CallTerms,
    ) -> (Readings, Option<SyncError>) {
        let mut readings = Readings::since(self.writer.clock.now());
        readings.notes_attempts = turn.others_wait;
        for (calendar, id) in &turn.events {
            let tried = match self.pages.event(id, terms).await {
                // Of this event alone.
                Err(SyncError::Port(PortError::Unreadable { reason, .. })) => {
                    readings
                        .of(calendar)
                        .unreadable
                        .push((Some(id.clone()), reason));
                    Ok(())
                }
                Ok(page) if page.events.is_empty() && page.unreadable.is_empty() => {
                    let rows = self.writer.decisions.of_event(id).await;
                    rows.map_err(SyncError::from).map(|rows| {
                        let rows = rows.decisions.into_iter();
                        let rows = rows.filter(|row| row.calendar_id == *calendar);
                        let gone = readings.gone.entry(calendar.clone()).or_default();
                        gone.extend(rows.map(|row| row.key));
                        readings.of(calendar).read.insert(id.clone());
                    })
                }
                Ok(page) => {
                    let of_calendar = readings.of(calendar);
                    match page.unreadable.into_iter().next() {
                        Some(event) => {
                            let still = (Some(id.clone()), event.problem);
                            of_calendar.unreadable.push(still);
                        }
                        None => {
                            of_calendar.read.insert(id.clone());
                        }
                    }
                    readings.page.events.extend(page.events);
                    Ok(())
                }
                Err(error) => Err(error),
            };
            if let Err(error) = tried {
                if !error.is_retry_later() {
                    readings.add_failed(context, (calendar, id));
                }
                return (readings, Some(error));
            }
        }
        (readings, None)
    }

    /// Writes the decisions, and then which events can be read.
    async fn write(
        &self,
        context: &SyncContext,
        readings: Readings,
        counts: &mut SyncCounts,
    ) -> Result<(), SyncError> {
        let notes_attempts = readings.notes_attempts;
        if !readings.page.events.is_empty() {
            self.writer
                .write_page(context, readings.page, counts)
                .await?;
        }
        let retirer = CalendarRetirer {
            decisions: self.writer.decisions,
            clock: self.writer.clock,
        };
        for (calendar, keys) in &readings.gone {
            if let Some(loaded) = context.calendars.get(calendar) {
                retirer.retire_gone(&loaded.record, keys, counts).await?;
            }
        }
        for (calendar, readings) in &readings.by_calendar {
            note_readings(self.state, calendar, readings, notes_attempts).await?;
        }
        Ok(())
    }
}

impl Readings {
    fn since(began_at: Timestamp) -> Self {
        Self {
            notes_attempts: false,
            by_calendar: BTreeMap::new(),
            gone: BTreeMap::new(),
            page: EventPage {
                events: Vec::new(),
                unreadable: Vec::new(),
                asked_at: began_at,
            },
        }
    }

    /// Adds an event that was tried in vain: its problem is still the one that its calendar's
    /// record names.
    fn add_failed(&mut self, context: &SyncContext, (calendar, id): (&CalendarId, &EventId)) {
        let loaded = context.calendars.get(calendar);
        let mut named = loaded
            .into_iter()
            .flat_map(|loaded| &loaded.record.unreadable_events.named);
        if let Some(event) = named.find(|event| event.id == *id) {
            let still = (Some(id.clone()), event.problem.clone());
            self.of(calendar).unreadable.push(still);
            self.notes_attempts = true;
        }
    }

    fn of(&mut self, calendar: &CalendarId) -> &mut EventReadings {
        let began_at = self.page.asked_at;
        let of_calendar = self.by_calendar.entry(calendar.clone());
        of_calendar.or_insert_with(|| EventReadings {
            began_at,
            ..EventReadings::default()
        })
    }
}

fn log_left(error: &SyncError) {
    tracing::info!(
        %error,
        "events that could not be read are left to the next sync: {error}"
    );
}

/// Keeps in a calendar's record which of its events can be read, if that changed, or if
/// `notes_attempts` when they were tried last.
pub(super) async fn note_readings(
    state: &impl Calendars,
    calendar: &CalendarId,
    readings: &EventReadings,
    notes_attempts: bool,
) -> Result<(), SyncError> {
    retry_on_conflict(async || {
        let Some(mut record) = state.record(calendar).await? else {
            return Ok(Attempt::Done(()));
        };
        let unreadable = record.unreadable_events.after(readings);
        let is_known = if notes_attempts {
            unreadable == record.unreadable_events
        } else {
            unreadable.agrees_with(&record.unreadable_events)
        };
        if is_known {
            return Ok(Attempt::Done(()));
        }
        record.unreadable_events = unreadable;
        Ok(match state.write_record(&record).await? {
            WriteOutcome::Written => Attempt::Done(()),
            WriteOutcome::Conflict => Attempt::Conflict,
        })
    })
    .await
}
