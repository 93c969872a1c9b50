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
use crate::list_overrides::{
    StoredChoice, StoredInCalendar, StoredOverride, StoredPause, Which, stored_in_calendar,
};
use crate::list_page::{ListPlace, ListQuery, Span};
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
    /// The last action before the next page; none on the last page.
    pub next: Option<ListPlace>,
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

/// Reads a page of what people did in the calendar of `record`. What concerns only events of other
/// calendars of its owner is left out, since who may see the one need not see the others.
///
/// # Errors
/// If a collaborator fails.
pub async fn calendar_activity<S, D>(
    ports: (&S, &D),
    record: &CalendarRecord,
    query: &ListQuery,
    now: Timestamp,
) -> Result<CalendarActivity, PortError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
{
    let calendar = &record.calendar;
    let mut stored = stored_in_calendar(ports, calendar, (Which::Stored, now)).await?;
    let paused = stored
        .pause
        .as_ref()
        .map(|one| plain(one.stored.at, "pause"));
    let wanted = record.disconnection.as_ref();
    let disconnected = wanted.map(|wanted| plain(wanted.at, "disconnection"));
    let places = stored.overrides.iter().map(|one| one.place(0));
    let places = places.chain(stored.meetings.iter().map(|one| one.place(0)));
    let others = [paused.clone(), disconnected.clone()].into_iter().flatten();
    let page = Span::of(places.chain(others), query);
    stored.overrides.retain(|one| page.has(&one.place(0)));
    stored.meetings.retain(|one| page.has(&one.place(0)));
    let is_on_page = |place: Option<ListPlace>| place.is_some_and(|place| page.has(&place));
    stored.pause = stored.pause.filter(|_| is_on_page(paused));
    let wanted = wanted.filter(|_| is_on_page(disconnected));
    stored.drop_those_elsewhere(ports, calendar).await?;
    let unreadable = std::mem::take(&mut stored.unreadable);
    Ok(CalendarActivity {
        calendar: calendar.clone(),
        actions: actions(stored, wanted),
        unreadable,
        next: page.next,
    })
}

/// The place of what there is one of.
fn plain(at: Timestamp, name: &str) -> ListPlace {
    ListPlace {
        part: 0,
        at: Reverse(at),
        name: name.to_owned(),
    }
}

/// What was done, newest first.
fn actions(
    stored: StoredInCalendar,
    wanted: Option<&RequestedDisconnection>,
) -> Vec<CalendarAction> {
    let overrides = stored.overrides.into_iter();
    let mut all: Vec<_> = overrides
        .map(|one| (one.place(0), CalendarAction::of_override(one)))
        .collect();
    let meetings = stored.meetings.into_iter();
    all.extend(meetings.map(|one| (one.place(0), CalendarAction::of_meeting(one))));
    let pause = stored.pause.into_iter();
    all.extend(pause.map(|one| {
        let place = plain(one.stored.at, "pause");
        (place, CalendarAction::of_pause(one))
    }));
    all.extend(wanted.map(|wanted| {
        let place = plain(wanted.at, "disconnection");
        (place, CalendarAction::of_disconnection(wanted))
    }));
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all.into_iter().map(|(_, action)| action).collect()
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
