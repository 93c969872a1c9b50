//! Finds upcoming meetings for which Recall has other bots than are applied, and
//! changes nothing.
//!
//! Each sync finds the same and repairs it. This command shows it before.

#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use callsheet_app::ports::{Calendars as _, Clock, Decisions};
use callsheet_domain::{
    CalendarEvent, CalendarId, CalendarRecord, Decision, DecisionKey, DriftKind, Email, IcalUid,
    Timestamp, Unchecked, drift, unchecked,
};
use callsheet_recall::read_event;
use serde::Serialize;

use crate::error::CliError;
use crate::find_calendar::is_selected;
use crate::listing::{EventLister, ListedPage, Progress, connected_calendars};
use crate::unreadable::{UnreadableCalendar, UnreadableDecision};
use crate::workspace::Workspace;

/// Result of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Drift {
    /// Meetings that drifted, by start.
    pub(crate) drifted: Vec<Drifted>,
    pub(crate) counts: Counts,
    /// Number of meetings that were compared.
    pub(crate) compared: usize,
    pub(crate) not_compared: NotCompared,
    /// Problems of events that could not be read.
    pub(crate) unreadable: Vec<String>,
    /// Decisions that cannot be read, and are not compared.
    pub(crate) unreadable_decisions: Vec<UnreadableDecision>,
    /// Calendars whose stored rows cannot be read, and whose events are not listed.
    pub(crate) unreadable_calendars: Vec<UnreadableCalendar>,
}

/// A meeting for which Recall has other bots than are applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Drifted {
    pub(crate) kind: &'static str,
    pub(crate) starts_at: Timestamp,
    pub(crate) calendar: String,
    pub(crate) owner: Option<String>,
    pub(crate) event_id: String,
    pub(crate) title: Option<String>,
    /// Number of bots that Recall lists for it and that join in the future.
    pub(crate) bots: usize,
}

/// Number of meetings by kind of drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Counts {
    pub(crate) missing: usize,
    pub(crate) duplicate: usize,
    pub(crate) stale: usize,
    pub(crate) foreign: usize,
}

/// Number of meetings that were not compared, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct NotCompared {
    /// The decision is due, so a call will be made.
    pub(crate) due: usize,
    /// The decision is abandoned.
    pub(crate) abandoned: usize,
    /// A call was made less than a minute before.
    pub(crate) just_called: usize,
    /// There is no decision about the present version of the event.
    pub(crate) undecided: usize,
}

/// Lists the events of the selected calendars, and compares their bots with the decisions.
pub(crate) async fn run(
    workspace: &Workspace,
    selection: &[String],
    clock: impl Clock,
) -> Result<Drift, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let calendars = connected_calendars(&state, selection).await?;
    let from = clock.now();
    let lister = EventLister {
        recall: workspace.recall("")?,
        state: &state,
        clock,
        rate_limit: workspace.rate_limit(),
        progress: Progress::on_stderr(),
    };
    let pages = lister.pages(calendars.keys(), from).await?;
    let drift = compare(&calendars, pages, &decisions).await?;
    let unreadable = state.unreadable().await?.into_iter();
    Ok(Drift {
        unreadable_calendars: unreadable
            .filter(|record| is_selected(selection, &record.calendar_id, None))
            .map(UnreadableCalendar::of)
            .collect(),
        ..drift
    })
}

/// Compares the listed bots with the decisions as they are now. A decision that
/// was made about a newer version of the event than the listed one is not compared.
async fn compare<D: Decisions>(
    calendars: &BTreeMap<CalendarId, CalendarRecord>,
    pages: Vec<ListedPage>,
    decisions: &D,
) -> Result<Drift, CliError> {
    let (events, unreadable) = upcoming_events(calendars, pages);
    let meetings: Vec<IcalUid> = events.keys().map(|key| key.ical_uid.clone()).collect();
    let rows = decisions.copies(&meetings).await?;
    let mut bad = rows.unreadable;
    bad.retain(|row| events.contains_key(&row.key));
    let rows: BTreeMap<_, _> = rows.decisions.iter().map(|row| (&row.key, row)).collect();
    let mut result = Drift {
        drifted: Vec::new(),
        counts: Counts::default(),
        compared: 0,
        not_compared: NotCompared::default(),
        unreadable,
        unreadable_decisions: Vec::new(),
        unreadable_calendars: Vec::new(),
    };
    for (key, (event, listed_at)) in &events {
        if bad.iter().any(|row| row.key == *key) {
            continue;
        }
        let row = rows.get(key).copied();
        let row = row.filter(|row| row.inputs.event == event.updated_at);
        result.compare_event(row, event, *listed_at, calendars.get(&event.calendar_id));
    }
    let order = |one: &Drifted| (one.starts_at, one.event_id.clone());
    result.drifted.sort_by_key(order);
    result.unreadable_decisions = bad.into_iter().map(UnreadableDecision::of).collect();
    Ok(result)
}

/// The events that have not begun, each as it was listed last and with the time of
/// the request, and the problems of events that could not be read.
fn upcoming_events(
    calendars: &BTreeMap<CalendarId, CalendarRecord>,
    pages: Vec<ListedPage>,
) -> (
    BTreeMap<DecisionKey, (CalendarEvent, Timestamp)>,
    Vec<String>,
) {
    let (mut events, mut unreadable) = (BTreeMap::new(), Vec::new());
    for ListedPage {
        requested_at,
        events: raw,
    } in pages
    {
        for event in raw {
            match read_event(&event) {
                Ok(event) if event.is_deleted || event.starts_at <= requested_at => {}
                Ok(event) if calendars.contains_key(&event.calendar_id) => {
                    events.insert(event.key(), (event, requested_at));
                }
                Ok(_) => {}
                Err(event) => unreadable.push(event.to_string()),
            }
        }
    }
    (events, unreadable)
}

impl Drift {
    /// Compares the bots of an event with its decision, if there is one about this
    /// version of the event.
    fn compare_event(
        &mut self,
        row: Option<&Decision>,
        event: &CalendarEvent,
        listed_at: Timestamp,
        calendar: Option<&CalendarRecord>,
    ) {
        let Some(row) = row else {
            self.not_compared.undecided += 1;
            return;
        };
        match unchecked(row, listed_at) {
            Some(Unchecked::Due) => self.not_compared.due += 1,
            Some(Unchecked::Abandoned) => self.not_compared.abandoned += 1,
            Some(Unchecked::JustCalled) => self.not_compared.just_called += 1,
            None => self.compared += 1,
        }
        let Some(kind) = drift(row, event, listed_at) else {
            return;
        };
        self.counts.add(kind);
        let owner = calendar.and_then(|record| record.calendar.email.as_ref());
        let upcoming_bots = event.bots.iter().filter(|bot| bot.starts_at > listed_at);
        self.drifted.push(Drifted {
            kind: kind.as_str(),
            starts_at: event.starts_at,
            calendar: event.calendar_id.to_string(),
            owner: owner.map(Email::as_str).map(str::to_owned),
            event_id: event.id.to_string(),
            title: row.title.clone(),
            bots: upcoming_bots.count(),
        });
    }
}

impl Counts {
    fn add(&mut self, kind: DriftKind) {
        *match kind {
            DriftKind::Missing => &mut self.missing,
            DriftKind::Duplicate => &mut self.duplicate,
            DriftKind::Stale => &mut self.stale,
            DriftKind::Foreign => &mut self.foreign,
        } += 1;
    }
}
