//! Status of the stack: what its functions did last, its policy, calendars and decisions.
//!
//! A part that cannot be read costs only itself: it is named, and the rest is read.

mod counts;
mod policy;
mod signals;

use callsheet_domain::{CalendarRecord, Decision, PolicyRevision, Timestamp, needs_full_sync};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::PortError;
use crate::ports::{
    Access, ActivityLog, Calendars, DeadLetters, Decisions, ListedCalendar, MeasuredQueue,
    OverrideStore, Policies, SyncStates, UnreadableRecord, UnreadableRow,
};
pub use counts::{DueCounts, MeetingCounts};
pub use policy::PolicyState;
use policy::policy_state;
pub use signals::{Measured, Queues, Signals};

/// Number of calendars that are read concurrently.
const CONCURRENCY: usize = 8;

/// Status of the workspace.
#[derive(Debug)]
pub struct WorkspaceStatus {
    /// What is stored about the stack itself, and the state of its queues.
    pub signals: Signals,
    /// The active policy.
    pub policy: PolicyState,
    /// Each known calendar whose record can be read, in any order.
    pub calendars: Vec<CalendarStatus>,
    /// Those whose records cannot be read.
    pub unreadable: Vec<UnreadableRecord>,
}

/// A calendar, and its meetings that are not over.
#[derive(Debug)]
pub struct CalendarStatus {
    /// Its record.
    pub record: CalendarRecord,
    /// End of its pause, if it is paused.
    pub paused_until: Option<Timestamp>,
    /// Whether its decisions may be outdated.
    pub needs_full_sync: bool,
    /// Its meetings.
    pub meetings: MeetingCounts,
    /// The calls that are to be made.
    pub due: DueCounts,
    /// Its abandoned decisions.
    pub abandoned: Vec<Decision>,
    /// When one of its events last changed, if it is connected.
    pub last_change_at: Option<Timestamp>,
    /// The newest revision of the policy that decisions were made with.
    pub newest_policy_used: PolicyRevision,
    /// Its decisions that cannot be read.
    pub unreadable: Vec<UnreadableRow>,
    /// Why its overrides cannot be read.
    pub overrides_problem: Option<String>,
}

/// Reads the status of the workspace.
///
/// # Errors
/// If a collaborator fails.
pub async fn status<S, D, Q, L>(
    (state, decisions, queues): (&S, &D, &Queues<Q, L>),
    now: Timestamp,
) -> Result<WorkspaceStatus, PortError>
where
    S: Access + ActivityLog + Calendars + OverrideStore + Policies + SyncStates,
    D: Decisions,
    Q: MeasuredQueue,
    L: DeadLetters,
{
    let signals = Signals::read(state, queues).await?;
    let policy = policy_state(state).await?;
    let calendars = stream::iter(state.listed().await?)
        .map(|listed| read_calendar((state, decisions), listed, policy.revision, now))
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await?;
    Ok(WorkspaceStatus {
        signals,
        policy,
        calendars,
        unreadable: state.unreadable().await?,
    })
}

async fn read_calendar<S, D>(
    (state, decisions): (&S, &D),
    listed: ListedCalendar,
    active_revision: PolicyRevision,
    now: Timestamp,
) -> Result<CalendarStatus, PortError>
where
    S: OverrideStore,
    D: Decisions,
{
    let ListedCalendar {
        person: _,
        unapplied: _,
        record,
        override_revision,
    } = listed;
    let calendar = &record.calendar;
    let (pause, overrides_problem) = match state.overrides(&calendar.owner()).await {
        Ok(overrides) => (overrides.pause, None),
        Err(PortError::Unreadable { reason, .. }) => (None, Some(reason)),
        Err(error) => return Err(error),
    };
    let keys = decisions.of_calendar(&calendar.id, now).await?;
    let rows = decisions.decisions(&keys).await?;
    let last_sync = record.last_sync.as_ref();
    let needs_full_sync = needs_full_sync(last_sync, active_revision, override_revision, now);
    let mut read = CalendarStatus {
        paused_until: pause.map(|pause| pause.until).filter(|until| *until > now),
        needs_full_sync: needs_full_sync && calendar.status.holds_bots(),
        meetings: MeetingCounts::default(),
        due: DueCounts::default(),
        abandoned: Vec::new(),
        last_change_at: None,
        newest_policy_used: last_sync.map_or_else(PolicyRevision::default, |sync| sync.policy),
        unreadable: rows.unreadable,
        overrides_problem,
        record,
    };
    for row in rows.decisions {
        read.count(row, now);
    }
    Ok(read)
}

impl CalendarStatus {
    fn count(&mut self, row: Decision, now: Timestamp) {
        self.meetings.count(&row, now);
        self.due.count(&row, now);
        self.newest_policy_used = self.newest_policy_used.max(row.inputs.policy);
        if self.record.calendar.status.holds_bots() {
            self.last_change_at = self.last_change_at.max(Some(row.inputs.event));
        }
        if row.is_abandoned() {
            self.abandoned.push(row);
        }
    }
}
