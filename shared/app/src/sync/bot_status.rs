//! Notes the statuses of bots in the rows of the events that hold or want them.
//!
//! A bot's metadata names the event whose call configured it last. Its row has the
//! deduplication key, by which the rows of the other events that share the bot are found.
//! All statuses of one bot in a batch cost one write of each row. No call to Recall is made,
//! so statuses are noted also while Recall denies us.

use std::collections::BTreeMap;

use callsheet_domain::{BotId, BotStatus, BotStatusReport, Decision, DecisionKey, SyncJob};

use crate::PortError;
use crate::ports::{Clock, DecisionRows, Decisions, Queue};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::row_writer::RowWriter;
use crate::set_aside::SetAside;
use crate::sync::requeue::{Delivery, Handled, Requeue};
use crate::sync_counts::SyncCounts;
use crate::sync_error::SyncError;

/// The most rows that one bot's statuses are written to.
const MOST_ROWS: usize = 500;

/// Notes the statuses of bots.
pub(super) struct BotStatuses<'a, D> {
    /// Storage of decisions.
    pub(super) decisions: &'a D,
}

/// The reports about one bot, and the messages that brought them.
#[derive(Default)]
struct Reports<'a> {
    reports: Vec<&'a BotStatusReport>,
    deliveries: Vec<&'a Delivery>,
}

impl<D: Decisions> BotStatuses<'_, D> {
    /// Notes the statuses among `deliveries`. The messages of those that it cannot note are
    /// delivered again.
    pub(super) async fn handle<Q: Queue, K: Clock>(
        &self,
        deliveries: &[Delivery],
        requeue: &Requeue<'_, Q, K>,
        handled: &mut Handled,
    ) {
        let mut by_bot: BTreeMap<&BotId, Reports<'_>> = BTreeMap::new();
        for delivery in deliveries {
            if let SyncJob::BotStatus(report) = &delivery.job {
                let of_bot = by_bot.entry(&report.bot_id).or_default();
                of_bot.reports.push(report);
                of_bot.deliveries.push(delivery);
            }
        }
        for (
            bot,
            Reports {
                reports,
                deliveries,
            },
        ) in by_bot
        {
            let newest = reports.iter().map(|report| &report.status).max();
            let code = newest.map_or("", BotStatus::code);
            match self.note(bot, &reports).await {
                Ok(0) => tracing::debug!(%bot, code, "bot {bot}: {code}, which changes no row"),
                Ok(rows) => {
                    tracing::info!(%bot, code, rows, "bot {bot}: {code}, noted in {rows} rows");
                }
                Err(error) => {
                    tracing::info!(%bot, %error, "the status of bot {bot} waits: {error}");
                    requeue.again(deliveries, &error, handled).await;
                }
            }
        }
    }

    /// Notes the statuses of one bot; gives the number of rows that were written.
    async fn note(&self, bot: &BotId, reports: &[&BotStatusReport]) -> Result<u32, SyncError> {
        let statuses: Vec<_> = reports.iter().map(|report| report.status.clone()).collect();
        let mut written = 0;
        retry_on_conflict(async || {
            let rows = self.rows_of(reports).await?;
            let changed = rows.into_iter().filter_map(|row| {
                let noted = row.clone().with_statuses(bot, &statuses);
                (noted != row).then_some(noted)
            });
            let mut set_aside = SetAside::default();
            let table = RowWriter {
                decisions: self.decisions,
            };
            let writes = table.write(changed.collect(), &mut set_aside).await?;
            set_aside.report(&mut SyncCounts::default());
            written += writes.written;
            Ok(if writes.lost.is_empty() {
                Attempt::Done(())
            } else {
                Attempt::Conflict
            })
        })
        .await?;
        Ok(written)
    }

    /// The rows of the events that the reports name, and of those that share the bot.
    async fn rows_of(&self, reports: &[&BotStatusReport]) -> Result<Vec<Decision>, PortError> {
        let mut rows: BTreeMap<DecisionKey, Decision> = BTreeMap::new();
        for report in reports {
            let named = self.named(report).await?;
            rows.extend(named.into_iter().map(|row| (row.key.clone(), row)));
        }
        let keys: Vec<_> = rows.values().filter_map(Decision::bot_key).collect();
        let mut keys: Vec<_> = keys.into_iter().cloned().collect();
        keys.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        keys.dedup();
        for key in keys {
            let sharing = self.decisions.wanting(&key, MOST_ROWS).await?;
            for row in sharing.rows.decisions {
                rows.entry(row.key.clone()).or_insert(row);
            }
        }
        Ok(rows.into_values().collect())
    }

    /// The present row of the event that a bot's metadata names.
    async fn named(&self, report: &BotStatusReport) -> Result<Vec<Decision>, PortError> {
        let Some(event) = &report.event_id else {
            return Ok(Vec::new());
        };
        // A row of an event that never had a bot and wants none is not about this bot.
        let present = |rows: DecisionRows| -> Vec<Decision> {
            let rows = rows.decisions.into_iter();
            let may_have_bot = |row: &Decision| row.had_bot || row.bot_key().is_some();
            rows.filter(|row| !row.is_superseded() && may_have_bot(row))
                .collect()
        };
        if let Some(ical_uid) = &report.ical_uid {
            let key = DecisionKey {
                ical_uid: ical_uid.clone(),
                event_id: event.clone(),
            };
            let found = present(self.decisions.decisions(&[key]).await?);
            if !found.is_empty() {
                return Ok(found);
            }
        }
        // The event was given another `ical_uid`, or its own is too long for metadata.
        Ok(present(self.decisions.of_event(event).await?))
    }
}
