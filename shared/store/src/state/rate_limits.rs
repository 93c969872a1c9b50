//! One budget an operation: a single instant, written back only if nobody drew
//! meanwhile.
//!
//! A draw whose answer was lost is drawn again, so a budget may be drawn for
//! calls that are never made. It is never overdrawn.

use callsheet_app::PortError;
use callsheet_app::ports::{PermitResult, RateLimits};
use callsheet_domain::{NextFree, Operation, RateLimit, Timestamp};

use super::{Place, StateTable, TRIES};
use crate::attributes::{Reading, instant};
use crate::error::{busy, if_held, unreadable};

const SPENT_UNTIL: &str = "spent_until";
const WRITE: &str = "SET #v = :v, #spent_until = :until";

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
            let (draw, after) = rate_limit.acquire(next_free, count, now);
            if draw.first_at > latest {
                return Ok(PermitResult::NotBefore(draw.first_at));
            }
            let write = self
                .update(Place::budget(operation), WRITE)
                .expression_attribute_names("#spent_until", SPENT_UNTIL)
                .expression_attribute_values(":until", instant(after.0));
            let write = match next_free {
                None => write.condition_expression("attribute_not_exists(#spent_until)"),
                Some(NextFree(read)) => write
                    .condition_expression("#spent_until = :read")
                    .expression_attribute_values(":read", instant(read)),
            };
            if if_held(write.send().await)?.is_some() {
                return Ok(PermitResult::Granted(draw));
            }
        }
        Err(busy())
    }

    async fn block_until(&self, operation: Operation, until: Timestamp) -> Result<(), PortError> {
        let write = self
            .update(Place::budget(operation), WRITE)
            .condition_expression("attribute_not_exists(#spent_until) OR #spent_until < :until")
            .expression_attribute_names("#spent_until", SPENT_UNTIL)
            .expression_attribute_values(":until", instant(until));
        // If the condition does not hold, nobody may call before a later instant anyway.
        if_held(write.send().await)?;
        Ok(())
    }
}

impl StateTable {
    async fn next_free(&self, operation: Operation) -> Result<Option<NextFree>, PortError> {
        let Some(row) = self.row(Place::budget(operation)).await? else {
            return Ok(None);
        };
        let next_free = Reading::row(&row).and_then(|row| row.instant_if_any(SPENT_UNTIL));
        let next_free = next_free.map_err(|problem| {
            unreadable(
                format_args!("the budget of {}", operation.as_str()),
                problem,
            )
        })?;
        Ok(next_free.map(NextFree))
    }
}
