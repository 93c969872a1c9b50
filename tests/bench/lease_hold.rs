//! Hold of the scheduler's lease: no scheduler run makes calls while a benchmark prepares its
//! backlog, so that the backlog is measured from its first call on.

use std::time::Duration;

use callsheet_app::ports::{Held, LeaseResult, Leases as _, Released};
use callsheet_domain::plus;
use jiff::SignedDuration;

use crate::result::BenchResult;
use crate::testbed::Testbed;
use crate::wait;

/// Term of the lease, longer than any preparation.
const TERM: SignedDuration = SignedDuration::from_mins(30);
/// Timeout of a scheduler run that holds the lease.
const TIMEOUT: Duration = Duration::from_mins(6);
const INTERVAL: Duration = Duration::from_secs(1);

/// The scheduler's lease, held until [`LeaseHold::release`] or the end of its term.
#[derive(Debug)]
pub(crate) struct LeaseHold(Held);

impl LeaseHold {
    /// Acquires the lease once no scheduler run holds it.
    pub(crate) async fn acquire(testbed: &Testbed) -> BenchResult<Self> {
        let attempt = async || {
            let now = testbed.stack.now();
            match testbed.stack.state.take(now, plus(now, TERM)).await? {
                LeaseResult::Held(held) => Ok(Some(Self(held))),
                LeaseResult::AlreadyHeld => Ok(None),
            }
        };
        let hold = wait::poll(INTERVAL, TIMEOUT, attempt).await?;
        Ok(hold.ok_or("a scheduler run holds the lease for longer than a run may take")?)
    }

    /// Releases the lease. The next wake-up starts a scheduler run.
    pub(crate) async fn release(self, testbed: &Testbed) -> BenchResult<()> {
        let mut held = self.0;
        loop {
            match testbed.stack.state.release(held).await? {
                Released::Free => return Ok(()),
                Released::Woken(extended) => held = extended,
                Released::Lost => return Err("another holder took the scheduler's lease".into()),
            }
        }
    }
}
