//! Recall's list of events.

/// The number of events on a page.
pub(super) const PAGE: u32 = 100;
