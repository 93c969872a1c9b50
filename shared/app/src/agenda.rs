//! The agenda of a calendar: its events in order of start, page by page, with what its owner set.
//!
//! [`row_page`](crate::row_page) reads the decisions of a page.

use callsheet_domain::{CalendarRecord, Decision, Overrides, Timestamp};

use crate::PortError;
use crate::attention::EventCounts;
use crate::meetings::with_meetings;
use crate::ports::{Decisions, OverrideStore, UnreadableRow};
use crate::row_page::{PageQuery, Place, Whose, read_page};
use crate::unreadable::readable;

/// A page of an agenda.
#[derive(Debug, Clone)]
pub struct Agenda {
    /// The calendar.
    pub record: CalendarRecord,
    /// The decisions about its events, by start.
    pub events: Vec<Decision>,
    /// Counts of the events of the period, without regard to verdict and attention; none if that
    /// takes more reads than the page itself.
    pub counts: Option<EventCounts>,
    /// The overrides and the pause of the calendar's owner, and what people chose for the whole
    /// meetings.
    pub overrides: Overrides,
    /// Decisions that cannot be read.
    pub unreadable: Vec<UnreadableRow>,
    /// Problems of other stored rows that cannot be read.
    pub problems: Vec<String>,
    /// The last event before the next page; none on the last page.
    pub next: Option<Place>,
}

/// Reads a page of the agenda of a calendar at `now`.
///
/// # Errors
/// If a collaborator fails.
pub async fn read_agenda<S, D>(
    (state, decisions): (&S, &D),
    record: CalendarRecord,
    query: &PageQuery,
    now: Timestamp,
) -> Result<Agenda, PortError>
where
    S: OverrideStore,
    D: Decisions,
{
    let mut problems = Vec::new();
    let overrides = state.overrides(&record.calendar.owner()).await;
    let overrides = readable(overrides, &mut problems)?;
    let calendars = [record.calendar.id.clone()];
    let page = read_page(decisions, Whose::Calendars(&calendars), query, now).await?;
    let with_meetings = with_meetings(state, overrides, &page.events).await?;
    problems.extend(with_meetings.unreadable);
    let overrides = with_meetings.overrides;
    Ok(Agenda {
        record,
        events: page.events,
        counts: page.counts,
        overrides,
        unreadable: page.unreadable,
        problems,
        next: page.next,
    })
}
