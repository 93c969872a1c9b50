//! The state of full syncs of the workspace: the one in progress, the latest completed one, and
//! how many calendars need one.

use jiff::{SignedDuration, Timestamp};

use super::calendar_record::CalendarRecord;
use super::listed_ids::ListedIds;
use super::state::{CompletedSync, SyncInProgress, WorkspaceSyncState};
use super::windowed_sync::{OPERATORS_CLOCKS, WindowedEvents, WindowedSync};
use crate::revision::{PolicyRevision, Version};
use crate::time::plus;

/// So many calendars may have a full sync of their own, whatever the size of the workspace:
/// at a page or so each, that takes half a minute.
const FEW: usize = 30;
/// Of a large workspace, one calendar in so many: their pages take about as long as the
/// windows of the next day take, and then the windows are done sooner.
const FEW_OF: usize = 25;
/// Pages of a full sync of a calendar, as long as it is not known better.
const PAGES_A_CALENDAR: u32 = 2;
/// A full sync of each calendar starts no more often than this, and no more seldom than Recall
/// lists events ahead: each event is listed by one of them before it starts.
const SHORTEST_PERIOD: SignedDuration = SignedDuration::from_hours(24);
const LONGEST_PERIOD: SignedDuration = SignedDuration::from_hours(14 * 24);
/// So many calendars are read in a minute as routine.
const A_MINUTE: i64 = 1_000;

/// The most calendars that get a full sync each, of a workspace with so many `connected`
/// ones. If more need a full sync, the workspace is listed in windows.
#[must_use]
pub fn most_full_syncs(connected: usize) -> usize {
    FEW.max(connected / FEW_OF)
}

/// A completed sync of all windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletedWindows {
    /// The sync, at its last window.
    pub sync: WindowedSync,
    /// The number of pages of all windows.
    pub pages: u32,
    /// Whether every calendar is credited with it.
    pub is_credited: bool,
}

/// A read of the list of all calendars that left nothing to do but what a full sync of the
/// workspace in progress does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllCalendarsRead {
    /// When it began.
    pub at: Timestamp,
    /// The policy that was active then.
    pub policy: PolicyRevision,
}

/// The state of full syncs of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WindowedSyncState {
    /// The sync in progress: the position in its current window.
    pub in_progress: Option<SyncInProgress<WindowedSync>>,
    /// The events that the current window has listed so far, if the worker that left it has
    /// told.
    pub listed_so_far: Option<ListedIds>,
    /// The latest completed one.
    pub completed: Option<CompletedWindows>,
    /// The number of connected calendars at the last resync.
    pub connected: u32,
    /// How many of them needed a full sync for a reason of their own: they were new or had
    /// changed, or an override was set, or a pause had ended.
    pub needing: u32,
    /// The last read of the list of all calendars that left nothing to do; none before the
    /// first one, and after a full sync of the workspace, which some calendars may not be
    /// credited with.
    pub all_read: Option<AllCalendarsRead>,
    /// Counts the writes of this state.
    pub version: Version,
}

impl WindowedSyncState {
    /// Whether a resync at `now` reads the list of all calendars, and not only those that are
    /// [due](CalendarRecord::due_at) for a reason of their own.
    ///
    /// It does if all calendars are meant: by a newer policy, by full syncs of everything that
    /// were `requested_at` an instant, or by a full sync of the workspace that has to be
    /// credited. And as often as that costs no more than a thousand calendars a
    /// minute, but no more often than `shortest`.
    #[must_use]
    pub fn needs_all_calendars(
        &self,
        policy: PolicyRevision,
        requested_at: Option<Timestamp>,
        shortest: SignedDuration,
        now: Timestamp,
    ) -> bool {
        let Some(last) = &self.all_read else {
            return true;
        };
        let completed = self.completed.as_ref();
        let is_credited = completed.is_none_or(|it| it.is_credited);
        let is_requested = requested_at.is_some_and(|at| plus(at, OPERATORS_CLOCKS) >= last.at);
        let interval = SignedDuration::from_secs(i64::from(self.connected) * 60 / A_MINUTE);
        !is_credited
            || is_requested
            || last.policy < policy
            || now >= plus(last.at, interval.max(shortest))
    }

    /// Whether it is known without a look at all of them what becomes of so many calendars that are
    /// `due` for a sync: each gets a full one, since they are few, and in which order makes no
    /// difference, since `are_new`; or they wait for the windows in progress, as many did when all
    /// were read last.
    #[must_use]
    pub fn are_due_known(&self, due: usize, are_new: bool) -> bool {
        let are_listed = self.full_sync().is_some();
        let most = most_full_syncs(size(self.connected));
        are_new && due <= most || are_listed && size(self.needing) > most
    }

    /// The full sync of the workspace that is in progress, or waits for one of what changed.
    #[must_use]
    pub fn full_sync(&self) -> Option<&WindowedSync> {
        self.in_progress.as_ref()?.mark.full()
    }

    /// Whether a sync is a routine one, which changes that were left to windows do not wait for: all
    /// calendars have had a full sync by its policy, and none was `requested_at` an instant since.
    #[must_use]
    pub fn is_routine(&self, sync: &WindowedSync, requested_at: Option<Timestamp>) -> bool {
        let completed = self.completed.as_ref();
        sync.events == WindowedEvents::All
            && completed.is_some_and(|completed| completed.sync.policy >= sync.policy)
            && !self.is_full_sync_urgent(sync, requested_at)
    }

    /// Whether windows are listed that have to be through soon: those of a pushed policy, of
    /// changes that were left to them, and of full syncs that were requested and not completed since,
    /// as the state of the `workspace` says. Other full syncs may take their time, unless changes are
    /// left to windows meanwhile.
    #[must_use]
    pub fn are_urgent(&self, workspace: &WorkspaceSyncState) -> bool {
        let Some(sync) = &self.in_progress else {
            return false;
        };
        let sync = &sync.mark;
        workspace.distant.is_some()
            || matches!(sync.events, WindowedEvents::ChangedSince(_))
            || self.is_full_sync_urgent(sync, workspace.full_sync_requested_at)
    }

    /// Whether a full sync has to be through soon, whether it is in progress or begins: that of a
    /// pushed policy, and one that was `requested_at` an instant, if none was completed since.
    #[must_use]
    pub fn is_full_sync_urgent(
        &self,
        sync: &WindowedSync,
        requested_at: Option<Timestamp>,
    ) -> bool {
        let is_completed_since = |instant| {
            let completed = self.completed.as_ref();
            completed.is_some_and(|completed| completed.sync.began_at >= instant)
        };
        match sync.events {
            WindowedEvents::Coming => true,
            WindowedEvents::All => requested_at.is_some_and(|at| !is_completed_since(at)),
            WindowedEvents::ChangedSince(_) => false,
        }
    }

    /// Whether a request of a calendar that needs a full sync waits for that one. If not,
    /// its changes are listed with those of the others, and the full sync follows in the
    /// background. `last` is its last sync.
    #[must_use]
    pub fn is_full_sync_awaited(
        &self,
        last: Option<&CompletedSync>,
        policy: PolicyRevision,
    ) -> bool {
        // A policy concerns every calendar.
        let is_by_policy = last.is_some_and(|last| last.policy < policy);
        let needing = if is_by_policy {
            self.connected
        } else {
            self.needing
        };
        size(needing) <= most_full_syncs(size(self.connected))
    }

    /// How often a full sync of each of so many `connected` calendars starts, whatever
    /// happened, if a page is listed each `interval`: once a day, or so seldom that it takes
    /// half of the rate limit.
    #[must_use]
    pub fn routine_period(&self, connected: u32, interval: SignedDuration) -> SignedDuration {
        let pages = match &self.completed {
            Some(completed) => completed.pages,
            None => connected.saturating_mul(PAGES_A_CALENDAR),
        };
        let pages = i32::try_from(pages).unwrap_or(i32::MAX);
        let taken = interval.checked_mul(pages).unwrap_or(SignedDuration::MAX);
        let period = taken.checked_mul(2).unwrap_or(SignedDuration::MAX);
        period.clamp(SHORTEST_PERIOD, LONGEST_PERIOD)
    }

    /// Whether numbers of connected calendars and of those that need a full sync lead to the
    /// same as the stored ones do.
    #[must_use]
    pub fn counts_agree(&self, counts: (u32, u32)) -> bool {
        let are_few = |(connected, needing): (u32, u32)| {
            let [connected, needing] = [connected, needing].map(size);
            let most = most_full_syncs(connected);
            [connected <= most, needing <= most]
        };
        are_few((self.connected, self.needing)) == are_few(counts)
    }

    /// Up to which start the sync in progress has decided about a calendar, and by which
    /// policy; none if it says nothing about the calendar.
    #[must_use]
    pub fn decided_until(&self, record: &CalendarRecord) -> Option<(Timestamp, PolicyRevision)> {
        let sync = self.full_sync()?;
        let decided = (sync.decided_until(), sync.policy);
        sync.is_of(record).then_some(decided)
    }
}

fn size(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
