//! Reads the bots that have been silent for too long.
//!
//! Webhooks get lost, and without a subscription none come. So a resync reads the bots whose
//! [silence](callsheet_domain::Decision::silent_from) has lasted for the time that a setting
//! says, in order of start, within a rate limit of their own, and folds what it finds into the
//! rows as a webhook's status would be. All rows that hold a bot cost one read. Two workers that
//! read the same bot at once find the same.

use std::collections::HashSet;
use std::time::Duration;

use callsheet_domain::{
    BotId, BotStatus, Decision, DecisionKey, Operation, RateLimit, Retries, Timestamp, plus,
};
use jiff::SignedDuration;

use crate::ports::{BotReader as _, Clock as _, Decisions as _};
use crate::sync::retries::{BotRetries, ended_for, with_copies, with_end_shared};
use crate::sync::rows_of_bot::RowsOfBot;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{CallTerms, PortError, RecallCalls, Service};

/// How many silent rows are looked up at once.
const BATCH: usize = 200;
/// So many rows that hold a bot show whether another one may be sent in its place.
const FEW_ROWS: usize = 3;
/// So many reads in a row may fail before Recall is taken to be out.
const MOST_FAILED: u32 = 3;

/// Whether a failure may be about one bot alone. It is read again like one without news.
fn is_of_one_bot(error: &PortError) -> bool {
    matches!(
        error,
        PortError::Unreadable {
            service: Service::Recall,
            ..
        } | PortError::Blocked {
            service: Service::Recall,
            ..
        } | PortError::Unavailable {
            service: Service::Recall,
            ..
        }
    )
}

/// Reads silent bots.
pub(super) struct SilentBots<'a, P: SyncPorts> {
    /// Recall.
    pub(super) recall: &'a P::Recall,
    /// Storage of decisions.
    pub(super) decisions: &'a P::Decisions,
    /// Storage of calendars and overrides.
    pub(super) state: &'a P::State,
    /// When another bot is sent in place of one that has ended.
    pub(super) retries: &'a Retries,
    /// Permits, admission and time.
    pub(super) calls: &'a RecallCalls<'a, P::State, P::Clock>,
    /// Rate limit of reading one bot.
    pub(super) get_bot: RateLimit,
    /// After how long a silence a bot is read; never without it.
    pub(super) after: Option<Duration>,
}

/// Whether all silent bots were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SilentRead {
    /// All of them.
    All,
    /// The time was up before.
    NotAll,
}

impl<P: SyncPorts> SilentBots<'_, P> {
    fn patience(&self) -> Option<SignedDuration> {
        let after = self.after?;
        SignedDuration::try_from(after).ok()
    }

    /// Reads silent bots as long as calls may be started.
    ///
    /// # Errors
    /// If Recall denies or throttles us, or the store fails.
    pub(super) async fn read(&self, terms: CallTerms) -> Result<SilentRead, SyncError> {
        let Some(after) = self.patience() else {
            return Ok(SilentRead::All);
        };
        let (mut read, mut news) = (HashSet::new(), 0);
        let done = loop {
            let since = plus(self.calls.clock().now(), -after);
            let bots = self.silent(since, &read).await?;
            if bots.is_empty() {
                break SilentRead::All;
            }
            match self.read_each(bots, terms, &mut read, &mut news).await {
                Ok(()) => {}
                // If no permit was left for one read, the next scheduled resync comes soon enough.
                Err(SyncError::DeadlineReached | SyncError::RateLimited(_)) if read.is_empty() => {
                    break SilentRead::All;
                }
                Err(SyncError::DeadlineReached | SyncError::RateLimited(_)) => {
                    break SilentRead::NotAll;
                }
                Err(error) => return Err(error),
            }
        };
        let read = read.len();
        if read > 0 {
            tracing::info!(
                read,
                news,
                "read {read} silent bots, {news} of them with news"
            );
        }
        Ok(done)
    }

    /// The silent bots of the first rows, each with a row that it is of, without those that were read just now: the index may
    /// lag.
    async fn silent(
        &self,
        since: Timestamp,
        read: &HashSet<BotId>,
    ) -> Result<Vec<(BotId, DecisionKey)>, PortError> {
        let mut most = BATCH + read.len();
        loop {
            let keys = self.decisions.silent(since, most).await?;
            let rows = self.decisions.decisions(&keys).await?;
            let mut silent = rows.decisions;
            silent.retain(|row| row.silent_from().is_some_and(|from| from <= since));
            let start = |row: &Decision| (row.starts_at, row.key.clone());
            silent.sort_by_cached_key(start);
            let mut bots = Vec::new();
            for row in &silent {
                for bot in row.silent_bots(since) {
                    if !read.contains(bot) && !bots.iter().any(|(known, _)| known == bot) {
                        bots.push((bot.clone(), row.key.clone()));
                    }
                }
            }
            // Rows that cannot be read stay in the index, and hide none that can.
            let are_all_unreadable = bots.is_empty() && !rows.unreadable.is_empty();
            if !are_all_unreadable || keys.len() < most {
                return Ok(bots);
            }
            most += BATCH;
        }
    }

    async fn read_each(
        &self,
        bots: Vec<(BotId, DecisionKey)>,
        terms: CallTerms,
        read: &mut HashSet<BotId>,
        news: &mut u32,
    ) -> Result<(), SyncError> {
        let mut failed = 0;
        for (bot, key) in bots {
            let operation = Operation::GetBot;
            self.calls.acquire(operation, self.get_bot, terms).await?;
            let reply = self.recall.statuses_of(&bot).await;
            let (statuses, patience) = match self.calls.settle(operation, reply).await {
                Ok(statuses) => {
                    failed = 0;
                    (statuses, self.patience())
                }
                Err(error) if failed < MOST_FAILED && is_of_one_bot(&error) => {
                    failed += 1;
                    tracing::warn!(%bot, %error, "could not read bot {bot}: {error}");
                    // It says nothing about the bot, so it is no reason for an alert.
                    (Some(Vec::new()), None)
                }
                Err(error) => return Err(error.into()),
            };
            let is_news = self
                .note((&bot, key), statuses.as_deref(), patience)
                .await?;
            *news += u32::from(is_news);
            read.insert(bot);
        }
        Ok(())
    }

    /// Folds a read into the rows that hold the bot, and the row that it is of; gives whether one of them learned something.
    async fn note(
        &self,
        (bot, key): (&BotId, DecisionKey),
        statuses: Option<&[BotStatus]>,
        patience: Option<SignedDuration>,
    ) -> Result<bool, SyncError> {
        let now = self.calls.clock().now();
        let mut rows = RowsOfBot::new(self.decisions, bot);
        let noted = self.note_in(&mut rows, (bot, key), (statuses, patience), now);
        let noted = Box::pin(noted).await;
        rows.finish();
        noted
    }

    async fn note_in(
        &self,
        rows: &mut RowsOfBot<'_, P::Decisions>,
        (bot, key): (&BotId, DecisionKey),
        (statuses, patience): (Option<&[BotStatus]>, Option<SignedDuration>),
        now: Timestamp,
    ) -> Result<bool, SyncError> {
        let mut is_news = false;
        let mut note = |row: &Decision| {
            let read = row.after_read(bot, statuses, now);
            // It knows another bot, or was written in an attempt that lost another row.
            if read == *row || row.life.reads.last_at == Some(now) {
                return row.clone();
            }
            is_news |= read.bot_outcome() != row.bot_outcome();
            read.with_alerts(patience, now)
        };
        let mut keys = self.decisions.keys_holding(bot, usize::MAX).await?;
        // A suspect is held by no row, and the index may lag.
        if !keys.contains(&key) {
            keys.push(key);
        }
        let first = self.decisions.decisions(&keys[..keys.len().min(FEW_ROWS)]);
        let first = first.await?.decisions;
        let noted: Vec<_> = first
            .iter()
            .map(|row| ended_for(row.after_read(bot, statuses, now), (bot, None), now))
            .collect();
        if noted.iter().any(|row| row.may_be_retried(bot)) {
            let retries = BotRetries {
                state: self.state,
                policy: self.retries,
            };
            let read = async || {
                let held = self.decisions.decisions(&keys).await?.decisions;
                with_copies(self.decisions, held).await
            };
            let change = async |before: &[Decision]| {
                let noted = before.iter().map(&mut note).collect();
                let copies = with_end_shared(bot, noted, now);
                let folded = retries.fold(bot, copies, now).await?;
                let of_each = folded.into_iter().zip(before);
                Ok(of_each
                    .map(|(row, before)| (row != *before).then_some(row))
                    .collect())
            };
            rows.change(read, change).await?;
            return Ok(is_news);
        }
        let holder = noted.iter().find(|row| row.holds_ended(bot));
        if let Some(wanted) = holder.and_then(Decision::wanted_key) {
            let wanting = self.decisions.keys_wanting(wanted).await?;
            let mut known: HashSet<_> = keys.iter().cloned().collect();
            keys.extend(wanting.into_iter().filter(|key| known.insert(key.clone())));
        }
        let change = |row: &Decision| {
            let noted = ended_for(note(row), (bot, holder), now);
            (noted != *row).then_some(noted)
        };
        rows.change_each(&keys, || false, change).await?;
        Ok(is_news)
    }
}
