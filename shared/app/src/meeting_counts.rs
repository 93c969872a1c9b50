//! Counts of meetings by verdict and by what became of their bots.

use std::collections::BTreeMap;

use crate::bot_state::BotState;

/// Counts of meetings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MeetingCounts {
    /// Meetings that are to be recorded.
    pub record: usize,
    /// Meetings that are not.
    pub skip: usize,
    /// All of them by what became of their bots so far. Copies of a meeting may share one.
    pub bots: BTreeMap<BotState, usize>,
}

impl MeetingCounts {
    /// Counts a meeting.
    pub fn count(&mut self, is_recorded: bool, bot: BotState) {
        *(if is_recorded {
            &mut self.record
        } else {
            &mut self.skip
        }) += 1;
        *self.bots.entry(bot).or_default() += 1;
    }
}
