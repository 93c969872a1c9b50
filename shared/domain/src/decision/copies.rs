//! Revises the copies of a meeting together, since they share a bot.
//!
//! A meeting of five people is in five calendars, as five events with one `ical_uid`.
//! If their deduplication keys are the same, Recall gives them one bot, configured by
//! the last call. So that the configuration does not depend on which call comes last,
//! one copy [owns](super::bot_owners) the bot, and every copy wants the owner's
//! configuration.
//!
//! Each copy is a row of its own, written by compare-and-swap on that row alone. A worker
//! reads the rows that it writes, and of the other copies the first one that wants the bot,
//! by an index that may lag. What is decided from too little is found by an
//! [owner check](mod@super::check_owner).
//!
//! Recall shares bots by deduplication key, so copies under other `ical_uid`s, such as a Google
//! series and an Outlook occurrence of one link and one start, share the bot too.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::bot_config::BotConfig;
use crate::decision::applied::Applied;
use crate::decision::begun::after_start;
use crate::decision::bot_owners::BotOwners;
use crate::decision::evaluation::Evaluation;
use crate::decision::plan::Plan;
use crate::decision::retry::at_its_retry;
use crate::decision::revise::{RowChange, revise};
use crate::decision::row::Decision;
use crate::id::{DecisionKey, DeduplicationKey};

/// The changes of the rows of some meetings.
#[derive(Debug, Clone, Default)]
pub struct RevisedCopies {
    /// Rows to write.
    pub writes: Vec<Decision>,
    /// The number of events of which a later version is stored already.
    pub stale: u32,
    /// A row was decided from a later calendar, policy or override: read these again and
    /// evaluate again.
    pub is_behind: bool,
}

/// Folds evaluations of events into their stored rows. `stored` also has, for each bot of
/// a row whose offer [changes](Decision::changes_offer), the first other copy that wants it.
#[must_use]
pub fn revise_copies(
    stored: &[Decision],
    evaluated: &[Evaluation<'_>],
    now: Timestamp,
) -> RevisedCopies {
    let rows: BTreeMap<&DecisionKey, &Decision> =
        stored.iter().map(|row| (&row.key, row)).collect();
    let evaluated: Vec<(DecisionKey, Cow<'_, Evaluation<'_>>)> = evaluated
        .iter()
        .map(|evaluation| {
            let key = evaluation.event.key();
            let row = rows.get(&key).copied();
            let evaluation = after_start(evaluation, row, now);
            (key, at_its_retry(evaluation, row, stored, now))
        })
        .collect();
    let fresh: BTreeSet<&DecisionKey> = evaluated
        .iter()
        .filter(|(key, evaluation)| {
            let row = rows.get(key);
            row.is_none_or(|row| evaluation.inputs.event >= row.inputs.event)
        })
        .map(|(key, _)| key)
        .collect();
    let others = || {
        stored
            .iter()
            .filter(|row| !fresh.contains(&row.key) && row.ends_at > now)
    };
    // A changed event is tried once more.
    let is_refusal_kept = |row: &&Decision| {
        let is_refused = row.offer.as_ref().is_some_and(|offer| offer.is_refused);
        let mut of_row = evaluated.iter().filter(|(key, _)| *key == row.key);
        is_refused && of_row.all(|(_, evaluation)| row.is_made_from(evaluation.inputs))
    };
    let mut owners = BotOwners::knowing(stored.iter().filter(is_refusal_kept));
    let fresh_evaluations = evaluated.iter().filter(|(key, _)| fresh.contains(key));
    for (key, evaluation) in fresh_evaluations {
        add_offer(&mut owners, key, evaluation, rows.get(key).copied());
    }
    others().for_each(|row| owners.add_stored(row, now));
    let mut revised = RevisedCopies::default();
    for (key, evaluation) in &evaluated {
        let (wanted, is_follower) = owners.wanted(key, &evaluation.plan);
        let row = rows.get(key).copied();
        match revise(row, evaluation, wanted, is_follower, now) {
            RowChange::Write(changed) => {
                let changed = Box::new(changed.sharing_end(row, stored, now));
                revised.writes.push(changed.checking_owner(row, now));
            }
            RowChange::Unchanged => {}
            RowChange::Stale => revised.stale += 1,
            RowChange::Behind => revised.is_behind = true,
        }
    }
    revised
}

/// Adds a copy that wants a bot to `owners`, unless Recall refused this version of it.
fn add_offer<'a>(
    owners: &mut BotOwners<'a>,
    key: &'a DecisionKey,
    evaluation: &'a Evaluation<'_>,
    row: Option<&Decision>,
) {
    let is_refused =
        row.is_some_and(|row| row.is_abandoned() && row.is_made_from(evaluation.inputs));
    if let Plan::Bot {
        deduplication_key,
        offer,
        ..
    } = &evaluation.plan
        && !is_refused
    {
        owners.add(deduplication_key, key, offer, &offer.config);
    }
}

/// The configuration that a call for `row` sends: that of the owner of the bot that it wants.
/// `first` is the first other copy that wants this bot.
#[must_use]
pub fn owned_config(row: &Decision, first: Option<&Decision>, now: Timestamp) -> Option<BotConfig> {
    let key = row.wanted_key()?;
    let mut owners = BotOwners::default();
    owners.add_stored(row, now);
    if let Some(first) = first {
        owners.add_stored(first, now);
    }
    owners.of(key).map(|(_, config)| config.clone())
}

/// The configuration that the owner of each bot offers, by the bot's deduplication key: the one
/// that the bot has once every call is made. Of each bot `rows` have the first copy.
#[must_use]
pub fn owners_configs<'a>(
    rows: impl IntoIterator<Item = &'a Decision>,
    now: Timestamp,
) -> BTreeMap<DeduplicationKey, BotConfig> {
    let mut owners = BotOwners::default();
    let left = rows.into_iter().filter(|row| row.ends_at > now);
    left.for_each(|row| owners.add_stored(row, now));
    let configs = owners.into_configs();
    configs
        .map(|(bot, config)| (bot.clone(), config.clone()))
        .collect()
}

/// What decides which copies of a bot are settled after Recall refused a configuration of it.
/// It is gathered from all of its copies, some at a time.
#[derive(Debug, Clone, Default)]
pub struct RefusedBot {
    /// A copy with each configuration that was refused.
    refused: Vec<Decision>,
    /// The copy that owns the bot.
    owner: Option<Decision>,
}

impl RefusedBot {
    /// Notes which configurations were refused for some of the copies. This comes first, for all
    /// copies.
    pub fn note_refused(&mut self, copies: &[Decision], now: Timestamp) {
        for row in copies.iter().filter(|row| row.ends_at > now) {
            let is_refused = row.offer.as_ref().is_some_and(|offer| offer.is_refused);
            if is_refused && !BotOwners::knowing(self.refused.iter()).is_refused(row) {
                self.refused.push(row.clone());
            }
        }
    }

    /// Notes which of some copies comes first as the owner. This comes next, for all copies.
    pub fn note_owner(&mut self, copies: &[Decision], now: Timestamp) {
        let rows = || self.owner.iter().chain(copies);
        let left = || rows().filter(|row| row.ends_at > now);
        let mut owners = BotOwners::knowing(self.refused.iter());
        left().for_each(|row| owners.add_stored(row, now));
        let owner = left().find(|row| {
            let owner = row.wanted_key().and_then(|key| owners.of(key));
            owner.is_some_and(|(owner, _)| *owner == row.key)
        });
        self.owner = owner.cloned();
    }

    /// The rows of some copies to write: those that offer what was refused but for their ids are
    /// refused with it, and those whose call failed are called again, with the configuration of
    /// the bot's new owner.
    #[must_use]
    pub fn settle(&self, copies: &[Decision], now: Timestamp) -> Vec<Decision> {
        let mut owners = BotOwners::knowing(self.refused.iter());
        let owner = self.owner.iter();
        owner.for_each(|row| owners.add_stored(row, now));
        let settled = |row: &Decision| {
            let mut settled = row.clone();
            if let Some(offer) = &mut settled.offer {
                offer.is_refused |= owners.is_refused(row);
            }
            let (owner, config, is_refused) = owners.ranked(row.wanted_key()?)?;
            let is_called_again = if row.is_certain() {
                *owner == row.key
            } else {
                row.attempts.count > 0
            };
            // If all are refused, none is called in place of another.
            if is_called_again && !is_refused {
                settled = settled.reconfigured(config, now);
            }
            (settled != *row).then(|| settled.checking_owner(Some(row), now))
        };
        let left = copies.iter().filter(|row| row.ends_at > now);
        left.filter_map(settled).collect()
    }
}

/// The owner of the bot that `leaving` knows and leaves, made due, if the bot may have
/// another configuration than the owner's, or another start: if the call for `leaving` was
/// made after its event had moved, that call moved the bot with it. None if the owner is due
/// anyway. `first` is the first other row that wants the bot.
#[must_use]
pub fn owner_to_confirm(leaving: &Decision, first: &Decision, now: Timestamp) -> Option<Decision> {
    let bot = leaving.applied.bot()?;
    let may_be_moved =
        matches!(leaving.applied, Applied::Uncertain(_)) && leaving.starts_at != bot.starts_at;
    if may_be_moved {
        return first.clone().made_due(now);
    }
    let check = leaving.owner_check.as_ref()?;
    let mut left = check.left.iter();
    let left = left.find(|left| left.deduplication_key == bot.deduplication_key)?;
    first.confirmed_after(left, None, now)
}

/// The owner of the bot that a call for another copy has given another start than it is wanted
/// for, made due: that copy's event had moved at Recall, and no sync had seen that. None if it
/// is due anyway. `first` is the first other row that wants the bot.
#[must_use]
pub fn owner_to_move_back(first: &Decision, now: Timestamp) -> Option<Decision> {
    first.clone().made_due(now)
}
