//! Notes the statuses of bots in the rows of the events that hold or want them.
//!
//! A bot's metadata names the event whose call configured it last. Its row has the
//! deduplication key, by which the rows of the other events that share the bot are found.
//! Webhooks of the older form have no metadata, and that event may have let the bot go: then
//! the rows that hold the bot are found by its id. All statuses of one bot in a batch cost one
//! write of each row. No call to Recall is made, so statuses are noted also while Recall denies
//! us.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use callsheet_domain::{
    BotId, BotStatus, BotStatusReport, Decision, DecisionKey, DeduplicationKey, SyncJob, Timestamp,
};

use crate::ports::{Calendars, Clock, DecisionRows, Decisions, OverrideStore, Policies, Queue};
use crate::sync::requeue::{Delivery, Handled, Requeue};
use crate::sync::retries::{BotRetries, ended_for, with_end_shared};
use crate::sync::rows_of_bot::RowsOfBot;
use crate::sync_error::SyncError;
use crate::{PolicyCache, PortError};

/// So many rows that hold a bot show by which key it is shared.
const FEW_ROWS: usize = 3;

/// Notes the statuses of bots.
pub(super) struct BotStatuses<'a, D, S, K> {
    /// Storage of decisions.
    pub(super) decisions: &'a D,
    /// Storage of calendars, overrides and policies.
    pub(super) state: &'a S,
    /// The active policy, which says when another bot is sent.
    pub(super) policy_cache: &'a PolicyCache,
    /// Time.
    pub(super) clock: &'a K,
    /// No rows are read later; the message is delivered again.
    pub(super) latest: Timestamp,
}

/// The rows of the events that share a bot.
struct Sharing {
    /// Those that the reports name, and some that hold the bot.
    first: Vec<Decision>,
    /// The keys of the others.
    others: Vec<DecisionKey>,
    /// The bots that they want, by their keys.
    bots: BTreeSet<DeduplicationKey>,
}

impl Sharing {
    /// Whether a row, as it is now, holds or wants the bot.
    fn has(&self, row: &Decision, bot: &BotId) -> bool {
        let is_wanted = |key: &DeduplicationKey| {
            let mut bots = self.bots.iter();
            bots.any(|bot| bot.is_of_same_meeting(key))
        };
        row.known_bot() == Some(bot) || row.wanted_key().is_some_and(is_wanted)
    }
}

/// The reports about one bot, and the messages that brought them.
#[derive(Default)]
struct Reports<'a> {
    reports: Vec<&'a BotStatusReport>,
    deliveries: Vec<&'a Delivery>,
}

impl<D, S, K> BotStatuses<'_, D, S, K>
where
    D: Decisions,
    S: Calendars + OverrideStore + Policies,
    K: Clock,
{
    /// Notes the statuses among `deliveries`. The messages of those that it cannot note are
    /// delivered again.
    pub(super) async fn handle<Q: Queue>(
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
        let mut rows = RowsOfBot::new(self.decisions, bot);
        let noted = Box::pin(self.note_in(&mut rows, bot, reports)).await;
        let written = rows.finish();
        noted.map(|()| written)
    }

    async fn note_in(
        &self,
        rows: &mut RowsOfBot<'_, D>,
        bot: &BotId,
        reports: &[&BotStatusReport],
    ) -> Result<(), SyncError> {
        let statuses: Vec<_> = reports.iter().map(|report| report.status.clone()).collect();
        let note = |row: &Decision| {
            let of_row =
                |report: &&BotStatusReport| report.event_id.as_ref() == Some(&row.key.event_id);
            let is_of_event = reports.iter().any(of_row);
            row.clone().with_statuses(bot, &statuses, is_of_event)
        };
        let sharing = self.sharing(bot, reports).await?;
        let now = self.clock.now();
        let ended = |row: &Decision| ended_for(note(row), (bot, None), now);
        let noted: Vec<_> = sharing.first.iter().map(ended).collect();
        if noted.iter().any(|row| row.may_be_retried(bot)) {
            return self
                .note_and_retry(rows, (bot, reports), &sharing, note)
                .await;
        }
        self.note_in_parts(rows, (bot, reports), &sharing, &noted, note)
            .await
    }

    /// Notes the statuses in the rows of the events that share the bot, and then in those of the
    /// events that the reports name: whether another row answers for the bot is known by then.
    async fn note_in_parts(
        &self,
        rows: &mut RowsOfBot<'_, D>,
        (bot, reports): (&BotId, &[&BotStatusReport]),
        sharing: &Sharing,
        noted: &[Decision],
        note: impl Fn(&Decision) -> Decision,
    ) -> Result<(), SyncError> {
        let now = self.clock.now();
        let holds = |row: &Decision| row.known_bot() == Some(bot);
        let mut is_held = sharing.first.iter().any(holds);
        let mut is_wanted = sharing.first.iter().any(|row| row.wants_held(bot));
        let holder = noted.iter().find(|row| row.holds_ended(bot));
        let is_late = || self.clock.now() > self.latest;
        rows.change_each(&sharing.others, is_late, |row| {
            is_held |= holds(row);
            is_wanted |= row.wants_held(bot);
            let noted = sharing.has(row, bot).then(|| note(row))?;
            let noted = ended_for(noted, (bot, holder), now);
            (noted != *row).then(|| noted.with_alerts(None, now))
        })
        .await?;
        let mut read = Some(sharing.first.clone());
        let first = async || match read.take() {
            Some(first) => Ok(first),
            // Another worker has written one of them since.
            None => self.first(bot, reports).await,
        };
        let change = async |first: &[Decision]| {
            let is_unknown = !is_held && !first.iter().any(holds);
            // One call is enough.
            let mut is_to_leave = !is_wanted;
            let of_each = first.iter().map(|row| {
                let mut noted = ended_for(note(row), (bot, holder), now);
                if noted == *row {
                    return None;
                }
                if is_unknown {
                    noted = noted.dismissing(bot);
                } else if let Some(dismissing) = noted.dismissing_moved(bot)
                    && is_to_leave
                {
                    noted = dismissing;
                    is_to_leave = false;
                }
                Some(noted.with_alerts(None, now))
            });
            Ok(of_each.collect())
        };
        rows.change(first, change).await
    }

    /// Notes the statuses of a bot that has ended in such a way that another one may be sent in
    /// its place: all copies of the meeting have to agree on that, so they are looked at together.
    async fn note_and_retry(
        &self,
        rows: &mut RowsOfBot<'_, D>,
        (bot, reports): (&BotId, &[&BotStatusReport]),
        sharing: &Sharing,
        note: impl Fn(&Decision) -> Decision,
    ) -> Result<(), SyncError> {
        let now = self.clock.now();
        let active = self.policy_cache.current(self.state).await?;
        let retries = BotRetries {
            state: self.state,
            policy: active.policy.retries(),
        };
        let read = async || {
            let mut all = self.first(bot, reports).await?;
            let others = self.decisions.decisions(&sharing.others).await?.decisions;
            let is_first =
                |row: &Decision, all: &[Decision]| all.iter().any(|one| one.key == row.key);
            for row in others {
                if sharing.has(&row, bot) && !is_first(&row, &all) {
                    all.push(row);
                }
            }
            Ok(all)
        };
        let change = async |before: &[Decision]| {
            let noted = before.iter().map(|row| {
                let noted = note(row);
                if noted == *row {
                    noted
                } else {
                    noted.with_alerts(None, now)
                }
            });
            let copies = with_end_shared(bot, noted.collect(), now);
            let folded = retries.fold(bot, copies, now).await?;
            let of_each = folded.into_iter().zip(before);
            Ok(of_each
                .map(|(row, before)| (row != *before).then_some(row))
                .collect())
        };
        rows.change(read, change).await
    }

    /// The rows that share the bot.
    async fn sharing(
        &self,
        bot: &BotId,
        reports: &[&BotStatusReport],
    ) -> Result<Sharing, PortError> {
        let first = self.first(bot, reports).await?;
        let bots: BTreeSet<_> = first
            .iter()
            .filter_map(Decision::bot_key)
            .cloned()
            .collect();
        let mut known: HashSet<_> = first.iter().map(|row| row.key.clone()).collect();
        let mut others = Vec::new();
        for key in &bots {
            let wanting = self.decisions.keys_wanting(key).await?.into_iter();
            others.extend(wanting.filter(|key| known.insert(key.clone())));
        }
        Ok(Sharing {
            first,
            others,
            bots,
        })
    }

    /// The present rows of the events that the reports name, and some that hold the bot, if none
    /// of them does: the copy that configured it may have let it go, and an older form names none.
    async fn first(
        &self,
        bot: &BotId,
        reports: &[&BotStatusReport],
    ) -> Result<Vec<Decision>, PortError> {
        let mut first = BTreeMap::new();
        for report in reports {
            for row in self.named(report).await? {
                first.insert(row.key.clone(), row);
            }
        }
        let holds = |row: &Decision| row.known_bot() == Some(bot);
        if !first.values().any(holds) {
            let keys = self.decisions.keys_holding(bot, FEW_ROWS).await?;
            let holding = self.decisions.decisions(&keys).await?.decisions;
            let holding = holding.into_iter().filter(holds);
            first.extend(holding.map(|row| (row.key.clone(), row)));
        }
        Ok(first.into_values().collect())
    }

    /// The present row of the event that a bot's metadata names.
    async fn named(&self, report: &BotStatusReport) -> Result<Vec<Decision>, PortError> {
        let Some(event) = &report.event_id else {
            return Ok(Vec::new());
        };
        // A row of an event that never wanted a bot is not about this one.
        let present = |rows: DecisionRows| -> Vec<Decision> {
            let rows = rows.decisions.into_iter();
            let may_have_bot = |row: &Decision| {
                row.had_bot || row.bot_key().is_some() || row.life.last_key.is_some()
            };
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
