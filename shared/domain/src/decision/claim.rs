//! Whether a row keeps a bot that it shares with other copies of its meeting.

use jiff::Timestamp;

use crate::decision::applied::Applied;
use crate::decision::row::Decision;
use crate::id::DeduplicationKey;

impl Decision {
    /// Whether this row wants the bot of `key` for a meeting that has not ended at `now`, and
    /// has a claim to it at Recall or is about to make one. A row whose call was refused for
    /// good makes none, so it keeps nobody's bot. A row whose own bot has ended keeps another
    /// retry of the meeting; one that is due for another one has that one.
    #[must_use]
    pub fn wants(&self, key: &DeduplicationKey, now: Timestamp) -> bool {
        let is_kept = |other: &DeduplicationKey| {
            other == key || (other.is_of_same_meeting(key) && self.has_ended_bot())
        };
        let has_claim = match &self.applied {
            Applied::Bot(bot) | Applied::Dispatched(bot) => is_kept(&bot.deduplication_key),
            Applied::Nothing | Applied::Uncertain(_) | Applied::TooMany(_) => false,
        };
        self.wanted_key().is_some_and(is_kept)
            && self.ends_at > now
            && (has_claim || !self.is_abandoned())
    }
}
