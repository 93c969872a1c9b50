//! What a look reaches, and so what it answers.

use jiff::SignedDuration;

use super::requested::{Extent, RequestedSync};
use crate::time::plus;
use jiff::Timestamp;

/// How far the clocks of our own functions may differ. Machines of one region
/// are kept within milliseconds of each other.
pub(super) const OWN_CLOCKS: SignedDuration = SignedDuration::from_millis(500);

/// When a look began, and how far back it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Coverage {
    /// When it began, by our clock: before its first page was asked for.
    pub began_at: Timestamp,
    /// The earliest `updated_at` it asks for, by Recall's clock; none if it
    /// asks for everything.
    pub since: Option<Timestamp>,
}

impl Coverage {
    /// Whether this look, once it is finished, has answered `requested`.
    #[must_use]
    pub fn covers(self, requested: &RequestedSync) -> bool {
        let is_newer = self.began_at > plus(requested.sent_at, OWN_CLOCKS);
        match requested.wants {
            Extent::Nothing => true,
            Extent::Since(since) => is_newer && self.since.is_none_or(|reached| reached <= since),
            Extent::Full => is_newer && self.since.is_none(),
        }
    }
}
