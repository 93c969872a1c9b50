//! Status of the stack: its health, policy, calendars and decisions.
//!
//! A part that cannot be read costs only itself: it is named, and the rest is shown.

mod findings;
mod health;
mod health_text;
mod policy;
mod signals;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use callsheet_app::PortError;
use callsheet_app::ports::{
    Access, ActivityLog, Calendars, DeadLetters, Decisions, ListedCalendar, MeasuredQueue,
    OverrideStore, Policies, SyncStates,
};
use callsheet_domain::{
    Applied, Decision, Email, PolicyRevision, Timestamp, Verdict, Wanted, needs_full_sync,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;

use crate::arguments::StatusArguments;
use crate::error::CliError;
use crate::retry::AbandonedMeeting;
use crate::unreadable::{UnreadableCalendar, UnreadableDecision, UnreadableEventSummary};
use crate::workspace::Workspace;
use findings::{Told, findings, synced_at};
use health::Health;
use policy::{PolicyStatus, policy_status};
use signals::{DueStatus, Queues, Signals};

/// Number of calendars that are read concurrently.
const CONCURRENCY: usize = 8;

/// Status of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Status {
    pub(crate) now: Timestamp,
    pub(crate) health: Health,
    pub(crate) policy: PolicyStatus,
    pub(crate) calendars: Vec<CalendarSummary>,
    /// Number of calendars by status.
    pub(crate) statuses: BTreeMap<&'static str, usize>,
    /// Upcoming meetings of all calendars together.
    pub(crate) meetings: MeetingCounts,
    /// Upcoming meetings whose decision is abandoned, by start.
    pub(crate) abandoned: Vec<AbandonedMeeting>,
}

/// A calendar and its meetings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CalendarSummary {
    pub(crate) id: String,
    pub(crate) owner: Option<String>,
    pub(crate) status: &'static str,
    /// When the last completed sync began.
    pub(crate) synced_at: Option<Timestamp>,
    pub(crate) paused_until: Option<Timestamp>,
    /// Whether its decisions may be outdated.
    pub(crate) needs_full_sync: bool,
    pub(crate) meetings: MeetingCounts,
}

/// Counts of meetings that are not over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct MeetingCounts {
    pub(crate) record: usize,
    pub(crate) skip: usize,
    /// Meetings whose bot is at Recall as wanted.
    pub(crate) with_bot: usize,
    /// Meetings that will be called about as soon as a permit is free.
    pub(crate) due: usize,
    /// Meetings that will be called about later, since the last call failed.
    pub(crate) waiting: usize,
    /// Meetings that may or may not have a bot at Recall.
    pub(crate) uncertain: usize,
    /// Meetings whose decision is abandoned, by reason.
    pub(crate) abandoned: BTreeMap<String, usize>,
}

/// Reads the status of the workspace.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: &StatusArguments,
    now: Timestamp,
) -> Result<Status, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let queues = Queues {
        sync: workspace.queue().await?,
        dead_letters: workspace.optional_dead_letters().await?,
    };
    status((&state, &decisions, &queues), arguments, now).await
}

async fn status<S, D, Q, L>(
    (state, decisions, queues): (&S, &D, &Queues<Q, L>),
    arguments: &StatusArguments,
    now: Timestamp,
) -> Result<Status, CliError>
where
    S: Access + ActivityLog + Calendars + OverrideStore + Policies + SyncStates,
    D: Decisions,
    Q: MeasuredQueue,
    L: DeadLetters,
{
    let signals = Signals::read(state, queues).await?;
    let policy = policy_status(state).await?;
    let active_revision = PolicyRevision(policy.revision);
    let mut read: Vec<CalendarRead> = stream::iter(state.listed().await?)
        .map(|listed| read_calendar((state, decisions), listed, active_revision, now))
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await?;
    read.sort_by(|one, other| one.order().cmp(&other.order()));
    let unreadable = state.unreadable().await?;
    let unreadable = unreadable.into_iter().map(UnreadableCalendar::of);
    let mut unreadable: Vec<_> = unreadable
        .chain(read.iter().filter_map(|one| one.unreadable.clone()))
        .collect();
    unreadable.sort();
    let told = told_by(&read, unreadable.len());
    let health = Health {
        findings: findings(&signals, &told, &policy, arguments, now),
        webhook_accepted_at: signals.activity.webhook_at,
        synced_at: synced_at(&signals, &told),
        resynced_at: signals.activity.resynced_at,
        scheduler_ran_at: signals.activity.scheduler_ran_at,
        sync_queue: signals.sync_queue,
        dead_letters: signals.dead_letters,
        denial: signals.denial,
        unreadable_calendars: unreadable,
        unreadable_decisions: read
            .iter_mut()
            .flat_map(|one| std::mem::take(&mut one.unreadable_decisions))
            .collect(),
        unreadable_event_count: told.unreadable_events,
        unreadable_events: read
            .iter_mut()
            .flat_map(|one| std::mem::take(&mut one.unreadable_events))
            .collect(),
        due: told.due,
    };
    Ok(Status::of(now, health, policy, read))
}

/// Adds up what the calendars tell.
fn told_by(read: &[CalendarRead], unreadable_calendars: usize) -> Told {
    let connected = read.iter().filter(|one| one.is_connected);
    let mut told = Told {
        connected: connected.count(),
        unreadable_calendars,
        ..Told::default()
    };
    for one in read {
        let known_since = told.known_since.unwrap_or(one.changed_at);
        told.known_since = Some(known_since.min(one.changed_at));
        told.last_change_at = told.last_change_at.max(one.last_change_at);
        told.calendar_synced_at = told.calendar_synced_at.max(one.summary.synced_at);
        told.newest_policy_used = told.newest_policy_used.max(one.newest_policy_used);
        told.due.add(one.due.clone());
        told.unreadable_decisions += one.unreadable_decisions.len();
        told.unreadable_events += one.unreadable_event_count;
        told.abandoned += one.abandoned.len();
    }
    told
}

impl Status {
    fn of(now: Timestamp, health: Health, policy: PolicyStatus, read: Vec<CalendarRead>) -> Self {
        let (mut statuses, mut meetings) = (BTreeMap::new(), MeetingCounts::default());
        let (mut calendars, mut abandoned) = (Vec::new(), Vec::new());
        for one in read {
            *statuses.entry(one.summary.status).or_default() += 1;
            meetings.add(&one.summary.meetings);
            calendars.push(one.summary);
            abandoned.extend(one.abandoned);
        }
        abandoned.sort_by(|one: &AbandonedMeeting, other| {
            (one.starts_at, &one.event_id).cmp(&(other.starts_at, &other.event_id))
        });
        Self {
            now,
            health,
            policy,
            calendars,
            statuses,
            meetings,
            abandoned,
        }
    }
}

/// What was read of one calendar.
struct CalendarRead {
    summary: CalendarSummary,
    is_connected: bool,
    /// When the calendar itself last changed at Recall.
    changed_at: Timestamp,
    abandoned: Vec<AbandonedMeeting>,
    due: DueStatus,
    /// When one of its events last changed, if it is connected.
    last_change_at: Option<Timestamp>,
    newest_policy_used: u64,
    unreadable_decisions: Vec<UnreadableDecision>,
    unreadable_event_count: usize,
    unreadable_events: Vec<UnreadableEventSummary>,
    /// The problem of its overrides.
    unreadable: Option<UnreadableCalendar>,
}

impl CalendarRead {
    fn order(&self) -> (&Option<String>, &String) {
        (&self.summary.owner, &self.summary.id)
    }

    fn count(&mut self, row: &Decision, now: Timestamp) {
        self.summary.meetings.count(row, now);
        self.abandoned.extend(AbandonedMeeting::of(row));
        self.due.count(row, now);
        self.newest_policy_used = self.newest_policy_used.max(row.inputs.policy.0);
        if self.is_connected {
            self.last_change_at = self.last_change_at.max(Some(row.inputs.event));
        }
    }
}

async fn read_calendar<S, D>(
    (state, decisions): (&S, &D),
    listed: ListedCalendar,
    active_revision: PolicyRevision,
    now: Timestamp,
) -> Result<CalendarRead, CliError>
where
    S: OverrideStore,
    D: Decisions,
{
    let calendar = &listed.record.calendar;
    let (pause, unreadable) = match state.overrides(&calendar.owner()).await {
        Ok(overrides) => (overrides.pause, None),
        Err(PortError::Unreadable { reason, .. }) => (None, Some(reason)),
        Err(error) => return Err(error.into()),
    };
    let keys = decisions.of_calendar(&calendar.id, now).await?;
    let rows = decisions.decisions(&keys).await?;
    let last_sync = listed.record.last_sync.as_ref();
    let unreadable_decisions = rows.unreadable.into_iter();
    let mut read = CalendarRead {
        summary: CalendarSummary {
            paused_until: pause.map(|pause| pause.until).filter(|until| *until > now),
            ..CalendarSummary::of(&listed, active_revision, now)
        },
        is_connected: calendar.status.holds_bots(),
        changed_at: calendar.updated_at,
        abandoned: Vec::new(),
        due: DueStatus::default(),
        last_change_at: None,
        newest_policy_used: last_sync.map_or(0, |last_sync| last_sync.policy.0),
        unreadable_decisions: unreadable_decisions.map(UnreadableDecision::of).collect(),
        unreadable_event_count: listed.record.unreadable_events.count(),
        unreadable_events: UnreadableEventSummary::all_of(&listed.record),
        unreadable: unreadable.map(|problem| UnreadableCalendar {
            id: calendar.id.to_string(),
            problem,
        }),
    };
    for row in &rows.decisions {
        read.count(row, now);
    }
    Ok(read)
}

impl CalendarSummary {
    /// The calendar, before its pause and its meetings are known.
    fn of(listed: &ListedCalendar, active_revision: PolicyRevision, now: Timestamp) -> Self {
        let ListedCalendar {
            record,
            override_revision,
        } = listed;
        let (calendar, last_sync) = (&record.calendar, record.last_sync.as_ref());
        let needs_full_sync = needs_full_sync(last_sync, active_revision, *override_revision, now);
        let owner = calendar.email.as_ref().map(Email::as_str);
        Self {
            id: calendar.id.to_string(),
            owner: owner.map(str::to_owned),
            status: calendar.status.as_str(),
            synced_at: last_sync.map(|last_sync| last_sync.began_at),
            paused_until: None,
            needs_full_sync: needs_full_sync && calendar.status.holds_bots(),
            meetings: MeetingCounts::default(),
        }
    }
}

impl MeetingCounts {
    fn count(&mut self, row: &Decision, now: Timestamp) {
        match row.verdict {
            Verdict::Record(_) => self.record += 1,
            Verdict::Skip(_) => self.skip += 1,
        }
        match (&row.wanted, &row.applied) {
            (Wanted::Bot(wanted), Applied::Bot(bot)) if bot.is(wanted) => self.with_bot += 1,
            (_, Applied::Uncertain(_)) => self.uncertain += 1,
            _ => {}
        }
        if row.is_due() {
            let waits = row.attempts.not_before.is_some_and(|at| at > now);
            *(if waits {
                &mut self.waiting
            } else {
                &mut self.due
            }) += 1;
        }
        if let Some(abandoned) = row.abandoned.as_ref().filter(|_| row.is_abandoned()) {
            *self.abandoned.entry(abandoned.reason.clone()).or_default() += 1;
        }
    }

    fn add(&mut self, other: &Self) {
        self.record += other.record;
        self.skip += other.skip;
        self.with_bot += other.with_bot;
        self.due += other.due;
        self.waiting += other.waiting;
        self.uncertain += other.uncertain;
        for (reason, count) in &other.abandoned {
            *self.abandoned.entry(reason.clone()).or_default() += count;
        }
    }
}
