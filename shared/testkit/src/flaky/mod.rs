//! A port that fails on purpose, before or after the effect.
//!
//! Ports that share their [`Faults`] are counted together, so a test can run a
//! use case once to count its steps, and then once more for each step, with a
//! crash right there.

mod ports;

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use callsheet_app::PortError;
use fastrand::Rng;

/// When a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// Before it had any effect.
    Before,
    /// After it had its effect: only the answer is lost.
    After,
}

/// Which calls fail. Clones share the plan and the count.
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
    /// None; calls are counted.
    #[must_use]
    pub fn none() -> Self {
        Self::planned(Plan::Never)
    }

    /// One call fails: the `call`th, from nought.
    #[must_use]
    pub fn once(call: u64, when: When) -> Self {
        Self::planned(Plan::Once { call, when })
    }

    /// A crash at the `call`th call, from nought: nothing after it has an
    /// effect, until [`Faults::repair`].
    #[must_use]
    pub fn crash(call: u64, when: When) -> Self {
        Self::planned(Plan::From { call, when })
    }

    /// Each call fails with this probability, half of them after their effect;
    /// the same ones for the same seed.
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

    /// No more faults from here on.
    pub fn repair(&self) {
        self.with(|script| script.plan = Plan::Never);
    }

    /// How many calls there have been.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.with(|script| script.calls)
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut Script) -> T) -> T {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts a call, and says whether it fails.
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

/// A port whose calls fail as its [`Faults`] say, with
/// [`PortError::Unavailable`]. It implements every port that `P` does.
#[derive(Debug, Clone)]
pub struct Flaky<P> {
    port: P,
    faults: Faults,
}

impl<P> Flaky<P> {
    /// `port`, failing by `faults`.
    #[must_use]
    pub fn new(port: P, faults: &Faults) -> Self {
        let faults = faults.clone();
        Self { port, faults }
    }

    async fn call<T>(
        &self,
        effect: impl Future<Output = Result<T, PortError>> + Send,
    ) -> Result<T, PortError> {
        match self.faults.next() {
            None => effect.await,
            Some(When::Before) => Err(broken("before its effect")),
            Some(When::After) => {
                effect.await?;
                Err(broken("after its effect"))
            }
        }
    }
}

fn broken(when: &str) -> PortError {
    PortError::Unavailable {
        service: "a flaky port",
        reason: format!("it failed on purpose, {when}"),
        source: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemoryDecisions, a_decision};
    use callsheet_app::ports::Decisions;

    /// Whether each of three writes was answered, and how many there were.
    async fn three_writes(faults: &Faults) -> ([bool; 3], u64) {
        let decisions = MemoryDecisions::new();
        let flaky = Flaky::new(decisions.clone(), faults);
        let row = a_decision();
        let mut answered = [false; 3];
        for answer in &mut answered {
            *answer = flaky.write(&row).await.is_ok();
        }
        (answered, decisions.counts().writes)
    }

    #[tokio::test]
    async fn fails_once_before_the_effect() {
        let faults = Faults::once(1, When::Before);
        assert_eq!(three_writes(&faults).await, ([true, false, true], 2));
        assert_eq!(faults.calls(), 3);
    }

    #[tokio::test]
    async fn fails_once_after_the_effect() {
        let faults = Faults::once(1, When::After);
        assert_eq!(three_writes(&faults).await, ([true, false, true], 3));
    }

    #[tokio::test]
    async fn after_a_crash_nothing_has_an_effect_until_it_is_mended() {
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
