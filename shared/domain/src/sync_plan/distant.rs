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

use super::state::{DistantChanges, WorkspaceCoverage, WorkspaceSyncState};
use super::windowed_sync::{WindowedEvents, WindowedSync};
use crate::time::plus;

/// A sync of the workspace that has more pages is left, if it could list fewer: half of a
/// minute's limit.
const MOST_PAGES: u32 = 30;
/// Events are near that start within this time: what must be right first.
const NEAR: SignedDuration = SignedDuration::from_hours(25);
/// Each time a list is still too long, near is so many times shorter, down to an hour.
const SHORTER: i32 = 5;
const SHORTEST: SignedDuration = SignedDuration::from_hours(1);
/// Changes during a windowed sync of this length are listed by the next catch-up.
const SHORT: SignedDuration = SignedDuration::from_hours(1);

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
        let left = left.since.map(|since| DistantChanges { since, near });
        self.distant = match (self.distant, left) {
            (Some(before), Some(left)) => Some(DistantChanges {
                since: before.since.min(left.since),
                near: before.near.min(left.near),
            }),
            (before, left) => before.or(left),
        };
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
                since: sync.began_at,
                near: distant.near.max(NEAR),
            });
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use test_case::test_case;

    use super::*;
    use crate::revision::PolicyRevision;

    const HOUR: i64 = 3_600;
    const DAY: i64 = 24 * HOUR;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn hours(hours: i64) -> SignedDuration {
        SignedDuration::from_hours(hours)
    }

    /// A sync that begins at 0, and lists what changed in the hour before, within so many
    /// hours.
    fn sync(near: Option<i64>) -> WorkspaceCoverage {
        WorkspaceCoverage {
            began_at: at(0),
            since: Some(at(-HOUR)),
            starts_until: near.map(|near| at(near * HOUR)),
            skipped: BTreeSet::new(),
            policy: PolicyRevision(1),
        }
    }

    fn leaving(since: i64, near: i64) -> WorkspaceSyncState {
        WorkspaceSyncState {
            synced_until: Some(at(-60)),
            distant: Some(DistantChanges {
                since: at(since),
                near: hours(near),
            }),
            ..WorkspaceSyncState::default()
        }
    }

    #[test_case(None, 29 => false; "a list of all events, with a page less")]
    #[test_case(None, 30 => true; "a list of all events")]
    #[test_case(Some(25), 30 => true; "a list of a day")]
    #[test_case(Some(1), 30_000 => false; "a list of an hour cannot be shorter")]
    fn a_list_is_left_that_could_be_shorter(near: Option<i64>, pages: u32) -> bool {
        sync(near).is_too_long(pages)
    }

    #[test]
    fn each_list_that_is_left_makes_the_next_one_shorter() {
        let mut state = WorkspaceSyncState::default();
        assert_eq!(state.starts_until(at(0)), None);
        let mut listed = Vec::new();
        for _ in 0..4 {
            let starts_until = state.starts_until(at(0));
            state = state.left_distant(&WorkspaceCoverage {
                starts_until,
                ..sync(None)
            });
            listed.push(state.distant.expect("something is left").near);
        }
        assert_eq!(listed, [hours(25), hours(5), hours(1), hours(1)]);
    }

    #[test]
    fn what_was_left_first_stays_left() {
        let state = leaving(-DAY, 25).left_distant(&sync(Some(25)));
        assert_eq!(state.distant, leaving(-DAY, 5).distant);
        let state = leaving(0, 5).left_distant(&sync(None));
        assert_eq!(state.distant, leaving(-HOUR, 5).distant);
    }

    #[test_case(WindowedEvents::ChangedSince(at(-HOUR)) => true; "changes since then")]
    #[test_case(WindowedEvents::ChangedSince(at(-HOUR + 1)) => false; "changes since later")]
    #[test_case(WindowedEvents::Coming => true; "all coming events")]
    #[test_case(WindowedEvents::All => true; "all events")]
    fn windows_end_it_that_list_all_that_was_left(events: WindowedEvents) -> bool {
        let sync = WindowedSync::begin(PolicyRevision(1), 10, events, at(-30 * 60));
        let state = leaving(-HOUR, 5).listed_in_windows(&sync, at(0));
        if state.distant.is_none() {
            assert_eq!(
                state.synced_until,
                Some(sync.began_at),
                "changes meanwhile are caught up with"
            );
        } else {
            assert_eq!(state, leaving(-HOUR, 5));
        }
        state.distant.is_none()
    }

    #[test]
    fn after_long_windows_the_changes_meanwhile_are_left_to_others() {
        let sync = WindowedSync::begin(PolicyRevision(1), 10, WindowedEvents::All, at(-2 * HOUR));
        let state = leaving(-3 * HOUR, 5).listed_in_windows(&sync, at(0));
        assert_eq!(state, leaving(-2 * HOUR, 25));
    }

    #[test]
    fn windows_change_nothing_if_nothing_is_left() {
        let sync = WindowedSync::begin(PolicyRevision(1), 10, WindowedEvents::All, at(-HOUR));
        let state = WorkspaceSyncState {
            synced_until: Some(at(-60)),
            ..WorkspaceSyncState::default()
        };
        assert_eq!(state.clone().listed_in_windows(&sync, at(0)), state);
    }
}
