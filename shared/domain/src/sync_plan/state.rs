//! How far a calendar, and the whole workspace, have been looked at.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::coverage::Coverage;
use super::requested::RequestedSync;
use crate::id::CalendarId;
use crate::revision::{OverrideRevision, PolicyRevision, Version};
use crate::time::plus;
use jiff::Timestamp;

/// How much a sweep's look overlaps the one before. Recall's clock may differ
/// from ours, and an event may show in the list only some time after the
/// `updated_at` that it carries.
pub(super) const OVERLAP: SignedDuration = SignedDuration::from_secs(30);
/// A chain of looks that was broken for longer is not mended by listing what
/// changed since: everything is looked at once more instead.
const LONGEST_GAP: SignedDuration = SignedDuration::from_hours(24);
/// Changes of one cause come within this.
const TOGETHER: SignedDuration = SignedDuration::from_secs(5);
/// For so long a look that was left can be taken up where it stopped.
const LONGEST_LEFT: SignedDuration = SignedDuration::from_hours(1);

/// Where the next page of a list is; only the adapter that gave it can read it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageCursor(pub String);

/// A finished look at a calendar's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletedSync {
    /// When its first page was asked for.
    pub began_at: Timestamp,
    /// The earliest `updated_at` it asked for; none if it asked for everything.
    pub since: Option<Timestamp>,
    /// When the last look at everything began, this one or one before it;
    /// earlier builds did not say.
    pub full_sync_at: Option<Timestamp>,
    /// The policy it decided by.
    pub policy: PolicyRevision,
    /// How much of what people said it decided by.
    pub overrides: OverrideRevision,
    /// Its verdicts hold until this instant: a pause ends then.
    pub holds_until: Option<Timestamp>,
}

impl CompletedSync {
    /// What it reached.
    #[must_use]
    pub fn reach(&self) -> Coverage {
        Coverage {
            began_at: self.began_at,
            since: self.since,
        }
    }
}

/// A look that has begun and is not finished: somebody is at it, or left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncInProgress<M> {
    /// The mark that is set once its last page is written.
    pub mark: M,
    /// The page to go on with; none for the first.
    pub next: Option<PageCursor>,
    /// Pages that are written.
    pub pages: u32,
    /// Events that were on them.
    pub listed: u32,
    /// Until then it is somebody's; later anybody may take it up.
    pub held_until: Timestamp,
}

impl<M> SyncInProgress<M> {
    /// Whether somebody is at it.
    #[must_use]
    pub fn is_held(&self, now: Timestamp) -> bool {
        self.held_until > now
    }
}

impl SyncInProgress<CompletedSync> {
    /// Whether it is of use to go on with it: it decided by what is in force
    /// still, and has not been left for long.
    #[must_use]
    pub fn is_resumable(
        &self,
        policy: PolicyRevision,
        override_revision: OverrideRevision,
        now: Timestamp,
    ) -> bool {
        !needs_full_sync(Some(&self.mark), policy, override_revision, now)
            && now <= plus(self.held_until, LONGEST_LEFT)
    }
}

/// What a look at the whole workspace reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceCoverage {
    /// When it began, by our clock: before its first page was asked for.
    pub began_at: Timestamp,
    /// The earliest `updated_at` it asks for, by Recall's clock; none if it
    /// asks for everything.
    pub since: Option<Timestamp>,
    /// Calendars whose events were listed and could not be written: it answers
    /// nothing about them.
    pub skipped: BTreeSet<CalendarId>,
}

impl WorkspaceCoverage {
    /// Whether this look, once it is finished, has answered `requested` about `calendar`.
    #[must_use]
    pub fn covers(&self, calendar: &CalendarId, requested: &RequestedSync) -> bool {
        let reach = Coverage {
            began_at: self.began_at,
            since: self.since,
        };
        reach.covers(requested) && !self.skipped.contains(calendar)
    }
}

/// The latest finished look at the whole workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestSync {
    /// What it reached.
    pub reach: WorkspaceCoverage,
    /// When it was finished.
    pub until: Timestamp,
    /// Pages it took.
    pub pages: u32,
    /// Events that were on them.
    pub listed: u32,
}

impl LatestSync {
    /// How long a time the changes came in that it listed: until its end, since
    /// what changed meanwhile is among them. Changes that come together come as
    /// one; they are taken to have come in a few seconds.
    pub(super) fn span(&self) -> SignedDuration {
        let reached = self.reach.since.unwrap_or(self.reach.began_at);
        self.until.duration_since(reached).max(TOGETHER)
    }
}

/// What is remembered of looks at the whole workspace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkspaceSyncState {
    /// The one that began last.
    pub latest: Option<LatestSync>,
    /// Whatever changed before this instant has been listed: looks that overlap
    /// have followed each other up to it.
    pub synced_until: Option<Timestamp>,
    /// Somebody wants everything looked at that was not since this instant.
    pub full_sync_requested_at: Option<Timestamp>,
    /// When Recall's list of calendars was last held against ours.
    pub listed_calendars_at: Option<Timestamp>,
    /// One that is not finished.
    pub in_progress: Option<SyncInProgress<WorkspaceCoverage>>,
    /// Grows with each write; a write states the one it saw.
    pub version: Version,
}

/// What a sweep does about changes that nobody told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatchUp {
    /// Nothing was ever swept: finds out from when on everything was looked at.
    Begin,
    /// Lists what changed since an instant.
    Since(Timestamp),
    /// Has everything looked at: it would have to list too far back.
    Everything,
}

impl WorkspaceSyncState {
    /// The mark after `planned` was finished at `now`, with nothing under way.
    #[must_use]
    pub fn finished(mut self, planned: &SyncInProgress<WorkspaceCoverage>, now: Timestamp) -> Self {
        let reach = &planned.mark;
        let is_linked = match (self.synced_until, reach.since) {
            (_, None) => true,
            (Some(healed), Some(since)) => since <= plus(healed, -OVERLAP),
            (None, Some(_)) => false,
        };
        if is_linked {
            self.synced_until = self.synced_until.max(Some(reach.began_at));
        }
        if self
            .latest
            .as_ref()
            .is_none_or(|latest| latest.reach.began_at < reach.began_at)
        {
            self.latest = Some(LatestSync {
                reach: reach.clone(),
                until: now,
                pages: planned.pages,
                listed: planned.listed,
            });
        }
        self.in_progress = None;
        self
    }

    /// What is to be done at `now` about changes that nobody told of, if the
    /// last that was done is `every` ago.
    #[must_use]
    pub fn catch_up(&self, every: SignedDuration, now: Timestamp) -> Option<CatchUp> {
        let Some(healed) = self.synced_until else {
            return Some(CatchUp::Begin);
        };
        if now < plus(healed, every) {
            None
        } else if now <= plus(healed, LONGEST_GAP) {
            Some(CatchUp::Since(plus(healed, -OVERLAP)))
        } else {
            Some(CatchUp::Everything)
        }
    }

    /// The mark of a workspace in which a chain of looks begins: whatever changed
    /// before `until` was seen by looks at single calendars.
    #[must_use]
    pub fn begun_at(mut self, until: Timestamp) -> Self {
        self.synced_until = Some(until);
        self
    }

    /// The mark of a workspace in which a chain of looks begins at `now`, all
    /// that was before being owed a look at everything.
    #[must_use]
    pub fn begun_anew(mut self, now: Timestamp) -> Self {
        self.full_sync_requested_at = Some(now);
        self.synced_until = Some(now);
        self
    }
}

/// Whether a calendar is owed a look at everything, whatever was noticed of it:
/// it was never looked at, or last by an older policy, or before the latest word
/// on it (`override_revision`), or what was decided then held only until an instant that
/// has come.
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

/// Whether the last look at everything in a calendar began before `limit`. Then
/// a sweep looks again; nobody waits for it.
#[must_use]
pub fn is_full_sync_outdated(last: Option<&CompletedSync>, limit: Timestamp) -> bool {
    last.and_then(|last| last.full_sync_at)
        .is_none_or(|full_sync_at| full_sync_at < limit)
}

#[cfg(test)]
mod tests;
