//! Bots, identified by deduplication key in the whole workspace and shared by events.
//!
//! The service never moves a bot by itself: a bot keeps the start and the meeting link of the last
//! POST, even if its events change afterwards.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Workspace;
use crate::ids::{BotId, EventId};
use crate::life::Life;
use crate::model::{BotPhase, BotView, CalendarStatus};
use crate::options::DispatchedStatus;

/// Bot and the events that share it.
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
    pub(crate) life: Option<Life>,
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

/// Reason why the service rejects an operation on a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejection {
    NoEvent,
    EventDeleted,
    EventEnded,
    NoMeetingLink,
    CalendarDisconnected,
    Dispatched(DispatchedStatus),
    NoBot,
    NotStarted,
    AlreadyFinished,
}

/// Times and link at which a bot joins.
struct Meeting {
    start: Timestamp,
    end: Timestamp,
    url: String,
}

impl Workspace {
    /// Phase of a bot at this time.
    pub(crate) fn phase(&self, bot: &Bot, now: Timestamp) -> BotPhase {
        bot.phase(now, self.dispatch_lead)
    }

    fn is_scheduled(&self, id: BotId, now: Timestamp) -> bool {
        self.bots
            .get(&id)
            .is_some_and(|bot| self.phase(bot, now) == BotPhase::Scheduled)
    }

    /// Schedules the bot with this deduplication key for the event, in place of every other bot
    /// that is scheduled for it.
    pub(crate) fn schedule(
        &mut self,
        id: EventId,
        key: &str,
        config: Map<String, Value>,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let meeting = self.schedulable_meeting(id, &config, now)?;
        let bot = self.find_or_create_bot(key, meeting.start, now);
        let event_bots = self.events.get(&id).map(|event| event.bots.clone());
        for other in event_bots.unwrap_or_default() {
            if other != bot && self.is_scheduled(other, now) {
                self.remove_bot_from_event(id, other);
            }
        }
        if let Some(bot) = self.bots.get_mut(&bot) {
            bot.start_time = meeting.start;
            bot.ends_at = meeting.end;
            bot.meeting_url = meeting.url;
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

    /// The times and the link of an event that a bot can be scheduled for, or the reason why none
    /// can.
    fn schedulable_meeting(
        &self,
        id: EventId,
        config: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<Meeting, Rejection> {
        let event = self.events.get(&id).ok_or(Rejection::NoEvent)?;
        let calendar = self.calendars.get(&event.calendar);
        if calendar.is_some_and(|calendar| calendar.status == CalendarStatus::Disconnected) {
            return Err(Rejection::CalendarDisconnected);
        }
        if event.is_deleted {
            return Err(Rejection::EventDeleted);
        }
        if event.draft.end <= now {
            return Err(Rejection::EventEnded);
        }
        // As specified: taken from the event unless `bot_config` contains one.
        let configured = config.get("meeting_url").and_then(Value::as_str);
        let url = configured.or(event.draft.meeting_url.as_deref());
        Ok(Meeting {
            start: event.draft.start,
            end: event.draft.end,
            url: url.ok_or(Rejection::NoMeetingLink)?.to_owned(),
        })
    }

    /// The bot with this key for a meeting at `start`. Creates a new one if there is none, or if
    /// the existing one has left or was dispatched to another meeting.
    fn find_or_create_bot(&mut self, key: &str, start: Timestamp, now: Timestamp) -> BotId {
        let existing = self.by_key.get(key).and_then(|id| self.bots.get(id));
        if let Some(bot) = existing {
            match self.phase(bot, now) {
                BotPhase::Scheduled => return bot.id,
                BotPhase::Dispatched if bot.start_time == start => return bot.id,
                _ => {}
            }
        }
        let id = BotId::random(&mut self.random);
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
                life: None,
            },
        );
        id
    }

    /// Unschedules the event's bots. Idempotent.
    pub(crate) fn unschedule(&mut self, id: EventId, now: Timestamp) -> Result<(), Rejection> {
        let event = self.events.get(&id).ok_or(Rejection::NoEvent)?;
        let is_dispatched = event
            .bots
            .iter()
            .filter_map(|bot| self.bots.get(bot))
            .any(|bot| self.phase(bot, now) == BotPhase::Dispatched);
        if is_dispatched {
            return Err(Rejection::Dispatched(self.dispatched_status));
        }
        if self.remove_scheduled_bots(id, now) && self.bots_touch_events {
            self.touch_event(id, now);
        }
        Ok(())
    }

    /// Makes a bot leave its call.
    pub(crate) fn leave_call(&mut self, id: BotId, now: Timestamp) -> Result<(), Rejection> {
        let lead = self.dispatch_lead;
        let bot = self.bots.get_mut(&id).ok_or(Rejection::NoBot)?;
        match bot.phase(now, lead) {
            BotPhase::Scheduled => Err(Rejection::NotStarted),
            BotPhase::Dispatched => {
                bot.left = true;
                if let Some(life) = &mut bot.life {
                    life.leave(now);
                }
                self.go_on_with_life(id, now);
                Ok(())
            }
            BotPhase::Left | BotPhase::Finished => Err(Rejection::AlreadyFinished),
        }
    }

    /// Goes on with the life of a bot up to `now`, with a notification of each status. A bot whose
    /// life is over has left.
    pub(super) fn go_on_with_life(&mut self, id: BotId, now: Timestamp) {
        let Some(bot) = self.bots.get_mut(&id) else {
            return;
        };
        let Some(life) = &mut bot.life else {
            return;
        };
        let came = life.advance(now);
        bot.left |= life.is_over();
        let metadata = bot.config.get("metadata").cloned();
        let metadata = metadata.unwrap_or_else(|| Value::Object(Map::new()));
        let reports = life.reports.clone();
        for change in came {
            self.notify_bot_status(id, metadata.clone(), change, reports.clone());
        }
    }

    /// Removes the event's scheduled bots and returns whether there were any. Dispatched and
    /// finished ones stay listed.
    pub(super) fn remove_scheduled_bots(&mut self, event: EventId, now: Timestamp) -> bool {
        let bots = self
            .events
            .get(&event)
            .map(|event| event.bots.clone())
            .unwrap_or_default();
        let mut removed = false;
        for bot in bots {
            if self.is_scheduled(bot, now) {
                self.remove_bot_from_event(event, bot);
                removed = true;
            }
        }
        removed
    }

    /// Removes a bot from an event, and deletes the bot when no event is left that shares it.
    fn remove_bot_from_event(&mut self, event: EventId, id: BotId) {
        if let Some(event) = self.events.get_mut(&event) {
            event.bots.retain(|bot| *bot != id);
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

    /// Deduplication keys of the event's scheduled bots.
    pub(crate) fn scheduled_bot_keys(&self, event: EventId, now: Timestamp) -> Vec<String> {
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
