//! Calls Recall within the stack's rate limits, with less priority than the stack.
//!
//! The permits are the stack's own. A command acquires one only if no call waits
//! and the permits that live work and resyncs may use at once stay free, so a
//! call may take a while.

use std::time::Duration;

use callsheet_app::PortError;
use callsheet_app::ports::{Clock, PermitResult, RateLimits};
use callsheet_domain::{Operation, RateLimit, plus};
use jiff::SignedDuration;

use crate::error::CliError;

/// Calls that may start at the same time after a pause, as sync has it.
pub(crate) const BURST: u32 = 3;
/// Permits that stay free for the stack: one more than a resync leaves.
const RESERVED_PERMITS: u32 = 2;
/// How often a call is made until it succeeds.
const MAX_ATTEMPTS: u32 = 5;
/// Delay before the second attempt. It doubles with each further attempt.
const FIRST_RETRY_DELAY: SignedDuration = SignedDuration::from_secs(2);

/// Recall's published limit of an operation on calendars. The command line makes
/// few such calls, so it is no setting.
pub(crate) fn published_limit(operation: Operation) -> RateLimit {
    let per_minute = match operation {
        Operation::ListCalendars => 60,
        _ => 300,
    };
    RateLimit::per_minute(per_minute, BURST)
}

/// Makes calls of one operation, each with a permit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RateLimitedRecall<'a, S, K> {
    pub(crate) permits: &'a S,
    pub(crate) clock: &'a K,
    pub(crate) operation: Operation,
    pub(crate) rate_limit: RateLimit,
}

impl<S: RateLimits, K: Clock> RateLimitedRecall<'_, S, K> {
    /// Makes `call`, and repeats it while Recall is unavailable or limits the
    /// rate. The call must be idempotent.
    pub(crate) async fn call<T>(
        &self,
        call: impl AsyncFn() -> Result<T, PortError>,
    ) -> Result<T, CliError> {
        let mut delay = FIRST_RETRY_DELAY;
        for _ in 1..MAX_ATTEMPTS {
            self.acquire().await?;
            match call().await {
                Err(PortError::Throttled { wait, .. }) => self.block_for(wait).await?,
                Err(PortError::Unavailable { .. }) => {
                    self.clock.sleep_until(plus(self.clock.now(), delay)).await;
                    delay *= 2;
                }
                result => return Ok(result?),
            }
        }
        self.acquire().await?;
        Ok(call().await?)
    }

    /// Waits until a permit is free and acquires it.
    async fn acquire(&self) -> Result<(), CliError> {
        loop {
            let now = self.clock.now();
            let reserve = self.rate_limit.reserve(RESERVED_PERMITS);
            let latest = plus(now, -reserve);
            let result = self
                .permits
                .acquire(self.operation, self.rate_limit, 1, now, latest);
            match result.await? {
                PermitResult::Granted(permits) => {
                    self.clock.sleep_until(permits.first_at).await;
                    return Ok(());
                }
                PermitResult::NotBefore(instant) => {
                    self.clock.sleep_until(plus(instant, reserve)).await;
                }
            }
        }
    }

    /// Blocks the operation for all callers, as Recall demands with a 429.
    async fn block_for(&self, wait: Duration) -> Result<(), CliError> {
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        let until = plus(self.clock.now(), wait);
        Ok(self.permits.block_until(self.operation, until).await?)
    }
}
