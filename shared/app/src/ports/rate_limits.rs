//! The limits belong to the workspace, so the budget does too.

use std::future::Future;

use callsheet_domain::{Operation, Permits, RateLimit, Timestamp};

use crate::PortError;

/// Whether calls were drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PermitResult {
    /// They may be made at these instants.
    Granted(Permits),
    /// None was drawn: the first would have had to wait until this instant.
    NotBefore(Timestamp),
}

/// One budget an operation, drawn from by every caller.
pub trait RateLimits: Send + Sync {
    /// Draws `count` calls at `now`, unless the first could go only after `latest`.
    fn acquire(
        &self,
        operation: Operation,
        rate_limit: RateLimit,
        count: u32,
        now: Timestamp,
        latest: Timestamp,
    ) -> impl Future<Output = Result<PermitResult, PortError>> + Send;

    /// Lets nobody call before `until`: the service said so.
    fn block_until(
        &self,
        operation: Operation,
        until: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
