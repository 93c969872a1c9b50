//! The state of the workspace, and the effects of the operations on it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use callsheet_app::ports::{
    BotReply, EventQuery, LeaveReply, PageOfEvents, ScheduleRequest, UnreadableCalendar,
    UnreadableEvent,
};
use callsheet_domain::{
    BotEntry, BotId, BotStatus, Calendar, CalendarEvent, CalendarId, DeduplicationKey, EventId,
    Operation, PageCursor, Timestamp, plus,
};
use jiff::SignedDuration;

use super::{Call, Fault};

/// How far ahead events are listed.
const LISTED_AHEAD: SignedDuration = SignedDuration::from_hours(28 * 24);

/// A bot and the events that share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bot {
    /// The bot as it is listed with an event.
    pub entry: BotEntry,
    /// Its configuration as JSON text.
    pub config: String,
    /// When its meeting ends.
    pub ends_at: Timestamp,
    /// The events that share it.
    pub events: BTreeSet<EventId>,
}

impl Bot {
    fn is_dispatched(&self, now: Timestamp) -> bool {
        (self.entry.starts_at..self.ends_at).contains(&now)
    }
}

#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) calendars: BTreeMap<CalendarId, Calendar>,
    pub(super) unreadable: Vec<UnreadableCalendar>,
    pub(super) events: BTreeMap<EventId, CalendarEvent>,
    pub(super) unreadable_events: BTreeSet<EventId>,
    pub(super) bots: BTreeMap<DeduplicationKey, Bot>,
    /// The bots that left their calls.
    pub(super) left: BTreeSet<BotId>,
    pub(super) statuses: BTreeMap<BotId, Vec<BotStatus>>,
    pub(super) faults: BTreeMap<Operation, VecDeque<Fault>>,
    pub(super) calls: Vec<Call>,
    pub(super) made: u32,
    /// Events on a page.
    pub(super) page_size: usize,
    pub(super) calendars_on_a_page: usize,
}

impl Workspace {
    /// Removes a calendar with its events, and the bots that no other event shares.
    pub(super) fn remove_calendar(&mut self, id: &CalendarId) -> Option<Calendar> {
        self.release_bots_of(|event| event.calendar_id == *id);
        self.events.retain(|_, event| event.calendar_id != *id);
        self.calendars.remove(id)
    }

    pub(super) fn release_bots_of(&mut self, of: impl Fn(&CalendarEvent) -> bool) {
        let events: Vec<_> = self
            .events
            .values()
            .filter(|event| of(event))
            .map(|e| e.id.clone())
            .collect();
        for event in events {
            self.release_bots(&event, None);
        }
    }

    /// Has the event share no bot any more, except the one under `kept`.
    fn release_bots(&mut self, event: &EventId, kept: Option<&DeduplicationKey>) {
        for (key, bot) in &mut self.bots {
            if Some(key) != kept {
                bot.events.remove(event);
            }
        }
        self.bots.retain(|_, bot| !bot.events.is_empty());
    }

    /// All statuses of a bot, if there is or was one.
    pub(super) fn statuses_of(&self, bot: &BotId) -> Option<Vec<BotStatus>> {
        let is_present = self
            .bots
            .values()
            .any(|present| present.entry.bot_id == *bot);
        let statuses = self.statuses.get(bot).cloned();
        let is_known = is_present || self.left.contains(bot);
        statuses.or_else(|| is_known.then(Vec::new))
    }

    pub(super) fn bots_of(&self, event: &EventId) -> Vec<BotEntry> {
        let bots = self.bots.values().filter(|bot| bot.events.contains(event));
        bots.map(|bot| bot.entry.clone()).collect()
    }

    fn refusal(&self, event: &CalendarEvent, now: Timestamp) -> Option<BotReply> {
        let refused = |why: &str| Some(BotReply::Refused(why.to_owned()));
        let calendar = self.calendars.get(&event.calendar_id);
        if event.is_deleted {
            refused("calendar event is deleted")
        } else if event.ends_at <= now {
            refused("calendar event has ended")
        } else if calendar.is_none_or(|calendar| !calendar.status.holds_bots()) {
            refused("calendar is disconnected")
        } else {
            None
        }
    }

    pub(super) fn schedule(&mut self, request: &ScheduleRequest<'_>, now: Timestamp) -> BotReply {
        let Some(event) = self.events.get(request.event_id).cloned() else {
            return BotReply::NoSuchEvent;
        };
        if let Some(refusal) = self.refusal(&event, now) {
            return refusal;
        }
        if event.meeting.is_none() {
            return BotReply::Refused("no meeting url".to_owned());
        }
        let key = request.bot.deduplication_key.clone();
        self.leave_in_call(&key, event.starts_at, now);
        self.release_bots(&event.id, Some(&key));
        self.made += 1;
        let id = BotId::parse(format!("bot-{}", self.made)).expect("letters and digits");
        let entry = BotEntry {
            bot_id: id,
            starts_at: event.starts_at,
            deduplication_key: key.clone(),
        };
        let config = serde_json::Value::Object(request.bot.config.json().clone()).to_string();
        let bot = self.bots.entry(key).or_insert_with(|| Bot {
            entry,
            config: String::new(),
            ends_at: event.ends_at,
            events: BTreeSet::new(),
        });
        bot.entry.starts_at = event.starts_at;
        bot.ends_at = event.ends_at;
        bot.config = config;
        bot.events.insert(event.id.clone());
        BotReply::Done(self.bots_of(&event.id))
    }

    /// A bot in its call is moved no more: it stays there, and a meeting with another start
    /// gets another bot under its key.
    fn leave_in_call(&mut self, key: &DeduplicationKey, starts_at: Timestamp, now: Timestamp) {
        let is_left = |bot: &Bot| bot.is_dispatched(now) && bot.entry.starts_at != starts_at;
        if self.bots.get(key).is_some_and(is_left)
            && let Some(bot) = self.bots.remove(key)
        {
            let place = format!("{key} of {}", bot.entry.bot_id);
            let place = DeduplicationKey::parse(place).expect("short enough for a test");
            self.bots.insert(place, bot);
        }
    }

    pub(super) fn unschedule(&mut self, event_id: &EventId, now: Timestamp) -> BotReply {
        if !self.events.contains_key(event_id) {
            return BotReply::NoSuchEvent;
        }
        let mut bots = self.bots.values();
        if bots.any(|bot| bot.events.contains(event_id) && bot.is_dispatched(now)) {
            return BotReply::Dispatched;
        }
        self.release_bots(event_id, None);
        BotReply::Done(Vec::new())
    }

    pub(super) fn leave_call(&mut self, bot_id: &BotId, now: Timestamp) -> LeaveReply {
        let bot = self.bots.values().find(|bot| bot.entry.bot_id == *bot_id);
        match bot {
            None if self.left.contains(bot_id) => LeaveReply::Finished,
            None => LeaveReply::NoSuchBot,
            // Its call has ended: there is nothing to leave any more.
            Some(bot) if bot.ends_at <= now => LeaveReply::Finished,
            Some(bot) if !bot.is_dispatched(now) => {
                LeaveReply::Refused("the bot is in no call yet".to_owned())
            }
            Some(_) => {
                self.bots.retain(|_, bot| bot.entry.bot_id != *bot_id);
                self.left.insert(bot_id.clone());
                LeaveReply::Left
            }
        }
    }

    pub(super) fn page_of(&self, id: &EventId) -> PageOfEvents {
        let (unreadable, mut events): (Vec<_>, Vec<_>) = (self.events.get(id).cloned())
            .into_iter()
            .partition(|event| self.unreadable_events.contains(&event.id));
        for event in &mut events {
            event.bots = self.bots_of(&event.id);
        }
        PageOfEvents {
            events,
            unreadable: unreadable.into_iter().map(reported).collect(),
            next: None,
        }
    }

    /// A page of the events, as far ahead as Recall lists them.
    pub(super) fn page(&self, query: &EventQuery, from: usize, now: Timestamp) -> PageOfEvents {
        let listed_until = plus(now, LISTED_AHEAD);
        let mut events: Vec<_> = self
            .events
            .values()
            .filter(|event| {
                let calendar = query.calendar_id.as_ref();
                calendar.is_none_or(|calendar| event.calendar_id == *calendar)
            })
            .filter(|event| {
                query
                    .updated_since
                    .is_none_or(|since| event.updated_at >= since)
            })
            .filter(|event| query.starts_from.is_none_or(|from| event.starts_at >= from))
            .filter(|event| {
                query
                    .starts_until
                    .is_none_or(|until| event.starts_at <= until)
            })
            .filter(|event| event.starts_at < listed_until)
            .cloned()
            .collect();
        events.sort_by(|a, b| (a.starts_at, &a.id).cmp(&(b.starts_at, &b.id)));
        let to = (from + self.page_size).min(events.len());
        let next = (to < events.len()).then(|| PageCursor(to.to_string()));
        let (unreadable, mut events): (Vec<_>, Vec<_>) = events
            .drain(from.min(to)..to)
            .partition(|event| self.unreadable_events.contains(&event.id));
        for event in &mut events {
            event.bots = self.bots_of(&event.id);
        }
        let unreadable = unreadable.into_iter().map(reported);
        PageOfEvents {
            events,
            unreadable: unreadable.collect(),
            next,
        }
    }
}

/// An event that cannot be read, as it is reported.
fn reported(event: CalendarEvent) -> UnreadableEvent {
    UnreadableEvent {
        id: Some(event.id),
        calendar_id: Some(event.calendar_id),
        problem: "not in the published form".to_owned(),
    }
}
