//! Lists the known calendars, with counts of their upcoming meetings.

use callsheet_domain::{
    Applied, CalendarRecord, Decision, PolicyRevision, Timestamp, Verdict, needs_full_sync,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::PortError;
use crate::ports::{
    Calendars, Decisions, ListedCalendar, Policies, UnreadableRecord, UnreadableRow,
};

/// Number of calendars that are read concurrently.
const CONCURRENCY: usize = 8;

/// The known calendars.
#[derive(Debug, Clone, Default)]
pub struct KnownCalendars {
    /// Those whose records can be read, in any order.
    pub calendars: Vec<CalendarState>,
    /// Those whose records cannot be read.
    pub unreadable: Vec<UnreadableRecord>,
}

/// A known calendar.
#[derive(Debug, Clone)]
pub struct CalendarState {
    /// Its record.
    pub record: CalendarRecord,
    /// Whether its decisions may be outdated.
    pub needs_full_sync: bool,
    /// Its meetings.
    pub upcoming: Upcoming,
    /// Its decisions that cannot be read, and are not counted.
    pub unreadable: Vec<UnreadableRow>,
}

/// Counts of meetings that are not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Upcoming {
    /// All of them.
    pub meetings: usize,
    /// Those that are to be recorded.
    pub record: usize,
    /// Those with a bot at Recall. Copies of a meeting may share one.
    pub bots: usize,
}

/// Lists the known calendars.
///
/// # Errors
/// If a collaborator fails.
pub async fn list_calendars<S, D>(
    state: &S,
    decisions: &D,
    now: Timestamp,
) -> Result<KnownCalendars, PortError>
where
    S: Calendars + Policies,
    D: Decisions,
{
    let active_revision = state.active_revision().await?;
    let calendars = stream::iter(state.listed().await?)
        .map(|listed| read_calendar(decisions, listed, active_revision, now))
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await?;
    Ok(KnownCalendars {
        calendars,
        unreadable: state.unreadable().await?,
    })
}

async fn read_calendar<D: Decisions>(
    decisions: &D,
    ListedCalendar {
        person: _,
        unapplied: _,
        record,
        override_revision,
    }: ListedCalendar,
    active_revision: PolicyRevision,
    now: Timestamp,
) -> Result<CalendarState, PortError> {
    let calendar = &record.calendar;
    let last_sync = record.last_sync.as_ref();
    let keys = decisions.of_calendar(&calendar.id, now).await?;
    let rows = decisions.decisions(&keys).await?;
    Ok(CalendarState {
        needs_full_sync: calendar.status.holds_bots()
            && needs_full_sync(last_sync, active_revision, override_revision, now),
        upcoming: Upcoming::of(&rows.decisions),
        unreadable: rows.unreadable,
        record,
    })
}

impl Upcoming {
    fn of(rows: &[Decision]) -> Self {
        let record = |row: &&Decision| matches!(row.verdict, Verdict::Record(_));
        let has_bot = |row: &&Decision| matches!(row.applied, Applied::Bot(_));
        Self {
            meetings: rows.len(),
            record: rows.iter().filter(record).count(),
            bots: rows.iter().filter(has_bot).count(),
        }
    }
}
