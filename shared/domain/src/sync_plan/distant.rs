//! More changes than a sync of the workspace can list at once.
//!
//! When thousands of calendars are connected within an hour, or after hours without Recall,
//! the list of changes has more pages than the rate limit allows in a minute, and Recall does
//! not say in which order it lists. A change to a meeting of the next hour would wait for all
//! of them. So a list that becomes too long is left, and made again for *near* events alone:
//! those that start within a day, or within less if that is still too long. What has changed
//! in the *distant* ones is listed in [windows](super::windowed_sync), the nearest first.
//!
//! A windowed sync that lists all changes since they were left ends this, and changes during
//! it are listed by the next catch-up. If it took so long that this would be too long again,
//! another windowed sync follows it, which has less to list.

use jiff::{SignedDuration, Timestamp};

use super::distant_changes::{DistantChanges, NEAR};
use super::state::{OVERLAP, WorkspaceCoverage, WorkspaceSyncState};
use super::windowed_sync::{WindowedEvents, WindowedSync};
use crate::time::plus;

/// A sync of the workspace that has more pages is left, if it could list fewer: half of a
/// minute's limit.
const MOST_PAGES: u32 = 30;
/// Each time a list is still too long, near is so many times shorter, down to an hour.
const SHORTER: i32 = 5;
const SHORTEST: SignedDuration = SignedDuration::from_hours(1);
/// Changes during a windowed sync of this length are listed by the next catch-up. They are no
/// more than those between two catch-ups; after longer ones near would have to become shorter.
const SHORT: SignedDuration = SignedDuration::from_mins(5);

impl WorkspaceCoverage {
    /// The time from the start of the sync within which it lists events; none if it lists all.
    fn near(&self) -> Option<SignedDuration> {
        let until = self.starts_until?;
        Some(until.duration_since(self.began_at))
    }

    /// Whether a sync with so many pages so far is to be left, and to be made again for the
    /// events that are nearer.
    #[must_use]
    pub fn is_too_long(&self, pages: u32) -> bool {
        let can_be_shorter = self.near().is_none_or(|near| near > SHORTEST);
        pages >= MOST_PAGES && self.since.is_some() && can_be_shorter
    }
}

impl WorkspaceSyncState {
    /// The latest start of the events that a sync lists that begins at `now`; none if it lists
    /// all.
    #[must_use]
    pub fn starts_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.distant.map(|distant| plus(now, distant.near))
    }

    /// The state after a sync was left that [is too long](WorkspaceCoverage::is_too_long): the
    /// next one lists the changes to nearer events.
    #[must_use]
    pub fn left_distant(mut self, left: &WorkspaceCoverage) -> Self {
        let near = match left.near() {
            None => NEAR,
            Some(near) => (near / SHORTER).max(SHORTEST),
        };
        // What no list has reached yet is left, too: the next catch-up would leave it anyway.
        let reached = self.synced_until.map(|until| plus(until, -OVERLAP));
        if let Some(since) = left.since {
            let since = reached.map_or(since, |reached| since.min(reached));
            self.distant = Some(DistantChanges::and(self.distant, since, near));
        }
        self.in_progress = None;
        self
    }

    /// The state after the last window of `sync` was listed at `now`.
    #[must_use]
    pub fn listed_in_windows(mut self, sync: &WindowedSync, now: Timestamp) -> Self {
        let Some(distant) = self.distant.filter(|distant| match sync.events {
            WindowedEvents::ChangedSince(since) => since <= distant.since,
            WindowedEvents::Coming | WindowedEvents::All => true,
        }) else {
            return self;
        };
        if now <= plus(sync.began_at, SHORT) {
            self.distant = None;
            self.synced_until = self.synced_until.map(|until| until.min(sync.began_at));
        } else {
            self.distant = Some(DistantChanges {
                since: plus(sync.began_at, -OVERLAP),
                near: distant.near.max(NEAR),
            });
        }
        self
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
