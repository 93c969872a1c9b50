//! Which meetings a person should look at, and counts of them among others.

use callsheet_domain::{Phase, Timestamp};

use crate::bot_state::BotState;
use crate::ports::AgendaEntry;

/// Counts of the events of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventCounts {
    /// Those that are to be recorded.
    pub record: usize,
    /// Those that are not.
    pub skip: usize,
    /// Those of both that need attention.
    pub needs_attention: usize,
}

impl EventCounts {
    /// Counts an event, as of `now`.
    pub(crate) fn count(mut self, event: &AgendaEntry, now: Timestamp) -> Self {
        if event.is_recorded {
            self.record += 1;
        } else {
            self.skip += 1;
        }
        self.needs_attention += usize::from(event_needs_attention(event, now));
        self
    }
}

/// Whether the meeting of an event needs attention, as of `now`.
pub(crate) fn event_needs_attention(event: &AgendaEntry, now: Timestamp) -> bool {
    needs_attention(event.is_recorded, event.bot_at(now), event.phase)
}

/// Whether a person should look at a meeting: its bot waits to be admitted; or it is to be
/// recorded, and its bot was given up or has not recorded.
fn needs_attention(is_recorded: bool, bot: BotState, phase: Option<Phase>) -> bool {
    match phase {
        Some(Phase::WaitingRoom) => true,
        Some(Phase::NotRecorded) => is_recorded,
        Some(Phase::Joining | Phase::InCall | Phase::Recording | Phase::Done) => false,
        Some(Phase::Scheduled) | None => is_recorded && bot == BotState::Abandoned,
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(true, BotState::Scheduled, None, false; "a bot that is scheduled")]
    #[test_case(true, BotState::Abandoned, None, true; "a bot that was given up")]
    #[test_case(false, BotState::Abandoned, None, false; "a bot that was given up and is no longer wanted")]
    #[test_case(true, BotState::Abandoned, Some(Phase::Done), false; "a meeting that was recorded by then")]
    #[test_case(true, BotState::Dispatched, Some(Phase::WaitingRoom), true; "a bot that waits to be admitted")]
    #[test_case(true, BotState::Dispatched, Some(Phase::Recording), false; "a bot that records")]
    #[test_case(true, BotState::Dispatched, Some(Phase::NotRecorded), true; "a meeting that was not recorded")]
    #[test_case(false, BotState::Dispatched, Some(Phase::NotRecorded), false; "a meeting that was not to be recorded")]
    fn what_a_person_should_look_at_needs_attention(
        is_recorded: bool,
        bot: BotState,
        phase: Option<Phase>,
        expected: bool,
    ) {
        assert_eq!(needs_attention(is_recorded, bot, phase), expected);
    }
}
