//! Status of the stack: its health, policy, and totals of its calendars and meetings.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_app::status::{self as read, WorkspaceStatus};
use callsheet_domain::{Email, Operation, PermitUse, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::calendars::{CalendarRow, problem_of_overrides, problem_text};
pub use crate::finding::{Finding, FindingKind};
pub use crate::findings::Periods;
use crate::findings::findings;
pub use crate::meeting_alerts::{MeetingAlert, MeetingAlerts};
pub use crate::meeting_counts::MeetingCounts;
use crate::retry::AbandonedMeeting;
use crate::signals::Signals;
pub use crate::signals::{DenialStatus, DueStatus, Measured, PolicyStatus, QueueStatus};
use crate::told::{Told, synced_at};
use crate::unreadable::{UnreadableCalendar, UnreadableDecision, UnreadableEventSummary};

/// Status of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Status {
    /// When this was read.
    pub now: Timestamp,
    /// Health of the stack.
    pub health: Health,
    /// The active policy.
    pub policy: PolicyStatus,
    /// Totals of the calendars.
    pub totals: CalendarTotals,
    /// A full sync of the workspace that is in progress.
    pub full_sync: Option<FullSync>,
    /// Each calendar with its upcoming meetings, by owner; none if there are more than twenty:
    /// `callsheet calendars list` has them.
    pub calendars: Option<Vec<CalendarRow>>,
    /// The meetings of today and tomorrow, in all calendars.
    pub meetings: MeetingsOfDays,
    /// The alerts about meetings that run.
    pub alerts: MeetingAlerts,
    /// Upcoming meetings whose decision is abandoned.
    pub abandoned: Abandoned,
    /// How much of each rate limit at Recall is used, as far as a permit was ever acquired.
    pub calls: Vec<CallsOfMinute>,
}

/// How much of a rate limit is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CallsOfMinute {
    /// The kind of calls, such as `list-events`.
    pub operation: &'static str,
    /// Calls for which a permit was acquired in the last whole minute of the clock.
    pub last_minute: u32,
    /// The most calls of a minute.
    pub limit: u32,
}

/// Totals of the calendars whose records can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CalendarTotals {
    /// Number of them.
    pub calendars: usize,
    /// Number of them by status at Recall.
    pub statuses: BTreeMap<String, usize>,
    /// Number of those whose decisions may be outdated.
    pub needing_full_sync: usize,
    /// Number of those that have a problem.
    pub with_problem: usize,
    /// The first of those, at most twenty, the most urgent problems first.
    pub problems: Vec<ProblemCalendar>,
}

/// A calendar that has a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProblemCalendar {
    /// Recall's id of the calendar.
    pub id: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// What is wrong with it.
    pub problem: String,
}

/// A full sync of the workspace that is in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FullSync {
    /// When it began.
    pub began_at: Timestamp,
    /// The revision of the policy that it decides by.
    pub policy: u64,
    /// Every meeting that starts before this instant is decided by that policy.
    pub decided_until: Timestamp,
    /// Number of pages that it has listed so far.
    pub pages: u32,
}

/// Meetings that start today or tomorrow and are not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MeetingsOfDays {
    /// When today begins.
    pub today_at: Timestamp,
    /// When tomorrow begins.
    pub tomorrow_at: Timestamp,
    /// When tomorrow ends.
    pub until: Timestamp,
    /// Those of today.
    pub today: MeetingCounts,
    /// Those of tomorrow.
    pub tomorrow: MeetingCounts,
}

/// Upcoming meetings whose decision is abandoned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Abandoned {
    /// Number of them by reason; of the first thousand, if there are more.
    pub by_reason: BTreeMap<String, usize>,
    /// Whether there are more.
    pub has_more: bool,
    /// The first of them, at most twenty, by start.
    pub meetings: Vec<AbandonedMeeting>,
    /// Titles of all that were counted, which reasons may quote.
    #[serde(skip)]
    pub titles: BTreeSet<String>,
}

/// Health of the stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Health {
    /// Each problem that needs a person; empty if the stack is healthy.
    pub findings: Vec<Finding>,
    /// When the newest webhook about events that sync has received was accepted.
    pub webhook_accepted_at: Option<Timestamp>,
    /// The same of a webhook about a bot.
    pub bot_webhook_accepted_at: Option<Timestamp>,
    /// When the last sync finished, of the workspace or of a calendar.
    pub synced_at: Option<Timestamp>,
    /// When the last resync finished.
    pub resynced_at: Option<Timestamp>,
    /// When the last scheduler run finished.
    pub scheduler_ran_at: Option<Timestamp>,
    /// Messages in the sync queue.
    pub sync_queue: Measured<QueueStatus>,
    /// Number of dead letters.
    pub dead_letters: Measured<u64>,
    /// Denial of the API key by Recall.
    pub denial: Option<DenialStatus>,
    /// Calendars with stored rows that cannot be read.
    pub unreadable_calendars: Vec<UnreadableCalendar>,
    /// Decisions that cannot be read, of the meetings of today and tomorrow and of those that are
    /// due or abandoned; of few calendars of all upcoming meetings.
    pub unreadable_decisions: Vec<UnreadableDecision>,
    /// Number of events that Recall lists in a shape that cannot be read.
    pub unreadable_event_count: usize,
    /// The first of those that are named, at most twenty.
    pub unreadable_events: Vec<UnreadableEventSummary>,
    /// Calls that are to be made.
    pub due: DueStatus,
}

impl Status {
    /// Represents the status that was read at `now`.
    #[must_use]
    pub fn of(read: WorkspaceStatus, periods: Periods, now: Timestamp) -> Self {
        let policy = PolicyStatus::of(&read.policy);
        let signals = Signals::of(&read.signals);
        let unreadable_calendars = unreadable_calendars(&read);
        let told = Told::by(&read, unreadable_calendars.len());
        let findings = findings((&signals, &told, &policy), periods, now);
        Self {
            now,
            totals: CalendarTotals::of(&read.totals),
            full_sync: read.full_sync.map(FullSync::of),
            calendars: read.few.as_deref().map(CalendarRow::all_of),
            meetings: MeetingsOfDays::of(&read.meetings),
            alerts: MeetingAlerts::of(&read.alerts),
            abandoned: Abandoned::of(&read.abandoned),
            calls: CallsOfMinute::all_of(&read.signals.calls, now),
            health: Health::of(read, signals, unreadable_calendars, (told, findings)),
            policy,
        }
    }
}

fn unreadable_calendars(read: &WorkspaceStatus) -> Vec<UnreadableCalendar> {
    let mut all = UnreadableCalendar::all_of(read.unreadable_calendars.clone());
    let few = read.few.iter().flatten().filter_map(problem_of_overrides);
    all.extend(few);
    all.sort();
    // A head that cannot be read is found in the list of calendars, and once more by itself.
    all.dedup_by(|one, other| one.id == other.id);
    all
}

impl Health {
    fn of(
        read: WorkspaceStatus,
        signals: Signals,
        unreadable_calendars: Vec<UnreadableCalendar>,
        (told, findings): (Told, Vec<Finding>),
    ) -> Self {
        let named_events = read.totals.named_events.iter();
        Self {
            findings,
            webhook_accepted_at: signals.activity.webhook_at,
            bot_webhook_accepted_at: signals.activity.bot_webhook_at,
            synced_at: synced_at(&signals, &told),
            resynced_at: signals.activity.resynced_at,
            scheduler_ran_at: signals.activity.scheduler_ran_at,
            sync_queue: signals.sync_queue,
            dead_letters: signals.dead_letters,
            denial: signals.denial,
            unreadable_calendars,
            unreadable_event_count: told.unreadable_events,
            unreadable_events: named_events
                .map(|(calendar, event)| UnreadableEventSummary::of(calendar, event))
                .collect(),
            unreadable_decisions: UnreadableDecision::all_of(read.unreadable_decisions),
            due: told.due,
        }
    }
}

impl CalendarTotals {
    fn of(read: &read::CalendarTotals) -> Self {
        let problem = |one: &read::ProblemCalendar| ProblemCalendar {
            id: one.id.to_string(),
            owner: one.owner.as_ref().map(Email::as_str).map(str::to_owned),
            problem: problem_text(&one.problem),
        };
        Self {
            calendars: read.statuses.values().sum(),
            statuses: read.statuses.clone(),
            needing_full_sync: read.needing_full_sync,
            with_problem: read.with_problem,
            problems: read.problems.iter().map(problem).collect(),
        }
    }
}

impl CallsOfMinute {
    fn all_of(used: &[(Operation, PermitUse)], now: Timestamp) -> Vec<Self> {
        let one = |(operation, used): &(Operation, PermitUse)| Self {
            operation: operation.as_str(),
            last_minute: used.of_last_minute(now),
            limit: used.limit,
        };
        used.iter().map(one).collect()
    }
}

impl FullSync {
    fn of(read: read::FullSync) -> Self {
        Self {
            began_at: read.began_at,
            policy: read.policy.0,
            decided_until: read.decided_until,
            pages: read.pages,
        }
    }
}

impl MeetingsOfDays {
    fn of(read: &read::MeetingsOfDays) -> Self {
        Self {
            today_at: read.days.today,
            tomorrow_at: read.days.tomorrow,
            until: read.days.end,
            today: MeetingCounts::of(&read.today),
            tomorrow: MeetingCounts::of(&read.tomorrow),
        }
    }
}

/// The most abandoned meetings that are named.
const MOST_NAMED: usize = 20;

impl Abandoned {
    fn of(read: &read::Abandoned) -> Self {
        let named = read.decisions.len().min(MOST_NAMED);
        Self {
            by_reason: read.by_reason(),
            has_more: read.has_more,
            meetings: AbandonedMeeting::all_of(&read.decisions[..named]),
            titles: read
                .decisions
                .iter()
                .filter_map(|row| row.title.clone())
                .collect(),
        }
    }

    /// Number of those that were counted.
    #[must_use]
    pub fn count(&self) -> usize {
        self.by_reason.values().sum()
    }
}
