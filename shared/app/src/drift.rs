//! Finds upcoming meetings for which Recall has other bots than are applied, and
//! changes nothing.
//!
//! Each sync finds the same and repairs it. This shows it before.

use std::collections::BTreeMap;

use callsheet_domain::{
    Calendar, CalendarEvent, CalendarId, CalendarRecord, CalendarStatus, Decision, DecisionKey,
    DriftKind, Email, Timestamp, Unchecked, drift, unchecked,
};

use crate::PortError;
use crate::directory::{self, Directory};
use crate::event_lister::{EventLister, ListedPage, ListingProgress, connected_calendars};
use crate::find_calendar::is_selected;
use crate::ports::{
    CalendarDirectory, CalendarEvents, Calendars, Clock, Decisions, RateLimits, UnreadableEvent,
    UnreadableRecord, UnreadableRow,
};
use crate::use_case_error::UseCaseError;

/// Result of the comparison.
#[derive(Debug, Clone, Default)]
pub struct FoundDrift {
    /// Meetings that drifted, by start.
    pub drifted: Vec<DriftedMeeting>,
    /// Number of meetings that were compared.
    pub compared: usize,
    /// Number of meetings that were not compared, by reason.
    pub not_compared: NotCompared,
    /// Calendars that are connected here, and gone at Recall. Their events are not listed.
    pub gone: Vec<GoneCalendar>,
    /// Events that could not be read.
    pub unreadable: Vec<UnreadableEvent>,
    /// Decisions that cannot be read, and are not compared.
    pub unreadable_decisions: Vec<UnreadableRow>,
    /// Calendars whose stored rows cannot be read, and whose events are not listed.
    pub unreadable_calendars: Vec<UnreadableRecord>,
}

/// A meeting for which Recall has other bots than are applied.
#[derive(Debug, Clone)]
pub struct DriftedMeeting {
    /// How they differ.
    pub kind: DriftKind,
    /// The event, as Recall lists it.
    pub event: CalendarEvent,
    /// The decision about it.
    pub decision: Decision,
    /// The owner of its calendar, if known.
    pub owner: Option<Email>,
    /// Number of bots that Recall lists for it and that join in the future.
    pub bots: usize,
}

/// A calendar that is connected here, and gone at Recall: its meetings have no bots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoneCalendar {
    /// The calendar, as it is stored.
    pub calendar: Calendar,
    /// Its status at Recall; none if Recall does not list it.
    pub at_recall: Option<CalendarStatus>,
}

/// Number of meetings that were not compared, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NotCompared {
    /// The decision is due, so a call will be made.
    pub due: usize,
    /// The decision is abandoned.
    pub abandoned: usize,
    /// A call was made less than a minute before.
    pub just_called: usize,
    /// There is no decision about the present version of the event.
    pub undecided: usize,
}

/// Lists the events of the calendars that `selection` selects, and compares their bots with
/// the decisions.
///
/// # Errors
/// If none of the calendars is connected, a list has no end, or a collaborator fails.
pub async fn find_drift<R, S, K, P, D>(
    lister: &EventLister<'_, R, S, K, P>,
    decisions: &D,
    selection: &[String],
) -> Result<FoundDrift, UseCaseError>
where
    R: CalendarEvents + CalendarDirectory,
    S: Calendars + RateLimits,
    K: Clock,
    P: ListingProgress,
    D: Decisions,
{
    let state = lister.state;
    let mut calendars = connected_calendars(state, selection).await?;
    let from = lister.clock.now();
    let directory = directory::fetch(&lister.recall, state, &lister.clock).await?;
    let gone = take_gone(&mut calendars, &directory);
    let pages = lister.pages(calendars.keys(), from).await?;
    let found = compare(&calendars, pages, decisions).await?;
    let unreadable = state.unreadable().await?.into_iter();
    Ok(FoundDrift {
        gone,
        unreadable_calendars: unreadable
            .filter(|record| is_selected(selection, &record.calendar_id, None))
            .collect(),
        ..found
    })
}

/// Takes out the calendars that are gone at Recall. One that is listed in a shape that cannot
/// be read is not gone.
fn take_gone(
    calendars: &mut BTreeMap<CalendarId, CalendarRecord>,
    directory: &Directory,
) -> Vec<GoneCalendar> {
    let mut gone = Vec::new();
    calendars.retain(|id, record| {
        let at_recall = directory.calendars.get(id).map(|one| one.status);
        let is_there = match at_recall {
            Some(status) => status.holds_bots(),
            None => directory.holds_unreadable(id),
        };
        if !is_there {
            gone.push(GoneCalendar {
                calendar: record.calendar.clone(),
                at_recall,
            });
        }
        is_there
    });
    gone
}

/// Compares the listed bots with the decisions as they are now. A decision that
/// was made about a newer version of the event than the listed one is not compared.
async fn compare<D: Decisions>(
    calendars: &BTreeMap<CalendarId, CalendarRecord>,
    pages: Vec<ListedPage>,
    decisions: &D,
) -> Result<FoundDrift, PortError> {
    let (events, unreadable) = upcoming_events(calendars, pages);
    let keys: Vec<_> = events.keys().cloned().collect();
    let rows = decisions.decisions(&keys).await?;
    let bad = rows.unreadable;
    let rows: BTreeMap<_, _> = rows.decisions.iter().map(|row| (&row.key, row)).collect();
    let mut found = FoundDrift {
        unreadable,
        ..FoundDrift::default()
    };
    for (key, (event, listed_at)) in &events {
        if bad.iter().any(|row| row.key == *key) {
            continue;
        }
        let row = rows.get(key).copied();
        let row = row.filter(|row| row.inputs.event == event.updated_at);
        let calendar = calendars.get(&event.calendar_id);
        compare_event(&mut found, row, (event, *listed_at), calendar);
    }
    let order = |one: &DriftedMeeting| (one.event.starts_at, one.event.id.clone());
    found.drifted.sort_by_key(order);
    found.unreadable_decisions = bad;
    Ok(found)
}

/// The events that have not begun, each as it was listed last and with the time of
/// the request, and the events that could not be read.
fn upcoming_events(
    calendars: &BTreeMap<CalendarId, CalendarRecord>,
    pages: Vec<ListedPage>,
) -> (
    BTreeMap<DecisionKey, (CalendarEvent, Timestamp)>,
    Vec<UnreadableEvent>,
) {
    let (mut events, mut unreadable) = (BTreeMap::new(), Vec::new());
    for page in pages {
        let requested_at = page.requested_at;
        let upcoming = page.events.into_iter().filter(|event| {
            let is_upcoming = !event.is_deleted && event.starts_at > requested_at;
            is_upcoming && calendars.contains_key(&event.calendar_id)
        });
        events.extend(upcoming.map(|event| (event.key(), (event, requested_at))));
        unreadable.extend(page.unreadable);
    }
    (events, unreadable)
}

/// Compares the bots of an event with its decision, if there is one about this
/// version of the event.
fn compare_event(
    found: &mut FoundDrift,
    row: Option<&Decision>,
    (event, listed_at): (&CalendarEvent, Timestamp),
    calendar: Option<&CalendarRecord>,
) {
    let Some(row) = row else {
        found.not_compared.undecided += 1;
        return;
    };
    match unchecked(row, listed_at) {
        Some(Unchecked::Due) => found.not_compared.due += 1,
        Some(Unchecked::Abandoned) => found.not_compared.abandoned += 1,
        Some(Unchecked::JustCalled) => found.not_compared.just_called += 1,
        None => found.compared += 1,
    }
    let Some(kind) = drift(row, event, listed_at) else {
        return;
    };
    let upcoming_bots = event.bots.iter().filter(|bot| bot.starts_at > listed_at);
    found.drifted.push(DriftedMeeting {
        kind,
        bots: upcoming_bots.count(),
        event: event.clone(),
        decision: row.clone(),
        owner: calendar.and_then(|record| record.calendar.email.clone()),
    });
}
