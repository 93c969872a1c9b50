//! The end of a run that leaves rows due: the lease is released, and the next
//! run is woken.

use callsheet_domain::{Decision, Timestamp};

use crate::PortError;
use crate::ports::{Decisions, DueQuery, Held, Leases, Released};

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

/// What is left to the next run.
#[derive(Debug)]
pub(super) enum Left<'a> {
    /// The row of the next call.
    Row(&'a Decision),
    /// A row that waits until this instant.
    Until(Timestamp),
    /// Nothing that could not wait for the timer.
    Nothing,
}

/// Writes the row of the next call as it is. The table's stream sends a wake-up
/// for it, so the next run need not wait for that of the timer.
pub(super) async fn wake_next_run<D: Decisions>(decisions: &D, left: Left<'_>) {
    if let Err(error) = write_one(decisions, left).await {
        tracing::warn!(%error, "the next scheduler run could not be woken: it starts within a minute: {error}");
    }
}

async fn write_one<D: Decisions>(decisions: &D, left: Left<'_>) -> Result<(), PortError> {
    let waiting;
    let row = match left {
        Left::Nothing => return Ok(()),
        Left::Row(row) => row,
        Left::Until(instant) => {
            let first = decisions.due(&DueQuery::first(instant, 1)).await?.ready;
            waiting = decisions.decisions(&first).await?.decisions;
            let Some(row) = waiting.first() else {
                return Ok(());
            };
            row
        }
    };
    decisions.write(row).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::LeaseResult;
    use crate::scheduler::fakes::Rows;
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
        let woken = wake_next_run(&rows, Left::Row(&a_decision())).now_or_never();
        assert_eq!(woken, Some(()));
        assert_eq!(rows.only().version, a_decision().version.next());
    }

    #[test]
    fn the_next_run_is_woken_by_a_write_of_a_row_that_waits_for_a_moment() {
        let waiting = a_decision().waiting(at("09:31"), "503");
        let rows = Rows::with([waiting.clone()]);
        let woken = wake_next_run(&rows, Left::Until(at("09:31"))).now_or_never();
        assert_eq!(woken, Some(()));
        let version = waiting.version.next();
        assert_eq!(rows.only(), Decision { version, ..waiting });
    }
}
