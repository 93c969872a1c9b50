//! Status of the stack: its health, policy, calendars and decisions.

use std::collections::BTreeMap;

use callsheet_app::status::{self as read, WorkspaceStatus};
use callsheet_domain::{Email, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

pub use crate::finding::{Finding, FindingKind};
pub use crate::findings::Periods;
use crate::findings::findings;
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
    /// The calendars.
    pub calendars: Vec<CalendarSummary>,
    /// Number of calendars by status.
    pub statuses: BTreeMap<String, usize>,
    /// Upcoming meetings of all calendars together.
    pub meetings: MeetingCounts,
    /// Upcoming meetings whose decision is abandoned, by start.
    pub abandoned: Vec<AbandonedMeeting>,
}

/// A calendar and its meetings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CalendarSummary {
    /// Recall's id of the calendar.
    pub id: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// The calendar's status at Recall.
    #[schemars(extend("enum" = ["connecting", "connected", "disconnected", "deleted"]))]
    pub status: String,
    /// When the last completed sync began.
    pub synced_at: Option<Timestamp>,
    /// End of its pause, if it is paused.
    pub paused_until: Option<Timestamp>,
    /// Whether its decisions may be outdated.
    pub needs_full_sync: bool,
    /// Its upcoming meetings.
    pub meetings: MeetingCounts,
}

/// Counts of meetings that are not over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct MeetingCounts {
    /// Meetings that are to be recorded.
    pub record: usize,
    /// Meetings that are not.
    pub skip: usize,
    /// Meetings whose bot is at Recall as wanted.
    pub with_bot: usize,
    /// Meetings that will be called about as soon as a permit is free.
    pub due: usize,
    /// Meetings that will be called about later, since the last call failed.
    pub waiting: usize,
    /// Meetings that may or may not have a bot at Recall.
    pub uncertain: usize,
    /// Meetings whose decision is abandoned, by reason.
    pub abandoned: BTreeMap<String, usize>,
}

/// Health of the stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Health {
    /// Each problem that needs a person; empty if the stack is healthy.
    pub findings: Vec<Finding>,
    /// When the newest webhook that sync has received was accepted.
    pub webhook_accepted_at: Option<Timestamp>,
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
    /// Decisions that cannot be read.
    pub unreadable_decisions: Vec<UnreadableDecision>,
    /// Number of events that Recall lists in a shape that cannot be read.
    pub unreadable_event_count: usize,
    /// Those that are named, at most twenty of a calendar.
    pub unreadable_events: Vec<UnreadableEventSummary>,
    /// Calls that are to be made.
    pub due: DueStatus,
}

impl Status {
    /// Represents the status that was read at `now`.
    #[must_use]
    pub fn of(read: WorkspaceStatus, periods: Periods, now: Timestamp) -> Self {
        let policy = PolicyStatus::of(&read.policy);
        let told = Told::by(&read);
        let signals = Signals::of(&read.signals);
        let findings = findings((&signals, &told, &policy), periods, now);
        let health = Health::of(&read, signals, &told, findings);
        let (mut statuses, mut meetings) = (BTreeMap::new(), read::MeetingCounts::default());
        let (mut calendars, mut abandoned) = (Vec::new(), Vec::new());
        for one in read.calendars {
            *statuses
                .entry(one.record.calendar.status.to_string())
                .or_default() += 1;
            meetings.add(&one.meetings);
            calendars.push(CalendarSummary::of(&one));
            abandoned.extend(one.abandoned);
        }
        calendars.sort_by(|one, other| (&one.owner, &one.id).cmp(&(&other.owner, &other.id)));
        Self {
            now,
            health,
            policy,
            calendars,
            statuses,
            meetings: MeetingCounts::of(&meetings),
            abandoned: AbandonedMeeting::all_of(&abandoned),
        }
    }
}

impl Health {
    fn of(read: &WorkspaceStatus, signals: Signals, told: &Told, findings: Vec<Finding>) -> Self {
        let synced_at = synced_at(&signals, told);
        let calendars = || {
            let mut calendars: Vec<_> = read.calendars.iter().collect();
            calendars.sort_by_key(|one| {
                let calendar = &one.record.calendar;
                let owner = calendar
                    .email
                    .as_ref()
                    .map(|owner| owner.as_str().to_owned());
                (owner, calendar.id.clone())
            });
            calendars.into_iter()
        };
        let overrides = calendars().filter_map(|one| {
            Some(UnreadableCalendar {
                id: one.record.calendar.id.to_string(),
                problem: one.overrides_problem.clone()?,
            })
        });
        let records = UnreadableCalendar::all_of(read.unreadable.clone());
        let mut unreadable_calendars: Vec<_> = records.into_iter().chain(overrides).collect();
        unreadable_calendars.sort();
        let decisions = calendars().flat_map(|one| one.unreadable.clone());
        Self {
            findings,
            webhook_accepted_at: signals.activity.webhook_at,
            synced_at,
            resynced_at: signals.activity.resynced_at,
            scheduler_ran_at: signals.activity.scheduler_ran_at,
            sync_queue: signals.sync_queue,
            dead_letters: signals.dead_letters,
            denial: signals.denial,
            unreadable_calendars,
            unreadable_decisions: decisions.map(UnreadableDecision::of).collect(),
            unreadable_event_count: told.unreadable_events,
            unreadable_events: calendars()
                .flat_map(|one| UnreadableEventSummary::all_of(&one.record))
                .collect(),
            due: told.due.clone(),
        }
    }
}

impl CalendarSummary {
    fn of(read: &read::CalendarStatus) -> Self {
        let calendar = &read.record.calendar;
        let owner = calendar.email.as_ref().map(Email::as_str);
        Self {
            id: calendar.id.to_string(),
            owner: owner.map(str::to_owned),
            status: calendar.status.to_string(),
            synced_at: read.record.last_sync.as_ref().map(|sync| sync.began_at),
            paused_until: read.paused_until,
            needs_full_sync: read.needs_full_sync,
            meetings: MeetingCounts::of(&read.meetings),
        }
    }
}

impl MeetingCounts {
    fn of(read: &read::MeetingCounts) -> Self {
        Self {
            record: read.record,
            skip: read.skip,
            with_bot: read.with_bot,
            due: read.due,
            waiting: read.waiting,
            uncertain: read.uncertain,
            abandoned: read.abandoned.clone(),
        }
    }
}
