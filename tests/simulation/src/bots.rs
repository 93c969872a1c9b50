//! The bots of the workspace, each shared by the events whose requests had its key.

use std::collections::{BTreeSet, HashMap};

use callsheet_app::ports::{BotReply, LeaveReply};
use callsheet_domain::{BotEntry, BotId, DeduplicationKey, Timestamp};

use crate::company::EventNumber;

/// A bot, and the events that share it.
#[derive(Debug)]
pub(crate) struct SimBot {
    id: BotId,
    /// The start it was scheduled for.
    pub(crate) starts_at: Timestamp,
    ends_at: Timestamp,
    events: BTreeSet<EventNumber>,
}

impl SimBot {
    fn is_dispatched(&self, now: Timestamp) -> bool {
        (self.starts_at..self.ends_at).contains(&now)
    }
}

/// The bots that stand.
#[derive(Debug, Default)]
pub(crate) struct Bots {
    by_key: HashMap<DeduplicationKey, SimBot>,
    key_of: HashMap<EventNumber, DeduplicationKey>,
    made: u32,
}

impl Bots {
    /// The bot of an event.
    pub(crate) fn of(&self, event: EventNumber) -> Option<&SimBot> {
        self.by_key.get(self.key_of.get(&event)?)
    }

    /// The bots that are listed with an event.
    pub(crate) fn entries(&self, event: EventNumber) -> Vec<BotEntry> {
        let key = self.key_of.get(&event);
        let entry = key.and_then(|key| {
            let bot = self.by_key.get(key)?;
            Some(BotEntry {
                bot_id: bot.id.clone(),
                starts_at: bot.starts_at,
                deduplication_key: key.clone(),
            })
        });
        entry.into_iter().collect()
    }

    /// Has the event share no bot any more.
    pub(crate) fn release(&mut self, event: EventNumber) {
        let Some(key) = self.key_of.remove(&event) else {
            return;
        };
        if let Some(bot) = self.by_key.get_mut(&key) {
            bot.events.remove(&event);
            if bot.events.is_empty() {
                self.by_key.remove(&key);
            }
        }
    }

    /// Schedules the bot of this key for an event, with the start and the end of its meeting.
    pub(crate) fn schedule(
        &mut self,
        event: EventNumber,
        key: &DeduplicationKey,
        (starts_at, ends_at): (Timestamp, Timestamp),
    ) -> BotReply {
        if self.key_of.get(&event) != Some(key) {
            self.release(event);
        }
        if !self.by_key.contains_key(key) {
            self.made += 1;
        }
        let made = self.made;
        let bot = self.by_key.entry(key.clone()).or_insert_with(|| SimBot {
            id: BotId::parse(format!("b{made}")).expect("an id"),
            starts_at,
            ends_at,
            events: BTreeSet::new(),
        });
        (bot.starts_at, bot.ends_at) = (starts_at, ends_at);
        bot.events.insert(event);
        self.key_of.insert(event, key.clone());
        BotReply::Done(self.entries(event))
    }

    /// Unschedules the bot of an event.
    pub(crate) fn unschedule(&mut self, event: EventNumber, now: Timestamp) -> BotReply {
        if self.of(event).is_some_and(|bot| bot.is_dispatched(now)) {
            return BotReply::Dispatched;
        }
        self.release(event);
        BotReply::Done(Vec::new())
    }

    /// Removes a bot from its call.
    pub(crate) fn leave(&mut self, id: &BotId, now: Timestamp) -> LeaveReply {
        let found = self.by_key.iter().find(|(_, bot)| bot.id == *id);
        let Some((key, bot)) = found else {
            return LeaveReply::NoSuchBot;
        };
        if bot.ends_at <= now {
            return LeaveReply::Finished;
        }
        if !bot.is_dispatched(now) {
            return LeaveReply::Refused("the bot is in no call yet".to_owned());
        }
        let key = key.clone();
        let bot = self.by_key.remove(&key);
        for event in bot.into_iter().flat_map(|bot| bot.events) {
            self.key_of.remove(&event);
        }
        LeaveReply::Left
    }

    /// The number of bots that these events have.
    pub(crate) fn count_of(&self, events: &[EventNumber]) -> usize {
        let keys = events.iter().filter_map(|event| self.key_of.get(event));
        keys.collect::<BTreeSet<_>>().len()
    }
}
