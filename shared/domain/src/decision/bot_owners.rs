//! Which copy of a meeting owns the bot that the copies share.
//!
//! The owner is the copy in the organizer's calendar, if that calendar is connected
//! and its copy wants the bot; otherwise the copy with the smallest event id. Every
//! copy wants the owner's configuration. A copy whose own configuration Recall has refused
//! comes last: the other copies would have no bot because of it. So does one that would offer
//! the same but for its ids, as copies with one title do: each would be refused in turn.
//!
//! When the owner's configuration changes, the owner's own call reconfigures the bot
//! for all copies. A copy that is not due takes the new configuration over without a
//! call. Until the owner's call has succeeded, that configuration is unconfirmed. Two
//! cases need one more call:
//!
//! - The bot gets another owner before the call was made: no copy would make it any
//!   more. So a new owner whose configuration is unconfirmed makes a call, unless the
//!   bots of all other copies are certain.
//! - The owner is not due any more: its call may have been made before the copy's last
//!   call, which carried the older configuration. So the copy makes a call.
//!
//! After the start no call is made for a configuration: each copy then offers the one that
//! it wants already, and an unconfirmed one stays so.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use crate::bot::BotConfig;
use crate::decision::plan::{EVENT_METADATA, Plan};
use crate::decision::row::Decision;
use crate::decision::wanted::Wanted;
use crate::id::{DecisionKey, DeduplicationKey, EventId};

/// A copy that offers a configuration for the shared bot.
#[derive(Clone, Copy)]
struct Owner<'a> {
    copy: &'a DecisionKey,
    config: &'a BotConfig,
    is_organizers: bool,
    is_refused: bool,
}

impl Owner<'_> {
    /// The copy of the lowest rank owns the bot.
    fn rank(&self) -> (bool, bool, &EventId) {
        (self.is_refused, !self.is_organizers, &self.copy.event_id)
    }
}

/// The owner of each bot, by the bot's deduplication key.
#[derive(Default)]
pub(super) struct BotOwners<'a> {
    owners: HashMap<&'a DeduplicationKey, Owner<'a>>,
    /// Configurations that Recall has refused, for bots of these keys.
    refused: Vec<(&'a DeduplicationKey, &'a BotConfig)>,
}

impl<'a> BotOwners<'a> {
    /// No owners yet, of bots whose configuration Recall has refused for some of `rows`.
    pub(super) fn knowing(rows: impl Iterator<Item = &'a Decision>) -> Self {
        let refused = rows.filter_map(|row| match (&row.wanted, &row.offer) {
            (Wanted::Bot(bot), Some(offer)) if offer.is_refused => {
                Some((&bot.deduplication_key, &offer.config))
            }
            _ => None,
        });
        Self {
            refused: refused.collect(),
            ..Self::default()
        }
    }

    /// Adds a copy; it becomes the owner if it precedes the one known so far.
    pub(super) fn add(
        &mut self,
        bot: &'a DeduplicationKey,
        copy: &'a DecisionKey,
        config: &'a BotConfig,
        is_organizers: bool,
    ) {
        let is_same = |(key, refused): &(&DeduplicationKey, &BotConfig)| {
            *key == bot && refused.is_same_without(config, &EVENT_METADATA)
        };
        let is_refused = self.refused.iter().any(is_same);
        let added = Owner {
            copy,
            config,
            is_organizers,
            is_refused,
        };
        let owner = self.owners.entry(bot).or_insert(added);
        if added.rank() < owner.rank() {
            *owner = added;
        }
    }

    /// Adds a stored copy, if it wants a bot and has not been abandoned.
    pub(super) fn add_stored(&mut self, row: &'a Decision, now: Timestamp) {
        if !row.is_abandoned() {
            self.add_offer(row, now);
        }
    }

    fn add_offer(&mut self, row: &'a Decision, now: Timestamp) {
        if let (Wanted::Bot(bot), Some(offer)) = (&row.wanted, &row.offer) {
            let config = if row.has_begun(now) {
                &bot.config
            } else {
                &offer.config
            };
            let is_organizers = offer.is_organizers;
            self.add(&bot.deduplication_key, &row.key, config, is_organizers);
        }
    }

    /// The owner of `bot` and the configuration that it offers.
    pub(super) fn of(&self, bot: &DeduplicationKey) -> Option<(&DecisionKey, &BotConfig)> {
        self.owners.get(bot).map(|owner| (owner.copy, owner.config))
    }

    /// What `copy` wants by its plan, with the owner's configuration, and whether another
    /// copy is the owner.
    pub(super) fn wanted(&self, copy: &DecisionKey, plan: &Plan) -> (Wanted, bool) {
        let Plan::Bot {
            deduplication_key,
            offer,
            ..
        } = plan
        else {
            return (Wanted::Nothing, false);
        };
        let owner = self.owners.get(deduplication_key);
        let config = owner.map_or(&offer.config, |owner| owner.config);
        let is_follower = owner.is_some_and(|owner| owner.copy != copy);
        (plan.wanted(config), is_follower)
    }

    /// The row with the configuration of its bot's owner, if that differs.
    pub(super) fn follow(&self, row: &Decision, now: Timestamp) -> Option<Decision> {
        let Wanted::Bot(bot) = &row.wanted else {
            return None;
        };
        let owner = self.owners.get(&bot.deduplication_key)?;
        let is_owner = *owner.copy == row.key;
        let followed = row.clone().reconfigured(owner.config, is_owner, now);
        (followed != *row).then_some(followed)
    }

    /// Makes copies due whose configuration is unconfirmed and would stay so.
    pub(super) fn confirm(&self, stored: &[Decision], writes: &mut Vec<Decision>, now: Timestamp) {
        self.confirm_new_owners(stored, writes, now);
        self.confirm_followers(stored, writes, now);
    }

    /// Makes a new, unconfirmed owner due if the bot of another copy is not certain: the
    /// call for that one may not be made any more.
    fn confirm_new_owners(&self, stored: &[Decision], writes: &mut Vec<Decision>, now: Timestamp) {
        let mut before = BotOwners::knowing(stored.iter());
        let mut uncertain: Vec<(&DeduplicationKey, &DecisionKey)> = Vec::new();
        for row in stored {
            let Wanted::Bot(bot) = &row.wanted else {
                continue;
            };
            before.add_offer(row, now);
            if !row.is_certain() {
                uncertain.push((&bot.deduplication_key, &row.key));
            }
        }
        for (bot, Owner { copy: owner, .. }) in &self.owners {
            let is_new = before
                .owners
                .get(bot)
                .is_some_and(|before| before.copy != *owner);
            let is_of_another =
                |(key, copy): &(&DeduplicationKey, &DecisionKey)| key == bot && copy != owner;
            if !is_new || !uncertain.iter().any(is_of_another) {
                continue;
            }
            let is_owner = |row: &Decision| row.key == **owner;
            let is_unconfirmed =
                |row: &Decision| is_owner(row) && row.is_unconfirmed() && !row.has_begun(now);
            if !writes.iter().any(is_owner) {
                writes.extend(stored.iter().find(|row| is_unconfirmed(row)).cloned());
            }
            require_calls(writes, is_unconfirmed);
        }
    }

    /// Makes a copy due that has just taken over a configuration whose owner is not due.
    fn confirm_followers(&self, stored: &[Decision], writes: &mut [Decision], now: Timestamp) {
        let stored: BTreeMap<&DecisionKey, &Decision> =
            stored.iter().map(|row| (&row.key, row)).collect();
        let is_certain = |key: &DecisionKey| {
            let written = writes.iter().find(|row| row.key == *key);
            let row = written.or_else(|| stored.get(key).copied());
            row.is_some_and(Decision::is_certain)
        };
        let is_new = |row: &Decision| {
            let before = stored.get(&row.key);
            before.is_none_or(|before| before.generation != row.generation)
        };
        let has_certain_owner = |row: &Decision| match &row.wanted {
            Wanted::Nothing => false,
            Wanted::Bot(bot) => self
                .owners
                .get(&bot.deduplication_key)
                .is_some_and(|owner| *owner.copy != row.key && is_certain(owner.copy)),
        };
        let unconfirmed: BTreeSet<DecisionKey> = writes
            .iter()
            .filter(|row| row.is_unconfirmed() && !row.has_begun(now))
            .filter(|row| is_new(row) && has_certain_owner(row))
            .map(|row| row.key.clone())
            .collect();
        require_calls(writes, |row| unconfirmed.contains(&row.key));
    }
}

fn require_calls(rows: &mut [Decision], is_meant: impl Fn(&Decision) -> bool) {
    for row in rows.iter_mut().filter(|row| is_meant(row)) {
        *row = row.clone().requiring_call();
    }
}
