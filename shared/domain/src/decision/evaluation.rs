//! The result of evaluating one event.

use jiff::Timestamp;

use crate::decision::inputs::DecisionInputs;
use crate::decision::plan::Plan;
use crate::event::CalendarEvent;
use crate::revision::OverrideRevision;
use crate::verdict::Verdict;

/// The verdict on an event, what follows from it, and what it was made from.
#[derive(Debug, Clone)]
pub struct Evaluation<'a> {
    /// The event.
    pub event: &'a CalendarEvent,
    /// Whether to record it, and why.
    pub verdict: Verdict,
    /// The bot that follows from the verdict.
    pub plan: Plan,
    /// The state that the verdict was made from.
    pub inputs: DecisionInputs,
    /// The latest revision of the owner's overrides and pauses when they were read.
    /// It can be later than `inputs.overrides`, which counts only those that apply to the
    /// event: the event may have left a series that has an override.
    pub overrides_read: OverrideRevision,
    /// When the override was set that the verdict follows; none if it follows none.
    pub overridden_at: Option<Timestamp>,
}

impl Evaluation<'_> {
    /// When a person wanted the bot; none if it follows from rules.
    #[must_use]
    pub fn wished_at(&self) -> Option<Timestamp> {
        let wants_one = matches!(self.plan, Plan::Bot { .. });
        self.overridden_at.filter(|_| wants_one)
    }

    /// Whether the verdict is that a rule's expression failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.verdict.reason().has_failed
    }
}
