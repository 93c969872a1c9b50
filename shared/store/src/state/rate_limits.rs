//! Rate limits, one row for each operation: a single instant, written only if
//! no permit was acquired since it was read. Beside it the permits are counted by minutes, for
//! people.
//!
//! If the response to a write is lost, the permits are acquired once more. So
//! permits may be acquired for calls that are never made, but never more than
//! the limit allows.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use callsheet_app::PortError;
use callsheet_app::ports::{PermitResult, RateLimitUse, RateLimits, Throttling};
use callsheet_domain::{NextFree, Operation, PermitUse, RateLimit, Timestamp};
use jiff::fmt::serde::timestamp::microsecond;
use serde::Deserialize;

use super::place::{LIMITS, Place, RATE, SORT};
use super::{StateTable, TRIES, row_at};
use crate::attributes::{instant, number, read_row};
use crate::error::{busy, if_condition_held, unreadable};
use crate::expressions::all_rows;

const NEXT_FREE_AT: &str = "next_free_at";
const BLOCKED_UNTIL: &str = "blocked_until";
const MINUTE_AT: &str = "minute_at";
const PERMITS: &str = "permits";
const PERMITS_BEFORE: &str = "permits_before";
const PER_MINUTE: &str = "per_minute";
const WRITE: &str = "SET #v = :v, #next_free_at = :next, #minute_at = :minute_at, #permits = :permits, \
                     #permits_before = :permits_before, #per_minute = :per_minute";
const BLOCK: &str = "SET #v = :v, #next_free_at = :next, #blocked_until = :next";

#[derive(Deserialize)]
pub(super) struct RateLimitRow {
    #[serde(with = "microsecond::required")]
    next_free_at: Timestamp,
    /// The last block's end. Later permits move `next_free_at`, and leave it.
    #[serde(with = "microsecond::optional", default)]
    blocked_until: Option<Timestamp>,
    /// Begin of the minute of the clock in which a permit was acquired last.
    #[serde(with = "microsecond::optional", default)]
    minute_at: Option<Timestamp>,
    /// Permits that were acquired in it.
    #[serde(default)]
    permits: u32,
    /// Permits that were acquired in the minute before.
    #[serde(default)]
    permits_before: u32,
    /// The most permits of a minute.
    #[serde(default)]
    per_minute: u32,
}

impl RateLimitRow {
    fn permit_use(&self) -> Option<PermitUse> {
        Some(PermitUse {
            minute: self.minute_at?,
            permits: self.permits,
            before: self.permits_before,
            limit: self.per_minute,
        })
    }
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
            let row = self.rate_limit_row(operation).await?;
            let next_free = row.as_ref().map(|row| NextFree(row.next_free_at));
            let (permits, after) = rate_limit.acquire(next_free, count, now);
            if permits.first_at > latest {
                return Ok(PermitResult::NotBefore(permits.first_at));
            }
            let known = row.as_ref().and_then(RateLimitRow::permit_use);
            let used = PermitUse::after(known, rate_limit, count, now);
            let write = counted(self.update(Place::rate_limit(operation), WRITE), used)
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

/// The write with the counts of permits.
fn counted(write: UpdateItemFluentBuilder, used: PermitUse) -> UpdateItemFluentBuilder {
    let counts = [
        (PERMITS, used.permits),
        (PERMITS_BEFORE, used.before),
        (PER_MINUTE, used.limit),
    ];
    let write = write
        .expression_attribute_names(format!("#{MINUTE_AT}"), MINUTE_AT)
        .expression_attribute_values(format!(":{MINUTE_AT}"), instant(used.minute));
    counts.into_iter().fold(write, |write, (name, count)| {
        write
            .expression_attribute_names(format!("#{name}"), name)
            .expression_attribute_values(format!(":{name}"), number(count))
    })
}

impl RateLimitUse for StateTable {
    async fn permit_use(&self) -> Result<Vec<(Operation, PermitUse)>, PortError> {
        let mut used = Vec::new();
        let rows = all_rows(self.rows_from_last(LIMITS, RATE)).await?;
        for row in rows {
            let sort = row.get(SORT).and_then(|sort| sort.as_s().ok());
            let name = sort.and_then(|sort| sort.strip_prefix(RATE));
            let operation = Operation::ALL
                .into_iter()
                .find(|operation| Some(operation.as_str()) == name);
            // One that a later build knows is not counted here.
            let Some(operation) = operation else { continue };
            let row: RateLimitRow =
                read_row(row).map_err(|problem| unreadable("a rate limit", problem))?;
            used.extend(row.permit_use().map(|used| (operation, used)));
        }
        used.sort_by_key(|(operation, _)| *operation);
        Ok(used)
    }
}

impl Throttling for StateTable {
    async fn blocked_until(&self, operation: Operation) -> Result<Option<Timestamp>, PortError> {
        let row = self.rate_limit_row(operation).await?;
        Ok(row.and_then(|row| row.blocked_until))
    }
}

impl StateTable {
    async fn rate_limit_row(
        &self,
        operation: Operation,
    ) -> Result<Option<RateLimitRow>, PortError> {
        let name = format!("the rate limit of {}", operation.as_str());
        row_at(self, Place::rate_limit(operation), name).await
    }
}
