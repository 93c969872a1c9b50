//! Finds upcoming meetings for which Recall has other bots than are applied, and
//! changes nothing.
//!
//! Each sync finds the same and repairs it. This command shows it before.

#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use callsheet_api::calendars::AtRecall;
use callsheet_api::drift::{Counts, Drift, Drifted, GoneCalendar, NotCompared};
use callsheet_api::unreadable::{UnreadableCalendar, UnreadableDecision};
use callsheet_app::directory::{self, Directory};
use callsheet_app::find_calendar::is_selected;
use callsheet_app::ports::{Calendars as _, Clock, Decisions};
use callsheet_domain::{
    CalendarEvent, CalendarId, CalendarRecord, Decision, DecisionKey, Email, IcalUid, Timestamp,
    Unchecked, drift, unchecked,
};
use callsheet_recall::read_event;

use crate::error::CliError;
use crate::listing::{EventLister, ListedPage, Progress, connected_calendars};
use crate::workspace::Workspace;

/// Lists the events of the selected calendars, and compares their bots with the decisions.
pub(crate) async fn run(
    workspace: &Workspace,
    selection: &[String],
    clock: impl Clock,
) -> Result<Drift, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let mut calendars = connected_calendars(&state, selection).await?;
    let from = clock.now();
    let recall = workspace.recall("")?;
    let directory = directory::fetch(&recall, &state, &clock).await?;
    let gone = take_gone(&mut calendars, &directory);
    let lister = EventLister {
        recall,
        state: &state,
        clock,
        rate_limit: workspace.rate_limit(),
        progress: Progress::on_stderr(),
    };
    let pages = lister.pages(calendars.keys(), from).await?;
    let drift = compare(&calendars, pages, &decisions).await?;
    let unreadable = state.unreadable().await?.into_iter();
    Ok(Drift {
        gone,
        unreadable_calendars: unreadable
            .filter(|record| is_selected(selection, &record.calendar_id, None))
            .map(UnreadableCalendar::of)
            .collect(),
        ..drift
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
        let at_recall = match directory.calendars.get(id) {
            Some(calendar) if calendar.status.holds_bots() => return true,
            Some(calendar) => AtRecall::of(calendar.status),
            None if directory.holds_unreadable(id) => return true,
            None => AtRecall::Absent,
        };
        let owner = record.calendar.email.as_ref().map(Email::as_str);
        gone.push(GoneCalendar {
            id: id.to_string(),
            owner: owner.map(str::to_owned),
            at_recall,
        });
        false
    });
    gone
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
        gone: Vec::new(),
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
        compare_event(
            &mut result,
            row,
            (event, *listed_at),
            calendars.get(&event.calendar_id),
        );
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

/// Compares the bots of an event with its decision, if there is one about this
/// version of the event.
fn compare_event(
    result: &mut Drift,
    row: Option<&Decision>,
    (event, listed_at): (&CalendarEvent, Timestamp),
    calendar: Option<&CalendarRecord>,
) {
    let Some(row) = row else {
        result.not_compared.undecided += 1;
        return;
    };
    match unchecked(row, listed_at) {
        Some(Unchecked::Due) => result.not_compared.due += 1,
        Some(Unchecked::Abandoned) => result.not_compared.abandoned += 1,
        Some(Unchecked::JustCalled) => result.not_compared.just_called += 1,
        None => result.compared += 1,
    }
    let Some(kind) = drift(row, event, listed_at) else {
        return;
    };
    result.counts.add(kind);
    let owner = calendar.and_then(|record| record.calendar.email.as_ref());
    let upcoming_bots = event.bots.iter().filter(|bot| bot.starts_at > listed_at);
    result.drifted.push(Drifted {
        kind: kind.as_str(),
        starts_at: event.starts_at,
        calendar: event.calendar_id.to_string(),
        owner: owner.map(Email::as_str).map(str::to_owned),
        event_id: event.id.to_string(),
        title: row.title.clone(),
        bots: upcoming_bots.count(),
    });
}
