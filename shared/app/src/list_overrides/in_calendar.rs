//! The overrides, choices and pause of one calendar, page by page.
//!
//! Overrides belong to the calendar's owner and are read by one query. The events that they are
//! for, and the choices for whole meetings, are found by the decisions about the calendar's latest
//! meetings, at most a thousand. The owner's other calendars are read only for overrides that no
//! event of this one fits, and as boundedly.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use callsheet_domain::{Calendar, CalendarId, Decision, OverrideScope, Timestamp};

use super::choices::{Choices, StoredChoice};
use super::of_owner::{is_set, listed, rows_of};
use super::{StoredOverride, StoredPause, event_of};
use crate::PortError;
use crate::list_page::{ListPlace, ListQuery, Span};
use crate::ports::{Calendars, Decisions, OverrideStore};

/// The most decisions that a page reads of the calendar; and of its owner's other ones together.
const MOST_ROWS: usize = 1_000;

/// A page of what is in force in a calendar.
#[derive(Debug, Clone, Default)]
pub struct InCalendar {
    /// Overrides that are not cleared, newest first.
    pub overrides: Vec<StoredOverride>,
    /// What people chose for whole meetings and did not take back, newest first, behind all
    /// overrides.
    pub meetings: Vec<StoredChoice>,
    /// The pause of the calendar's owner that is not over, on each page.
    pub pause: Option<StoredPause>,
    /// Problems of stored rows that cannot be read.
    pub unreadable: Vec<String>,
    /// The last entry before the next page; none on the last page.
    pub next: Option<ListPlace>,
}

/// All that is in force in a calendar. Overrides that fit no event of it may be of its owner's
/// other calendars alone.
#[derive(Debug)]
struct StoredInCalendar {
    overrides: Vec<StoredOverride>,
    meetings: Vec<StoredChoice>,
    pause: Option<StoredPause>,
    unreadable: Vec<String>,
}

/// Reads a page of what is in force at `now` in `calendar`. The owner may have other calendars:
/// overrides of events that are in these alone are left out, since who may see the one calendar
/// need not see the others. One of which no event is known is listed without one.
///
/// # Errors
/// If a collaborator fails.
pub async fn overrides_in_calendar<S, D>(
    ports: (&S, &D),
    calendar: &Calendar,
    query: &ListQuery,
    now: Timestamp,
) -> Result<InCalendar, PortError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
{
    let mut stored = stored_in_calendar(ports, calendar, now).await?;
    // Before the page is cut: a cursor names its last entry, and must name none of these.
    stored.drop_those_elsewhere(ports, calendar).await?;
    let overrides = stored.overrides.iter().map(|one| one.place(0));
    let places = overrides.chain(stored.meetings.iter().map(|one| one.place(1)));
    let page = Span::of(places, query);
    stored.overrides.retain(|one| page.has(&one.place(0)));
    stored.meetings.retain(|one| page.has(&one.place(1)));
    stored.overrides.sort_by_cached_key(|one| one.place(0));
    stored.meetings.sort_by_cached_key(|one| one.place(1));
    Ok(InCalendar {
        overrides: stored.overrides,
        meetings: stored.meetings,
        pause: stored.pause,
        unreadable: stored.unreadable,
        next: page.next,
    })
}

/// Reads what is in force in a calendar at `now`.
async fn stored_in_calendar<S, D>(
    (state, decisions): (&S, &D),
    calendar: &Calendar,
    now: Timestamp,
) -> Result<StoredInCalendar, PortError>
where
    S: OverrideStore,
    D: Decisions,
{
    let mut unreadable = Vec::new();
    let of_owner = listed(state, &calendar.owner(), now, &mut unreadable).await?;
    let rows = latest(decisions, calendar, &mut unreadable).await?;
    let of_scope = |(scope, stored)| StoredOverride {
        calendar: calendar.id.clone(),
        platform: calendar.platform,
        owner: calendar.email.clone(),
        decision: event_of(&scope, rows.iter(), now).cloned(),
        scope,
        stored,
    };
    let overrides = of_owner.overrides.into_iter().map(of_scope).collect();
    let mut choices = Choices::default();
    let one = std::slice::from_ref(calendar);
    choices.add(state, (one, rows)).await?;
    unreadable.extend(choices.unreadable);
    let mut meetings = choices.found;
    meetings.retain(|one| is_set(one.made.choice));
    Ok(StoredInCalendar {
        overrides,
        meetings,
        pause: of_owner.pause.map(|stored| StoredPause {
            calendar: calendar.id.clone(),
            platform: calendar.platform,
            owner: calendar.email.clone(),
            stored,
        }),
        unreadable,
    })
}

impl StoredInCalendar {
    /// Leaves out overrides of events that only other calendars of the owner have.
    async fn drop_those_elsewhere<S, D>(
        &mut self,
        ports: (&S, &D),
        calendar: &Calendar,
    ) -> Result<(), PortError>
    where
        S: Calendars,
        D: Decisions,
    {
        if self.overrides.iter().all(|one| one.decision.is_some()) {
            return Ok(());
        }
        let others = Elsewhere::of(ports, calendar).await?;
        let is_there = |one: &StoredOverride| others.have(&one.scope, &[]);
        self.overrides
            .retain(|one| one.decision.is_some() || !is_there(one));
        Ok(())
    }
}

/// The other calendars of a calendar's owner, and the decisions about their latest meetings.
#[derive(Debug)]
pub(crate) struct Elsewhere {
    calendars: BTreeSet<CalendarId>,
    rows: Vec<Decision>,
}

impl Elsewhere {
    /// Reads them.
    pub(crate) async fn of<S, D>(
        (state, decisions): (&S, &D),
        calendar: &Calendar,
    ) -> Result<Self, PortError>
    where
        S: Calendars,
        D: Decisions,
    {
        let mut others = Self {
            calendars: BTreeSet::new(),
            rows: Vec::new(),
        };
        for other in state.of_owner(&calendar.owner()).await? {
            let other = other.record.calendar;
            if other.id == calendar.id {
                continue;
            }
            let most = MOST_ROWS - others.rows.len();
            if most > 0 {
                // What cannot be read there is told there.
                let rows = latest_of(decisions, &other, most, &mut Vec::new()).await?;
                others.rows.extend(rows);
            }
            others.calendars.insert(other.id);
        }
        Ok(others)
    }

    /// Whether they have an event of a scope, which was in these calendars.
    pub(crate) fn have(&self, scope: &OverrideScope, calendars: &[CalendarId]) -> bool {
        let was_there = calendars.iter().any(|id| self.calendars.contains(id));
        was_there || event_of(scope, self.rows.iter(), Timestamp::MIN).is_some()
    }
}

/// The decisions about the last meetings of a calendar, by start, which are up to four weeks
/// ahead.
pub(crate) async fn latest<D: Decisions>(
    decisions: &D,
    calendar: &Calendar,
    problems: &mut Vec<String>,
) -> Result<Vec<Decision>, PortError> {
    latest_of(decisions, calendar, MOST_ROWS, problems).await
}

async fn latest_of<D: Decisions>(
    decisions: &D,
    calendar: &Calendar,
    most: usize,
    problems: &mut Vec<String>,
) -> Result<Vec<Decision>, PortError> {
    let keys = decisions.of_calendar(&calendar.id, Timestamp::MIN).await?;
    let first = keys.len().saturating_sub(most);
    rows_of(decisions, &keys[first..], problems).await
}

impl StoredOverride {
    /// Its place in a part of a list.
    fn place(&self, part: u8) -> ListPlace {
        let name = match &self.scope {
            OverrideScope::Event(id) => format!("event {id}"),
            OverrideScope::Series(ical_uid) => format!("series {ical_uid}"),
            OverrideScope::PlatformSeries(id) => format!("platform-series {id}"),
        };
        ListPlace {
            part,
            at: Reverse(self.stored.at),
            name,
        }
    }
}

impl StoredChoice {
    /// Its place in a part of a list.
    fn place(&self, part: u8) -> ListPlace {
        ListPlace {
            part,
            at: Reverse(self.made.at),
            name: format!("meeting {} {}", self.decision.key.event_id, self.number),
        }
    }
}
