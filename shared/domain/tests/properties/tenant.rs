//! A meeting in several calendars, its rows, and its bots at Recall.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{
    BotConfig, Call, CallAttempt, CallResult, ConfigDigest, Decision, DecisionKey,
    DeduplicationKey, EventId, Timestamp, Wanted, apply_result, check_owner, owned_config, plus,
    revise_copies,
};
use jiff::SignedDuration;

use crate::copy::{Copy, Versions, evaluation, event, now};

/// The rows of the meeting, Recall's bots, and the calls in flight between them.
#[derive(Debug, Default)]
pub(crate) struct Tenant {
    pub(crate) rows: BTreeMap<DecisionKey, Decision>,
    calls: Vec<(DecisionKey, DeduplicationKey, CallAttempt)>,
    /// The bot of each event.
    held: BTreeMap<DecisionKey, DeduplicationKey>,
    /// The last configuration of each bot.
    bots: BTreeMap<DeduplicationKey, ConfigDigest>,
    /// Events for which Recall refuses calls.
    deleted: BTreeSet<EventId>,
    /// The calls that were made until now.
    ticks: i64,
}

impl Tenant {
    /// Folds an evaluation in. Returns whether a row was written, and whether the evaluation
    /// was behind.
    pub(crate) fn sync(&mut self, index: usize, copy: Copy, inputs: Versions) -> (bool, bool) {
        let event = event(index, copy, inputs);
        let stored: Vec<Decision> = self.rows.values().cloned().collect();
        let evaluated = evaluation(&event, copy, inputs);
        let revised = revise_copies(&stored, &[evaluated], self.now());
        let is_written = !revised.writes.is_empty();
        let keys: BTreeSet<_> = revised.writes.iter().map(|row| row.key.clone()).collect();
        assert_eq!(keys.len(), revised.writes.len(), "a row is written once");
        for mut row in revised.writes {
            row.version = row.version.next();
            self.rows.insert(row.key.clone(), row);
        }
        (is_written, revised.is_behind)
    }

    fn now(&self) -> Timestamp {
        plus(now(), SignedDuration::from_millis(self.ticks))
    }

    /// The first other copy that wants the bot of `key`.
    fn first(&self, key: &DeduplicationKey, without: &DecisionKey) -> Option<Decision> {
        let may_own = |row: &&Decision| {
            row.key != *without && row.wanted_key() == Some(key) && !row.is_abandoned()
        };
        let rows = self.rows.values().filter(may_own);
        rows.min_by_key(|row| row.bot_rank()).cloned()
    }

    /// Makes the owner checks of rows that are not due. False if there are none.
    fn check_owners(&mut self) -> bool {
        let has_check = |row: &&Decision| row.owner_check.is_some() && !row.is_due();
        let rows: Vec<_> = self.rows.values().filter(has_check).cloned().collect();
        for row in &rows {
            let bots = row.bots_to_check();
            let firsts: Vec<_> = bots
                .iter()
                .filter_map(|bot| self.first(bot, &row.key))
                .collect();
            let row = &self.rows[&row.key];
            for write in check_owner(row, &firsts, self.now()) {
                self.rows.insert(write.key.clone(), write);
            }
        }
        !rows.is_empty()
    }

    /// Makes the call of a due row, unless one is in flight for it or its bot. It takes effect
    /// at once; the result arrives later.
    pub(crate) fn send(&mut self, which: usize) {
        let due: Vec<&Decision> = self.rows.values().filter(|row| row.is_due()).collect();
        let Some(row) = due.get(which % due.len().max(1)) else {
            return;
        };
        let bot = row.deduplication_key().unwrap().clone();
        let is_busy = |(other, key, _): &(DecisionKey, DeduplicationKey, CallAttempt)| {
            *other == row.key || *key == bot
        };
        if self.calls.iter().any(is_busy) {
            return;
        }
        let key = row.key.clone();
        let mut sent = CallAttempt::of(row, now()).unwrap();
        if let Call::Schedule(bot) = &mut sent.call {
            let first = self.first(&bot.deduplication_key, &row.key);
            bot.config = owned_config(row, first.as_ref(), now()).unwrap();
        }
        match &sent.call {
            _ if self.deleted.contains(&key.event_id) => {}
            Call::Schedule(bot) => {
                self.held.insert(key.clone(), bot.deduplication_key.clone());
                let digest = bot.config.digest().clone();
                self.bots.insert(bot.deduplication_key.clone(), digest);
            }
            Call::Unschedule => {
                self.held.remove(&key);
            }
            Call::Find | Call::Leave(_) => unreachable!("no bot of these ever joins"),
        }
        self.remove_unused_bots();
        self.calls.push((key, bot, sent));
    }

    /// A result arrives, or is lost with the scheduler run that waited for it.
    pub(crate) fn complete(&mut self, which: usize, is_lost: bool) {
        if self.calls.is_empty() {
            return;
        }
        let (key, _, sent) = self.calls.remove(which % self.calls.len());
        self.ticks += 1;
        if !is_lost {
            let row = self.rows.remove(&key).unwrap();
            let result = if self.deleted.contains(&key.event_id) {
                CallResult::Refused("there is no such event".to_owned())
            } else {
                CallResult::Done(Vec::new())
            };
            let row = apply_result(row, &sent, result, self.now());
            self.rows.insert(key, row);
        }
    }

    /// A call is refused for good: it takes no effect.
    pub(crate) fn refuse(&mut self, which: usize) {
        let due: Vec<DecisionKey> = self
            .rows
            .values()
            .filter(|row| row.is_due())
            .map(|row| row.key.clone())
            .collect();
        let is_busy = |key: &DecisionKey| self.calls.iter().any(|(other, ..)| other == key);
        let Some(key) = due
            .get(which % due.len().max(1))
            .filter(|key| !is_busy(key))
        else {
            return;
        };
        let row = self.rows.remove(key).unwrap();
        let refused = row.clone().abandon("refused");
        let refused = refused.checking_owner(Some(&row), self.now());
        self.rows.insert(key.clone(), refused);
    }

    /// Recall drops the bots of a deleted event itself.
    pub(crate) fn delete(&mut self, index: usize) {
        let event = EventId::parse(format!("event-{index}")).unwrap();
        self.held.retain(|key, _| key.event_id != event);
        self.deleted.insert(event);
        self.remove_unused_bots();
    }

    fn remove_unused_bots(&mut self) {
        let held: BTreeSet<_> = self.held.values().collect();
        self.bots.retain(|key, _| held.contains(key));
    }

    /// Completes every call, and makes those that are due, and the owner checks, until none is
    /// left.
    pub(crate) fn drain(&mut self) {
        for _ in 0..100 {
            while !self.calls.is_empty() {
                self.complete(0, false);
            }
            if self.rows.values().any(Decision::is_due) {
                self.send(0);
            } else if !self.check_owners() {
                return;
            }
        }
        panic!("rows stay due: {:?}", self.rows);
    }

    /// Checks that all rows and all bots have the owner's configuration.
    pub(crate) fn check(&self) {
        let mut owners: BTreeMap<&DeduplicationKey, ((bool, &str), &BotConfig)> = BTreeMap::new();
        for row in self.rows.values().filter(|row| !row.is_abandoned()) {
            if let (Wanted::Bot(bot), Some(offer)) = (&row.wanted, &row.offer) {
                let rank = (!offer.is_organizers, row.key.event_id.as_str());
                let owner = owners
                    .entry(&bot.deduplication_key)
                    .or_insert((rank, &offer.config));
                if rank < owner.0 {
                    *owner = (rank, &offer.config);
                }
            }
        }
        for row in self.rows.values().filter(|row| !row.is_abandoned()) {
            assert!(!row.is_due(), "{row:?}");
            let held = self.held.get(&row.key);
            let Wanted::Bot(bot) = &row.wanted else {
                assert_eq!(held, None, "{row:?}");
                continue;
            };
            let key = &bot.deduplication_key;
            let (_, config) = &owners[key];
            assert_eq!(held, Some(key), "{row:?}");
            assert_eq!(&self.bots[key], config.digest(), "{row:?}");
        }
    }
}
