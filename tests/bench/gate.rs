//! Keeps drains out while their work is made ready, so that one can be
//! measured from its first call on: holds the lease that each drain needs.

use std::time::Duration;

use callsheet_app::ports::{Held, LeaseResult, Leases as _, Released};
use callsheet_domain::plus;
use jiff::SignedDuration;

use crate::rig::{Done, Rig};

/// Longer than getting ready takes.
const HELD_FOR: SignedDuration = SignedDuration::from_mins(30);
/// A drain under way is waited for.
const PATIENCE: Duration = Duration::from_mins(6);

/// A closed gate. It opens by [`Gate::open`], or after half an hour.
#[derive(Debug)]
pub(crate) struct Gate(Held);

impl Gate {
    /// Closes it, once no drain is under way.
    pub(crate) async fn abandoned(rig: &Rig) -> Done<Self> {
        let state = &rig.stack.state;
        let taken = async {
            loop {
                let now = rig.stack.now();
                if let LeaseResult::Held(held) = state.take(now, plus(now, HELD_FOR)).await? {
                    return Ok(Self(held));
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        };
        tokio::time::timeout(PATIENCE, taken).await?
    }

    /// Lets a run of the scheduler begin, at the next wake-up.
    pub(crate) async fn open(self, rig: &Rig) -> Done<()> {
        let mut held = self.0;
        loop {
            match rig.stack.state.release(held).await? {
                Released::Free => return Ok(()),
                Released::Woken(again) => held = again,
                Released::Lost => return Err("the gate was taken by somebody else".into()),
            }
        }
    }
}
