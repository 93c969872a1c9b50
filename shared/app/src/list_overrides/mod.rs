//! Lists the overrides and pauses that are in force, with the meetings that they are for.
//!
//! They belong to the owners of calendars, so each is listed once, whatever the number of
//! calendars of its owner. What people chose for a whole meeting belongs to no owner: it is found
//! by the decisions about the copies, so those of each calendar are read, and is listed once with
//! one of them.

mod choices;
mod in_calendar;
mod of_owner;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::mem;

use callsheet_domain::{
    Calendar, CalendarId, CalendarOwner, Decision, Email, Override, OverrideScope, Pause, Platform,
    Timestamp,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::PortError;
use crate::find_calendar::is_selected;
use crate::ports::{Calendars, Decisions, OverrideStore, UnreadableRecord};
use choices::Choices;
pub use choices::StoredChoice;
pub(crate) use in_calendar::{Elsewhere, latest};
pub use in_calendar::{InCalendar, overrides_in_calendar};
pub(crate) use of_owner::rows_of;
use of_owner::{OfOwner, is_set, of_owner};

/// Number of owners of whom all is read concurrently.
const CONCURRENCY: usize = 16;

/// The overrides and pauses of the owners of calendars.
#[derive(Debug, Clone, Default)]
pub struct SetOverrides {
    /// Overrides that are not cleared, newest first.
    pub overrides: Vec<StoredOverride>,
    /// Pauses that are not over, each with a calendar of its owner.
    pub pauses: Vec<StoredPause>,
    /// What people chose for whole meetings and did not take back, newest first.
    pub meetings: Vec<StoredChoice>,
    /// Problems of stored rows that cannot be read.
    pub unreadable: Vec<String>,
    /// All choices for whole meetings, while they are read.
    chosen: Choices,
}

/// A pause that is not over.
#[derive(Debug, Clone)]
pub struct StoredPause {
    /// One of the owner's calendars.
    pub calendar: CalendarId,
    /// The platform of the owner's calendars.
    pub platform: Platform,
    /// The owner, if known.
    pub owner: Option<Email>,
    /// The pause.
    pub stored: Pause,
}

/// An override that is not cleared.
#[derive(Debug, Clone)]
pub struct StoredOverride {
    /// The calendar of its event, or else one of the owner's.
    pub calendar: CalendarId,
    /// The platform of the owner's calendars.
    pub platform: Platform,
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
    ports: (&S, &D),
    selection: &[String],
    now: Timestamp,
) -> Result<SetOverrides, PortError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
{
    let (state, _) = ports;
    let mut found = SetOverrides {
        unreadable: unreadable_calendars(state, selection).await?,
        ..SetOverrides::default()
    };
    let mut read = stream::iter(by_owner(state, selection).await?)
        .map(|owner| of_owner(ports, owner, now))
        .buffered(CONCURRENCY);
    while let Some(read) = read.try_next().await? {
        found.add(state, read, now).await?;
    }
    found.finish();
    Ok(found)
}

impl SetOverrides {
    /// Adds what was read of an owner at `now`.
    async fn add<S: OverrideStore>(
        &mut self,
        state: &S,
        read: OfOwner,
        now: Timestamp,
    ) -> Result<(), PortError> {
        let OfOwner {
            calendars,
            pause,
            overrides,
            rows,
            unreadable,
        } = read;
        let Some(first) = calendars.first() else {
            return Ok(());
        };
        self.unreadable.extend(unreadable);
        self.pauses.extend(pause.map(|stored| StoredPause {
            calendar: first.id.clone(),
            platform: first.platform,
            owner: first.email.clone(),
            stored,
        }));
        for (scope, stored) in overrides {
            let decision = event_of(&scope, rows.iter(), now).cloned();
            let calendar = decision.as_ref().map(|row| row.calendar_id.clone());
            self.overrides.push(StoredOverride {
                calendar: calendar.unwrap_or_else(|| first.id.clone()),
                platform: first.platform,
                owner: first.email.clone(),
                decision,
                scope,
                stored,
            });
        }
        self.chosen.add(state, (&calendars, rows)).await
    }

    /// Takes the choices over that are listed, and sorts: the newest first.
    fn finish(&mut self) {
        let chosen = mem::take(&mut self.chosen);
        self.unreadable.extend(chosen.unreadable);
        self.meetings = chosen.found;
        self.meetings.retain(|one| is_set(one.made.choice));
        self.meetings.sort_by_key(|one| Reverse(one.made.at));
        self.overrides
            .sort_by_key(|one| (Reverse(one.stored.at), one.scope.clone()));
    }
}

/// Calendars that can have bots come first.
pub(crate) fn by_bots(calendar: &Calendar) -> (bool, CalendarId) {
    (!calendar.status.holds_bots(), calendar.id.clone())
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
        calendars.sort_by_key(by_bots);
        calendars.iter().any(|one| {
            let owner = one.email.as_ref().map(Email::as_str);
            is_selected(selection, &one.id, owner)
        })
    });
    Ok(by_owner)
}

/// The next event of a scope, or else the last one.
pub(crate) fn event_of<'a>(
    scope: &OverrideScope,
    rows: impl Iterator<Item = &'a Decision> + Clone,
    now: Timestamp,
) -> Option<&'a Decision> {
    let of_scope = |row: &&Decision| {
        scope.includes(
            row.platform_id.as_ref(),
            row.series.as_ref(),
            &row.key.ical_uid,
        )
    };
    let rows = || rows.clone().filter(of_scope);
    let coming = rows().filter(|row| row.ends_at > now);
    let next = coming.min_by_key(|row| row.starts_at);
    next.or_else(|| rows().max_by_key(|row| row.starts_at))
}
