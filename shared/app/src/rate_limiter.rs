//! Acquires permits to call Recall, and passes on Recall's demand to wait.
//!
//! The rate limits belong to the workspace, so every function and the command
//! line acquire their permits from one store. A caller's [`Priority`] decides
//! how many permits it leaves unused for the others.

use callsheet_domain::{Operation, RateLimit, Timestamp, plus};
use jiff::SignedDuration;

use crate::PortError;
use crate::ports::{Clock, PermitResult, RateLimits};

/// Order of precedence when several callers want permits of one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// Work for a webhook: acquires a permit ahead of its instant, as far ahead
    /// as the terms allow.
    Live,
    /// Periodic work: acquires only a permit that is free at the moment, and
    /// leaves one more unused, so that live work never waits for it.
    Background,
    /// A command of an operator: like background work, but leaves two permits
    /// unused, so that periodic work does not wait for it either.
    Operator,
}

impl Priority {
    /// Permits that a caller must leave unused; none for a caller that may
    /// acquire permits ahead of time.
    fn left_unused(self) -> Option<u32> {
        match self {
            Self::Live => None,
            Self::Background => Some(1),
            Self::Operator => Some(2),
        }
    }
}

/// The terms on which calls are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallTerms {
    /// The caller's order of precedence.
    pub priority: Priority,
    /// The latest instant at which a call may be started.
    pub latest: Timestamp,
}

impl CallTerms {
    /// Terms of an operator's command, which waits for as long as it takes.
    pub const OPERATOR: Self = Self {
        priority: Priority::Operator,
        latest: Timestamp::MAX,
    };
}

/// The reason why no permit was acquired, by what the caller should do next.
#[derive(Debug, thiserror::Error)]
pub enum AcquireError {
    /// The store of rate limits failed.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The first free permit is too late: try again at this instant.
    #[error("the rate limit allows the next call only at {0}")]
    RateLimited(Timestamp),
    /// The time for calls is up.
    #[error("too little time is left to start another call")]
    DeadlineReached,
}

/// Acquires permits to call Recall from the workspace's rate limits.
///
/// ```no_run
/// # use callsheet_app::{AcquireError, CallTerms, PortError, RateLimiter};
/// # use callsheet_app::ports::{CalendarDirectory, Clock, PageOfCalendars, RateLimits};
/// # use callsheet_domain::{Operation, RateLimit};
/// # async fn list(recall: impl CalendarDirectory, state: impl RateLimits, clock: impl Clock)
/// # -> Result<PageOfCalendars, AcquireError> {
/// let limiter = RateLimiter { rate_limits: &state, clock: &clock };
/// let operation = Operation::ListCalendars;
/// limiter.acquire(operation, RateLimit::per_minute(60, 3), CallTerms::OPERATOR).await?;
/// let page = limiter.back_off(operation, recall.calendars(None, None).await).await?;
/// # Ok(page)
/// # }
/// ```
#[derive(Debug)]
pub struct RateLimiter<'a, S, K> {
    /// Store of the workspace's rate limits.
    pub rate_limits: &'a S,
    /// Source of the time.
    pub clock: &'a K,
}

impl<S: RateLimits, K: Clock> RateLimiter<'_, S, K> {
    /// Acquires a permit for one call of `operation`, and waits until the
    /// permit's instant, which it gives.
    ///
    /// # Errors
    /// If the terms allow no call, or the store of rate limits fails. Live
    /// callers are told when a permit is free; others wait for it until the
    /// terms' latest instant.
    pub async fn acquire(
        &self,
        operation: Operation,
        rate_limit: RateLimit,
        terms: CallTerms,
    ) -> Result<Timestamp, AcquireError> {
        loop {
            let now = self.clock.now();
            if now > terms.latest {
                return Err(AcquireError::DeadlineReached);
            }
            let left_unused = terms.priority.left_unused();
            let reserve = left_unused.map(|calls| rate_limit.reserve(calls));
            let latest = reserve.map_or(terms.latest, |reserve| plus(now, -reserve));
            let result = self
                .rate_limits
                .acquire(operation, rate_limit, 1, now, latest);
            match (result.await?, reserve) {
                (PermitResult::Granted(permits), _) => {
                    self.clock.sleep_until(permits.first_at).await;
                    return Ok(permits.first_at.max(now));
                }
                (PermitResult::NotBefore(instant), None) => {
                    return Err(AcquireError::RateLimited(instant));
                }
                (PermitResult::NotBefore(instant), Some(reserve)) => {
                    let free_at = plus(instant, reserve);
                    if free_at > terms.latest {
                        return Err(AcquireError::DeadlineReached);
                    }
                    self.clock.sleep_until(free_at).await;
                }
            }
        }
    }

    /// Gives `reply` back, after blocking `operation` for every caller if Recall
    /// asked us to wait.
    ///
    /// # Errors
    /// The reply's own error, or that of the store of rate limits.
    pub async fn back_off<T>(
        &self,
        operation: Operation,
        reply: Result<T, PortError>,
    ) -> Result<T, PortError> {
        if let Err(PortError::Throttled { wait, .. }) = &reply {
            let wait = SignedDuration::try_from(*wait).unwrap_or(SignedDuration::MAX);
            let until = plus(self.clock.now(), wait);
            self.rate_limits.block_until(operation, until).await?;
        }
        reply
    }
}
