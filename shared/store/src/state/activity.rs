//! The last activity of the functions: one row, with an attribute for each instant.

use aws_sdk_dynamodb::types::AttributeValue;
use callsheet_app::PortError;
use callsheet_app::ports::{Activity, ActivityLog, BatchActivity};
use callsheet_domain::Timestamp;
use jiff::fmt::serde::timestamp::microsecond;
use serde::Deserialize;

use super::place::Place;
use super::{StateTable, row_at};
use crate::attributes::instant;
use crate::error::if_condition_held;

const WEBHOOK_AT: &str = "webhook_at";
const BOT_WEBHOOK_AT: &str = "bot_webhook_at";
const RESYNCED_AT: &str = "resynced_at";
const SCHEDULER_RAN_AT: &str = "scheduler_ran_at";
const BATCH_HANDLED_AT: &str = "batch_handled_at";
const BATCH_OLDEST_SENT_AT: &str = "batch_oldest_sent_at";

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "an instant ends in `_at`")]
pub(super) struct ActivityRow {
    #[serde(with = "microsecond::optional", default)]
    webhook_at: Option<Timestamp>,
    #[serde(with = "microsecond::optional", default)]
    bot_webhook_at: Option<Timestamp>,
    #[serde(with = "microsecond::optional", default)]
    resynced_at: Option<Timestamp>,
    #[serde(with = "microsecond::optional", default)]
    scheduler_ran_at: Option<Timestamp>,
    #[serde(with = "microsecond::optional", default)]
    batch_handled_at: Option<Timestamp>,
    #[serde(with = "microsecond::optional", default)]
    batch_oldest_sent_at: Option<Timestamp>,
}

impl ActivityRow {
    fn activity(self) -> Activity {
        let batch = self.batch_handled_at.zip(self.batch_oldest_sent_at);
        Activity {
            webhook_at: self.webhook_at,
            bot_webhook_at: self.bot_webhook_at,
            resynced_at: self.resynced_at,
            batch: batch.map(|(handled_at, oldest_sent_at)| BatchActivity {
                handled_at,
                oldest_sent_at,
            }),
            scheduler_ran_at: self.scheduler_ran_at,
        }
    }
}

impl ActivityLog for StateTable {
    async fn activity(&self) -> Result<Activity, PortError> {
        let row: Option<ActivityRow> = row_at(self, Place::activity(), "the last activity").await?;
        Ok(row.map(ActivityRow::activity).unwrap_or_default())
    }

    async fn note_activity(&self, activity: &Activity) -> Result<(), PortError> {
        let instants = [
            (WEBHOOK_AT, activity.webhook_at),
            (BOT_WEBHOOK_AT, activity.bot_webhook_at),
            (RESYNCED_AT, activity.resynced_at),
            (SCHEDULER_RAN_AT, activity.scheduler_ran_at),
        ];
        for (name, at) in instants {
            if let Some(at) = at {
                self.note(name, at, None).await?;
            }
        }
        if let Some(batch) = activity.batch {
            let oldest = (BATCH_OLDEST_SENT_AT, instant(batch.oldest_sent_at));
            self.note(BATCH_HANDLED_AT, batch.handled_at, Some(oldest))
                .await?;
        }
        Ok(())
    }
}

impl StateTable {
    /// Sets an instant, and an attribute that belongs to it, unless the stored one is later.
    async fn note(
        &self,
        name: &str,
        at: Timestamp,
        belonging: Option<(&str, AttributeValue)>,
    ) -> Result<(), PortError> {
        let change = match belonging {
            None => "SET #v = :v, #at = :at",
            Some(_) => "SET #v = :v, #at = :at, #belonging = :belonging",
        };
        let mut write = self
            .update(Place::activity(), change)
            .condition_expression("attribute_not_exists(#at) OR #at < :at")
            .expression_attribute_names("#at", name)
            .expression_attribute_values(":at", instant(at));
        if let Some((name, value)) = belonging {
            write = write
                .expression_attribute_names("#belonging", name)
                .expression_attribute_values(":belonging", value);
        }
        if_condition_held(write.send().await)?;
        Ok(())
    }
}
