//! The events that are decided about, and what they are decided from.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use callsheet_domain::{
    CalendarEvent, CalendarId, CalendarRecord, Decision, Overrides, PolicyDocument, PolicyProblem,
};

use crate::PortError;
use crate::evaluate::CalendarContext;
use crate::event_lister::{ListedEvents, connected_calendars};
use crate::find_calendar::is_selected;
use crate::first_copy::first_copies;
use crate::ports::{
    Calendars, Decisions, OverrideStore, UnreadableEvent, UnreadableRecord, UnreadableRow,
};
use crate::use_case_error::UseCaseError;

/// Events, their calendars, and what could not be read.
#[derive(Debug, Clone, Default)]
pub struct PreviewInputs {
    /// The calendars, with their overrides.
    pub calendars: BTreeMap<CalendarId, CalendarContext>,
    /// The events of these calendars.
    pub events: Vec<CalendarEvent>,
    /// Events that could not be read.
    pub unreadable: Vec<UnreadableEvent>,
    /// Decisions that cannot be read. Their events are left out, since what they have is unknown.
    pub unreadable_decisions: Vec<UnreadableRow>,
    /// Calendars whose stored rows cannot be read, and that are left out.
    pub unreadable_calendars: Vec<UnreadableRecord>,
}

/// Calendars with their overrides, and those whose rows cannot be read.
#[derive(Debug, Clone, Default)]
pub struct KnownCalendars {
    /// Those that can be read.
    pub readable: BTreeMap<CalendarId, CalendarContext>,
    /// Those that cannot.
    pub unreadable: Vec<UnreadableRecord>,
}

impl KnownCalendars {
    /// The saved calendars as they are stored, with their overrides. A calendar that
    /// is not stored stays as it was saved.
    ///
    /// # Errors
    /// If a collaborator fails.
    pub async fn stored<S>(
        state: &S,
        saved: BTreeMap<CalendarId, CalendarContext>,
    ) -> Result<Self, PortError>
    where
        S: Calendars + OverrideStore,
    {
        let mut calendars = Self::default();
        for (id, saved) in saved {
            match state.record(&id).await {
                Ok(record) => {
                    let record = record.unwrap_or(saved.record);
                    let overrides = state.overrides(&record.calendar.owner()).await;
                    calendars.add(record, overrides)?;
                }
                Err(PortError::Unreadable { reason, .. }) => calendars.leave_out(id, reason),
                Err(error) => return Err(error),
            }
        }
        Ok(calendars)
    }

    /// The connected calendars among those that `selection` selects, with their overrides.
    ///
    /// # Errors
    /// If none of them is connected, or a collaborator fails.
    pub async fn selected<S>(state: &S, selection: &[String]) -> Result<Self, UseCaseError>
    where
        S: Calendars + OverrideStore,
    {
        let mut calendars = Self::default();
        let unreadable = state.unreadable().await?.into_iter();
        let is_meant =
            |record: &UnreadableRecord| is_selected(selection, &record.calendar_id, None);
        calendars.unreadable.extend(unreadable.filter(is_meant));
        for record in connected_calendars(state, selection).await?.into_values() {
            let overrides = state.overrides(&record.calendar.owner()).await;
            calendars.add(record, overrides)?;
        }
        Ok(calendars)
    }

    /// One calendar, with its overrides.
    ///
    /// # Errors
    /// If it is not connected, or a collaborator fails.
    pub async fn one<S: OverrideStore>(
        state: &S,
        record: CalendarRecord,
    ) -> Result<Self, UseCaseError> {
        if !record.calendar.status.holds_bots() {
            return Err(UseCaseError::NoneConnected);
        }
        let overrides = state.overrides(&record.calendar.owner()).await;
        let mut calendars = Self::default();
        calendars.add(record, overrides)?;
        Ok(calendars)
    }

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
            Err(PortError::Unreadable { reason, .. }) => self.leave_out(id, reason),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn leave_out(&mut self, calendar_id: CalendarId, problem: String) {
        self.unreadable.push(UnreadableRecord {
            calendar_id,
            problem,
        });
    }
}

impl PreviewInputs {
    /// The events of `calendars`. Events of other calendars are left aside.
    #[must_use]
    pub fn new(calendars: KnownCalendars, listed: ListedEvents) -> Self {
        let ListedEvents {
            mut events,
            unreadable,
        } = listed;
        events.retain(|event| calendars.readable.contains_key(&event.calendar_id));
        Self {
            calendars: calendars.readable,
            events,
            unreadable,
            unreadable_decisions: Vec::new(),
            unreadable_calendars: calendars.unreadable,
        }
    }

    /// Reads what people chose for the whole meetings. An event of which it cannot be read is left
    /// out, as one whose decision cannot be read.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn read_meetings<S: OverrideStore>(&mut self, state: &S) -> Result<(), PortError> {
        let names: Vec<_> = self
            .events
            .iter()
            .map(CalendarEvent::meeting_name)
            .collect();
        let chosen = state.meeting_overrides(&names).await?;
        for (event, name) in self.events.iter().zip(names) {
            if let (Some(meeting), Some(calendar)) = (
                chosen.known.get(&name),
                self.calendars.get_mut(&event.calendar_id),
            ) {
                let meetings = &mut calendar.overrides.meetings;
                meetings.insert(name, meeting.clone());
            } else if let Some(problem) = chosen.unreadable.get(&name) {
                self.unreadable_decisions.push(UnreadableRow {
                    key: event.key(),
                    calendar_id: Some(event.calendar_id.clone()),
                    problem: problem.clone(),
                });
            }
        }
        let unreadable =
            |event: &CalendarEvent| chosen.unreadable.contains_key(&event.meeting_name());
        self.events.retain(|event| !unreadable(event));
        Ok(())
    }

    /// What can hardly be meant in a policy; of calendars only if `has_all` connected ones
    /// were selected and can be read.
    #[must_use]
    pub fn warnings(&self, document: &PolicyDocument, has_all: bool) -> Vec<PolicyProblem> {
        let mut warnings = document.warnings();
        if has_all && self.unreadable_calendars.is_empty() {
            let calendars = self.calendars.values();
            let calendars: Vec<_> = calendars
                .map(|context| context.record.calendar.clone())
                .collect();
            warnings.extend(document.warnings_for(&calendars));
        }
        warnings
    }

    /// The stored decisions on the meetings. Events whose decision cannot be read are left
    /// out from then on.
    pub(super) async fn stored_decisions<D: Decisions>(
        &mut self,
        decisions: &D,
    ) -> Result<Vec<Decision>, PortError> {
        let keys: Vec<_> = self.events.iter().map(CalendarEvent::key).collect();
        let rows = decisions.decisions(&keys).await?;
        let unreadable: BTreeSet<_> = rows.unreadable.iter().map(|row| row.key.clone()).collect();
        let is_omitted = |event: &CalendarEvent| unreadable.contains(&event.key());
        self.events.retain(|event| !is_omitted(event));
        self.unreadable_decisions.extend(rows.unreadable);
        let mut stored = rows.decisions;
        let keys: HashSet<_> = keys.into_iter().collect();
        let bots = stored.iter().filter_map(Decision::wanted_key).cloned();
        let bots: HashSet<_> = bots.collect();
        let may_own = |row: &Decision| !keys.contains(&row.key) && !row.is_abandoned();
        stored.extend(first_copies(decisions, &bots, may_own).await?);
        Ok(stored)
    }
}
