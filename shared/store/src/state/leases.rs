//! The scheduler's lease: one row with its holder's fence, the end of the lease
//! and the number of wake-ups.
//!
//! Every step is one write of the one row, so any two steps happen one after
//! the other. A wake-up is counted before or after the holder's release. Before:
//! the release is refused, and the holder goes on. After: the count's response
//! shows a free lease, which the waker then takes. So no wake-up is lost.
//!
//! If the response to a take is lost, the SDK's repetition finds the lease taken
//! and counts a wake-up for a holder that does not exist. That lease expires
//! unused, and the next wake-up takes it.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValue;
use callsheet_app::PortError;
use callsheet_app::ports::{Held, LeaseResult, Leases, Released};
use callsheet_domain::Timestamp;
use jiff::fmt::serde::timestamp::microsecond;
use serde::Deserialize;

use super::place::Place;
use super::{StateTable, TRIES, row_at};
use crate::attributes::{instant, number, read_row};
use crate::error::{busy, if_condition_held, unreadable};

const NAME: &str = "the scheduler's lease";
const FENCE: &str = "fence";
const WAKEUPS: &str = "wakeups";
const HELD_UNTIL: &str = "held_until";

/// The row after a write.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct LeaseRow {
    #[serde(default)]
    fence: u64,
    #[serde(default)]
    wakeups: u64,
    /// Absent once the lease was released.
    #[serde(with = "microsecond::optional", default)]
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
            let lease = self.count_wakeup().await?;
            if lease.held_until.is_some_and(|instant| instant > now) {
                return Ok(LeaseResult::AlreadyHeld);
            }
        }
        Err(busy())
    }

    async fn extend(&self, held: Held, until: Timestamp) -> Result<Option<Held>, PortError> {
        let write = self
            .update(
                Place::scheduler_lease(),
                "SET #v = :v, #held_until = :until",
            )
            .condition_expression("#fence = :fence AND attribute_exists(#held_until)")
            .expression_attribute_names("#fence", FENCE)
            .expression_attribute_names("#held_until", HELD_UNTIL)
            .expression_attribute_values(":fence", number(held.fence))
            .expression_attribute_values(":until", instant(until));
        // The count of wake-ups stays as it was when the lease was taken: a wake-up
        // is answered by looking for work again, not by holding the lease longer.
        Ok(lease_after(write).await?.map(|_| Held { until, ..held }))
    }

    async fn release(&self, held: Held) -> Result<Released, PortError> {
        let write = self
            .update(Place::scheduler_lease(), "SET #v = :v REMOVE #held_until")
            .condition_expression("#fence = :fence AND #wakeups = :wakeups")
            .expression_attribute_names("#fence", FENCE)
            .expression_attribute_names("#wakeups", WAKEUPS)
            .expression_attribute_names("#held_until", HELD_UNTIL)
            .expression_attribute_values(":fence", number(held.fence))
            .expression_attribute_values(":wakeups", number(held.wakeups));
        if lease_after(write).await?.is_some() {
            return Ok(Released::Free);
        }
        let lease: Option<LeaseRow> = row_at(self, Place::scheduler_lease(), NAME).await?;
        let Some(lease) = lease.filter(|lease| lease.fence == held.fence) else {
            return Ok(Released::Lost);
        };
        Ok(match lease.held_until {
            Some(until) => Released::Woken(Held {
                fence: lease.fence,
                wakeups: lease.wakeups,
                until,
            }),
            // Released by an earlier try whose response was lost. A wake-up since
            // then found the lease free.
            None => Released::Free,
        })
    }
}

impl StateTable {
    async fn take_if_free(
        &self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<LeaseRow>, PortError> {
        let change = "SET #v = :v, #held_until = :until, \
                      #wakeups = if_not_exists(#wakeups, :none) ADD #fence :one";
        let write = self
            .update(Place::scheduler_lease(), change)
            .condition_expression("attribute_not_exists(#held_until) OR #held_until <= :now")
            .expression_attribute_names("#fence", FENCE)
            .expression_attribute_names("#wakeups", WAKEUPS)
            .expression_attribute_names("#held_until", HELD_UNTIL)
            .expression_attribute_values(":none", number(0))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", instant(now))
            .expression_attribute_values(":until", instant(until));
        lease_after(write).await
    }

    async fn count_wakeup(&self) -> Result<LeaseRow, PortError> {
        let write = self
            .update(Place::scheduler_lease(), "SET #v = :v ADD #wakeups :one")
            .expression_attribute_names("#wakeups", WAKEUPS)
            .expression_attribute_values(":one", number(1));
        lease_after(write).await?.ok_or_else(busy)
    }
}

/// The lease after a write of it; none if the write's condition did not hold.
async fn lease_after(write: UpdateItemFluentBuilder) -> Result<Option<LeaseRow>, PortError> {
    let response = write.return_values(ReturnValue::AllNew).send().await;
    let row = if_condition_held(response)?.map(|response| response.attributes.unwrap_or_default());
    let lease = row.map(read_row).transpose();
    lease.map_err(|problem| unreadable(NAME, problem))
}
