//! The sync state: how far a calendar, or the workspace, has been synced.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::coverage::Coverage;
use super::distant_changes::{DistantChanges, NEAR};
use super::requested::RequestedSync;
use crate::id::CalendarId;
use crate::revision::{OverrideRevision, PolicyRevision, Version};
use crate::time::plus;
use jiff::Timestamp;

/// How much an incremental sync overlaps the previous one. Recall's clock may differ from
/// ours, and an event may appear in the list some time after its `updated_at`.
pub(super) const OVERLAP: SignedDuration = SignedDuration::from_secs(30);
/// After a longer gap between syncs, catching up takes full syncs instead of listing the
/// changes since.
const LONGEST_GAP: SignedDuration = SignedDuration::from_hours(24);
/// Changes of one cause happen within this time.
const TOGETHER: SignedDuration = SignedDuration::from_secs(5);
/// A list of so many pages takes a sixth of a minute's limit.
const LONG: u32 = 10;
/// For this long, a sync that was left can be resumed.
const LONGEST_LEFT: SignedDuration = SignedDuration::from_hours(1);

/// The cursor of the next page of a list. Only the adapter that returned it can interpret it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageCursor(pub String);

/// A completed sync of a calendar.
///
/// `began_at` and `since` tell which requests it answers. The rest is about all decisions
/// of the calendar, so only a full sync can raise it: see [`CompletedSync::over`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletedSync {
    /// When it started: before it requested the first page.
    pub began_at: Timestamp,
    /// The earliest `updated_at` that it listed; none for a full sync.
    pub since: Option<Timestamp>,
    /// When the last full sync started, this one or an earlier one.
    pub full_sync_at: Option<Timestamp>,
    /// The policy, or an earlier one, that all verdicts were made with.
    pub policy: PolicyRevision,
    /// The latest override or pause that all verdicts were made with.
    pub overrides: OverrideRevision,
    /// All verdicts are valid until this instant, at which a pause ends.
    pub holds_until: Option<Timestamp>,
}

impl CompletedSync {
    /// The state to store after this sync was completed, over the `last` one; none if the
    /// calendar still needs its first full sync. The policy, the overrides and
    /// `holds_until` of this sync are those of its own verdicts.
    ///
    /// An incremental sync decides only about what changed. So it keeps what `last` says of
    /// all verdicts, and never makes a calendar that [needs a full sync](needs_full_sync)
    /// look as if it did not.
    ///
    /// A full sync says it anew. But a sync that began later and was completed first may
    /// have decided with older inputs about events that the full sync did not see yet. So
    /// if `last` began later and names older inputs, the need for a full sync remains.
    #[must_use]
    pub fn over(self, last: Option<&Self>) -> Option<Self> {
        let Some(last) = last else {
            return self.since.is_none().then_some(self);
        };
        let (began_at, since) = if self.began_at < last.began_at {
            (last.began_at, last.since)
        } else {
            (self.began_at, self.since)
        };
        let ends = [self.holds_until, last.holds_until];
        let valid = match self.since {
            Some(_) => Self {
                holds_until: ends.into_iter().flatten().min(),
                ..last.clone()
            },
            None if self.says_more_than(last) => self,
            None => last.clone(),
        };
        Some(Self {
            began_at,
            since,
            ..valid
        })
    }

    /// Whether this full sync may replace what `last` says of all verdicts.
    fn says_more_than(&self, last: &Self) -> bool {
        let rank = |sync: &Self| (sync.policy, sync.overrides, sync.full_sync_at);
        let has_newer_inputs = self.policy > last.policy || self.overrides > last.overrides;
        let is_overtaken = has_newer_inputs && self.began_at < last.began_at;
        rank(self) > rank(last) && !is_overtaken
    }

    /// Whether this sync decided with older inputs than `last` names, so that what it
    /// decided has to be decided again.
    #[must_use]
    pub fn is_behind(&self, last: &Self) -> bool {
        self.policy < last.policy || self.overrides < last.overrides
    }

    /// Which requests it answers.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        Coverage {
            began_at: self.began_at,
            since: self.since,
        }
    }
}

/// A sync that has started and is not completed: a worker holds it, or has left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncInProgress<M> {
    /// The state to store once its last page is written.
    pub mark: M,
    /// The next page; none for the first.
    pub next: Option<PageCursor>,
    /// The number of pages written so far.
    pub pages: u32,
    /// The number of events on these pages.
    pub listed: u32,
    /// Until then a worker holds it; later any worker may resume it.
    pub held_until: Timestamp,
}

impl<M> SyncInProgress<M> {
    /// Whether a worker holds it.
    #[must_use]
    pub fn is_held(&self, now: Timestamp) -> bool {
        self.held_until > now
    }

    /// Whether it was left so long ago that it cannot be resumed.
    pub(super) fn was_left_long_ago(&self, now: Timestamp) -> bool {
        now > plus(self.held_until, LONGEST_LEFT)
    }
}

impl SyncInProgress<CompletedSync> {
    /// Whether it can be resumed: its policy and overrides are still the active ones, and it
    /// was not left long ago.
    #[must_use]
    pub fn is_resumable(
        &self,
        policy: PolicyRevision,
        override_revision: OverrideRevision,
        now: Timestamp,
    ) -> bool {
        !needs_full_sync(Some(&self.mark), policy, override_revision, now)
            && !self.was_left_long_ago(now)
    }
}

/// The coverage of a sync of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceCoverage {
    /// When it started, by our clock: before it requested the first page.
    pub began_at: Timestamp,
    /// The earliest `updated_at` that it lists, by Recall's clock; none for a full sync.
    pub since: Option<Timestamp>,
    /// The latest start that it lists; none if it lists all. Changes to later events are
    /// left to windows, as [`DistantChanges`] says.
    pub starts_until: Option<Timestamp>,
    /// Calendars whose events were listed but could not be written: it answers no request
    /// for them.
    pub skipped: BTreeSet<CalendarId>,
    /// The policy that it decides by.
    pub policy: PolicyRevision,
}

impl WorkspaceCoverage {
    /// Whether this sync, once it is completed, answers `requested` for `calendar`.
    #[must_use]
    pub fn covers(&self, calendar: &CalendarId, requested: &RequestedSync) -> bool {
        let reach = Coverage {
            began_at: self.began_at,
            since: self.since,
        };
        reach.covers(requested) && !self.skipped.contains(calendar)
    }
}

/// The latest completed sync of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestSync {
    /// Its coverage.
    pub reach: WorkspaceCoverage,
    /// When it was completed.
    pub until: Timestamp,
    /// The number of pages.
    pub pages: u32,
    /// The number of events on these pages.
    pub listed: u32,
}

impl LatestSync {
    /// The time in which the listed changes happened. It ends with the sync, since changes
    /// during the sync are listed too. Changes of one cause come at once, so it is at least
    /// a few seconds.
    pub(super) fn span(&self) -> SignedDuration {
        let reached = self.reach.since.unwrap_or(self.reach.began_at);
        self.until.duration_since(reached).max(TOGETHER)
    }
}

/// The sync state of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkspaceSyncState {
    /// The completed sync that started last.
    pub latest: Option<LatestSync>,
    /// The completed sync of many pages that started last: what it answers must not be listed
    /// again, although shorter syncs that do not reach as far back have followed.
    pub latest_long: Option<LatestSync>,
    /// All changes before this instant have been listed, by syncs that overlap each other, or
    /// are left to windows.
    pub synced_until: Option<Timestamp>,
    /// Requests about changes since then that were sent before `synced_until` are
    /// [answered](Self::answers) by one of the syncs that led there; none if none are.
    pub answered_since: Option<Timestamp>,
    /// A list that goes on from `synced_until` has at least so many events, as far as is known:
    /// the most that one list has had since.
    pub listed_again: u32,
    /// Every calendar needs a full sync that starts at or after this instant.
    pub full_sync_requested_at: Option<Timestamp>,
    /// When Recall's list of calendars was last compared to ours.
    pub listed_calendars_at: Option<Timestamp>,
    /// The changes that are left to windowed syncs; none if all are listed at once.
    pub distant: Option<DistantChanges>,
    /// An event changed at or after this instant, by Recall's clock: the latest instant since which
    /// a completed sync listed changes and found one.
    pub changed_since: Option<Timestamp>,
    /// A sync that is not completed.
    pub in_progress: Option<SyncInProgress<WorkspaceCoverage>>,
    /// Counts the writes of this state.
    pub version: Version,
}

/// How a resync catches up on changes whose webhook never came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatchUp {
    /// There is no starting point yet: it has to be found.
    Begin,
    /// List the changes since an instant.
    Since(Timestamp),
    /// Sync all calendars in full: the gap is too long to list its changes.
    Everything,
}

impl WorkspaceSyncState {
    /// The state after `planned` was completed at `now`.
    ///
    /// Requests are answered by a list of near events, and other lists begin where it began.
    /// So what it did not list, the changes to distant events since it reached back to, is
    /// left to windows, whatever was left to them before. If the windows are through
    /// meanwhile, the next catch-up lists these changes instead.
    #[must_use]
    pub fn finished(mut self, planned: &SyncInProgress<WorkspaceCoverage>, now: Timestamp) -> Self {
        let reach = &planned.mark;
        let is_linked = match (self.synced_until, reach.since) {
            (_, None) => true,
            (Some(until), Some(since)) => since <= plus(until, -OVERLAP),
            (None, Some(_)) => false,
        };
        let left_since = reach.since.filter(|_| reach.starts_until.is_some());
        let synced_until = self.synced_until;
        match (left_since, self.distant, self.synced_until) {
            (Some(since), None, Some(until)) => {
                self.synced_until = Some(until.min(plus(since, OVERLAP)));
            }
            (Some(since), distant, _) => {
                self.distant = Some(DistantChanges::and(distant, since, NEAR));
                self.link(reach, is_linked);
            }
            (None, ..) => self.link(reach, is_linked),
        }
        self.listed_again = if self.synced_until > synced_until {
            listed_again(planned, now)
        } else {
            self.listed_again.max(planned.listed)
        };
        if planned.listed > 0 {
            self.changed_since = self.changed_since.max(reach.since);
        }
        let completed = || LatestSync {
            reach: reach.clone(),
            until: now,
            pages: planned.pages,
            listed: planned.listed,
        };
        let began_later = |than: &Option<LatestSync>| {
            let than = than.as_ref();
            than.is_none_or(|than| than.reach.began_at < reach.began_at)
        };
        if began_later(&self.latest) {
            self.latest = Some(completed());
        }
        if planned.pages >= LONG && began_later(&self.latest_long) {
            self.latest_long = Some(completed());
        }
        self.in_progress = None;
        self
    }

    /// Goes on from a sync that overlaps the ones before, if it does.
    fn link(&mut self, reach: &WorkspaceCoverage, is_linked: bool) {
        if !is_linked {
            return;
        }
        let before = self.synced_until;
        self.synced_until = before.max(Some(reach.began_at));
        // It does not answer requests of calendars that it skipped.
        if !reach.skipped.is_empty() {
            self.answered_since = self.answered_since.max(Some(reach.began_at));
        } else if self.answered_since.is_none() {
            self.answered_since = before;
        }
    }

    /// How to catch up at `now`, if the last time was at least `every` ago.
    #[must_use]
    pub fn catch_up(&self, every: SignedDuration, now: Timestamp) -> Option<CatchUp> {
        let Some(until) = self.synced_until else {
            return Some(CatchUp::Begin);
        };
        if now < plus(until, every) {
            None
        } else if now <= plus(until, LONGEST_GAP) {
            Some(CatchUp::Since(plus(until, -OVERLAP)))
        } else {
            Some(CatchUp::Everything)
        }
    }

    /// The state with `until` as the starting point for catching up: all changes before it
    /// were listed by syncs of single calendars.
    #[must_use]
    pub fn begun_at(mut self, until: Timestamp) -> Self {
        self.synced_until = Some(until);
        self.answered_since = Some(until);
        self.listed_again = 0;
        self
    }

    /// The state with `now` as the starting point for catching up: full syncs are requested
    /// for the changes before it.
    #[must_use]
    pub fn begun_anew(mut self, now: Timestamp) -> Self {
        self.full_sync_requested_at = Some(now);
        self.synced_until = Some(now);
        self.answered_since = Some(now);
        self.listed_again = 0;
        self.distant = None;
        self
    }
}

/// How many events of a sync that was completed at `now` a list has again that goes on from it,
/// if they changed evenly.
fn listed_again(planned: &SyncInProgress<WorkspaceCoverage>, now: Timestamp) -> u32 {
    let Some(since) = planned.mark.since else {
        return 0;
    };
    let again = now.duration_since(plus(planned.mark.began_at, -OVERLAP));
    let all = now.duration_since(since).max(again);
    let listed = i128::from(planned.listed) * again.as_millis() / all.as_millis().max(1);
    u32::try_from(listed).unwrap_or(planned.listed)
}

/// Whether a calendar needs a full sync, whatever its requests cover: it was never synced,
/// or its last sync used an older policy or did not know the latest override
/// (`override_revision`), or the verdicts of its last sync are not valid any more.
#[must_use]
pub fn needs_full_sync(
    last: Option<&CompletedSync>,
    policy: PolicyRevision,
    override_revision: OverrideRevision,
    now: Timestamp,
) -> bool {
    last.is_none_or(|last| {
        last.policy < policy
            || last.overrides < override_revision
            || last.holds_until.is_some_and(|until| until <= now)
    })
}

/// Whether the last full sync of a calendar started before `limit`. The resync then makes
/// another one, without urgency.
#[must_use]
pub fn is_full_sync_outdated(last: Option<&CompletedSync>, limit: Timestamp) -> bool {
    last.and_then(|last| last.full_sync_at)
        .is_none_or(|full_sync_at| full_sync_at < limit)
}

#[cfg(test)]
mod tests;
