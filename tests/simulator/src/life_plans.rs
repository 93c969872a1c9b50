//! Which lives the bots of a workspace have.

use crate::ids::EventId;
use crate::model::{LifeKind, LifePlan, LifeReports};

/// Which lives the bots of this workspace have.
#[derive(Debug, Default)]
pub(crate) struct LifePlans {
    plans: Vec<CountedPlan>,
}

/// A plan, and how many lives have begun by it: its kinds are had in turn.
#[derive(Debug)]
struct CountedPlan {
    plan: LifePlan,
    begun: usize,
}

/// The life that a bot is to have.
#[derive(Debug, PartialEq)]
pub(crate) struct PlannedLife {
    /// Its kind; none for a random one.
    pub(crate) kind: Option<LifeKind>,
    /// Seconds that a second of it takes.
    pub(crate) pace: f64,
    /// How its statuses are reported.
    pub(crate) reports: LifeReports,
}

impl LifePlans {
    /// Lives of random kinds for all bots at this pace; none without it.
    pub(crate) fn of_all(pace: Option<f64>) -> Self {
        let mut plans = Self::default();
        if let Some(pace) = pace {
            plans.add(LifePlan {
                pace,
                ..LifePlan::random()
            });
        }
        plans
    }

    /// Whether no bot has a life.
    pub(crate) fn is_empty(&self) -> bool {
        self.plans.is_empty()
    }

    /// Adds a plan, in place of earlier ones for the same events.
    pub(crate) fn add(&mut self, plan: LifePlan) {
        self.plans.push(CountedPlan { plan, begun: 0 });
    }

    /// Begins the life of a bot: the next one of the latest plan for one of its events, or of the
    /// latest for all events.
    pub(crate) fn begin(&mut self, is_of_bot: impl Fn(&EventId) -> bool) -> Option<PlannedLife> {
        let position = |is_meant: &dyn Fn(&LifePlan) -> bool| {
            self.plans
                .iter()
                .rposition(|counted| is_meant(&counted.plan))
        };
        let named = position(&|plan| plan.events.iter().any(&is_of_bot));
        let position = named.or_else(|| position(&|plan| plan.events.is_empty()))?;
        let CountedPlan { plan, begun } = self.plans.get_mut(position)?;
        let life = PlannedLife {
            kind: plan.kind(*begun),
            pace: plan.pace,
            reports: plan.reports.clone(),
        };
        *begun += 1;
        Some(life)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_of_a_plan_are_had_in_turn_whatever_lives_begin_by_others() {
        let mut random = fastrand::Rng::with_seed(1);
        let [first, second] = [(); 2].map(|()| EventId::random(&mut random));
        let mut plans = LifePlans::default();
        for (event, kinds) in [
            (first, vec![LifeKind::PlatformFault, LifeKind::Recorded]),
            (second, vec![LifeKind::Removed]),
        ] {
            plans.add(LifePlan {
                events: vec![event],
                kinds,
                ..LifePlan::random()
            });
        }
        let mut kind = |of: EventId| plans.begin(|event| *event == of).expect("a plan").kind;
        let kinds = [first, second, first, first].map(|event| kind(event).expect("a kind"));
        assert_eq!(
            kinds,
            [
                LifeKind::PlatformFault,
                LifeKind::Removed,
                LifeKind::Recorded,
                LifeKind::PlatformFault,
            ]
        );
    }
}
