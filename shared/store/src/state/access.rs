//! The denial of our API key: one row, without its attributes while Recall admits us.

use callsheet_app::PortError;
use callsheet_app::ports::{Access, Denial};
use callsheet_domain::Timestamp;
use jiff::fmt::serde::timestamp::microsecond;
use serde::Deserialize;

use super::place::Place;
use super::{StateTable, row_at};
use crate::attributes::{instant, text};
use crate::error::if_condition_held;

const NAME: &str = "the denial of the API key";
const SINCE: &str = "since";
const REASON: &str = "reason";
const NEXT_PROBE_AT: &str = "next_probe_at";

#[derive(Deserialize)]
pub(super) struct AccessRow {
    /// Absent while Recall admits us, like the other attributes.
    #[serde(with = "microsecond::optional", default)]
    since: Option<Timestamp>,
    #[serde(default)]
    reason: String,
    #[serde(with = "microsecond::optional", default)]
    next_probe_at: Option<Timestamp>,
}

impl AccessRow {
    fn denial(self) -> Option<Denial> {
        let since = self.since?;
        Some(Denial {
            since,
            reason: self.reason,
            next_probe_at: self.next_probe_at.unwrap_or(since),
        })
    }
}

impl Access for StateTable {
    async fn denial(&self) -> Result<Option<Denial>, PortError> {
        let row: Option<AccessRow> = row_at(self, Place::access(), NAME).await?;
        Ok(row.and_then(AccessRow::denial))
    }

    async fn deny(&self, denial: &Denial) -> Result<(), PortError> {
        let change = "SET #v = :v, #reason = :reason, #since = if_not_exists(#since, :since), \
                      #next_probe_at = :next_probe_at";
        let write = self
            .update(Place::access(), change)
            // A later probe that another worker has set stays.
            .condition_expression(
                "attribute_not_exists(#next_probe_at) OR #next_probe_at < :next_probe_at",
            )
            .expression_attribute_names("#since", SINCE)
            .expression_attribute_names("#reason", REASON)
            .expression_attribute_names("#next_probe_at", NEXT_PROBE_AT)
            .expression_attribute_values(":since", instant(denial.since))
            .expression_attribute_values(":reason", text(denial.reason.clone()))
            .expression_attribute_values(":next_probe_at", instant(denial.next_probe_at));
        if_condition_held(write.send().await)?;
        Ok(())
    }

    async fn claim_probe(
        &self,
        now: Timestamp,
        next_probe_at: Timestamp,
    ) -> Result<bool, PortError> {
        let write = self
            .update(
                Place::access(),
                "SET #v = :v, #next_probe_at = :next_probe_at",
            )
            .condition_expression("attribute_exists(#since) AND #next_probe_at <= :now")
            .expression_attribute_names("#since", SINCE)
            .expression_attribute_names("#next_probe_at", NEXT_PROBE_AT)
            .expression_attribute_values(":now", instant(now))
            .expression_attribute_values(":next_probe_at", instant(next_probe_at));
        Ok(if_condition_held(write.send().await)?.is_some())
    }

    async fn return_probe(
        &self,
        now: Timestamp,
        claimed_until: Timestamp,
    ) -> Result<(), PortError> {
        let write = self
            .update(Place::access(), "SET #v = :v, #next_probe_at = :now")
            .condition_expression("attribute_exists(#since) AND #next_probe_at <= :claimed_until")
            .expression_attribute_names("#since", SINCE)
            .expression_attribute_names("#next_probe_at", NEXT_PROBE_AT)
            .expression_attribute_values(":now", instant(now))
            .expression_attribute_values(":claimed_until", instant(claimed_until));
        if_condition_held(write.send().await)?;
        Ok(())
    }

    async fn admit(&self) -> Result<(), PortError> {
        let change = "SET #v = :v REMOVE #since, #reason, #next_probe_at";
        let write = self
            .update(Place::access(), change)
            .condition_expression("attribute_exists(#since)")
            .expression_attribute_names("#since", SINCE)
            .expression_attribute_names("#reason", REASON)
            .expression_attribute_names("#next_probe_at", NEXT_PROBE_AT);
        if_condition_held(write.send().await)?;
        Ok(())
    }
}
