//! The state of a calendar, for people: how far it is synced, by what its meetings are decided,
//! and what is wrong with it.

use callsheet_domain::{
    CalendarRecord, CalendarStatus, DisconnectReason, OverrideRevision, Overrides, Pause,
    PolicyRevision, Timestamp, WindowedSyncState, needs_full_sync, plus,
};
use jiff::SignedDuration;

use crate::PortError;
use crate::meeting_counts::MeetingCounts;
use crate::ports::{AgendaEntry, AgendaIndex, OverrideStore, UnreadableRow};

/// A calendar that is not synced for so long after it last changed has a problem.
const SYNCED_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// The state of a calendar.
#[derive(Debug, Clone)]
pub struct CalendarState {
    /// Its record.
    pub record: CalendarRecord,
    /// Its owner's pause that is not over.
    pub pause: Option<Pause>,
    /// Whether its decisions may be outdated.
    pub needs_full_sync: bool,
    /// By what its meetings are decided; none if it is lost, or nothing is decided yet.
    pub decided: Option<Decided>,
    /// What is wrong with it.
    pub problem: Option<CalendarProblem>,
    /// Why the overrides of its owner cannot be read.
    pub overrides_problem: Option<String>,
    /// Its meetings that are not over, if they were asked for.
    pub meetings: Option<CalendarMeetings>,
}

/// By what the meetings of a calendar are decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided {
    /// The policy.
    pub by: PolicyRevision,
    /// Only the meetings that start before this instant; none for all of them. A full sync of
    /// the workspace is in progress then, and an earlier policy has decided about the others.
    pub until: Option<Timestamp>,
}

/// What is wrong with a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarProblem {
    /// It is not synced, although it changed long ago.
    NotSynced {
        /// When it changed.
        since: Timestamp,
    },
    /// So many of its events cannot be read.
    UnreadableEvents(usize),
    /// It is disconnected at Recall, so its meetings are not recorded.
    Disconnected {
        /// When that became known.
        since: Timestamp,
        /// Why, if Recall says so.
        reason: Option<DisconnectReason>,
    },
}

/// The meetings of a calendar that are not over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CalendarMeetings {
    /// Counts of them.
    pub counts: MeetingCounts,
    /// Decisions that cannot be read, and are not counted.
    pub unreadable: Vec<UnreadableRow>,
    /// When one of their events last changed.
    pub last_change_at: Option<Timestamp>,
    /// The newest revision of the policy that one of them was decided by.
    pub newest_policy: PolicyRevision,
}

/// What is known of the workspace when its calendars are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Workspace<'a> {
    /// The active policy.
    pub(crate) policy: PolicyRevision,
    /// The state of full syncs of the workspace.
    pub(crate) windowed: &'a WindowedSyncState,
    /// The instant as of which they are shown.
    pub(crate) now: Timestamp,
}

impl Workspace<'_> {
    /// Whether the decisions of a calendar may be outdated. `overrides` is the latest revision of
    /// its owner's overrides that only a full sync applies.
    pub(crate) fn needs_full_sync(
        self,
        record: &CalendarRecord,
        overrides: OverrideRevision,
    ) -> bool {
        let last = record.last_sync.as_ref();
        record.calendar.status.holds_bots()
            && needs_full_sync(last, self.policy, overrides, self.now)
    }

    /// By what the meetings of a calendar are decided.
    pub(crate) fn decided(self, record: &CalendarRecord) -> Option<Decided> {
        if !record.calendar.status.holds_bots() {
            return None;
        }
        let last = record.last_sync.as_ref().map(|last| last.policy);
        let in_progress = self.windowed.decided_until(record);
        match in_progress.filter(|(_, policy)| last.is_none_or(|last| last < *policy)) {
            Some((until, by)) => Some(Decided {
                by,
                until: Some(until),
            }),
            None => last.map(|by| Decided { by, until: None }),
        }
    }

    /// What is wrong with a calendar, the most urgent first.
    pub(crate) fn problem(self, record: &CalendarRecord) -> Option<CalendarProblem> {
        let (status, since) = (record.calendar.status, record.changed_at);
        let is_late = plus(since, SYNCED_AFTER) < self.now;
        if status == CalendarStatus::Disconnected {
            let reason = record.calendar.disconnect_reason.clone();
            Some(CalendarProblem::Disconnected { since, reason })
        } else if !status.holds_bots() {
            None
        } else if record.last_sync.is_none() && is_late && self.decided(record).is_none() {
            Some(CalendarProblem::NotSynced { since })
        } else if record.unreadable_events.is_empty() {
            None
        } else {
            let count = record.unreadable_events.count();
            Some(CalendarProblem::UnreadableEvents(count))
        }
    }

    /// The state of a calendar, without its meetings.
    pub(crate) async fn state<S: OverrideStore>(
        self,
        store: &S,
        record: CalendarRecord,
    ) -> Result<CalendarState, PortError> {
        let (overrides, overrides_problem) = match store.overrides(&record.calendar.owner()).await {
            Ok(overrides) => (overrides, None),
            Err(PortError::Unreadable { reason, .. }) => (Overrides::default(), Some(reason)),
            Err(error) => return Err(error),
        };
        Ok(CalendarState {
            pause: overrides.pause.filter(|pause| pause.until > self.now),
            needs_full_sync: self.needs_full_sync(&record, overrides.full_sync_revision),
            decided: self.decided(&record),
            problem: self.problem(&record),
            overrides_problem,
            meetings: None,
            record,
        })
    }

    /// The meetings of a calendar that are not over.
    pub(crate) async fn meetings<D: AgendaIndex>(
        self,
        decisions: &D,
        record: &CalendarRecord,
    ) -> Result<CalendarMeetings, PortError> {
        let mut meetings = CalendarMeetings::default();
        let holds_bots = record.calendar.status.holds_bots();
        let coming = decisions.agenda_from(&record.calendar.id, self.now).await?;
        for placed in coming {
            match placed.entry {
                Ok(entry) if entry.is_superseded() => {}
                Ok(entry) => meetings.count(&entry, holds_bots, self.now),
                Err(row) => meetings.unreadable.push(row),
            }
        }
        Ok(meetings)
    }
}

impl CalendarMeetings {
    fn count(&mut self, entry: &AgendaEntry, is_connected: bool, now: Timestamp) {
        self.counts.count(entry.is_recorded, entry.bot_at(now));
        self.newest_policy = self.newest_policy.max(entry.inputs.policy);
        if is_connected {
            self.last_change_at = self.last_change_at.max(Some(entry.inputs.event));
        }
    }
}
