//! The policy, the calendars and the decisions as they stand.

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
use crate::retry::Meeting;

/// Calendars that are asked about at once.
const AT_ONCE: usize = 8;

/// How things stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Status {
    pub(crate) now: Timestamp,
    pub(crate) policy: PolicyShown,
    pub(crate) calendars: Vec<CalendarStanding>,
    /// How many calendars there are of each status.
    pub(crate) statuses: BTreeMap<&'static str, usize>,
    /// All calendars' upcoming meetings together.
    pub(crate) meetings: Tally,
    /// Meetings to come that were given up on, in order of start.
    pub(crate) gave_up: Vec<Meeting>,
}

/// The policy that is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PolicyShown {
    /// 0 is the one that is built in.
    pub(crate) revision: u64,
    pub(crate) at: Option<Timestamp>,
    pub(crate) by: Option<String>,
    pub(crate) note: Option<String>,
}

/// How a calendar stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CalendarStanding {
    pub(crate) id: String,
    pub(crate) owner: Option<String>,
    pub(crate) status: &'static str,
    /// When the last finished look began.
    pub(crate) looked_at: Option<Timestamp>,
    pub(crate) paused_until: Option<Timestamp>,
    /// It is owed a look at everything.
    pub(crate) is_owed_a_look: bool,
    pub(crate) meetings: Tally,
}

/// Upcoming meetings, those that are under way included.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Tally {
    pub(crate) record: usize,
    pub(crate) skip: usize,
    /// Those whose bot is at Recall as wanted.
    pub(crate) with_bot: usize,
    /// To be called about as soon as it is their turn.
    pub(crate) due: usize,
    /// To be called about later: the last call failed.
    pub(crate) waiting: usize,
    /// Those of which it is not certain what is at Recall.
    pub(crate) uncertain_bot: usize,
    /// Given up on, by the reason.
    pub(crate) abandoned: BTreeMap<String, usize>,
}

/// Reads how things stand.
pub(crate) async fn status<S, D>(
    state: &S,
    decisions: &D,
    now: Timestamp,
) -> Result<Status, CliError>
where
    S: Calendars + OverrideStore + Policies,
    D: Decisions,
{
    let active_revision = state.active_revision().await?;
    let stored = state.policy(active_revision).await?;
    let listed = state.listed().await?;
    let standings: Vec<(CalendarStanding, Vec<Meeting>)> = stream::iter(listed)
        .map(|listed| standing((state, decisions), listed, active_revision, now))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let (mut calendars, gave_up): (Vec<_>, Vec<_>) = standings.into_iter().unzip();
    let mut gave_up: Vec<Meeting> = gave_up.into_iter().flatten().collect();
    gave_up.sort_by(|one, other| {
        (one.starts_at, &one.event_id).cmp(&(other.starts_at, &other.event_id))
    });
    calendars.sort_by(|one, other| (&one.owner, &one.id).cmp(&(&other.owner, &other.id)));
    let (mut statuses, mut meetings) = (BTreeMap::new(), Tally::default());
    for calendar in &calendars {
        *statuses.entry(calendar.status).or_default() += 1;
        meetings.add(&calendar.meetings);
    }
    Ok(Status {
        now,
        policy: PolicyShown {
            revision: active_revision.0,
            at: stored.as_ref().map(|policy| policy.at),
            by: stored.as_ref().map(|policy| policy.by.as_str().to_owned()),
            note: stored.and_then(|policy| policy.note),
        },
        calendars,
        statuses,
        meetings,
        gave_up,
    })
}

async fn standing<S, D>(
    (state, decisions): (&S, &D),
    listed: ListedCalendar,
    active_revision: PolicyRevision,
    now: Timestamp,
) -> Result<(CalendarStanding, Vec<Meeting>), CliError>
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
    let (mut meetings, mut gave_up) = (Tally::default(), Vec::new());
    for row in decisions.decisions(&keys).await? {
        meetings.count(&row, now);
        gave_up.extend(Meeting::given_up_on(&row));
    }
    let last_sync = record.last_sync.as_ref();
    let needs_full_sync = needs_full_sync(last_sync, active_revision, override_revision, now);
    let standing = CalendarStanding {
        id: calendar.id.to_string(),
        owner: calendar
            .email
            .as_ref()
            .map(Email::as_str)
            .map(str::to_owned),
        status: calendar.status.as_str(),
        looked_at: last_sync.map(|last_sync| last_sync.began_at),
        paused_until: pause.map(|pause| pause.until).filter(|until| *until > now),
        is_owed_a_look: needs_full_sync && calendar.status.holds_bots(),
        meetings,
    };
    Ok((standing, gave_up))
}

impl Tally {
    fn count(&mut self, row: &Decision, now: Timestamp) {
        match row.verdict {
            Verdict::Record(_) => self.record += 1,
            Verdict::Skip(_) => self.skip += 1,
        }
        match (&row.wanted, &row.applied) {
            (Wanted::Bot(wanted), Applied::Bot(bot)) if bot.is(wanted) => self.with_bot += 1,
            (_, Applied::Uncertain(_)) => self.uncertain_bot += 1,
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
        self.uncertain_bot += other.uncertain_bot;
        for (reason, count) in &other.abandoned {
            *self.abandoned.entry(reason.clone()).or_default() += count;
        }
    }
}
