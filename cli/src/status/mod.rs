//! Status of policy, calendars and decisions.

#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use callsheet_app::ports::{Calendars, Decisions, ListedCalendar, OverrideStore, Policies};
use callsheet_domain::{
    Applied, Decision, Email, PolicyRevision, Timestamp, Verdict, Wanted, needs_full_sync,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;

use crate::error::CliError;
use crate::retry::AbandonedMeeting;
use crate::workspace::Workspace;

/// Number of calendars that are read concurrently.
const CONCURRENCY: usize = 8;

/// Status of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Status {
    pub(crate) now: Timestamp,
    pub(crate) policy: PolicyStatus,
    pub(crate) calendars: Vec<CalendarSummary>,
    /// Number of calendars by status.
    pub(crate) statuses: BTreeMap<&'static str, usize>,
    /// Upcoming meetings of all calendars together.
    pub(crate) meetings: MeetingCounts,
    /// Upcoming meetings whose decision is abandoned, by start.
    pub(crate) abandoned: Vec<AbandonedMeeting>,
}

/// The active policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PolicyStatus {
    /// 0 is the built-in policy.
    pub(crate) revision: u64,
    pub(crate) at: Option<Timestamp>,
    pub(crate) by: Option<String>,
    pub(crate) note: Option<String>,
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
pub(crate) async fn run(workspace: &Workspace, now: Timestamp) -> Result<Status, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    status(&state, &decisions, now).await
}

async fn status<S, D>(state: &S, decisions: &D, now: Timestamp) -> Result<Status, CliError>
where
    S: Calendars + OverrideStore + Policies,
    D: Decisions,
{
    let active_revision = state.active_revision().await?;
    let listed = state.listed().await?;
    let read: Vec<(CalendarSummary, Vec<AbandonedMeeting>)> = stream::iter(listed)
        .map(|listed| calendar_summary((state, decisions), listed, active_revision, now))
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await?;
    let (mut calendars, abandoned): (Vec<_>, Vec<_>) = read.into_iter().unzip();
    let mut abandoned: Vec<AbandonedMeeting> = abandoned.into_iter().flatten().collect();
    abandoned.sort_by(|one, other| {
        (one.starts_at, &one.event_id).cmp(&(other.starts_at, &other.event_id))
    });
    calendars.sort_by(|one, other| (&one.owner, &one.id).cmp(&(&other.owner, &other.id)));
    let (mut statuses, mut meetings) = (BTreeMap::new(), MeetingCounts::default());
    for calendar in &calendars {
        *statuses.entry(calendar.status).or_default() += 1;
        meetings.add(&calendar.meetings);
    }
    Ok(Status {
        now,
        policy: policy_status(state, active_revision).await?,
        calendars,
        statuses,
        meetings,
        abandoned,
    })
}

async fn policy_status<S: Policies>(
    state: &S,
    revision: PolicyRevision,
) -> Result<PolicyStatus, CliError> {
    let stored = state.policy(revision).await?;
    Ok(PolicyStatus {
        revision: revision.0,
        at: stored.as_ref().map(|policy| policy.at),
        by: stored.as_ref().map(|policy| policy.by.as_str().to_owned()),
        note: stored.and_then(|policy| policy.note),
    })
}

async fn calendar_summary<S, D>(
    (state, decisions): (&S, &D),
    listed: ListedCalendar,
    active_revision: PolicyRevision,
    now: Timestamp,
) -> Result<(CalendarSummary, Vec<AbandonedMeeting>), CliError>
where
    S: OverrideStore,
    D: Decisions,
{
    let ListedCalendar {
        record,
        override_revision,
    } = listed;
    let calendar = &record.calendar;
    let pause = state.overrides(&calendar.id).await?.pause;
    let keys = decisions.of_calendar(&calendar.id, now).await?;
    let (mut meetings, mut abandoned) = (MeetingCounts::default(), Vec::new());
    for row in decisions.decisions(&keys).await?.all_readable()? {
        meetings.count(&row, now);
        abandoned.extend(AbandonedMeeting::of(&row));
    }
    let last_sync = record.last_sync.as_ref();
    let needs_full_sync = needs_full_sync(last_sync, active_revision, override_revision, now);
    let summary = CalendarSummary {
        id: calendar.id.to_string(),
        owner: calendar
            .email
            .as_ref()
            .map(Email::as_str)
            .map(str::to_owned),
        status: calendar.status.as_str(),
        synced_at: last_sync.map(|last_sync| last_sync.began_at),
        paused_until: pause.map(|pause| pause.until).filter(|until| *until > now),
        needs_full_sync: needs_full_sync && calendar.status.holds_bots(),
        meetings,
    };
    Ok((summary, abandoned))
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
