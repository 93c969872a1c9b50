//! Status of the stack: totals of what its functions did last, its policy, calendars and
//! meetings.
//!
//! The calendars' records are read, the entries of today's and tomorrow's meetings in an index (and
//! before noon of yesterday's late ones, which may still run), and a bounded number of decisions
//! that need attention. Only of a workspace of few calendars
//! is each one read with its meetings. A part that cannot be read costs only itself: it is
//! named, and the rest is read.

mod alerts;
mod days;
mod due;
mod policy;
mod signals;
mod totals;

use std::mem;

use callsheet_domain::{
    CalendarRecord, PolicyRevision, Timestamp, WindowedSyncState, WorkspaceSyncState,
};
use futures_util::future::{try_join, try_join3};

use crate::PortError;
use crate::calendar_state::{CalendarMeetings, CalendarState, Workspace};
use crate::list_calendars::{states_of, with_meetings};
pub use crate::meeting_counts::MeetingCounts;
use crate::ports::{
    Access, ActivityLog, AgendaIndex, Calendars, DeadLetters, DecisionOverview, Decisions,
    ListedCalendar, MeasuredQueue, OverrideStore, Policies, RateLimitUse, SyncStates,
    UnreadableRecord, UnreadableRow,
};
pub use alerts::{MeetingAlert, MeetingAlerts};
pub use days::{Days, MeetingsOfDays};
pub use due::{Abandoned, DueCounts};
use due::{read_abandoned, read_due};
pub use policy::PolicyState;
use policy::policy_state;
pub use signals::{Measured, Queues, Signals};
pub use totals::{CalendarTotals, ProblemCalendar};

/// A workspace with no more calendars than this is shown calendar by calendar.
const FEW: usize = 20;

/// Status of the workspace.
#[derive(Debug)]
pub struct WorkspaceStatus {
    /// What is stored about the stack itself, and the state of its queues.
    pub signals: Signals,
    /// The active policy.
    pub policy: PolicyState,
    /// Totals of the calendars.
    pub totals: CalendarTotals,
    /// A full sync of the workspace that is in progress.
    pub full_sync: Option<FullSync>,
    /// The calendars whose records cannot be read.
    pub unreadable_calendars: Vec<UnreadableRecord>,
    /// Each calendar, in any order, if they are few.
    pub few: Option<Vec<CalendarState>>,
    /// The meetings of today and tomorrow.
    pub meetings: MeetingsOfDays,
    /// The alerts about meetings that run.
    pub alerts: MeetingAlerts,
    /// The calls that are to be made.
    pub due: DueCounts,
    /// The abandoned decisions.
    pub abandoned: Abandoned,
    /// Decisions that cannot be read, of those that were read.
    pub unreadable_decisions: Vec<UnreadableRow>,
    /// When an event last changed, as far as it is known.
    pub last_change_at: Option<Timestamp>,
    /// The newest revision of the policy that decisions were made with.
    pub newest_policy_used: PolicyRevision,
}

/// A full sync of the workspace that is in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FullSync {
    /// When it began.
    pub began_at: Timestamp,
    /// The policy that it decides by.
    pub policy: PolicyRevision,
    /// Every meeting that starts before this instant is decided.
    pub decided_until: Timestamp,
    /// The number of pages that it has listed.
    pub pages: u32,
}

impl FullSync {
    fn of(state: &WindowedSyncState) -> Option<Self> {
        let sync = state.full_sync()?;
        // One that waits begins its window anew.
        let in_progress = state.in_progress.as_ref();
        let in_progress = in_progress.filter(|in_progress| in_progress.mark == *sync);
        let of_window = in_progress.map_or(0, |in_progress| in_progress.pages);
        Some(Self {
            began_at: sync.began_at,
            policy: sync.policy,
            decided_until: sync.decided_until(),
            pages: sync.pages_before.saturating_add(of_window),
        })
    }
}

/// Reads the status of the workspace at `now`.
///
/// # Errors
/// If a collaborator fails.
pub async fn status<S, D, Q, L>(
    (state, decisions, queues): (&S, &D, &Queues<Q, L>),
    days: Days,
    now: Timestamp,
) -> Result<WorkspaceStatus, PortError>
where
    S: Access + ActivityLog + Calendars + OverrideStore + Policies + RateLimitUse + SyncStates,
    D: AgendaIndex + Decisions + DecisionOverview,
    Q: MeasuredQueue,
    L: DeadLetters,
{
    let synced = state.workspace().await?;
    let windowed = state.windowed_sync_state().await?;
    let policy = policy_state(state).await?;
    let workspace = Workspace {
        policy: policy.revision,
        windowed: &windowed,
        now,
    };
    let (listed, unreadable_calendars) = try_join(state.listed(), state.unreadable()).await?;
    let totals = CalendarTotals::of(&listed, workspace);
    let few = read_few((state, decisions), workspace, listed).await?;
    let (mut meetings, (due, of_due), (abandoned, of_abandoned)) = try_join3(
        MeetingsOfDays::read(decisions, days, now),
        read_due(decisions, now),
        read_abandoned(decisions, now),
    )
    .await?;
    let alerts = mem::take(&mut meetings.alerts);
    let unreadable = [mem::take(&mut meetings.unreadable), of_due, of_abandoned];
    let meetings_of_few = few.iter().flatten().filter_map(|one| one.meetings.as_ref());
    let meetings_of_few: Vec<_> = meetings_of_few.collect();
    let last_change_at = meetings_of_few.iter().filter_map(|one| one.last_change_at);
    Ok(WorkspaceStatus {
        signals: Signals::read(state, queues, synced.latest.as_ref()).await?,
        last_change_at: last_change_at.max().max(synced.changed_since),
        newest_policy_used: newest_policy(&totals, &meetings_of_few, (&synced, &windowed)),
        unreadable_decisions: each_once(&meetings_of_few, unreadable.concat()),
        alerts: MeetingAlerts::read(decisions, alerts, now).await?,
        full_sync: FullSync::of(&windowed),
        policy,
        totals,
        unreadable_calendars,
        few,
        meetings,
        due,
        abandoned,
    })
}

/// Each calendar with its meetings; none if they are many.
async fn read_few<S: OverrideStore, D: AgendaIndex>(
    (state, decisions): (&S, &D),
    workspace: Workspace<'_>,
    listed: Vec<ListedCalendar>,
) -> Result<Option<Vec<CalendarState>>, PortError> {
    if listed.len() > FEW {
        return Ok(None);
    }
    let records = listed.into_iter();
    let records: Vec<CalendarRecord> = records.map(|listed| listed.record).collect();
    let states = states_of(state, workspace, records).await?;
    Ok(Some(with_meetings(decisions, workspace, states).await?))
}

/// The newest revision of the policy that decided, as far as it is known.
fn newest_policy(
    totals: &CalendarTotals,
    meetings_of_few: &[&CalendarMeetings],
    (synced, windowed): (&WorkspaceSyncState, &WindowedSyncState),
) -> PolicyRevision {
    let of_few = meetings_of_few
        .iter()
        .map(|meetings| meetings.newest_policy);
    let of_workspace = synced.latest.iter().map(|sync| sync.reach.policy);
    let in_progress = windowed.in_progress.iter().map(|sync| sync.mark.policy);
    let completed = windowed.completed.iter().map(|done| done.sync.policy);
    let known = of_few
        .chain(of_workspace)
        .chain(in_progress)
        .chain(completed);
    known.fold(totals.newest_policy, Ord::max)
}

/// Rows that cannot be read, those of few calendars included, in order of key.
fn each_once(
    meetings_of_few: &[&CalendarMeetings],
    mut rows: Vec<UnreadableRow>,
) -> Vec<UnreadableRow> {
    let of_few = meetings_of_few.iter().flat_map(|one| &one.unreadable);
    rows.extend(of_few.cloned());
    rows.sort_unstable();
    // An index and the table may name different problems of a row.
    rows.dedup_by(|one, other| one.key == other.key);
    rows
}
