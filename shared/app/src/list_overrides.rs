//! Lists the overrides and pauses that are in force, with the meetings that they are for.
//!
//! They belong to the owners of calendars, so each is listed once, whatever the number of
//! calendars of its owner.

use std::collections::BTreeMap;

use callsheet_domain::{
    Calendar, CalendarId, CalendarOwner, Decision, Email, Override, OverrideChoice, OverrideScope,
    Pause, Timestamp,
};

use crate::PortError;
use crate::find_calendar::is_selected;
use crate::ports::{Calendars, Decisions, OverrideStore, UnreadableRecord};
use crate::unreadable::readable;

/// Rows loaded together.
const ROWS: usize = 100;

/// The overrides and pauses of the owners of calendars.
#[derive(Debug, Clone, Default)]
pub struct SetOverrides {
    /// Overrides that are not cleared, newest first.
    pub overrides: Vec<OverrideInForce>,
    /// Pauses that are not over, each with a calendar of its owner.
    pub pauses: Vec<(CalendarId, Option<Email>, Pause)>,
    /// Problems of stored rows that cannot be read.
    pub unreadable: Vec<String>,
}

/// An override that is not cleared.
#[derive(Debug, Clone)]
pub struct OverrideInForce {
    /// The calendar of its event, or else one of the owner's.
    pub calendar: CalendarId,
    /// The owner of the calendar, if known.
    pub owner: Option<Email>,
    /// What it is stored under.
    pub scope: OverrideScope,
    /// What it says.
    pub stored: Override,
    /// The next event that it is for, or else the last one; none if no decision about one is
    /// stored.
    pub decision: Option<Decision>,
}

/// Lists what is in force at `now` in the calendars that `selection` selects.
///
/// # Errors
/// If a collaborator fails.
pub async fn list_overrides<S, D>(
    (state, decisions): (&S, &D),
    selection: &[String],
    now: Timestamp,
) -> Result<SetOverrides, PortError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
{
    let mut found = SetOverrides {
        unreadable: unreadable_calendars(state, selection).await?,
        ..SetOverrides::default()
    };
    for (owner, calendars) in by_owner(state, selection).await? {
        let Some(first) = calendars.first() else {
            continue;
        };
        let stored = state.overrides(&owner).await;
        let stored = readable(stored, &mut found.unreadable)?;
        if let Some(pause) = stored.pause.filter(|pause| pause.until > now) {
            let (id, owner) = (first.id.clone(), first.email.clone());
            found.pauses.push((id, owner, pause));
        }
        let in_force = stored.by_scope.into_iter();
        let in_force = in_force.filter(|(_, one)| one.choice != OverrideChoice::Clear);
        let in_force: BTreeMap<_, _> = in_force.collect();
        if in_force.is_empty() {
            continue;
        }
        let mut rows = Vec::new();
        for calendar in &calendars {
            rows.extend(rows_of(decisions, &calendar.id, &mut found.unreadable).await?);
        }
        for (scope, stored) in in_force {
            let decision = event_of(&scope, &rows, now).cloned();
            let calendar = decision.as_ref().map(|row| row.calendar_id.clone());
            found.overrides.push(OverrideInForce {
                calendar: calendar.unwrap_or_else(|| first.id.clone()),
                owner: first.email.clone(),
                decision,
                scope,
                stored,
            });
        }
    }
    found
        .overrides
        .sort_by_key(|one| (std::cmp::Reverse(one.stored.at), one.scope.clone()));
    Ok(found)
}

/// The problems of the selected calendars whose records cannot be read: nobody can tell what
/// their owners said.
async fn unreadable_calendars<S: Calendars>(
    state: &S,
    selection: &[String],
) -> Result<Vec<String>, PortError> {
    let unreadable = state.unreadable().await?.into_iter();
    let selected = unreadable.filter(|record| is_selected(selection, &record.calendar_id, None));
    let problem = |record: UnreadableRecord| {
        let UnreadableRecord {
            calendar_id,
            problem,
        } = record;
        format!("the record of calendar {calendar_id}: {problem}")
    };
    Ok(selected.map(problem).collect())
}

/// The calendars of each owner of whom one is selected, those that can have bots first.
async fn by_owner<S: Calendars>(
    state: &S,
    selection: &[String],
) -> Result<BTreeMap<CalendarOwner, Vec<Calendar>>, PortError> {
    let mut by_owner: BTreeMap<_, Vec<Calendar>> = BTreeMap::new();
    for listed in state.listed().await? {
        let calendar = listed.record.calendar;
        by_owner.entry(listed.person).or_default().push(calendar);
    }
    by_owner.retain(|_, calendars| {
        calendars.sort_by_key(|one| (!one.status.holds_bots(), one.id.clone()));
        calendars.iter().any(|one| {
            let owner = one.email.as_ref().map(Email::as_str);
            is_selected(selection, &one.id, owner)
        })
    });
    Ok(by_owner)
}

async fn rows_of<D: Decisions>(
    decisions: &D,
    calendar: &CalendarId,
    problems: &mut Vec<String>,
) -> Result<Vec<Decision>, PortError> {
    let mut rows = Vec::new();
    for keys in decisions
        .of_calendar(calendar, Timestamp::MIN)
        .await?
        .chunks(ROWS)
    {
        let read = decisions.decisions(keys).await?;
        problems.extend(read.unreadable.iter().map(ToString::to_string));
        rows.extend(read.decisions);
    }
    Ok(rows)
}

/// The next event of a scope, or else the last one.
fn event_of<'a>(
    scope: &OverrideScope,
    rows: &'a [Decision],
    now: Timestamp,
) -> Option<&'a Decision> {
    let of_scope = |row: &&Decision| {
        scope.includes(
            row.platform_id.as_ref(),
            row.series.as_ref(),
            &row.key.ical_uid,
        )
    };
    let rows = || rows.iter().filter(of_scope);
    let coming = rows().filter(|row| row.ends_at > now);
    let next = coming.min_by_key(|row| row.starts_at);
    next.or_else(|| rows().max_by_key(|row| row.starts_at))
}
