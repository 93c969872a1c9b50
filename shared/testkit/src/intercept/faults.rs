//! Calls that fail on purpose, before or after their effect.
//!
//! Ports that share their [`Faults`] are counted together, so a test can run a
//! use case once to count its calls, and then once more for each call, with a
//! crash at that call.

use std::sync::{Arc, Mutex, PoisonError};

use callsheet_app::{PortError, Service};
use fastrand::Rng;

use super::{CallName, Interceptor};

/// When a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// Before it had any effect.
    Before,
    /// After it had its effect: only the response is lost.
    After,
}

/// Makes calls fail with [`PortError::Unavailable`]. Clones share the plan and
/// the count of calls.
#[derive(Debug, Clone)]
pub struct Faults(Arc<Mutex<Script>>);

#[derive(Debug)]
struct Script {
    calls: u64,
    plan: Plan,
}

#[derive(Debug)]
enum Plan {
    Never,
    Once { call: u64, when: When },
    From { call: u64, when: When },
    ByChance { chance: Rng, probability: f64 },
}

impl Faults {
    /// No call fails; calls are counted.
    #[must_use]
    pub fn none() -> Self {
        Self::planned(Plan::Never)
    }

    /// One call fails: the one of this index, counted from zero.
    #[must_use]
    pub fn once(call: u64, when: When) -> Self {
        Self::planned(Plan::Once { call, when })
    }

    /// A crash at the call of this index, counted from zero: no later call has
    /// an effect, until [`Faults::repair`].
    #[must_use]
    pub fn crash(call: u64, when: When) -> Self {
        Self::planned(Plan::From { call, when })
    }

    /// Each call fails with this probability, half of them after their effect;
    /// the same calls for the same seed.
    #[must_use]
    pub fn by_chance(seed: u64, probability: f64) -> Self {
        let chance = Rng::with_seed(seed);
        Self::planned(Plan::ByChance {
            chance,
            probability,
        })
    }

    fn planned(plan: Plan) -> Self {
        Self(Arc::new(Mutex::new(Script { calls: 0, plan })))
    }

    /// From here on no call fails.
    pub fn repair(&self) {
        self.with(|script| script.plan = Plan::Never);
    }

    /// Number of calls so far.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.with(|script| script.calls)
    }

    fn with<T>(&self, change: impl FnOnce(&mut Script) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts a call and returns when it fails, if it does.
    fn next(&self) -> Option<When> {
        self.with(|script| {
            let this = script.calls;
            script.calls += 1;
            match &mut script.plan {
                Plan::Never => None,
                Plan::Once { call, when } => (this == *call).then_some(*when),
                Plan::From { call, when } if this == *call => Some(*when),
                Plan::From { call, .. } => (this > *call).then_some(When::Before),
                Plan::ByChance {
                    chance,
                    probability,
                } => {
                    let when = [When::Before, When::After][usize::from(chance.bool())];
                    (chance.f64() < *probability).then_some(when)
                }
            }
        })
    }
}

impl Interceptor for Faults {
    async fn around<T: Send>(
        &self,
        call: CallName,
        effect: impl Future<Output = Result<T, PortError>> + Send,
    ) -> Result<T, PortError> {
        match self.next() {
            None => effect.await,
            Some(When::Before) => Err(failure(call, "before")),
            Some(When::After) => {
                effect.await?;
                Err(failure(call, "after"))
            }
        }
    }
}

fn failure(call: CallName, when: &str) -> PortError {
    PortError::Unavailable {
        service: Service::DynamoDb,
        reason: format!("{call} failed on purpose, {when} its effect"),
        source: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Counts, Intercepted, MemoryDecisions, a_decision};
    use callsheet_app::ports::Decisions;

    /// Whether each of three writes succeeded, and how many reached the table.
    async fn three_writes(faults: &Faults) -> ([bool; 3], u64) {
        let counts = Counts::default();
        let counted = Intercepted::new(MemoryDecisions::new(), &counts);
        let decisions = Intercepted::new(counted, faults);
        let row = a_decision();
        let mut succeeded = [false; 3];
        for success in &mut succeeded {
            *success = decisions.write(&row).await.is_ok();
        }
        (succeeded, counts.total())
    }

    #[tokio::test]
    async fn a_call_fails_once_before_its_effect() {
        let faults = Faults::once(1, When::Before);
        assert_eq!(three_writes(&faults).await, ([true, false, true], 2));
        assert_eq!(faults.calls(), 3);
    }

    #[tokio::test]
    async fn a_call_fails_once_after_its_effect() {
        let faults = Faults::once(1, When::After);
        assert_eq!(three_writes(&faults).await, ([true, false, true], 3));
    }

    #[tokio::test]
    async fn after_a_crash_no_call_has_an_effect_until_the_repair() {
        let faults = Faults::crash(1, When::After);
        assert_eq!(three_writes(&faults).await, ([true, false, false], 2));
        faults.repair();
        assert_eq!(three_writes(&faults).await, ([true; 3], 3));
    }

    #[tokio::test]
    async fn the_same_seed_gives_the_same_faults() {
        let first = three_writes(&Faults::by_chance(7, 0.5)).await;
        assert_eq!(three_writes(&Faults::by_chance(7, 0.5)).await, first);
        assert_eq!(three_writes(&Faults::by_chance(7, 0.0)).await.1, 3);
    }
}
