//! Reads what is stored of one owner: their overrides and pause, and the decisions about the events
//! of their calendars.

use std::collections::BTreeMap;

use callsheet_domain::{
    Calendar, CalendarId, CalendarOwner, Decision, Override, OverrideChoice, OverrideScope, Pause,
    Timestamp,
};

use crate::PortError;
use crate::ports::{Decisions, OverrideStore};
use crate::unreadable::readable;

/// Rows loaded together.
const ROWS: usize = 100;

/// Which of the stored overrides and pauses are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// Those that are neither cleared nor over.
    Active,
    /// All.
    Stored,
}

impl Which {
    /// Whether an override that says this is listed.
    pub(super) fn lists(self, choice: OverrideChoice) -> bool {
        self == Self::Stored || choice != OverrideChoice::Clear
    }
}

/// What was read of an owner.
#[derive(Debug)]
pub(super) struct OfOwner {
    /// The owner's calendars, those that can have bots first.
    pub(super) calendars: Vec<Calendar>,
    /// The pause, if it is listed.
    pub(super) pause: Option<Pause>,
    /// The overrides that are listed.
    pub(super) overrides: BTreeMap<OverrideScope, Override>,
    /// The decisions about the events of these calendars, as far as they are needed.
    pub(super) rows: Vec<Decision>,
    /// Problems of stored rows that cannot be read.
    pub(super) unreadable: Vec<String>,
}

/// Reads what is stored of the owner of `calendars`. If only `one` of these is asked for, the
/// others are read for the events of overrides alone.
pub(super) async fn of_owner<S, D>(
    (state, decisions): (&S, &D),
    (owner, calendars): (CalendarOwner, Vec<Calendar>),
    one: Option<&CalendarId>,
    (which, now): (Which, Timestamp),
) -> Result<OfOwner, PortError>
where
    S: OverrideStore,
    D: Decisions,
{
    let mut unreadable = Vec::new();
    let stored = readable(state.overrides(&owner).await, &mut unreadable)?;
    let pause = stored.pause;
    let pause = pause.filter(|pause| which == Which::Stored || pause.until > now);
    let listed = stored.by_scope.into_iter();
    let overrides: BTreeMap<_, _> = listed.filter(|(_, one)| which.lists(one.choice)).collect();
    let mut rows = Vec::new();
    for calendar in &calendars {
        let is_asked = one.is_none_or(|one| *one == calendar.id);
        if overrides.is_empty() && !is_asked {
            continue;
        }
        let mut problems = Vec::new();
        rows.extend(rows_of(decisions, &calendar.id, &mut problems).await?);
        if is_asked {
            unreadable.append(&mut problems);
        }
    }
    Ok(OfOwner {
        calendars,
        pause,
        overrides,
        rows,
        unreadable,
    })
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
