//! Counts of meetings by verdict and by what became of their bots.

use std::collections::BTreeMap;

use callsheet_domain::{Decision, Timestamp, Verdict};

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

    /// Counts the meeting of a row, as of `now`.
    pub(crate) fn count_row(&mut self, row: &Decision, now: Timestamp) {
        let is_recorded = matches!(row.verdict, Verdict::Record(_));
        self.count(is_recorded, BotState::of(row, now));
    }
}
