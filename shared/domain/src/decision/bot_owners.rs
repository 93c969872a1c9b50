//! Which copy of a meeting owns the bot that the copies share.
//!
//! The owner is the copy in the organizer's calendar, if that calendar is connected
//! and its copy wants the bot; otherwise the copy with the smallest event id. Every
//! copy wants the owner's configuration. A copy whose own configuration Recall has refused
//! comes last: the other copies would have no bot because of it. So does one that would offer
//! the same but for its ids, as copies with one title do: each would be refused in turn.
//!
//! A row wants the configuration that was sent for it last, or its own. The scheduler finds
//! the owner right before each call and sends the owner's configuration. So when the owner's
//! configuration changes, the owner's own call reconfigures the bot for all copies, and no
//! other row is written. What an index that lags makes wrong is found by an
//! [owner check](mod@super::check_owner).
//!
//! After the start no call is made for a configuration: each copy then offers the one that
//! it wants already.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::bot_config::BotConfig;
use crate::decision::plan::{EVENT_METADATA, Plan};
use crate::decision::row::Decision;
use crate::decision::wanted::{Offer, Wanted};
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

    /// Adds a copy that has `offer`, and would give the bot `config`. It becomes the owner if it
    /// precedes the one known so far.
    pub(super) fn add(
        &mut self,
        bot: &'a DeduplicationKey,
        copy: &'a DecisionKey,
        offer: &Offer,
        config: &'a BotConfig,
    ) {
        let added = Owner {
            copy,
            config,
            is_organizers: offer.is_organizers,
            is_refused: offer.is_refused || self.has_refused(bot, config),
        };
        let owner = self.owners.entry(bot).or_insert(added);
        if added.rank() < owner.rank() {
            *owner = added;
        }
    }

    /// Adds a stored copy, if it wants a bot and has not been abandoned.
    pub(super) fn add_stored(&mut self, row: &'a Decision, now: Timestamp) {
        if !row.is_abandoned()
            && let (Wanted::Bot(bot), Some(offer)) = (&row.wanted, &row.offer)
        {
            let config = if row.has_begun(now) {
                &bot.config
            } else {
                &offer.config
            };
            self.add(&bot.deduplication_key, &row.key, offer, config);
        }
    }

    /// The owner of `bot` and the configuration that it offers.
    pub(super) fn of(&self, bot: &DeduplicationKey) -> Option<(&DecisionKey, &BotConfig)> {
        self.owners.get(bot).map(|owner| (owner.copy, owner.config))
    }

    /// The configuration of each bot.
    pub(super) fn into_configs(
        self,
    ) -> impl Iterator<Item = (&'a DeduplicationKey, &'a BotConfig)> {
        let owners = self.owners.into_iter();
        owners.map(|(bot, owner)| (bot, owner.config))
    }

    /// The same, and whether Recall has refused that configuration.
    pub(super) fn ranked(
        &self,
        bot: &DeduplicationKey,
    ) -> Option<(&DecisionKey, &BotConfig, bool)> {
        let owner = self.owners.get(bot)?;
        Some((owner.copy, owner.config, owner.is_refused))
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

    /// Whether the offer of `row` is one that Recall has refused, of whichever copy.
    pub(super) fn is_refused(&self, row: &Decision) -> bool {
        let (Some(key), Some(offer)) = (row.wanted_key(), &row.offer) else {
            return false;
        };
        self.has_refused(key, &offer.config)
    }

    fn has_refused(&self, bot: &DeduplicationKey, config: &BotConfig) -> bool {
        self.refused
            .iter()
            .any(|(key, refused)| *key == bot && refused.is_same_without(config, &EVENT_METADATA))
    }
}
