//! What people did in one calendar, as far as it is stored: overrides for its events, choices for
//! the whole meetings of these, and the pause of its owner, with those that were cleared or ended;
//! and who disconnected it.
//!
//! Of several overrides of one event or series, of several choices of one person for a meeting, and
//! of several pauses of a person, the last one is stored.

use std::cmp::Reverse;

use callsheet_domain::{
    Actor, Calendar, CalendarRecord, Decision, OverrideChoice, OverrideScope,
    RequestedDisconnection, Timestamp,
};

use crate::PortError;
use crate::list_overrides::{StoredChoice, StoredOverride, StoredPause, stored_in_calendar};
use crate::ports::{Calendars, Decisions, OverrideStore};

/// What people did in a calendar.
#[derive(Debug, Clone)]
pub struct CalendarActivity {
    /// The calendar.
    pub calendar: Calendar,
    /// What was done, newest first.
    pub actions: Vec<CalendarAction>,
    /// Problems of stored rows that cannot be read.
    pub unreadable: Vec<String>,
}

/// What a person did in a calendar.
#[derive(Debug, Clone)]
pub struct CalendarAction {
    /// When.
    pub at: Timestamp,
    /// Who; earlier builds did not store it.
    pub by: Option<Actor>,
    /// What.
    pub what: CalendarActionKind,
}

/// What was done.
#[derive(Debug, Clone)]
pub enum CalendarActionKind {
    /// An override was set or cleared.
    Overridden {
        /// What it is for.
        scope: OverrideScope,
        /// What it says.
        choice: OverrideChoice,
        /// The next event that it is for, or else the last one; none if no decision about one is
        /// stored.
        decision: Option<Box<Decision>>,
    },
    /// A choice for a whole meeting was made or taken back.
    ChosenForMeeting {
        /// What it says.
        choice: OverrideChoice,
        /// The calendar's event of the meeting.
        decision: Box<Decision>,
    },
    /// The owner's calendars were paused, or their pause was ended.
    Paused {
        /// The end. If it is not after the action, a pause was ended.
        until: Timestamp,
    },
    /// The calendar was disconnected.
    Disconnected,
}

/// Reads the last `most` things that people did in the calendar of `record`. What concerns only events of other
/// calendars of its owner is left out, since who may see the one need not see the others.
///
/// # Errors
/// If a collaborator fails.
pub async fn calendar_activity<S, D>(
    ports: (&S, &D),
    record: &CalendarRecord,
    most: usize,
    now: Timestamp,
) -> Result<CalendarActivity, PortError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
{
    let calendar = &record.calendar;
    let stored = stored_in_calendar(ports, calendar, now).await?;
    let overrides = stored
        .overrides
        .into_iter()
        .map(CalendarAction::of_override);
    let pauses = stored.pauses.into_iter().map(CalendarAction::of_pause);
    let meetings = stored.meetings.into_iter();
    let meetings = meetings.map(CalendarAction::of_meeting);
    let disconnected = record.disconnection.iter();
    let disconnected = disconnected.map(CalendarAction::of_disconnection);
    let mut actions: Vec<_> = overrides.chain(pauses).chain(meetings).collect();
    actions.extend(disconnected);
    actions.sort_by_key(|action| Reverse(action.at));
    actions.truncate(most);
    Ok(CalendarActivity {
        calendar: calendar.clone(),
        actions,
        unreadable: stored.unreadable,
    })
}

impl CalendarAction {
    fn of_override(one: StoredOverride) -> Self {
        Self {
            at: one.stored.at,
            by: one.stored.by,
            what: CalendarActionKind::Overridden {
                scope: one.scope,
                choice: one.stored.choice,
                decision: one.decision.map(Box::new),
            },
        }
    }

    fn of_meeting(one: StoredChoice) -> Self {
        let StoredChoice { made, decision, .. } = one;
        Self {
            at: made.at,
            by: Some(made.by),
            what: CalendarActionKind::ChosenForMeeting {
                choice: made.choice,
                decision: Box::new(decision),
            },
        }
    }

    fn of_disconnection(wanted: &RequestedDisconnection) -> Self {
        Self {
            at: wanted.at,
            by: Some(wanted.by.clone()),
            what: CalendarActionKind::Disconnected,
        }
    }

    fn of_pause(one: StoredPause) -> Self {
        Self {
            at: one.stored.at,
            by: one.stored.by,
            what: CalendarActionKind::Paused {
                until: one.stored.until,
            },
        }
    }
}
