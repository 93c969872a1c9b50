//! The marks that looks of the model set.

use crate::looking::{Looked, PageCursor, UnderWay, WorkspaceReach};
use crate::{PolicyRevision, PreferenceRevision, Timestamp};

pub(super) fn looked(reach: &WorkspaceReach) -> Looked {
    Looked {
        began_at: reach.began_at,
        since: reach.since,
        whole_at: None,
        policy: PolicyRevision(0),
        preferences: PreferenceRevision(0),
        holds_until: None,
    }
}

pub(super) fn under_way<M>(mark: M, pages: u32, held_until: Timestamp) -> UnderWay<M> {
    UnderWay {
        mark,
        next: (pages > 0).then(|| PageCursor(pages.to_string())),
        pages,
        listed: pages * 100,
        held_until,
    }
}
