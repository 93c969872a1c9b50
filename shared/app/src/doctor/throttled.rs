//! The operations that Recall blocked, by a 429 or, for bots' calls, by two blocked payloads.

use callsheet_domain::{Operation, Timestamp};

use crate::PortError;
use crate::ports::Throttling;

/// An operation that was blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottledOperation {
    /// The operation.
    pub operation: Operation,
    /// Until when it was last blocked.
    pub until: Timestamp,
}

/// The operations that were blocked until `since` or later.
///
/// # Errors
/// If the store fails.
pub async fn throttled_operations(
    state: &impl Throttling,
    since: Timestamp,
) -> Result<Vec<ThrottledOperation>, PortError> {
    let mut throttled = Vec::new();
    for operation in Operation::ALL {
        let until = state.blocked_until(operation).await?;
        let until = until.filter(|until| *until >= since);
        throttled.extend(until.map(|until| ThrottledOperation { operation, until }));
    }
    Ok(throttled)
}
