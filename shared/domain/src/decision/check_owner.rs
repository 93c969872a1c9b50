//! Checks who owns a shared bot once more, after the index of bots has caught up.
//!
//! Each copy of a meeting is a row of its own, written by compare-and-swap on that row alone,
//! and the other copies are found by an index that may lag behind their writes. So a copy may
//! be called with its own configuration though another one owns the bot, or keep a
//! configuration for an owner that has just left. No order of writes and reads prevents that,
//! so it is found afterwards. Each write after which another owner or configuration may be
//! right leaves a check with the row:
//!
//! - a change of what the row offers, of its rank or of the bot that it wants,
//! - each call that sent a configuration.
//!
//! A check is made [`LAG`] later, when the index shows every write that came before it. Both
//! copies of a race have one, so the later check sees both. If the owner's own call is not the
//! last one, or carried another configuration, [`check_owner`] makes the owner due. The model
//! of all orders is `shared/app/tests/use_cases/model/copies.rs`.

use jiff::{SignedDuration, Timestamp};

use crate::bot_config::ConfigDigest;
use crate::decision::applied::Applied;
use crate::decision::bot_owners::BotOwners;
use crate::decision::owner_check::{LeftBot, OwnerCheck, SentConfig};
use crate::decision::row::Decision;
use crate::decision::wanted::{Offer, Wanted};
use crate::id::DeduplicationKey;
use crate::time::plus;

/// How long the index of bots may lag behind a write, and a write behind its decision.
const LAG: SignedDuration = SignedDuration::from_secs(30);

/// When a bot that was left is checked again, if a copy had asked for it a moment ago.
const NEXT: SignedDuration = SignedDuration::from_mins(1);

impl Decision {
    /// The row, which replaces `before`, with a check of the owners that this may change.
    #[must_use]
    pub fn checking_owner(mut self, before: Option<&Self>, now: Timestamp) -> Self {
        let left = before.and_then(|before| before.left_by(&self, now));
        // The call of a row that is due leaves a check itself.
        let is_changed = self.rank() != before.and_then(Self::rank) && !self.is_due();
        if left.is_none() && (!is_changed || self.has_begun(now)) {
            return self;
        }
        self.add_check(left, now);
        self
    }

    /// The row, with one more check of bots that it has `left`, a minute later; as it is if there
    /// are none.
    #[must_use]
    pub fn checking_left(mut self, left: Vec<LeftBot>, now: Timestamp) -> Self {
        if !left.is_empty() {
            self.owner_check = Some(OwnerCheck {
                not_before: plus(now, NEXT),
                left,
            });
        }
        self
    }

    /// Adds a check of the bot that the row wants, and of the bot `left`.
    pub(super) fn add_check(&mut self, left: Option<LeftBot>, now: Timestamp) {
        let mut all = self
            .owner_check
            .take()
            .map_or_else(Vec::new, |check| check.left);
        if let Some(mut left) = left {
            let is_same = |one: &mut LeftBot| one.deduplication_key == left.deduplication_key;
            for before in all.extract_if(.., is_same) {
                left.rank = left.rank.min(before.rank);
            }
            all.push(left);
        }
        self.owner_check = Some(OwnerCheck {
            not_before: plus(now, LAG),
            left: all,
        });
    }

    /// The bot that this row wants and `after` does not, or with a worse rank, unless its
    /// meeting has begun.
    fn left_by(&self, after: &Self, now: Timestamp) -> Option<LeftBot> {
        let (Wanted::Bot(bot), Some(rank)) = (&self.wanted, self.bot_rank()) else {
            return None;
        };
        let is_kept = after.wanted_key() == Some(&bot.deduplication_key)
            && after.bot_rank().is_some_and(|after| after <= rank);
        (!is_kept && bot.starts_at > now).then(|| LeftBot {
            deduplication_key: bot.deduplication_key.clone(),
            rank,
            at: now,
            sent: self.sent(),
        })
    }

    /// What decides whether the row owns its bot, and what it offers then.
    fn rank(&self) -> Option<(&DeduplicationKey, &Offer, bool)> {
        Some((
            self.wanted_key()?,
            self.offer.as_ref()?,
            self.is_abandoned(),
        ))
    }

    /// The configuration that the last call for the row sent; none if that is not known.
    fn sent(&self) -> Option<SentConfig> {
        let Applied::Bot(bot) = &self.applied else {
            return None;
        };
        Some(SentConfig {
            config: bot.config.clone(),
            at: self.history.scheduled_at()?,
        })
    }

    /// Whether the check of the row can be made at `now`: no call for it is due any more.
    #[must_use]
    pub fn is_to_be_checked(&self, now: Timestamp) -> bool {
        let check = self.owner_check.as_ref();
        check.is_some_and(|check| check.not_before <= now) && !self.is_due()
    }

    /// The bots whose owners are to be checked.
    #[must_use]
    pub fn bots_to_check(&self) -> Vec<DeduplicationKey> {
        let left = self.owner_check.iter().flat_map(|check| &check.left);
        let left = left.map(|left| &left.deduplication_key);
        left.chain(self.wanted_key()).cloned().collect()
    }

    /// The row, which owns its bot, made due if that bot may have another configuration than
    /// the row offers: another copy `sent` one. None if the row is due anyway.
    fn confirmed(&self, sent: Option<&SentConfig>, now: Timestamp) -> Option<Self> {
        let (Wanted::Bot(bot), Some(offer)) = (&self.wanted, &self.offer) else {
            return None;
        };
        if !self.is_certain() || self.has_begun(now) {
            return None;
        }
        let called_at = self.history.scheduled_at();
        let is_as_owned = sent.is_some_and(|sent| {
            sent.config == *offer.config.digest() || called_at.is_some_and(|at| sent.at < at)
        });
        let is_confirmed = bot.config == offer.config && is_as_owned;
        (!is_confirmed).then(|| self.clone().requiring_call())
    }

    /// The row, made due. None if it is due anyway, or its meeting has begun.
    pub(super) fn made_due(self, now: Timestamp) -> Option<Self> {
        let is_idle = self.is_certain() && !self.has_begun(now);
        is_idle.then(|| self.requiring_call())
    }

    /// The same after another copy left the bot. While that one owned it, further copies may
    /// have sent its configuration. None has since its own next call was answered, at
    /// `called_at`.
    pub(super) fn confirmed_after(
        &self,
        left: &LeftBot,
        called_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Self> {
        let was_owner = self.bot_rank().is_none_or(|rank| left.rank < rank);
        if !was_owner {
            return self.confirmed(left.sent.as_ref(), now);
        }
        let sent = called_at.filter(|at| *at >= left.at).map(|at| SentConfig {
            config: ConfigDigest::kept(""),
            at,
        });
        self.confirmed(sent.as_ref(), now)
    }
}

/// The rows to write for the check of `row`: the owners of its bots that are to be called, and
/// the row itself at last, without the check. `firsts` are the first other copies that want
/// its bots, at most one for each.
#[must_use]
pub fn check_owner(row: &Decision, firsts: &[Decision], now: Timestamp) -> Vec<Decision> {
    let mut checked = row.clone();
    let check = checked.owner_check.take();
    let first = |key: &DeduplicationKey| {
        let mut firsts = firsts.iter();
        firsts.find(|first| first.wanted_key() == Some(key))
    };
    let left = || check.iter().flat_map(|check| &check.left);
    let gone = left().filter(|left| row.wanted_key() != Some(&left.deduplication_key));
    let mut writes: Vec<Decision> = gone
        .filter_map(|left| {
            let first = first(&left.deduplication_key)?;
            first.confirmed_after(left, row.applied_at(), now)
        })
        .collect();
    if let Some(key) = row.wanted_key().filter(|_| !row.is_due()) {
        let mut owners = BotOwners::default();
        owners.add_stored(row, now);
        let first = first(key);
        if let Some(first) = first {
            owners.add_stored(first, now);
        }
        match owners.of(key) {
            Some((owner, config)) if *owner == row.key => {
                let is_own = matches!(&row.wanted, Wanted::Bot(bot) if bot.config == *config);
                if !is_own && !row.has_begun(now) {
                    checked = checked.requiring_call();
                }
            }
            Some(_) => writes.extend(first.and_then(|first| {
                let mut left = left().filter(|left| left.deduplication_key == *key);
                let after_left =
                    left.find_map(|left| first.confirmed_after(left, row.applied_at(), now));
                after_left.or_else(|| first.confirmed(row.sent().as_ref(), now))
            })),
            None => {}
        }
    }
    writes.push(checked);
    writes
}
