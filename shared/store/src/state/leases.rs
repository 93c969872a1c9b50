//! The lease on draining: one row that says who holds it, until when, and how
//! often others have rung.
//!
//! Every step is one write of the one row, so any two happen one after the
//! other. A bell is rung before or after the holder's release: before, and the
//! release is refused; after, and the answer to the bell shows a free lease,
//! which is then tried again. There is no order in which nobody looks.
//!
//! A take whose answer was lost finds itself in the way when the SDK repeats
//! it, and rings for a holder that is not there. The lease then runs out
//! unused, and the next bell takes it.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValue;
use callsheet_app::PortError;
use callsheet_app::ports::{Held, LeaseResult, Leases, Released};
use callsheet_domain::Timestamp;

use super::{Place, StateTable, TRIES};
use crate::attributes::{Attributes, Reading, Unreadable, instant, number};
use crate::error::{busy, if_held, unreadable};

const FENCE: &str = "fence";
const RUNG: &str = "rung";
const HELD_UNTIL: &str = "held_until";

/// The row as a write left it.
#[derive(Debug, Clone, Copy)]
struct Lease {
    fence: u64,
    wakeups: u64,
    /// Absent once it was given back.
    held_until: Option<Timestamp>,
}

impl Leases for StateTable {
    async fn take(&self, now: Timestamp, until: Timestamp) -> Result<LeaseResult, PortError> {
        for _ in 0..TRIES {
            if let Some(lease) = self.take_if_free(now, until).await? {
                return Ok(LeaseResult::Held(Held {
                    fence: lease.fence,
                    wakeups: lease.wakeups,
                    until,
                }));
            }
            let wakeups = self.ring().await?;
            if wakeups.held_until.is_some_and(|instant| instant > now) {
                return Ok(LeaseResult::AlreadyHeld);
            }
        }
        Err(busy())
    }

    async fn extend(&self, held: Held, until: Timestamp) -> Result<Option<Held>, PortError> {
        let write = self
            .update(Place::drain_lease(), "SET #v = :v, #held_until = :until")
            .condition_expression("#fence = :fence AND attribute_exists(#held_until)")
            .expression_attribute_names("#fence", FENCE)
            .expression_attribute_names("#held_until", HELD_UNTIL)
            .expression_attribute_values(":fence", number(held.fence))
            .expression_attribute_values(":until", instant(until));
        // Not what the row says by now: a ring is heard by looking, not by staying.
        Ok(written(write).await?.map(|_| Held { until, ..held }))
    }

    async fn release(&self, held: Held) -> Result<Released, PortError> {
        let write = self
            .update(Place::drain_lease(), "SET #v = :v REMOVE #held_until")
            .condition_expression("#fence = :fence AND #rung = :rung")
            .expression_attribute_names("#fence", FENCE)
            .expression_attribute_names("#rung", RUNG)
            .expression_attribute_names("#held_until", HELD_UNTIL)
            .expression_attribute_values(":fence", number(held.fence))
            .expression_attribute_values(":rung", number(held.wakeups));
        if written(write).await?.is_some() {
            return Ok(Released::Free);
        }
        let Some(row) = self.row(Place::drain_lease()).await? else {
            return Ok(Released::Lost);
        };
        let lease = lease(&row)?;
        Ok(match lease.held_until {
            _ if lease.fence != held.fence => Released::Lost,
            Some(until) => Released::Woken(Held {
                fence: lease.fence,
                wakeups: lease.wakeups,
                until,
            }),
            // Given back before, by a try whose answer was lost; whoever rang since saw that.
            None => Released::Free,
        })
    }
}

impl StateTable {
    async fn take_if_free(
        &self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, PortError> {
        let change = "SET #v = :v, #held_until = :until, #rung = if_not_exists(#rung, :none) \
                      ADD #fence :one";
        let write = self
            .update(Place::drain_lease(), change)
            .condition_expression("attribute_not_exists(#held_until) OR #held_until <= :now")
            .expression_attribute_names("#fence", FENCE)
            .expression_attribute_names("#rung", RUNG)
            .expression_attribute_names("#held_until", HELD_UNTIL)
            .expression_attribute_values(":none", number(0))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", instant(now))
            .expression_attribute_values(":until", instant(until));
        written(write).await
    }

    async fn ring(&self) -> Result<Lease, PortError> {
        let write = self
            .update(Place::drain_lease(), "SET #v = :v ADD #rung :one")
            .expression_attribute_names("#rung", RUNG)
            .expression_attribute_values(":one", number(1));
        written(write).await?.ok_or_else(busy)
    }
}

/// The lease after a write of it; none if the write's condition did not hold.
async fn written(write: UpdateItemFluentBuilder) -> Result<Option<Lease>, PortError> {
    let answer = write.return_values(ReturnValue::AllNew).send().await;
    let row = if_held(answer)?.map(|answer| answer.attributes.unwrap_or_default());
    row.map(|row| lease(&row)).transpose()
}

fn lease(attributes: &Attributes) -> Result<Lease, PortError> {
    let read = |row: Reading<'_>| -> Result<Lease, Unreadable> {
        Ok(Lease {
            fence: row.number_if_any(FENCE)?.unwrap_or(0),
            wakeups: row.number_if_any(RUNG)?.unwrap_or(0),
            held_until: row.instant_if_any(HELD_UNTIL)?,
        })
    };
    Reading::row(attributes)
        .and_then(read)
        .map_err(|problem| unreadable("the drain's lease", problem))
}
