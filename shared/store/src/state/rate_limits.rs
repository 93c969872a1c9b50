//! Rate limits, one row for each operation: a single instant, written only if
//! no permit was acquired since it was read.
//!
//! If the response to a write is lost, the permits are acquired once more. So
//! permits may be acquired for calls that are never made, but never more than
//! the limit allows.

use callsheet_app::PortError;
use callsheet_app::ports::{PermitResult, RateLimits, Throttling};
use callsheet_domain::{NextFree, Operation, RateLimit, Timestamp};
use jiff::fmt::serde::timestamp::microsecond;
use serde::Deserialize;

use super::place::Place;
use super::{StateTable, TRIES, row_at};
use crate::attributes::instant;
use crate::error::{busy, if_condition_held};

const NEXT_FREE_AT: &str = "next_free_at";
const BLOCKED_UNTIL: &str = "blocked_until";
const WRITE: &str = "SET #v = :v, #next_free_at = :next";
const BLOCK: &str = "SET #v = :v, #next_free_at = :next, #blocked_until = :next";

#[derive(Deserialize)]
pub(super) struct RateLimitRow {
    #[serde(with = "microsecond::required")]
    next_free_at: Timestamp,
    /// The last block's end. Later permits move `next_free_at`, and leave it.
    #[serde(with = "microsecond::optional", default)]
    blocked_until: Option<Timestamp>,
}

impl RateLimits for StateTable {
    async fn acquire(
        &self,
        operation: Operation,
        rate_limit: RateLimit,
        count: u32,
        now: Timestamp,
        latest: Timestamp,
    ) -> Result<PermitResult, PortError> {
        for _ in 0..TRIES {
            let next_free = self.next_free(operation).await?;
            let (permits, after) = rate_limit.acquire(next_free, count, now);
            if permits.first_at > latest {
                return Ok(PermitResult::NotBefore(permits.first_at));
            }
            let write = self
                .update(Place::rate_limit(operation), WRITE)
                .expression_attribute_names("#next_free_at", NEXT_FREE_AT)
                .expression_attribute_values(":next", instant(after.0));
            let write = match next_free {
                None => write.condition_expression("attribute_not_exists(#next_free_at)"),
                Some(NextFree(read)) => write
                    .condition_expression("#next_free_at = :read")
                    .expression_attribute_values(":read", instant(read)),
            };
            if if_condition_held(write.send().await)?.is_some() {
                return Ok(PermitResult::Granted(permits));
            }
        }
        Err(busy())
    }

    async fn block_until(&self, operation: Operation, until: Timestamp) -> Result<(), PortError> {
        let write = self
            .update(Place::rate_limit(operation), BLOCK)
            .condition_expression("attribute_not_exists(#next_free_at) OR #next_free_at < :next")
            .expression_attribute_names("#next_free_at", NEXT_FREE_AT)
            .expression_attribute_names("#blocked_until", BLOCKED_UNTIL)
            .expression_attribute_values(":next", instant(until));
        // If the condition does not hold, the operation is blocked until a later instant anyway.
        if_condition_held(write.send().await)?;
        Ok(())
    }
}

impl Throttling for StateTable {
    async fn blocked_until(&self, operation: Operation) -> Result<Option<Timestamp>, PortError> {
        let row = self.rate_limit_row(operation).await?;
        Ok(row.and_then(|row| row.blocked_until))
    }
}

impl StateTable {
    async fn next_free(&self, operation: Operation) -> Result<Option<NextFree>, PortError> {
        let row = self.rate_limit_row(operation).await?;
        Ok(row.map(|row| NextFree(row.next_free_at)))
    }

    async fn rate_limit_row(
        &self,
        operation: Operation,
    ) -> Result<Option<RateLimitRow>, PortError> {
        let name = format!("the rate limit of {}", operation.as_str());
        row_at(self, Place::rate_limit(operation), name).await
    }
}
