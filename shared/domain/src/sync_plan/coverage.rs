//! Coverage: whether a sync answers a request.

use jiff::{SignedDuration, Timestamp};

use super::requested::{Extent, RequestedSync};
use crate::time::plus;

/// How far the clocks of our own functions may differ. AWS keeps the machines of one region
/// within milliseconds of each other.
pub(super) const OWN_CLOCKS: SignedDuration = SignedDuration::from_millis(500);

/// When a sync started, and how far back it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Coverage {
    /// When it started, by our clock: before it requested the first page.
    pub began_at: Timestamp,
    /// The earliest `updated_at` that it lists, by Recall's clock; none for a full sync.
    pub since: Option<Timestamp>,
}

impl Coverage {
    /// Whether this sync, once it is completed, answers `requested`.
    #[must_use]
    pub fn covers(self, requested: &RequestedSync) -> bool {
        let is_newer = self.began_at > plus(requested.sent_at, OWN_CLOCKS);
        match requested.extent {
            Extent::Nothing => true,
            Extent::Since(since) => is_newer && self.since.is_none_or(|reached| reached <= since),
            Extent::Full => is_newer && self.since.is_none(),
        }
    }
}
