//! Waiting for a condition by polling.

use std::time::Duration;

use crate::result::BenchResult;

/// Interval at which [`until`] polls, long enough to put no load on the stack.
const INTERVAL: Duration = Duration::from_secs(1);

/// Polls until `attempt` returns a value. Returns `None` at the timeout.
pub(crate) async fn poll<T>(
    interval: Duration,
    timeout: Duration,
    mut attempt: impl AsyncFnMut() -> BenchResult<Option<T>>,
) -> BenchResult<Option<T>> {
    let polling = async {
        loop {
            if let Some(value) = attempt().await? {
                return Ok(Some(value));
            }
            tokio::time::sleep(interval).await;
        }
    };
    tokio::time::timeout(timeout, polling)
        .await
        .unwrap_or(Ok(None))
}

/// Polls once a second until `condition` holds. Returns whether it held before the timeout.
pub(crate) async fn until(
    timeout: Duration,
    condition: impl AsyncFn() -> BenchResult<bool>,
) -> BenchResult<bool> {
    let attempt = async || Ok(condition().await?.then_some(()));
    Ok(poll(INTERVAL, timeout, attempt).await?.is_some())
}

/// Polls once a second until `condition` holds, and fails at the timeout. `expected` names the
/// condition in the error.
pub(crate) async fn require(
    expected: &str,
    timeout: Duration,
    condition: impl AsyncFn() -> BenchResult<bool>,
) -> BenchResult<()> {
    if until(timeout, condition).await? {
        return Ok(());
    }
    let seconds = timeout.as_secs();
    Err(format!("timed out after {seconds} s, waiting until {expected}").into())
}
