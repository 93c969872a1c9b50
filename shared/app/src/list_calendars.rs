//! Lists the known calendars, page by page in order of id.
//!
//! A page reads the records of its calendars and the overrides of their owners, and with their
//! meetings the index of these calendars only. So its cost does not grow with the workspace.
//! What a filter leaves out is read as well, up to a bound, so a page may be short and still
//! have a next one.

use std::collections::BTreeMap;

use callsheet_domain::{CalendarId, CalendarRecord, CalendarStatus, Timestamp};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::PortError;
use crate::calendar_state::Workspace;
pub use crate::calendar_state::{CalendarMeetings, CalendarProblem, CalendarState, Decided};
use crate::ports::{
    AgendaIndex, CalendarPages, Calendars, OverrideStore, Policies, SyncStates, UnreadableRecord,
};

/// Number of calendars that are read concurrently.
const CONCURRENCY: usize = 16;
/// The most records that are read at once.
const AT_ONCE: usize = 500;
/// The most records that a page reads: half a kilobyte each.
const MOST_READ: usize = 2_000;

/// Which calendars are listed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CalendarFilter {
    /// Those with this status at Recall.
    pub status: Option<CalendarStatus>,
    /// Those whose decisions may be outdated.
    pub needs_full_sync: bool,
    /// Those that have a problem.
    pub has_problem: bool,
    /// Those whose owner's address or whose id contains this text, in any case.
    pub text: Option<String>,
    /// Those whose metadata has all of these values; one of which a value is not known is
    /// left out.
    pub metadata: BTreeMap<String, String>,
}

/// A page of calendars that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarQuery {
    /// Which calendars are listed.
    pub filter: CalendarFilter,
    /// The calendars after this one.
    pub after: Option<CalendarId>,
    /// The most calendars.
    pub most: usize,
    /// Whether their meetings are counted.
    pub with_meetings: bool,
}

/// A page of known calendars.
#[derive(Debug, Clone, Default)]
pub struct KnownCalendars {
    /// Those whose records can be read, in order of id.
    pub calendars: Vec<CalendarState>,
    /// Those whose records cannot be read.
    pub unreadable: Vec<UnreadableRecord>,
    /// The calendar after which the next page begins; none on the last page.
    pub next: Option<CalendarId>,
}

/// Lists a page of the known calendars.
///
/// # Errors
/// If a collaborator fails.
pub async fn list_calendars<S, D>(
    state: &S,
    decisions: &D,
    query: &CalendarQuery,
    now: Timestamp,
) -> Result<KnownCalendars, PortError>
where
    S: CalendarPages + OverrideStore + Policies + SyncStates,
    D: AgendaIndex,
{
    let windowed = state.windowed_sync_state().await?;
    let workspace = Workspace {
        policy: state.active_revision().await?,
        windowed: &windowed,
        now,
    };
    let mut page = select(state, workspace, query).await?;
    if query.with_meetings {
        page.calendars = with_meetings(decisions, workspace, page.calendars).await?;
    }
    Ok(page)
}

/// Reads the calendars with these ids, with their meetings. One that is not stored is left out.
///
/// # Errors
/// If a collaborator fails.
pub async fn read_calendars<S, D>(
    state: &S,
    decisions: &D,
    ids: &[CalendarId],
    now: Timestamp,
) -> Result<KnownCalendars, PortError>
where
    S: Calendars + OverrideStore + Policies + SyncStates,
    D: AgendaIndex,
{
    let windowed = state.windowed_sync_state().await?;
    let workspace = Workspace {
        policy: state.active_revision().await?,
        windowed: &windowed,
        now,
    };
    let mut known = states_by_id(state, workspace, ids).await?;
    known.calendars = with_meetings(decisions, workspace, known.calendars).await?;
    Ok(known)
}

/// The same without their meetings.
///
/// # Errors
/// If a collaborator fails.
pub async fn calendar_states<S>(
    state: &S,
    ids: &[CalendarId],
    now: Timestamp,
) -> Result<KnownCalendars, PortError>
where
    S: Calendars + OverrideStore + Policies + SyncStates,
{
    let windowed = state.windowed_sync_state().await?;
    let workspace = Workspace {
        policy: state.active_revision().await?,
        windowed: &windowed,
        now,
    };
    states_by_id(state, workspace, ids).await
}

async fn states_by_id<S: Calendars + OverrideStore>(
    state: &S,
    workspace: Workspace<'_>,
    ids: &[CalendarId],
) -> Result<KnownCalendars, PortError> {
    let (mut records, mut unreadable) = (Vec::new(), Vec::new());
    for id in ids {
        match state.record(id).await {
            Ok(record) => records.extend(record),
            Err(PortError::Unreadable { reason, .. }) => unreadable.push(UnreadableRecord {
                calendar_id: id.clone(),
                problem: reason,
            }),
            Err(error) => return Err(error),
        }
    }
    Ok(KnownCalendars {
        calendars: states_of(state, workspace, records).await?,
        unreadable,
        next: None,
    })
}

/// The calendars with their meetings.
pub(crate) async fn with_meetings<D: AgendaIndex>(
    decisions: &D,
    workspace: Workspace<'_>,
    calendars: Vec<CalendarState>,
) -> Result<Vec<CalendarState>, PortError> {
    stream::iter(calendars)
        .map(|calendar| one_with_meetings(decisions, workspace, calendar))
        .buffered(CONCURRENCY)
        .try_collect()
        .await
}

async fn one_with_meetings<D: AgendaIndex>(
    decisions: &D,
    workspace: Workspace<'_>,
    mut calendar: CalendarState,
) -> Result<CalendarState, PortError> {
    let meetings = workspace.meetings(decisions, &calendar.record).await?;
    calendar.meetings = Some(meetings);
    Ok(calendar)
}

/// The states of calendars, without their meetings.
pub(crate) async fn states_of<S: OverrideStore>(
    state: &S,
    workspace: Workspace<'_>,
    records: Vec<CalendarRecord>,
) -> Result<Vec<CalendarState>, PortError> {
    stream::iter(records)
        .map(|record| workspace.state(state, record))
        .buffered(CONCURRENCY)
        .try_collect()
        .await
}

/// Reads records until the page is full, the list ends, or enough were read.
async fn select<S>(
    state: &S,
    workspace: Workspace<'_>,
    query: &CalendarQuery,
) -> Result<KnownCalendars, PortError>
where
    S: CalendarPages + OverrideStore,
{
    let (mut page, mut read) = (KnownCalendars::default(), 0);
    let mut after = query.after.clone();
    loop {
        let missing = query.most.saturating_sub(page.calendars.len());
        let at_once = if query.filter == CalendarFilter::default() {
            missing.saturating_add(1).min(AT_ONCE)
        } else {
            AT_ONCE
        };
        let records = state.records_after(after.as_ref(), at_once).await?;
        read += records.records.len() + records.unreadable.len();
        let chosen = records.records.into_iter();
        let chosen = chosen.filter(|record| query.filter.selects_record(record, workspace));
        let states: Vec<_> = stream::iter(chosen)
            .map(|record| workspace.state(state, record))
            .buffered(CONCURRENCY)
            .try_filter(|one| std::future::ready(query.filter.selects_state(one)))
            .take(missing.saturating_add(1))
            .try_collect()
            .await?;
        page.calendars.extend(states);
        page.unreadable.extend(records.unreadable);
        if page.calendars.len() > query.most {
            page.cut(query.most);
            return Ok(page);
        }
        let is_last = records.next.is_none();
        after = records.next;
        if is_last || read >= MOST_READ {
            page.next = after;
            return Ok(page);
        }
    }
}

impl KnownCalendars {
    /// The first `most` calendars, with the next page behind them.
    fn cut(&mut self, most: usize) {
        self.calendars.truncate(most);
        let last = self.calendars.last();
        let last = last.map(|last| last.record.calendar.id.clone());
        self.unreadable
            .retain(|one| last.as_ref().is_some_and(|last| one.calendar_id <= *last));
        self.next = last;
    }
}

impl CalendarFilter {
    /// Whether a record alone does not exclude its calendar.
    fn selects_record(&self, record: &CalendarRecord, workspace: Workspace<'_>) -> bool {
        let calendar = &record.calendar;
        self.status.is_none_or(|status| status == calendar.status)
            && (!self.needs_full_sync || calendar.status.holds_bots())
            && (!self.has_problem || workspace.problem(record).is_some())
            && self.text.as_ref().is_none_or(|text| {
                let owner = calendar.email.as_ref().map_or("", |owner| owner.as_str());
                let text = text.to_lowercase();
                owner.to_lowercase().contains(&text)
                    || calendar.id.as_str().to_lowercase().contains(&text)
            })
            && self
                .metadata
                .iter()
                .all(|(key, value)| calendar.metadata.value(key) == Some(value.as_str()))
    }

    fn selects_state(&self, state: &CalendarState) -> bool {
        !self.needs_full_sync || state.needs_full_sync
    }
}
