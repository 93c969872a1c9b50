//! A sync in progress, of a calendar or of the workspace, as part of a row.

use callsheet_domain::{PageCursor, SyncInProgress, Timestamp};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

/// A sync in progress. `M` is the part of its row that is stored once it is completed.
#[derive(Serialize, Deserialize)]
pub(super) struct SyncInProgressRow<M> {
    #[serde(flatten)]
    sync: M,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    pages: u32,
    listed: u32,
    #[serde(with = "microsecond::required")]
    held_until: Timestamp,
}

impl<M> SyncInProgressRow<M> {
    pub(super) fn of<T: Clone + Into<M>>(sync: &SyncInProgress<T>) -> Self {
        Self {
            sync: sync.mark.clone().into(),
            next: sync.next.as_ref().map(|next| next.0.clone()),
            pages: sync.pages,
            listed: sync.listed,
            held_until: sync.held_until,
        }
    }

    pub(super) fn sync<T: From<M>>(self) -> SyncInProgress<T> {
        SyncInProgress {
            mark: self.sync.into(),
            next: self.next.map(PageCursor),
            pages: self.pages,
            listed: self.listed,
            held_until: self.held_until,
        }
    }
}
