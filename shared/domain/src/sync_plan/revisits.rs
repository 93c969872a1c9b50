//! Changes behind the current window.
//!
//! A sync of the workspace in windows may take hours. If lists of changes leave those to
//! [distant events](super::distant) meanwhile, an event that changes after its window was listed
//! would be found by the next such sync, which may be too late for a meeting of the same day. So
//! what changed in the windows before is listed once more each few minutes, with one list, and at
//! least one window comes between two such lists. It is listed after the first of them began:
//! nothing that changed before that is missing. Near events are left to the lists that have them.

use jiff::{SignedDuration, Timestamp};

use super::distant_changes::DistantChanges;
use super::state::OVERLAP;
use crate::time::plus;

/// Windows are revisited no more often than this: each list overlaps the one before.
const EVERY: SignedDuration = SignedDuration::from_mins(5);

/// How far the changes behind the current window are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revisits {
    /// All changes before this instant to events that start before the current window are listed,
    /// if lists of near events have come so far; none if such a list had too many pages, or the sync
    /// had to wait: then what changed since it began is left to the next one.
    pub listed_until: Option<Timestamp>,
    /// Where the window begins before which the latest list ended: another one follows after that
    /// window.
    pub before: Option<Timestamp>,
    /// The latest list that was read to its end.
    pub latest: Option<Revisit>,
    /// The list in progress; none while the current window is listed.
    pub current: Option<Revisit>,
}

/// A list of what changed behind the current window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revisit {
    /// When it began, by our clock.
    pub began_at: Timestamp,
    /// The earliest change that it lists, by Recall's clock.
    pub since: Timestamp,
    /// The earliest start that it lists: lists of near events have those before.
    pub starts_from: Timestamp,
    /// The time within which events were near when it began.
    pub near: SignedDuration,
    /// Lists of near events had come to the changes before this instant when it began.
    pub reached: Timestamp,
}

impl Revisits {
    /// Those of a sync that begins at `now`.
    pub(super) fn begin(now: Timestamp) -> Self {
        Self {
            listed_until: Some(now),
            before: None,
            latest: None,
            current: None,
        }
    }

    /// Whether a revisit may begin at `now`, before the window from an instant on.
    pub(super) fn may_begin(self, window: Timestamp, now: Timestamp) -> bool {
        let began_at = self.latest.map(|latest| latest.began_at);
        let is_due = |until| now >= plus(began_at.unwrap_or(until), EVERY);
        self.current.is_none()
            && self.before != Some(window)
            && self.listed_until.is_some_and(is_due)
    }

    /// With a revisit that begins at `now`: lists of the workspace leave `distant` changes, and have
    /// come to an instant.
    pub(super) fn begun(
        self,
        (distant, reached): (DistantChanges, Timestamp),
        now: Timestamp,
    ) -> Option<Self> {
        let listed_until = self.listed_until?;
        let since = plus(listed_until, -OVERLAP).max(distant.since);
        // Near may have become longer only after the latest list was read to its end, and shorter at
        // any time.
        let near = self.latest.map(|latest| latest.near.min(distant.near));
        let near = near.unwrap_or(distant.near);
        let current = Revisit {
            began_at: now,
            since,
            starts_from: plus(since, near - OVERLAP),
            near: distant.near,
            reached: reached.clamp(since, now.max(since)),
        };
        Some(Self {
            current: Some(current),
            ..self
        })
    }

    /// After the list in progress was read to its end, before the window from an instant on.
    #[must_use]
    pub fn done(self, window: Timestamp) -> Self {
        let reached = self.current.map(|current| current.reached);
        Self {
            listed_until: reached.or(self.listed_until),
            before: Some(window),
            latest: self.current.or(self.latest),
            current: None,
        }
    }

    /// Where none follows: the latest had more pages than a list may have, or its sync waits.
    #[must_use]
    pub fn none_follow(self) -> Self {
        Self {
            listed_until: None,
            before: None,
            latest: None,
            current: None,
        }
    }
}
