//! Stored rows that cannot be read: each costs only itself, and is named.

use callsheet_app::PortError;
use callsheet_app::ports::{UnreadableRecord, UnreadableRow};
use callsheet_domain::{CalendarRecord, Timestamp, UnreadableEvent};
use serde::Serialize;

use crate::render::{counted, in_one_line, instant};

/// Number of unreadable rows that a text names. `--json` names all.
const MAX_NAMED: usize = 20;

/// A decision that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct UnreadableDecision {
    pub(crate) event_id: String,
    pub(crate) ical_uid: String,
    /// The calendar of the event, if it is known.
    pub(crate) calendar: Option<String>,
    pub(crate) problem: String,
}

impl UnreadableDecision {
    pub(crate) fn of(row: UnreadableRow) -> Self {
        Self {
            event_id: row.key.event_id.to_string(),
            ical_uid: row.key.ical_uid.to_string(),
            calendar: row.calendar_id.map(|id| id.to_string()),
            problem: row.problem,
        }
    }
}

/// A calendar with a stored row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct UnreadableCalendar {
    pub(crate) id: String,
    pub(crate) problem: String,
}

impl UnreadableCalendar {
    pub(crate) fn of(record: UnreadableRecord) -> Self {
        Self {
            id: record.calendar_id.to_string(),
            problem: record.problem,
        }
    }
}

/// An event that Recall lists in a shape that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct UnreadableEventSummary {
    pub(crate) calendar: String,
    pub(crate) event_id: String,
    pub(crate) problem: String,
    pub(crate) since: Timestamp,
}

impl UnreadableEventSummary {
    /// The named events of a calendar's record.
    pub(crate) fn all_of(record: &CalendarRecord) -> Vec<Self> {
        let named = record.unreadable_events.named.iter();
        let summary = |event: &UnreadableEvent| Self {
            calendar: record.calendar.id.to_string(),
            event_id: event.id.to_string(),
            problem: event.problem.clone(),
            since: event.since,
        };
        named.map(summary).collect()
    }
}

/// Names the events that cannot be read. None if there are none.
pub(crate) fn events_paragraph(events: &[UnreadableEventSummary]) -> Option<String> {
    if events.is_empty() {
        return None;
    }
    let mut lines =
        vec!["Recall lists events that cannot be read; they keep their decisions:".to_owned()];
    let named = events.iter().take(MAX_NAMED);
    lines.extend(named.map(|event| {
        let (since, problem) = (instant(event.since), in_one_line(&event.problem));
        let (id, calendar) = (&event.event_id, &event.calendar);
        format!("  event {id} of calendar {calendar}, since {since}: {problem}")
    }));
    lines.extend(more(events.len()));
    Some(lines.join("\n"))
}

/// What was read; its default if the row cannot be read, which is added to `problems`.
pub(crate) fn readable<T: Default>(
    read: Result<T, PortError>,
    problems: &mut Vec<String>,
) -> Result<T, PortError> {
    match read {
        Err(PortError::Unreadable { reason, .. }) => {
            problems.push(reason);
            Ok(T::default())
        }
        read => read,
    }
}

/// Names problems of rows whose content is missing in a text. None if there are none.
pub(crate) fn problems_paragraph(problems: &[String]) -> Option<String> {
    if problems.is_empty() {
        return None;
    }
    let mut lines =
        vec!["Not everything could be read, so something may be missing here:".to_owned()];
    lines.extend(
        problems
            .iter()
            .map(|problem| format!("  {}", in_one_line(problem))),
    );
    Some(lines.join("\n"))
}

/// Names the decisions that cannot be read, and the command that rebuilds them. None if
/// there are none.
pub(crate) fn decisions_paragraph(rows: &[UnreadableDecision]) -> Option<String> {
    if rows.is_empty() {
        return None;
    }
    let count = counted(rows.len(), "decision", "decisions");
    let mut lines = vec![format!(
        "{count} cannot be read and {} left out; `callsheet rebuild --all` rebuilds from Recall:",
        if rows.len() == 1 { "is" } else { "are" }
    )];
    let named = rows.iter().take(MAX_NAMED);
    lines.extend(named.map(|row| {
        let problem = in_one_line(&row.problem);
        format!("  event {}: {problem}", row.event_id)
    }));
    lines.extend(more(rows.len()));
    Some(lines.join("\n"))
}

/// Names the calendars that cannot be read. None if there are none.
pub(crate) fn calendars_paragraph(calendars: &[UnreadableCalendar]) -> Option<String> {
    if calendars.is_empty() {
        return None;
    }
    let count = counted(
        calendars.len(),
        "calendar has a stored row that",
        "calendars have stored rows that",
    );
    let mut lines = vec![format!("{count} cannot be read:")];
    let named = calendars.iter().take(MAX_NAMED);
    lines.extend(named.map(|one| format!("  {}: {}", one.id, in_one_line(&one.problem))));
    lines.extend(more(calendars.len()));
    Some(lines.join("\n"))
}

fn more(count: usize) -> Option<String> {
    let hidden = count.checked_sub(MAX_NAMED).filter(|hidden| *hidden > 0)?;
    Some(format!("  and {hidden} more; --json names all"))
}
