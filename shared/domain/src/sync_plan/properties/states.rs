//! The sync states that the model stores.

use crate::revision::{OverrideRevision, PolicyRevision};
use crate::sync_plan::state::{CompletedSync, PageCursor, SyncInProgress, WorkspaceCoverage};
use jiff::Timestamp;

pub(super) fn completed_sync(reach: &WorkspaceCoverage) -> CompletedSync {
    CompletedSync {
        began_at: reach.began_at,
        since: reach.since,
        full_sync_at: None,
        policy: PolicyRevision(0),
        overrides: OverrideRevision(0),
        holds_until: None,
    }
}

pub(super) fn unfinished<M>(mark: M, pages: u32, held_until: Timestamp) -> SyncInProgress<M> {
    SyncInProgress {
        mark,
        next: (pages > 0).then(|| PageCursor(pages.to_string())),
        pages,
        listed: pages * 100,
        held_until,
    }
}
