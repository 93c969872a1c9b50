//! The meetings behind a count of the coverage, page by page: those that are over, each once, by
//! the copy that counts.
//!
//! A list of events has an event for each calendar, and of a calendar it cannot tell whether
//! another one has the copy that counts. So this one reads the days as the coverage does, until the
//! page is full.

use std::collections::BTreeSet;

use callsheet_domain::{
    CalendarId, DecisionKey, Email, EventId, MeetingCopy, MeetingPicker, MeetingResult, Timestamp,
    plus,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::SignedDuration;
use jiff::civil::Date;

use crate::PortError;
use crate::coverage::{days, utc_day};
use crate::day_count::each_copy;
use crate::events::{FoundEvents, Owners, owners, short_id};
use crate::find_calendar::is_selected;
use crate::found_event::FoundEvent;
use crate::ports::{Calendars, Decisions, MeetingDays, UnreadableRow};
use crate::row_page::{PageQuery, Place};

/// Number of days that are read concurrently.
const CONCURRENCY: usize = 4;
/// Rows loaded together.
const ROWS: usize = 100;

/// Which of the counted meetings are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedAs {
    /// Those that were to be recorded.
    Wanted,
    /// Those of the wanted ones that were not recorded.
    Lost,
    /// Those with one result.
    Result(MeetingResult),
}

impl CountedAs {
    /// All kinds.
    pub fn all() -> impl Iterator<Item = Self> {
        let results = MeetingResult::all().map(Self::Result);
        [Self::Wanted, Self::Lost].into_iter().chain(results)
    }

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Lost => "lost",
            Self::Result(result) => result.as_str(),
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::all().find(|kind| kind.as_str() == name)
    }

    fn includes(self, result: MeetingResult) -> bool {
        match self {
            Self::Wanted => result.is_wanted(),
            Self::Lost => matches!(result, MeetingResult::Lost(_)),
            Self::Result(one) => one == result,
        }
    }
}

/// Reads a page of the meetings that coverage counts as `kind` at `now`, in the calendars that
/// `selection` names, by id or owner's address, or in all if it names none.
///
/// # Errors
/// If a collaborator fails.
pub async fn counted_page<S, D>(
    (state, decisions): (&S, &D),
    selection: &[String],
    (query, kind): (&PageQuery, CountedAs),
    now: Timestamp,
) -> Result<FoundEvents, PortError>
where
    S: Calendars,
    D: Decisions + MeetingDays,
{
    let calendars = owners(state).await?;
    let is_of_selection = |id: &CalendarId| {
        let owner = calendars.get(id).and_then(Option::as_ref);
        is_selected(selection, id, owner.map(Email::as_str))
    };
    let from = query.after.as_ref().map_or(query.from, |place| {
        // A cursor reaches nothing that the period does not have.
        place.starts_at.max(query.from)
    });
    let last = plus(query.until, SignedDuration::from_nanos(-1));
    let mut read = stream::iter(days(utc_day(from), utc_day(last)))
        .map(|day| read_day(decisions, day, now))
        .buffered(CONCURRENCY);
    let (mut places, mut unreadable) = (Vec::new(), Vec::new());
    while let Some(day) = read.try_next().await? {
        let counted = day.meetings.into_iter().filter(|copy| {
            let starts = query.from..query.until;
            let rule = query.filter.rule.as_ref();
            starts.contains(&copy.starts_at)
                && kind.includes(copy.result)
                && rule.is_none_or(|rule| *rule == copy.rule)
                && is_of_selection(&copy.calendar_id)
        });
        places.extend(counted.map(place).filter(|place| query.is_behind(place)));
        unreadable.extend(day.unreadable);
        if places.len() > query.most {
            break;
        }
    }
    places.sort_unstable();
    let has_next = places.len() > query.most;
    places.truncate(query.most);
    let next = places.last().cloned().filter(|_| has_next);
    let mut found = load(decisions, &places, &calendars).await?;
    found
        .events
        .retain(|event| query.filter.selects(&event.decision, now));
    found.unreadable.extend(unreadable);
    Ok(FoundEvents { next, ..found })
}

/// The meetings of a day that are over, by the copies that count.
struct CountedDay {
    meetings: Vec<MeetingCopy>,
    unreadable: Vec<UnreadableRow>,
}

async fn read_day(
    decisions: &impl MeetingDays,
    day: Date,
    now: Timestamp,
) -> Result<CountedDay, PortError> {
    let (mut picker, mut meetings) = (MeetingPicker::new(now), Vec::new());
    let unreadable = each_copy(decisions, day, |copy| meetings.extend(picker.add(copy))).await?;
    meetings.extend(picker.finish());
    Ok(CountedDay {
        meetings,
        unreadable,
    })
}

fn place(copy: MeetingCopy) -> Place {
    Place {
        starts_at: copy.starts_at,
        key: copy.key,
    }
}

/// The rows of a page, in its order.
async fn load<D: Decisions>(
    decisions: &D,
    places: &[Place],
    calendars: &Owners,
) -> Result<FoundEvents, PortError> {
    let keys: Vec<DecisionKey> = places.iter().map(|place| place.key.clone()).collect();
    let ids: BTreeSet<EventId> = keys.iter().map(|key| key.event_id.clone()).collect();
    let mut found = FoundEvents::default();
    for keys in keys.chunks(ROWS) {
        let read = decisions.decisions(keys).await?;
        found.unreadable.extend(read.unreadable);
        found
            .events
            .extend(read.decisions.into_iter().map(|decision| FoundEvent {
                owner: calendars.get(&decision.calendar_id).cloned().flatten(),
                short_id: short_id(&decision.key.event_id, &ids),
                decision,
            }));
    }
    found.events.sort_by_cached_key(|event| {
        let row = &event.decision;
        (row.starts_at, row.key.clone())
    });
    Ok(found)
}
