//! Calls Recall within the stack's rate limits, with less priority than the stack.
//!
//! The permits are the stack's own. A command acquires one only if no call waits
//! and the permits that live work and resyncs may use at once stay free, so a
//! call may take a while.

use callsheet_domain::{Operation, RateLimit, plus};
use jiff::SignedDuration;

use crate::PortError;
use crate::ports::{Clock, RateLimits};
use crate::rate_limiter::{AcquireError, CallTerms, RateLimiter};
use crate::use_case_error::UseCaseError;

/// Calls that may start at the same time after a pause, as sync has it.
pub const BURST: u32 = 3;
/// How often a call is made until it succeeds.
const MAX_ATTEMPTS: u32 = 5;
/// Delay before the second attempt. It doubles with each further attempt.
const FIRST_RETRY_DELAY: SignedDuration = SignedDuration::from_secs(2);

/// Recall's published limit of an operation on calendars. The command line makes
/// few such calls, so it is no setting.
#[must_use]
pub fn published_limit(operation: Operation) -> RateLimit {
    let per_minute = match operation {
        Operation::ListCalendars => 60,
        _ => 300,
    };
    RateLimit::per_minute(per_minute, BURST)
}

/// Makes calls of one operation, each with a permit.
#[derive(Debug, Clone, Copy)]
pub struct RateLimitedRecall<'a, S, K> {
    /// The permits.
    pub permits: &'a S,
    /// The clock.
    pub clock: &'a K,
    /// The operation.
    pub operation: Operation,
    /// Its rate limit.
    pub rate_limit: RateLimit,
    /// The terms of the calls.
    pub terms: CallTerms,
}

impl<S: RateLimits, K: Clock> RateLimitedRecall<'_, S, K> {
    /// Makes `call`, and repeats it while Recall is unavailable or limits the
    /// rate, and the terms allow another call. The call must be idempotent.
    ///
    /// # Errors
    /// If the call fails for another reason, or too often.
    pub async fn call<T>(
        &self,
        call: impl AsyncFn() -> Result<T, PortError>,
    ) -> Result<T, UseCaseError> {
        let mut delay = FIRST_RETRY_DELAY;
        for _ in 1..MAX_ATTEMPTS {
            self.acquire().await?;
            let reply = call().await;
            match self.limiter().back_off(self.operation, reply).await {
                Err(PortError::Throttled { .. }) => {}
                Err(error @ PortError::Unavailable { .. }) => {
                    let next = plus(self.clock.now(), delay);
                    if next > self.terms.latest {
                        return Err(error.into());
                    }
                    self.clock.sleep_until(next).await;
                    delay *= 2;
                }
                result => return Ok(result?),
            }
        }
        self.call_once(call).await
    }

    /// Makes `call` once.
    ///
    /// # Errors
    /// If the call fails.
    pub async fn call_once<T>(
        &self,
        call: impl AsyncFn() -> Result<T, PortError>,
    ) -> Result<T, UseCaseError> {
        self.acquire().await?;
        let reply = call().await;
        // Other callers have to wait, too, if Recall says so.
        Ok(self.limiter().back_off(self.operation, reply).await?)
    }

    fn limiter(&self) -> RateLimiter<'_, S, K> {
        RateLimiter {
            rate_limits: self.permits,
            clock: self.clock,
        }
    }

    /// Waits until a permit is free that neither live work nor a resync may want,
    /// and acquires it.
    async fn acquire(&self) -> Result<(), UseCaseError> {
        let limiter = self.limiter();
        let permit = limiter.acquire(self.operation, self.rate_limit, self.terms);
        let permit = permit.await;
        permit.map(drop).map_err(|error| match error {
            AcquireError::Port(error) => error.into(),
            AcquireError::RateLimited(_) | AcquireError::DeadlineReached => {
                UseCaseError::NoPermit(error)
            }
        })
    }
}
