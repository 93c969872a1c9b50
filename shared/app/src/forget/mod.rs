//! Removes what is stored about a person or a calendar.
//!
//! A name is an address, the name of somebody who set overrides or pushed policies, or
//! Recall's id of a calendar. A decision about a coming meeting keeps what it needs to
//! schedule the bot, and a calendar that is connected keeps its rows: both are reported.
//! Doing it again finds what has become over since.

mod mentions;

use std::collections::BTreeSet;

use callsheet_domain::{
    CalendarId, CalendarOwner, CalendarRecord, CalendarStatus, Decision, DecisionKey, Email,
    Timestamp,
};

use crate::PortError;
use crate::find_calendar::known_calendars;
use crate::ports::{
    ActorRows, Calendars, Decisions, Forgetting, OverrideStore, UnreadableRow, WriteOutcome,
};
use crate::use_case_error::UseCaseError;
pub use mentions::mentions;

/// How often the write of a decision is attempted.
const MAX_ATTEMPTS: usize = 5;

/// What was removed, or would be.
#[derive(Debug, Clone, Default)]
pub struct ForgottenName {
    /// The address, the name or the id, as given.
    pub name: String,
    /// Whether nothing was changed.
    pub is_dry_run: bool,
    /// Rows that name the person as the one who made a change.
    pub actors: ActorRows,
    /// The person's calendars, or the one that is named.
    pub calendars: Vec<CalendarRows>,
    /// Overrides and pauses that belong to the person.
    pub own_overrides: OwnOverrides,
    /// Number of decisions that mention the name, and are over or whose calendar is gone.
    pub forgotten: usize,
    /// Number of those about coming meetings, which stay.
    pub upcoming: usize,
    /// Decisions that cannot be read, so that it is unknown what they say.
    pub unreadable: Vec<UnreadableRow>,
}

/// Overrides and pauses that belong to a person, whoever set them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OwnOverrides {
    /// Number of rows that are removed: no calendar of the person is left.
    pub forgotten: u64,
    /// Number of rows that stay, since a calendar of the person is.
    pub staying: u64,
}

/// A calendar of the person, or the one that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarRows {
    /// Recall's id of the calendar.
    pub id: CalendarId,
    /// Number of its rows.
    pub rows: u64,
    /// Whether it is deleted at Recall. Otherwise its rows stay.
    pub is_gone: bool,
}

/// Removes what is stored about `name`, or counts it in a dry run.
///
/// Decisions come first and calendars last, so that an interrupted run is completed by
/// running it again.
///
/// # Errors
/// If a decision keeps changing, or a collaborator fails.
pub async fn forget<S, D>(
    (state, decisions): (&S, &D),
    name: &str,
    is_dry_run: bool,
    now: Timestamp,
) -> Result<ForgottenName, UseCaseError>
where
    S: Calendars + Forgetting + OverrideStore,
    D: Decisions,
{
    let name = name.trim();
    let mut forgotten = ForgottenName {
        name: name.to_owned(),
        is_dry_run,
        calendars: calendars(state, name).await?,
        ..ForgottenName::default()
    };
    forget_decisions((state, decisions), &mut forgotten, now).await?;
    forgotten.actors = if is_dry_run {
        state.rows_by(name).await?
    } else {
        state.forget_actor(name).await?
    };
    forgotten.own_overrides = forget_own_overrides(state, name, is_dry_run).await?;
    let gone = forgotten.calendars.iter();
    let gone = gone.filter(|calendar| calendar.is_gone && !is_dry_run);
    for calendar in gone {
        state.forget_calendar(&calendar.id).await?;
    }
    Ok(forgotten)
}

/// The calendar of this id, and those of this owner.
async fn calendars<S>(state: &S, name: &str) -> Result<Vec<CalendarRows>, PortError>
where
    S: Calendars + Forgetting,
{
    let listed = state.listed().await?.into_iter();
    let is_meant = |record: &CalendarRecord| {
        let mut addresses = record.calendar.email.iter().chain(&record.own_addresses);
        let is_owner = addresses.any(|owner| owner.as_str().eq_ignore_ascii_case(name));
        is_owner || record.calendar.id.as_str() == name
    };
    let mut calendars = Vec::new();
    for record in listed.map(|listed| listed.record).filter(is_meant) {
        let calendar = record.calendar;
        calendars.push(CalendarRows {
            rows: state.calendar_rows(&calendar.id).await?,
            is_gone: calendar.status == CalendarStatus::Deleted,
            id: calendar.id,
        });
    }
    if calendars.is_empty()
        && let Ok(id) = CalendarId::parse(name)
    {
        // Its record may be lost or unreadable, and its overrides be there.
        let rows = state.calendar_rows(&id).await?;
        let is_gone = matches!(state.record(&id).await, Ok(None));
        calendars.extend((rows > 0).then_some(CalendarRows { id, rows, is_gone }));
    }
    Ok(calendars)
}

/// Removes the overrides of the person of this address on each platform, unless a
/// calendar of theirs is left.
async fn forget_own_overrides<S>(
    state: &S,
    name: &str,
    is_dry_run: bool,
) -> Result<OwnOverrides, PortError>
where
    S: Calendars + Forgetting + OverrideStore,
{
    let mut own = OwnOverrides::default();
    let Ok(email) = Email::parse(name) else {
        return Ok(own);
    };
    let listed = state.listed().await?;
    for name in CalendarOwner::persons(&email) {
        let person = state.person(&name).await?;
        let has_calendar = listed.iter().any(|listed| {
            let status = listed.record.calendar.status;
            status != CalendarStatus::Deleted && listed.person == person
        });
        let mut names = vec![name];
        if !names.contains(&person) {
            names.push(person);
        }
        for name in names {
            if has_calendar {
                own.staying += state.owner_rows(&name).await?;
            } else if is_dry_run {
                own.forgotten += state.owner_rows(&name).await?;
            } else {
                own.forgotten += state.forget_owner(&name).await?;
            }
        }
    }
    Ok(own)
}

/// Removes what decisions say: all those of the calendars, and those of other calendars
/// that mention the name.
async fn forget_decisions<S, D>(
    (state, decisions): (&S, &D),
    forgotten: &mut ForgottenName,
    now: Timestamp,
) -> Result<(), UseCaseError>
where
    S: Calendars,
    D: Decisions,
{
    let named = CalendarId::parse(&forgotten.name).ok();
    let meant = forgotten.calendars.iter().map(|one| one.id.clone());
    let meant: BTreeSet<_> = meant.chain(named.clone()).collect();
    let gone = forgotten.calendars.iter().filter(|one| one.is_gone);
    let gone: BTreeSet<_> = gone.map(|one| one.id.clone()).collect();
    let mut calendars = known_calendars(state).await?;
    calendars.extend(named);
    for calendar in calendars {
        let keys = decisions.of_calendar(&calendar, Timestamp::MIN).await?;
        let rows = decisions.decisions(&keys).await?;
        let is_meant = meant.contains(&calendar);
        forgotten.unreadable.extend(rows.unreadable);
        for row in rows.decisions {
            let is_said = is_meant || mentions(&row, &forgotten.name);
            if !is_said || is_forgotten(&row) {
                continue;
            }
            if row.ends_at > now && !gone.contains(&calendar) {
                forgotten.upcoming += 1;
                continue;
            }
            forgotten.forgotten += 1;
            if !forgotten.is_dry_run {
                forget_decision(decisions, row).await?;
            }
        }
    }
    Ok(())
}

/// Writes the row without what it says about people.
async fn forget_decision<D: Decisions>(
    decisions: &D,
    mut row: Decision,
) -> Result<(), UseCaseError> {
    let keys: [DecisionKey; 1] = [row.key.clone()];
    for _ in 0..MAX_ATTEMPTS {
        let written = decisions.write(&row.forgotten()).await?;
        if written == WriteOutcome::Written {
            return Ok(());
        }
        let rows = decisions.decisions(&keys).await?;
        match rows.decisions.into_iter().next() {
            Some(stored) => row = stored,
            None => return Ok(()),
        }
    }
    let [key] = keys;
    let event = key.event_id;
    Err(UseCaseError::KeepsChanging(format!(
        "the decision about event {event}"
    )))
}

fn is_forgotten(row: &Decision) -> bool {
    *row == row.clone().forgotten()
}
