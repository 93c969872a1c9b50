//! The requests that syncs of the workspace have answered.

use super::coverage::OWN_CLOCKS;
use super::requested::{Extent, RequestedSync};
use super::state::{LatestSync, OVERLAP, WorkspaceSyncState};
use crate::id::CalendarId;
use crate::time::plus;

impl WorkspaceSyncState {
    /// Whether a completed sync answers `requested` for `calendar`: one of the latest, or one of
    /// those that led to `synced_until`.
    ///
    /// Each of these began where `synced_until` is after it, and reached back to `OVERLAP` before
    /// where that was before. So the first one that began after a request was sent reached back to
    /// its changes, if the request was sent soon after them. That sync is not known any more, nor
    /// need it be, as long as none of them skipped a calendar.
    #[must_use]
    pub fn answers(&self, calendar: &CalendarId, requested: &RequestedSync) -> bool {
        let completed = [&self.latest, &self.latest_long].into_iter().flatten();
        let is_covered = |sync: &LatestSync| sync.reach.covers(calendar, requested);
        completed.into_iter().any(is_covered) || self.has_passed(requested)
    }

    /// Whether the syncs that led to `synced_until` answer `requested`.
    fn has_passed(&self, requested: &RequestedSync) -> bool {
        let (Some(from), Some(until)) = (self.answered_since, self.synced_until) else {
            return false;
        };
        let Extent::Since(since) = requested.extent else {
            return false;
        };
        let is_between =
            since >= plus(from, OVERLAP) && plus(requested.sent_at, OWN_CLOCKS) < until;
        is_between && requested.lateness + OWN_CLOCKS < OVERLAP
    }
}
