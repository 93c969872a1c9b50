//! Counts of meetings by verdict and by what became of their bots.

use std::collections::BTreeMap;

use callsheet_app::bot_state::BotState;
use callsheet_app::status as read;
use schemars::JsonSchema;
use serde::Serialize;

/// Counts of meetings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct MeetingCounts {
    /// Meetings that are to be recorded.
    pub record: usize,
    /// Meetings that are not.
    pub skip: usize,
    /// All of them by what became of their bots so far; copies of a meeting may share one.
    pub bots: BTreeMap<&'static str, usize>,
}

impl MeetingCounts {
    pub(crate) fn of(read: &read::MeetingCounts) -> Self {
        let count = |state: &BotState| read.bots.get(state).copied().unwrap_or_default();
        Self {
            record: read.record,
            skip: read.skip,
            bots: BotState::ALL
                .iter()
                .map(|state| (state.as_str(), count(state)))
                .collect(),
        }
    }

    /// Number of meetings whose bot is in one of these states.
    #[must_use]
    pub fn with_bot(&self, states: &[BotState]) -> usize {
        let counts = states.iter().map(|state| self.bots.get(state.as_str()));
        counts.flatten().sum()
    }
}
