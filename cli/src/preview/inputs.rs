//! The events that are decided about, and what they are decided from.

use std::collections::BTreeMap;

use callsheet_app::CalendarContext;
use callsheet_app::ports::{Calendars, Decisions, OverrideStore};
use callsheet_domain::{CalendarEvent, CalendarId, CalendarRecord, Decision, IcalUid, Overrides};
use callsheet_recall::{RawEvent, read_event};

use crate::error::CliError;
use crate::listing::connected_calendars;

/// Events, their calendars, and the problems of events that could not be read.
#[derive(Debug, Default)]
pub(super) struct PreviewInputs {
    pub(super) calendars: BTreeMap<CalendarId, CalendarContext>,
    pub(super) events: Vec<CalendarEvent>,
    pub(super) unreadable: Vec<String>,
}

impl PreviewInputs {
    /// Reads the events of `calendars`. Events of other calendars are left aside.
    pub(super) fn new(calendars: BTreeMap<CalendarId, CalendarContext>, raw: &[RawEvent]) -> Self {
        let mut inputs = Self {
            calendars,
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

    /// The stored decisions on the meetings.
    pub(super) async fn stored_decisions<D: Decisions>(
        &self,
        decisions: &D,
    ) -> Result<Vec<Decision>, CliError> {
        let meetings: Vec<IcalUid> = self
            .events
            .iter()
            .map(|event| event.ical_uid.clone())
            .collect();
        Ok(decisions.copies(&meetings).await?.all_readable()?)
    }
}

/// The connected calendars among those that `selection` selects, with their overrides.
pub(super) async fn connected_with_overrides<S>(
    state: &S,
    selection: &[String],
) -> Result<BTreeMap<CalendarId, CalendarContext>, CliError>
where
    S: Calendars + OverrideStore,
{
    let mut calendars = BTreeMap::new();
    for (id, record) in connected_calendars(state, selection).await? {
        let overrides = state.overrides(&id).await?;
        calendars.insert(id, CalendarContext { record, overrides });
    }
    Ok(calendars)
}

/// The saved calendars as they are stored, with their overrides. A calendar that
/// is not stored stays as it was saved.
pub(super) async fn stored_with_overrides<S>(
    state: &S,
    saved: BTreeMap<CalendarId, CalendarContext>,
) -> Result<BTreeMap<CalendarId, CalendarContext>, CliError>
where
    S: Calendars + OverrideStore,
{
    let mut calendars = BTreeMap::new();
    for (id, saved) in saved {
        let record = state.record(&id).await?.unwrap_or(saved.record);
        let overrides = state.overrides(&id).await?;
        calendars.insert(id, CalendarContext { record, overrides });
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
