//! What a look reaches, and so what it answers.

use jiff::SignedDuration;

use super::ask::{Ask, Wants};
use crate::Timestamp;
use crate::time::plus;

/// How far the clocks of our own functions may differ. Machines of one region
/// are kept within milliseconds of each other.
pub(super) const OWN_CLOCKS: SignedDuration = SignedDuration::from_millis(500);

/// When a look began, and how far back it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reach {
    /// When it began, by our clock: before its first page was asked for.
    pub began_at: Timestamp,
    /// The earliest `updated_at` it asks for, by Recall's clock; none if it
    /// asks for everything.
    pub since: Option<Timestamp>,
}

impl Reach {
    /// Whether this look, once it is finished, has answered `ask`.
    #[must_use]
    pub fn answers(self, ask: &Ask) -> bool {
        let is_newer = self.began_at > plus(ask.sent_at, OWN_CLOCKS);
        match ask.wants {
            Wants::Nothing => true,
            Wants::Since(since) => is_newer && self.since.is_none_or(|reached| reached <= since),
            Wants::All => is_newer && self.since.is_none(),
        }
    }
}
