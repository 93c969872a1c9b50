//! The events that are decided about, and what they are decided from.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_app::ports::{Calendars, Decisions, OverrideStore};
use callsheet_app::{CalendarContext, PortError};
use callsheet_domain::{CalendarEvent, CalendarId, CalendarRecord, Decision, IcalUid, Overrides};
use callsheet_recall::{RawEvent, read_event};

use crate::error::CliError;
use crate::find_calendar::is_selected;
use crate::listing::connected_calendars;
use crate::unreadable::{UnreadableCalendar, UnreadableDecision};

/// Events, their calendars, and the problems of events that could not be read.
#[derive(Debug, Default)]
pub(super) struct PreviewInputs {
    pub(super) calendars: BTreeMap<CalendarId, CalendarContext>,
    pub(super) events: Vec<CalendarEvent>,
    pub(super) unreadable: Vec<String>,
    /// Decisions that cannot be read. Their events are left out, since what they have is unknown.
    pub(super) unreadable_decisions: Vec<UnreadableDecision>,
    /// Calendars whose stored rows cannot be read, and that are left out.
    pub(super) unreadable_calendars: Vec<UnreadableCalendar>,
}

/// Calendars with their overrides, and those whose rows cannot be read.
#[derive(Debug, Default)]
pub(super) struct KnownCalendars {
    pub(super) readable: BTreeMap<CalendarId, CalendarContext>,
    pub(super) unreadable: Vec<UnreadableCalendar>,
}

impl KnownCalendars {
    /// Adds a calendar, if its overrides could be read.
    fn add(
        &mut self,
        record: CalendarRecord,
        overrides: Result<Overrides, PortError>,
    ) -> Result<(), PortError> {
        let id = record.calendar.id.clone();
        match overrides {
            Ok(overrides) => {
                let context = CalendarContext { record, overrides };
                self.readable.insert(id, context);
            }
            Err(PortError::Unreadable { reason, .. }) => self.leave_out(&id, reason),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn leave_out(&mut self, id: &CalendarId, problem: String) {
        self.unreadable.push(UnreadableCalendar {
            id: id.to_string(),
            problem,
        });
    }
}

impl PreviewInputs {
    /// Reads the events of `calendars`. Events of other calendars are left aside.
    pub(super) fn new(calendars: KnownCalendars, raw: &[RawEvent]) -> Self {
        let mut inputs = Self {
            calendars: calendars.readable,
            unreadable_calendars: calendars.unreadable,
            ..Self::default()
        };
        for event in raw {
            match read_event(event) {
                Ok(event) if inputs.calendars.contains_key(&event.calendar_id) => {
                    inputs.events.push(event);
                }
                Ok(_) => {}
                Err(unreadable) => inputs.unreadable.push(unreadable.to_string()),
            }
        }
        inputs
    }

    /// The stored decisions on the meetings. Events whose decision cannot be read are left
    /// out from then on.
    pub(super) async fn stored_decisions<D: Decisions>(
        &mut self,
        decisions: &D,
    ) -> Result<Vec<Decision>, CliError> {
        let meetings: Vec<IcalUid> = self
            .events
            .iter()
            .map(|event| event.ical_uid.clone())
            .collect();
        let rows = decisions.copies(&meetings).await?;
        let unreadable: BTreeSet<_> = rows.unreadable.iter().map(|row| row.key.clone()).collect();
        let is_omitted = |event: &mut CalendarEvent| unreadable.contains(&event.key());
        let omitted: BTreeSet<_> = self
            .events
            .extract_if(.., is_omitted)
            .map(|event| event.key())
            .collect();
        let bad_rows = rows.unreadable.into_iter();
        self.unreadable_decisions = bad_rows
            .filter(|row| omitted.contains(&row.key))
            .map(UnreadableDecision::of)
            .collect();
        Ok(rows.decisions)
    }
}

/// The connected calendars among those that `selection` selects, with their overrides.
pub(super) async fn connected_with_overrides<S>(
    state: &S,
    selection: &[String],
) -> Result<KnownCalendars, CliError>
where
    S: Calendars + OverrideStore,
{
    let mut calendars = KnownCalendars::default();
    for record in state.unreadable().await? {
        if is_selected(selection, &record.calendar_id, None) {
            calendars.leave_out(&record.calendar_id, record.problem);
        }
    }
    for record in connected_calendars(state, selection).await?.into_values() {
        let overrides = state.overrides(&record.calendar.owner()).await;
        calendars.add(record, overrides)?;
    }
    Ok(calendars)
}

/// The saved calendars as they are stored, with their overrides. A calendar that
/// is not stored stays as it was saved.
pub(super) async fn stored_with_overrides<S>(
    state: &S,
    saved: BTreeMap<CalendarId, CalendarContext>,
) -> Result<KnownCalendars, CliError>
where
    S: Calendars + OverrideStore,
{
    let mut calendars = KnownCalendars::default();
    for (id, saved) in saved {
        match state.record(&id).await {
            Ok(record) => {
                let record = record.unwrap_or(saved.record);
                let overrides = state.overrides(&record.calendar.owner()).await;
                calendars.add(record, overrides)?;
            }
            Err(PortError::Unreadable { reason, .. }) => calendars.leave_out(&id, reason),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(calendars)
}

/// A calendar without overrides.
pub(super) fn without_overrides(record: CalendarRecord) -> CalendarContext {
    CalendarContext {
        record,
        overrides: Overrides::default(),
    }
}
