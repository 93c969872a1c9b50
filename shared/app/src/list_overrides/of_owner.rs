//! Reads what is stored of one owner: their overrides and pause, and the decisions about the events
//! of their calendars.

use std::collections::BTreeMap;

use callsheet_domain::{
    Calendar, CalendarOwner, Decision, DecisionKey, Override, OverrideChoice, OverrideScope, Pause,
    Timestamp,
};

use crate::PortError;
use crate::ports::{Decisions, OverrideStore};
use crate::unreadable::readable;

/// Rows loaded together.
const ROWS: usize = 100;

/// Whether an override that says this is in force.
pub(super) fn is_set(choice: OverrideChoice) -> bool {
    choice != OverrideChoice::Clear
}

/// What was read of an owner.
#[derive(Debug)]
pub(super) struct OfOwner {
    /// The owner's calendars, those that can have bots first.
    pub(super) calendars: Vec<Calendar>,
    /// The pause, if it is not over.
    pub(super) pause: Option<Pause>,
    /// The overrides that are not cleared.
    pub(super) overrides: BTreeMap<OverrideScope, Override>,
    /// The decisions about the events of these calendars, as far as they are needed.
    pub(super) rows: Vec<Decision>,
    /// Problems of stored rows that cannot be read.
    pub(super) unreadable: Vec<String>,
}

/// Reads what is in force for the owner of `calendars` at `now`.
pub(super) async fn of_owner<S, D>(
    (state, decisions): (&S, &D),
    (owner, calendars): (CalendarOwner, Vec<Calendar>),
    now: Timestamp,
) -> Result<OfOwner, PortError>
where
    S: OverrideStore,
    D: Decisions,
{
    let mut unreadable = Vec::new();
    let listed = listed(state, &owner, now, &mut unreadable).await?;
    let mut rows = Vec::new();
    for calendar in &calendars {
        let keys = decisions.of_calendar(&calendar.id, Timestamp::MIN).await?;
        rows.extend(rows_of(decisions, &keys, &mut unreadable).await?);
    }
    Ok(OfOwner {
        calendars,
        pause: listed.pause,
        overrides: listed.overrides,
        rows,
        unreadable,
    })
}

/// The overrides and the pause of an owner that are in force.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) pause: Option<Pause>,
    pub(super) overrides: BTreeMap<OverrideScope, Override>,
}

/// Reads what is in force for an owner: a query of the owner's rows. If they cannot be read, that is
/// noted.
pub(super) async fn listed<S: OverrideStore>(
    state: &S,
    owner: &CalendarOwner,
    now: Timestamp,
    problems: &mut Vec<String>,
) -> Result<Listed, PortError> {
    let stored = readable(state.overrides(owner).await, problems)?;
    let pause = stored.pause;
    let overrides = stored.by_scope.into_iter();
    Ok(Listed {
        pause: pause.filter(|pause| pause.until > now),
        overrides: overrides.filter(|(_, one)| is_set(one.choice)).collect(),
    })
}

/// The decisions under these keys.
pub(crate) async fn rows_of<D: Decisions>(
    decisions: &D,
    keys: &[DecisionKey],
    problems: &mut Vec<String>,
) -> Result<Vec<Decision>, PortError> {
    let mut rows = Vec::new();
    for keys in keys.chunks(ROWS) {
        let read = decisions.decisions(keys).await?;
        problems.extend(read.unreadable.iter().map(ToString::to_string));
        rows.extend(read.decisions);
    }
    Ok(rows)
}
