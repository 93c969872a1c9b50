//! Waiting for a condition, with a deadline.

use std::fmt::Debug;
use std::time::Duration;

/// The pause between two checks of a condition.
const PAUSE: Duration = Duration::from_millis(100);

/// Waits until `condition` holds; returns false if `timeout` passes first.
pub async fn wait_until(timeout: Duration, condition: impl AsyncFn() -> bool) -> bool {
    let wait = async {
        while !condition().await {
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(timeout, wait).await.is_ok()
}

/// Waits until `condition` accepts what `observe` returns, and returns it.
///
/// # Panics
/// If `timeout` passes first: the message is `expected` and the last observation.
pub async fn assert_eventually<T: Debug>(
    timeout: Duration,
    expected: &str,
    observe: impl AsyncFn() -> T,
    condition: impl Fn(&T) -> bool,
) -> T {
    let mut last = None;
    let wait = async {
        loop {
            let observed = observe().await;
            if condition(&observed) {
                return observed;
            }
            last = Some(observed);
            tokio::time::sleep(PAUSE).await;
        }
    };
    if let Ok(observed) = tokio::time::timeout(timeout, wait).await {
        return observed;
    }
    panic!("not within {timeout:?}: {expected}; last observed: {last:#?}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    const TIMEOUT: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn an_observation_is_returned_once_it_is_accepted() {
        let count = Cell::new(0);
        let observe = async || count.replace(count.get() + 1);
        let observed = assert_eventually(TIMEOUT, "three", observe, |count| *count == 3).await;
        assert_eq!((observed, count.get()), (3, 4));
    }

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = "not within 1s: four; last observed: Some(\n    3,\n)")]
    async fn the_last_observation_is_shown_when_the_timeout_passes() {
        assert_eventually(TIMEOUT, "four", async || 3, |count| *count == 4).await;
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_for_a_condition_ends_at_the_timeout() {
        assert!(wait_until(TIMEOUT, async || true).await);
        assert!(!wait_until(TIMEOUT, async || false).await);
    }
}
