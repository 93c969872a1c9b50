//! Active faults, and their combined effect on a call.

use crate::ids::{CalendarId, EventId};
use crate::model::{Fault, FaultEffect, FaultView};
use crate::operation::Operation;

/// Combined effect of the active faults on one call.
#[derive(Debug, Default)]
pub(crate) struct AppliedFaults {
    pub(crate) before_ms: u64,
    pub(crate) after_ms: u64,
    pub(crate) effect: Option<FaultEffect>,
}

impl AppliedFaults {
    /// Whether any fault affects the call.
    pub(crate) const fn any(&self) -> bool {
        self.before_ms > 0 || self.after_ms > 0 || self.effect.is_some()
    }
}

/// Active faults, in the order in which they were added.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    last_id: u64,
    active: Vec<FaultView>,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) -> u64 {
        self.last_id += 1;
        self.active.push(FaultView {
            id: self.last_id,
            calls_affected: 0,
            fault,
        });
        self.last_id
    }

    /// Clears one fault, or all.
    pub(crate) fn clear(&mut self, id: Option<u64>) {
        self.active
            .retain(|active| id.is_some_and(|id| id != active.id));
    }

    pub(crate) fn views(&self) -> Vec<FaultView> {
        self.active.clone()
    }

    /// Selects the faults that affect a call, but for those that replace texts of its
    /// response. Delays add up; of all other faults the first one applies.
    pub(crate) fn apply(
        &mut self,
        operation: Operation,
        event: Option<EventId>,
        calendar: Option<CalendarId>,
        random: &mut fastrand::Rng,
    ) -> AppliedFaults {
        let mut applied = AppliedFaults::default();
        for active in &mut self.active {
            let fault = &active.fault;
            let adds_up = matches!(fault.effect, FaultEffect::Slow { .. });
            if matches!(fault.effect, FaultEffect::Rewrite { .. })
                || !fault.matches(operation, event, calendar)
                || (applied.effect.is_some() && !adds_up)
                || random.f64() >= fault.probability
            {
                continue;
            }
            count_call(active);
            match &active.fault.effect {
                FaultEffect::Slow {
                    ms,
                    after_effect: true,
                } => applied.after_ms += ms,
                FaultEffect::Slow {
                    ms,
                    after_effect: false,
                } => applied.before_ms += ms,
                effect => applied.effect = Some(effect.clone()),
            }
        }
        self.active.retain(|active| active.fault.times != Some(0));
        applied
    }

    /// The texts to replace in a response that is made now. A fault that was added after
    /// the call arrived counts too: the response may show what was created after the fault.
    pub(crate) fn texts(
        &mut self,
        operation: Operation,
        event: Option<EventId>,
        calendar: Option<CalendarId>,
        random: &mut fastrand::Rng,
    ) -> Vec<(String, String)> {
        let mut replaced = Vec::new();
        for active in &mut self.active {
            let fault = &active.fault;
            if let FaultEffect::Rewrite { texts } = &fault.effect
                && fault.matches(operation, event, calendar)
                && random.f64() < fault.probability
            {
                replaced.extend_from_slice(texts);
                count_call(active);
            }
        }
        self.active.retain(|active| active.fault.times != Some(0));
        replaced
    }
}

/// Counts a call that a fault affects.
fn count_call(active: &mut FaultView) {
    active.calls_affected += 1;
    if let Some(times) = &mut active.fault.times {
        *times -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(faults: &mut Faults, operation: Operation) -> AppliedFaults {
        faults.apply(operation, None, None, &mut fastrand::Rng::with_seed(7))
    }

    #[test]
    fn a_fault_affects_calls_of_its_operation_the_given_number_of_times() {
        let mut faults = Faults::default();
        faults.add(
            Fault::new(FaultEffect::status(507))
                .operation(Operation::ScheduleBot)
                .times(2),
        );
        assert!(!apply(&mut faults, Operation::ListEvents).any());
        assert!(apply(&mut faults, Operation::ScheduleBot).any());
        assert!(apply(&mut faults, Operation::ScheduleBot).any());
        assert!(!apply(&mut faults, Operation::ScheduleBot).any());
    }

    #[test]
    fn texts_are_replaced_in_a_response_that_is_made_after_the_fault_was_added() {
        let mut faults = Faults::default();
        assert!(!apply(&mut faults, Operation::ListEvents).any());
        let texts = vec![("one".to_owned(), "two".to_owned())];
        let effect = FaultEffect::Rewrite {
            texts: texts.clone(),
        };
        faults.add(Fault::new(effect).operation(Operation::ListEvents).times(1));
        let mut of =
            |operation| faults.texts(operation, None, None, &mut fastrand::Rng::with_seed(7));
        assert!(of(Operation::GetEvent).is_empty());
        assert_eq!(of(Operation::ListEvents), texts);
        assert!(of(Operation::ListEvents).is_empty());
    }

    #[test]
    fn a_delayed_call_can_also_get_another_fault() {
        let mut faults = Faults::default();
        faults.add(Fault::new(FaultEffect::Slow {
            ms: 5,
            after_effect: false,
        }));
        faults.add(Fault::new(FaultEffect::CutBefore));
        let applied = apply(&mut faults, Operation::GetEvent);
        assert_eq!(
            (applied.before_ms, applied.effect),
            (5, Some(FaultEffect::CutBefore))
        );
    }
}
