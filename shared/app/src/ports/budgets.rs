//! The limits belong to the workspace, so the budget does too.

use std::future::Future;

use callsheet_domain::{Draw, Operation, Pace, Timestamp};

use crate::PortError;

/// Whether calls were drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// They may be made at these instants.
    Calls(Draw),
    /// None was drawn: the first would have had to wait until this instant.
    NotBefore(Timestamp),
}

/// One budget an operation, drawn from by every caller.
pub trait Budgets: Send + Sync {
    /// Draws `count` calls at `now`, unless the first could go only after `latest`.
    fn draw(
        &self,
        operation: Operation,
        pace: Pace,
        count: u32,
        now: Timestamp,
        latest: Timestamp,
    ) -> impl Future<Output = Result<Allowed, PortError>> + Send;

    /// Lets nobody call before `until`: the service said so.
    fn hold(
        &self,
        operation: Operation,
        until: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
