//! Compare-and-swap, as often as another writer is first.

use crate::sync_error::SyncError;

/// Attempts before a conflict is reported.
const ATTEMPTS: usize = 5;

/// The result of one attempt to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt<T> {
    /// The value is written, or need not be.
    Done(T),
    /// Another writer was first: read again, and try again.
    Conflict,
}

impl<T> Attempt<T> {
    /// The same attempt with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Attempt<U> {
        match self {
            Self::Done(value) => Attempt::Done(change(value)),
            Self::Conflict => Attempt::Conflict,
        }
    }
}

/// Runs `attempt` until it is done, a few times at most. Each attempt reads what
/// is stored and writes on condition that it is unchanged.
///
/// # Errors
/// [`SyncError::Conflict`] if another writer was first each time, or the error of
/// an attempt, which ends the attempts.
pub async fn retry_on_conflict<T>(
    mut attempt: impl AsyncFnMut() -> Result<Attempt<T>, SyncError>,
) -> Result<T, SyncError> {
    for _ in 0..ATTEMPTS {
        if let Attempt::Done(value) = attempt().await? {
            return Ok(value);
        }
    }
    Err(SyncError::Conflict)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    /// Runs attempts of which the first so many meet a conflict; gives the
    /// result and the number of attempts.
    fn run(conflicts: usize) -> (Result<usize, SyncError>, usize) {
        let mut attempts = 0;
        let result = retry_on_conflict(async || {
            attempts += 1;
            let is_done = attempts > conflicts;
            Ok(if is_done {
                Attempt::Done(attempts)
            } else {
                Attempt::Conflict
            })
        });
        let result = result.now_or_never().expect("it waits for nothing");
        (result, attempts)
    }

    #[test]
    fn a_write_without_conflict_is_attempted_once() {
        assert!(matches!(run(0), (Ok(1), 1)));
    }

    #[test]
    fn a_write_is_retried_until_no_other_writer_is_first() {
        assert!(matches!(run(ATTEMPTS - 1), (Ok(ATTEMPTS), ATTEMPTS)));
    }

    #[test]
    fn a_write_that_always_conflicts_is_given_up() {
        assert!(matches!(
            run(usize::MAX),
            (Err(SyncError::Conflict), ATTEMPTS)
        ));
    }

    #[test]
    fn an_error_ends_the_attempts() {
        let mut attempts = 0;
        let result = retry_on_conflict::<()>(async || {
            attempts += 1;
            Err(SyncError::DeadlineReached)
        });
        let result = result.now_or_never().expect("it waits for nothing");
        assert!(matches!(result, Err(SyncError::DeadlineReached)));
        assert_eq!(attempts, 1);
    }
}
