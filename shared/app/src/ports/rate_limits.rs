//! Storage of the workspace's rate limits.

use std::future::Future;

use callsheet_domain::{Operation, PermitUse, Permits, RateLimit, Timestamp};

use crate::PortError;

/// The result of acquiring permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PermitResult {
    /// Permits for calls at these instants.
    Granted(Permits),
    /// No permit was acquired: the first would have been for this instant.
    NotBefore(Timestamp),
}

/// The rate limits of the workspace, one for each operation, shared by all callers.
pub trait RateLimits: Send + Sync {
    /// Acquires permits for `count` calls at `now`, unless the first would be for
    /// an instant after `latest`.
    fn acquire(
        &self,
        operation: Operation,
        rate_limit: RateLimit,
        count: u32,
        now: Timestamp,
        latest: Timestamp,
    ) -> impl Future<Output = Result<PermitResult, PortError>> + Send;

    /// Blocks the operation for all callers until an instant, as the service
    /// asked.
    fn block_until(
        &self,
        operation: Operation,
        until: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// How much of the rate limits is used, as it is remembered with each permit.
pub trait RateLimitUse: Send + Sync {
    /// The use of each rate limit of which a permit was ever acquired, by operation.
    fn permit_use(
        &self,
    ) -> impl Future<Output = Result<Vec<(Operation, PermitUse)>, PortError>> + Send;
}

/// What Recall demanded, as it is remembered.
pub trait Throttling: Send + Sync {
    /// Until when an operation was last blocked for all callers; none if it never was, or if the
    /// block ended before the next free permit.
    fn blocked_until(
        &self,
        operation: Operation,
    ) -> impl Future<Output = Result<Option<Timestamp>, PortError>> + Send;
}
