//! What lists of near events leave to windows.

use jiff::{SignedDuration, Timestamp};

/// Events are near that start within this time: what must be right first.
pub(super) const NEAR: SignedDuration = SignedDuration::from_hours(25);

/// The changes that syncs of the workspace leave to windowed syncs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DistantChanges {
    /// Changes at or after this instant to distant events may not be listed.
    pub since: Timestamp,
    /// The events are distant that start later than in this time.
    pub near: SignedDuration,
}

impl DistantChanges {
    /// These changes, or none, and those since an instant to events that start later than in
    /// `near`.
    pub(super) fn and(before: Option<Self>, since: Timestamp, near: SignedDuration) -> Self {
        before.map_or(Self { since, near }, |before| Self {
            since: before.since.min(since),
            near: before.near.min(near),
        })
    }
}
