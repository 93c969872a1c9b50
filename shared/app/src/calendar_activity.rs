//! What people did in one calendar, page by page: overrides, those for its whole meetings that were
//! made in it, and pauses of its owner, with those that were replaced, cleared or ended since; and
//! its disconnection.
//!
//! A page is read from the log. The events of its overrides are found by the decisions about the
//! calendar's latest meetings, as [in a list of overrides](crate::list_overrides).

use std::cmp::Reverse;

use callsheet_domain::{
    Calendar, CalendarId, CalendarRecord, Decision, LoggedAction, LoggedActionKind, OverrideScope,
    Timestamp,
};

use crate::PortError;
use crate::list_overrides::{Elsewhere, event_of, latest, rows_of};
use crate::list_page::{ListPlace, ListQuery};
use crate::ports::{ActionLog, ActionPlace, Calendars, Decisions};

/// What people did in a calendar.
#[derive(Debug, Clone)]
pub struct CalendarActivity {
    /// The calendar.
    pub calendar: Calendar,
    /// What was done, newest first. There may be fewer on a page than asked for.
    pub actions: Vec<CalendarAction>,
    /// Problems of stored rows that cannot be read.
    pub unreadable: Vec<String>,
    /// The last entry before the next page; none on the last page.
    pub next: Option<ListPlace>,
}

/// What a person did in a calendar.
#[derive(Debug, Clone)]
pub struct CalendarAction {
    /// The action.
    pub logged: LoggedAction,
    /// The event of a choice for a meeting; of an override the next event that it is for, or else
    /// the last one. None if no decision about one is stored.
    pub decision: Option<Box<Decision>>,
}

/// Reads a page of what people did in the calendar of `record`. What concerns only events of other
/// calendars of its owner is left out, since who may see the one need not see the others.
///
/// # Errors
/// If a collaborator fails.
pub async fn calendar_activity<S, D>(
    (state, decisions): (&S, &D),
    record: &CalendarRecord,
    query: &ListQuery,
    now: Timestamp,
) -> Result<CalendarActivity, PortError>
where
    S: ActionLog + Calendars,
    D: Decisions,
{
    let calendar = &record.calendar;
    let before = query.after.as_ref().map(|after| ActionPlace {
        at: after.at.0,
        name: after.name.clone(),
    });
    let (id, owner) = (&calendar.id, calendar.owner());
    let page = state.actions_in(id, &owner, before.as_ref(), query.most);
    let page = page.await?;
    let logged = page.entries.into_iter().map(|entry| entry.action).collect();
    let mut unreadable = page.unreadable;
    let found = events_of(decisions, calendar, (logged, now), &mut unreadable).await?;
    Ok(CalendarActivity {
        calendar: calendar.clone(),
        actions: without_others((state, decisions), calendar, found).await?,
        unreadable,
        next: page.next.map(|place| ListPlace {
            part: 0,
            at: Reverse(place.at),
            name: place.name,
        }),
    })
}

/// The actions with the events that they are for, as far as this calendar has them.
async fn events_of<D: Decisions>(
    decisions: &D,
    calendar: &Calendar,
    (logged, now): (Vec<LoggedAction>, Timestamp),
    problems: &mut Vec<String>,
) -> Result<Vec<CalendarAction>, PortError> {
    let is_override = |one: &LoggedAction| matches!(one.what, LoggedActionKind::Override { .. });
    let rows = if logged.iter().any(is_override) {
        latest(decisions, calendar, problems).await?
    } else {
        Vec::new()
    };
    let keys: Vec<_> = (logged.iter())
        .filter_map(|one| match &one.what {
            LoggedActionKind::Meeting(made) => Some(made.event.clone()),
            _ => None,
        })
        .collect();
    let of_meetings = rows_of(decisions, &keys, problems).await?;
    let actions = logged.into_iter().map(|logged| {
        let decision = match &logged.what {
            LoggedActionKind::Override { scope, .. } => event_of(scope, rows.iter(), now),
            LoggedActionKind::Meeting(made) => {
                let mut rows = of_meetings.iter();
                rows.find(|row| row.key == made.event)
            }
            LoggedActionKind::Pause { .. } | LoggedActionKind::Disconnection { .. } => None,
        };
        CalendarAction {
            decision: decision.cloned().map(Box::new),
            logged,
        }
    });
    Ok(actions.collect())
}

/// The actions without overrides of events that only other calendars of the owner have.
async fn without_others<S, D>(
    ports: (&S, &D),
    calendar: &Calendar,
    mut actions: Vec<CalendarAction>,
) -> Result<Vec<CalendarAction>, PortError>
where
    S: Calendars,
    D: Decisions,
{
    if !actions.iter().any(|one| one.may_be_elsewhere(&calendar.id)) {
        return Ok(actions);
    }
    let others = Elsewhere::of(ports, calendar).await?;
    actions.retain(|one| !one.may_be_elsewhere(&calendar.id) || !one.is_in(&others));
    Ok(actions)
}

impl CalendarAction {
    /// What an override of no known event of this calendar is for.
    fn unknown_scope(&self) -> Option<(&OverrideScope, &[CalendarId])> {
        match &self.logged.what {
            LoggedActionKind::Override {
                scope, calendars, ..
            } if self.decision.is_none() => Some((scope, calendars.as_slice())),
            _ => None,
        }
    }

    fn may_be_elsewhere(&self, calendar: &CalendarId) -> bool {
        let unknown = self.unknown_scope();
        unknown.is_some_and(|(_, calendars)| !calendars.contains(calendar))
    }

    fn is_in(&self, others: &Elsewhere) -> bool {
        let unknown = self.unknown_scope();
        unknown.is_some_and(|(scope, calendars)| others.have(scope, calendars))
    }
}
