//! The end of a run that leaves rows due: the lease is released, and the next
//! run is woken.

use callsheet_domain::Decision;

use crate::ports::{Decisions, Held, Leases, Released};

/// Releases the lease even if wake-ups came meanwhile: the next one, a minute
/// away at most, finds it free.
pub(super) async fn release_despite_wakeups<S: Leases>(leases: &S, mut held: Held) {
    loop {
        match leases.release(held).await {
            Ok(Released::Woken(woken)) => held = woken,
            Ok(Released::Free | Released::Lost) => return,
            Err(error) => {
                tracing::warn!(%error, "the scheduler's lease could not be released: it expires within its time: {error}");
                return;
            }
        }
    }
}

/// Writes the row of the next call as it is. The table's stream sends a wake-up
/// for it, so the next run need not wait for that of the timer.
pub(super) async fn wake_next_run<D: Decisions>(decisions: &D, next: Option<&Decision>) {
    if let Some(row) = next
        && let Err(error) = decisions.write(row).await
    {
        tracing::warn!(%error, "the next scheduler run could not be woken: it starts within a minute: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PortError;
    use crate::ports::LeaseResult;
    use crate::scheduler::fakes::Rows;
    use callsheet_domain::Timestamp;
    use callsheet_testkit::{a_decision, at};
    use futures_util::FutureExt as _;
    use std::sync::Mutex;

    /// A lease that is free once its wake-ups were seen.
    struct Woken(Mutex<u64>);

    impl Leases for Woken {
        async fn take(&self, _: Timestamp, _: Timestamp) -> Result<LeaseResult, PortError> {
            Ok(LeaseResult::AlreadyHeld)
        }

        async fn extend(&self, held: Held, _: Timestamp) -> Result<Option<Held>, PortError> {
            Ok(Some(held))
        }

        async fn release(&self, held: Held) -> Result<Released, PortError> {
            let mut wakeups = self.0.lock().expect("no test thread panicked");
            if held.wakeups == *wakeups {
                *wakeups = 0;
                return Ok(Released::Free);
            }
            Ok(Released::Woken(Held {
                wakeups: *wakeups,
                ..held
            }))
        }
    }

    #[test]
    fn the_lease_is_released_although_wakeups_came() {
        let leases = Woken(Mutex::new(2));
        let held = Held {
            fence: 1,
            wakeups: 0,
            until: at("09:31"),
        };
        let released = release_despite_wakeups(&leases, held).now_or_never();
        assert_eq!(released, Some(()));
        assert_eq!(*leases.0.lock().expect("no panic"), 0, "it is free");
    }

    #[test]
    fn the_next_run_is_woken_by_a_write_of_the_next_row() {
        let rows = Rows::with([a_decision()]);
        let woken = wake_next_run(&rows, Some(&a_decision())).now_or_never();
        assert_eq!(woken, Some(()));
        assert_eq!(rows.only().version, a_decision().version.next());
    }
}
