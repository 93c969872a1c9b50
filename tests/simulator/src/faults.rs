//! Active faults, and their combined effect on a call.

use crate::ids::{CalendarId, EventId};
use crate::model::{Fault, FaultEffect, FaultView};
use crate::operation::Operation;

/// Combined effect of the active faults on one call.
#[derive(Debug, Default)]
pub(crate) struct AppliedFaults {
    pub(crate) before_ms: u64,
    pub(crate) after_ms: u64,
    pub(crate) texts: Vec<(String, String)>,
    pub(crate) effect: Option<FaultEffect>,
}

impl AppliedFaults {
    /// Whether any fault affects the call.
    pub(crate) const fn any(&self) -> bool {
        self.before_ms > 0 || self.after_ms > 0 || !self.texts.is_empty() || self.effect.is_some()
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

    /// Selects the faults that affect a call. Delays and replaced texts add up; of all
    /// other faults the first one applies.
    pub(crate) fn apply(
        &mut self,
        operation: Operation,
        event: Option<EventId>,
        calendar: Option<CalendarId>,
        random: &mut fastrand::Rng,
    ) -> AppliedFaults {
        let mut applied = AppliedFaults::default();
        for active in &mut self.active {
            let fault = &mut active.fault;
            let adds_up = matches!(
                fault.effect,
                FaultEffect::Slow { .. } | FaultEffect::Rewrite { .. }
            );
            if !fault.matches(operation, event, calendar)
                || (applied.effect.is_some() && !adds_up)
                || random.f64() >= fault.probability
            {
                continue;
            }
            active.calls_affected += 1;
            if let Some(times) = &mut fault.times {
                *times -= 1;
            }
            match &fault.effect {
                FaultEffect::Slow {
                    ms,
                    after_effect: true,
                } => applied.after_ms += ms,
                FaultEffect::Slow {
                    ms,
                    after_effect: false,
                } => applied.before_ms += ms,
                FaultEffect::Rewrite { texts } => applied.texts.extend_from_slice(texts),
                effect => applied.effect = Some(effect.clone()),
            }
        }
        self.active.retain(|active| active.fault.times != Some(0));
        applied
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
