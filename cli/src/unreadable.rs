//! Names stored rows, and events at Recall, that cannot be read: each costs only itself.

use callsheet_api::unreadable::{UnreadableCalendar, UnreadableDecision, UnreadableEventSummary};

use crate::render::{counted, in_one_line};
use crate::screen::Screen;

/// Number of unreadable rows that a text names. `--json` names all.
const MAX_NAMED: usize = 20;

/// Names the first of `count` events that cannot be read. None if none has a name.
pub(crate) fn events_paragraph(
    events: &[UnreadableEventSummary],
    count: usize,
    screen: &Screen,
) -> Option<String> {
    if events.is_empty() {
        return None;
    }
    let mut lines =
        vec!["Recall lists events that cannot be read; they keep their decisions:".to_owned()];
    let named = events.iter().take(MAX_NAMED);
    lines.extend(named.map(|event| {
        let (since, problem) = (screen.instant(event.since), in_one_line(&event.problem));
        let (id, calendar) = (&event.event_id, &event.calendar);
        format!("  event {id} of calendar {calendar}, since {since}: {problem}")
    }));
    let named = events.len().min(MAX_NAMED);
    if count > named {
        lines.push(format!("  and {} more", count - named));
    }
    Some(lines.join("\n"))
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
