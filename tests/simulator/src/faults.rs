//! Faults on request: what shall go wrong, with which calls, how often.

use serde::{Deserialize, Serialize};

use crate::ids::{CalendarId, EventId};
use crate::operation::Operation;

/// A fault: which calls it strikes, and what happens to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Only calls of this operation.
    pub operation: Option<Operation>,
    /// Only calls concerning this event.
    pub event: Option<EventId>,
    /// Only calls concerning this calendar, or an event in it.
    pub calendar: Option<CalendarId>,
    /// Only so many calls; without it, until cleared.
    pub times: Option<u32>,
    /// With this probability, from 0 to 1.
    pub probability: f64,
    /// What happens.
    pub effect: FaultEffect,
}

impl Fault {
    /// Strikes every call until cleared.
    #[must_use]
    pub fn new(effect: FaultEffect) -> Self {
        Self {
            operation: None,
            event: None,
            calendar: None,
            times: None,
            probability: 1.0,
            effect,
        }
    }

    /// Only calls of `operation`.
    #[must_use]
    pub fn on(mut self, operation: Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Only calls concerning `event`.
    #[must_use]
    pub fn event(mut self, event: EventId) -> Self {
        self.event = Some(event);
        self
    }

    /// Only calls concerning `calendar`, or an event in it.
    #[must_use]
    pub fn calendar(mut self, calendar: CalendarId) -> Self {
        self.calendar = Some(calendar);
        self
    }

    /// Only the next `times` calls.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Only with this probability, from 0 to 1.
    #[must_use]
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = probability;
        self
    }
}

/// What happens to a call that a fault strikes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultEffect {
    /// It is answered with this status.
    Status {
        /// Such as 409, 429, 502, 507.
        status: u16,
        /// Seconds to say in `Retry-After`.
        retry_after: Option<u64>,
        /// Whether the call took effect all the same, as with a gateway that lost the answer.
        after_effect: bool,
    },
    /// It takes longer; other faults may strike it as well.
    Slow {
        /// So much longer, in milliseconds.
        ms: u64,
        /// Whether it takes effect before the wait rather than after it.
        after_effect: bool,
    },
    /// The connection is cut and nothing took effect.
    CutBefore,
    /// The connection is cut after the call took effect.
    CutAfter,
    /// It takes effect and is answered 200 with a page of HTML.
    NotJson,
}

impl FaultEffect {
    /// Answered with `status`, without effect.
    #[must_use]
    pub const fn status(status: u16) -> Self {
        Self::Status {
            status,
            retry_after: None,
            after_effect: false,
        }
    }

    /// Answered with `status` and `Retry-After: <seconds>`, without effect.
    #[must_use]
    pub const fn retry_after(status: u16, seconds: u64) -> Self {
        Self::Status {
            status,
            retry_after: Some(seconds),
            after_effect: false,
        }
    }
}

/// A fault in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultView {
    /// Its number, to clear it by.
    pub id: u64,
    /// How many calls it struck.
    pub struck: u64,
    /// The fault; its `times` are those that are left.
    pub fault: Fault,
}

/// What strikes one call.
#[derive(Debug, Default)]
pub(crate) struct Struck {
    pub(crate) before_ms: u64,
    pub(crate) after_ms: u64,
    pub(crate) effect: Option<FaultEffect>,
}

impl Struck {
    pub(crate) const fn any(&self) -> bool {
        self.before_ms > 0 || self.after_ms > 0 || self.effect.is_some()
    }
}

/// The faults in force, in the order they were asked for.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    last_id: u64,
    rules: Vec<FaultView>,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) -> u64 {
        self.last_id += 1;
        self.rules.push(FaultView {
            id: self.last_id,
            struck: 0,
            fault,
        });
        self.last_id
    }

    pub(crate) fn clear(&mut self, id: Option<u64>) {
        self.rules.retain(|rule| id.is_some_and(|id| id != rule.id));
    }

    pub(crate) fn views(&self) -> Vec<FaultView> {
        self.rules.clone()
    }

    /// The first fault that strikes decides; slowness adds up and leaves the rest to the others.
    pub(crate) fn strike(
        &mut self,
        operation: Operation,
        event: Option<EventId>,
        calendar: Option<CalendarId>,
        random: &mut fastrand::Rng,
    ) -> Struck {
        let mut struck = Struck::default();
        for rule in &mut self.rules {
            let fault = &mut rule.fault;
            let concerns = fault.operation.is_none_or(|wanted| wanted == operation)
                && fault.event.is_none_or(|wanted| Some(wanted) == event)
                && fault.calendar.is_none_or(|wanted| Some(wanted) == calendar)
                && fault.times != Some(0);
            let slows = matches!(fault.effect, FaultEffect::Slow { .. });
            if !concerns || (struck.effect.is_some() && !slows) || random.f64() >= fault.probability
            {
                continue;
            }
            rule.struck += 1;
            if let Some(times) = &mut fault.times {
                *times -= 1;
            }
            match &fault.effect {
                FaultEffect::Slow {
                    ms,
                    after_effect: true,
                } => struck.after_ms += ms,
                FaultEffect::Slow {
                    ms,
                    after_effect: false,
                } => struck.before_ms += ms,
                effect => struck.effect = Some(effect.clone()),
            }
        }
        self.rules.retain(|rule| rule.fault.times != Some(0));
        struck
    }
}

/// Faults of the webhooks, each a probability from 0 to 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookFaults {
    /// Never sent.
    pub drop: f64,
    /// Delivered twice, with the same id.
    pub duplicate: f64,
    /// Delivered later, and so out of order.
    pub delay: f64,
    /// How much later at most, in milliseconds.
    pub delay_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strike(faults: &mut Faults, operation: Operation) -> Struck {
        faults.strike(operation, None, None, &mut fastrand::Rng::with_seed(7))
    }

    #[test]
    fn a_fault_strikes_its_operation_so_many_times() {
        let mut faults = Faults::default();
        faults.add(
            Fault::new(FaultEffect::status(507))
                .on(Operation::ScheduleBot)
                .times(2),
        );
        assert!(!strike(&mut faults, Operation::ListEvents).any());
        assert!(strike(&mut faults, Operation::ScheduleBot).any());
        assert!(strike(&mut faults, Operation::ScheduleBot).any());
        assert!(!strike(&mut faults, Operation::ScheduleBot).any());
    }

    #[test]
    fn slowness_leaves_room_for_another_fault() {
        let mut faults = Faults::default();
        faults.add(Fault::new(FaultEffect::Slow {
            ms: 5,
            after_effect: false,
        }));
        faults.add(Fault::new(FaultEffect::CutBefore));
        let struck = strike(&mut faults, Operation::GetEvent);
        assert_eq!(
            (struck.before_ms, struck.effect),
            (5, Some(FaultEffect::CutBefore))
        );
    }
}
