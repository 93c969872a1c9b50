//! Bots: held by deduplication key over the whole workspace, shared by events.
//!
//! The service never moves a bot by itself. A bot keeps the start and the link of the last POST,
//! whatever becomes of its events meanwhile.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::World;
use crate::ids::{BotId, EventId};
use crate::model::{BotPhase, BotView, CalendarStatus};

/// A bot and those that share it.
#[derive(Debug)]
pub(crate) struct Bot {
    pub(crate) id: BotId,
    pub(crate) deduplication_key: String,
    pub(crate) start_time: Timestamp,
    ends_at: Timestamp,
    pub(crate) meeting_url: String,
    pub(crate) config: Map<String, Value>,
    pub(crate) events: BTreeSet<EventId>,
    left: bool,
}

impl Bot {
    pub(crate) fn phase(&self, now: Timestamp, lead: Duration) -> BotPhase {
        if self.left {
            BotPhase::Left
        } else if now
            .saturating_add(lead)
            .is_ok_and(|soon| soon < self.start_time)
        {
            BotPhase::Scheduled
        } else if now < self.ends_at {
            BotPhase::Dispatched
        } else {
            BotPhase::Finished
        }
    }
}

/// Why the service refuses to do something with a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    NoEvent,
    EventDeleted,
    EventEnded,
    NoMeetingLink,
    CalendarDisconnected,
    Dispatched,
    NoBot,
    NotStarted,
    AlreadyOver,
}

impl World {
    pub(crate) fn phase(&self, bot: &Bot, now: Timestamp) -> BotPhase {
        bot.phase(now, self.dispatch_lead)
    }

    fn is_scheduled(&self, id: BotId, now: Timestamp) -> bool {
        self.bots
            .get(&id)
            .is_some_and(|bot| self.phase(bot, now) == BotPhase::Scheduled)
    }

    /// Gives the event a claim to the bot named `key`, and no other bot that still waits.
    pub(crate) fn schedule(
        &mut self,
        id: EventId,
        key: &str,
        config: Map<String, Value>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let event = self.events.get(&id).ok_or(Refusal::NoEvent)?;
        let status = self
            .calendars
            .get(&event.calendar)
            .map(|calendar| calendar.status);
        if status == Some(CalendarStatus::Disconnected) {
            return Err(Refusal::CalendarDisconnected);
        }
        if event.is_deleted {
            return Err(Refusal::EventDeleted);
        }
        let (start, end) = (event.draft.start, event.draft.end);
        if end <= now {
            return Err(Refusal::EventEnded);
        }
        // The specification: populated from the event unless given in `bot_config`.
        let given = config.get("meeting_url").and_then(Value::as_str);
        let link = given
            .map(str::to_owned)
            .or_else(|| event.draft.meeting_url.clone());
        let meeting_url = link.ok_or(Refusal::NoMeetingLink)?;

        let bot = self.bot_for(key, start, now);
        let others: Vec<_> = self.events[&id]
            .bots
            .iter()
            .copied()
            .filter(|other| *other != bot)
            .collect();
        for other in others {
            if self.is_scheduled(other, now) {
                self.drop_claim(id, other);
            }
        }
        if let Some(bot) = self.bots.get_mut(&bot) {
            bot.start_time = start;
            bot.ends_at = end;
            bot.meeting_url = meeting_url;
            bot.config = config;
            bot.events.insert(id);
        }
        if let Some(event) = self.events.get_mut(&id)
            && !event.bots.contains(&bot)
        {
            event.bots.push(bot);
        }
        if self.bots_touch_events {
            self.touch_event(id, now);
        }
        Ok(())
    }

    /// The bot that `key` names for a meeting at `start`, made if need be: one that has been at
    /// another meeting, or has left, does not go to this one.
    fn bot_for(&mut self, key: &str, start: Timestamp, now: Timestamp) -> BotId {
        let known = self.by_key.get(key).and_then(|id| self.bots.get(id));
        if let Some(bot) = known {
            match self.phase(bot, now) {
                BotPhase::Scheduled => return bot.id,
                BotPhase::Dispatched if bot.start_time == start => return bot.id,
                _ => {}
            }
        }
        let id = BotId::draw(&mut self.random);
        self.by_key.insert(key.to_owned(), id);
        self.bots.insert(
            id,
            Bot {
                id,
                deduplication_key: key.to_owned(),
                start_time: start,
                ends_at: start,
                meeting_url: String::new(),
                config: Map::new(),
                events: BTreeSet::new(),
                left: false,
            },
        );
        id
    }

    /// Takes the event's claim away. Done twice it is done once.
    pub(crate) fn unschedule(&mut self, id: EventId, now: Timestamp) -> Result<(), Refusal> {
        let event = self.events.get(&id).ok_or(Refusal::NoEvent)?;
        let on_its_way = event
            .bots
            .iter()
            .filter_map(|bot| self.bots.get(bot))
            .any(|bot| self.phase(bot, now) == BotPhase::Dispatched);
        if on_its_way {
            return Err(Refusal::Dispatched);
        }
        if self.drop_scheduled_bots(id, now) && self.bots_touch_events {
            self.touch_event(id, now);
        }
        Ok(())
    }

    /// Sends a bot out of its call.
    pub(crate) fn leave_call(&mut self, id: BotId, now: Timestamp) -> Result<(), Refusal> {
        let lead = self.dispatch_lead;
        let bot = self.bots.get_mut(&id).ok_or(Refusal::NoBot)?;
        match bot.phase(now, lead) {
            BotPhase::Scheduled => Err(Refusal::NotStarted),
            BotPhase::Dispatched => {
                bot.left = true;
                Ok(())
            }
            BotPhase::Left | BotPhase::Finished => Err(Refusal::AlreadyOver),
        }
    }

    /// Drops the claims to bots that still wait. What is on its way, or over, stays listed.
    pub(super) fn drop_scheduled_bots(&mut self, event: EventId, now: Timestamp) -> bool {
        let bots = self
            .events
            .get(&event)
            .map(|event| event.bots.clone())
            .unwrap_or_default();
        let mut any = false;
        for bot in bots {
            if self.is_scheduled(bot, now) {
                self.drop_claim(event, bot);
                any = true;
            }
        }
        any
    }

    /// Drops one claim, and the bot with the last of them.
    fn drop_claim(&mut self, event: EventId, id: BotId) {
        if let Some(event) = self.events.get_mut(&event) {
            event.bots.retain(|held| *held != id);
        }
        if let Some(bot) = self.bots.get_mut(&id) {
            bot.events.remove(&event);
            if bot.events.is_empty()
                && let Some(bot) = self.bots.remove(&id)
            {
                self.by_key.remove(&bot.deduplication_key);
            }
        }
    }

    /// The keys of the bots that an event holds and that still wait.
    pub(crate) fn keys_held(&self, event: EventId, now: Timestamp) -> Vec<String> {
        self.events
            .get(&event)
            .into_iter()
            .flat_map(|event| &event.bots)
            .filter(|id| self.is_scheduled(**id, now))
            .filter_map(|id| self.bots.get(id))
            .map(|bot| bot.deduplication_key.clone())
            .collect()
    }

    pub(crate) fn bot_view(&self, bot: &Bot, now: Timestamp) -> BotView {
        BotView {
            id: bot.id,
            deduplication_key: bot.deduplication_key.clone(),
            start_time: bot.start_time,
            meeting_url: bot.meeting_url.clone(),
            config: Value::Object(bot.config.clone()),
            events: bot.events.iter().copied().collect(),
            phase: self.phase(bot, now),
        }
    }
}
