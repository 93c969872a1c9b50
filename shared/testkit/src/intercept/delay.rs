//! Calls that take time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use callsheet_app::PortError;
use fastrand::Rng;

use super::{CallName, Interceptor};

/// Delays each call on the way there, and its response as long again, by the
/// runtime's clock: a test that pauses that clock does not wait. Clones share
/// the sequence of delays, which is the same in every run.
#[derive(Debug, Clone)]
pub struct Delay {
    least_ms: u64,
    most_ms: u64,
    chance: Arc<Mutex<Rng>>,
}

impl Delay {
    /// Each way takes from `least` to `most` milliseconds, evenly spread.
    #[must_use]
    pub fn millis(least: u64, most: u64) -> Self {
        Self {
            least_ms: least,
            most_ms: most,
            chance: Arc::new(Mutex::new(Rng::with_seed(7))),
        }
    }

    async fn one_way(&self) {
        let millis = {
            let mut chance = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
            chance.u64(self.least_ms..=self.most_ms)
        };
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}

impl Interceptor for Delay {
    async fn around<T: Send>(
        &self,
        _: CallName,
        effect: impl Future<Output = Result<T, PortError>> + Send,
    ) -> Result<T, PortError> {
        self.one_way().await;
        let result = effect.await;
        self.one_way().await;
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Intercepted, MemoryDecisions, a_decision};
    use callsheet_app::ports::Decisions as _;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn a_call_takes_the_delay_twice() {
        let decisions = Intercepted::new(MemoryDecisions::new(), &Delay::millis(20, 30));
        let began = Instant::now();
        decisions.write(&a_decision()).await.expect("memory");
        let took = began.elapsed().as_millis();
        assert!((40..=62).contains(&took), "{took} ms");
    }
}
