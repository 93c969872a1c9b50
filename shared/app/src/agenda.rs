//! The agenda of a calendar: its events in order of start, page by page, with what its owner set.
//!
//! The events are read from an index, which may lag behind the writes by a moment. What people
//! chose for a whole meeting is read only if a decision was made from such a choice: a no is
//! folded into the decisions in the request that stores it, everything else by the next sync.

use callsheet_domain::{CalendarRecord, MeetingName, Overrides, Timestamp};

use crate::PortError;
use crate::attention::EventCounts;
use crate::entry_page::read_entries;
use crate::meetings::with_named_meetings;
use crate::ports::{AgendaEntry, AgendaIndex, OverrideStore, UnreadableRow};
use crate::row_page::{PageQuery, Place};
use crate::unreadable::readable;

/// A page of an agenda.
#[derive(Debug, Clone)]
pub struct Agenda {
    /// The calendar.
    pub record: CalendarRecord,
    /// Its events, by start.
    pub events: Vec<AgendaEntry>,
    /// Counts of the events of the period, without regard to verdict and attention: on the first
    /// page, if there are not very many.
    pub counts: Option<EventCounts>,
    /// The overrides and the pause of the calendar's owner, and what people chose for whole
    /// meetings, as far as the events were decided from it.
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
    D: AgendaIndex,
{
    let mut problems = Vec::new();
    let overrides = state.overrides(&record.calendar.owner()).await;
    let overrides = readable(overrides, &mut problems)?;
    let page = read_entries(decisions, &record.calendar.id, query, now).await?;
    let meetings = page.events.iter().filter_map(AgendaEntry::chosen_meeting);
    let meetings: Vec<MeetingName> = meetings.collect();
    let with_meetings = with_named_meetings(state, overrides, &meetings).await?;
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
