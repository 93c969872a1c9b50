//! A workspace of Recall in memory, as far as the ports show it.
//!
//! Bots are shared by deduplication key, an event's claim goes with the event
//! and with its calendar, and a bot is never moved but by scheduling it again.
//! Answers can be scripted; every call is written down with its time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use callsheet_app::PortError;
use callsheet_app::ports::{
    BotAnswer, Bots, CalendarEvents, Clock, EventQuery, PageCursor, PageOfEvents, ScheduleRequest,
};
use callsheet_domain::{
    BotEntry, BotId, Calendar, CalendarEvent, CalendarId, DeduplicationKey, EventId, Operation,
    Timestamp,
};

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What kind.
    pub operation: Operation,
    /// About which event, or which calendar.
    pub subject: String,
    /// When it was made.
    pub at: Timestamp,
}

/// What a call that is scripted to go wrong does.
#[derive(Debug)]
pub enum Fault {
    /// This failure, without effect.
    Fails(PortError),
    /// This answer, without effect.
    Answers(BotAnswer),
    /// The connection breaks once the call has had its effect.
    CutAfterEffect,
}

/// A bot and the events that share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bot {
    /// The bot, as events list it.
    pub entry: BotEntry,
    /// The configuration it has, as text.
    pub config: String,
    /// Who shares it.
    pub events: BTreeSet<EventId>,
}

#[derive(Debug, Default)]
struct Workspace {
    calendars: BTreeMap<CalendarId, Calendar>,
    events: BTreeMap<EventId, CalendarEvent>,
    bots: BTreeMap<DeduplicationKey, Bot>,
    faults: BTreeMap<Operation, VecDeque<Fault>>,
    calls: Vec<Call>,
    made: u32,
    page_size: usize,
}

/// A workspace of Recall in memory; clones share it.
#[derive(Debug, Clone)]
pub struct MemoryRecall<K> {
    workspace: Arc<Mutex<Workspace>>,
    clock: K,
}

impl<K: Clock> MemoryRecall<K> {
    /// An empty workspace whose pages hold 100 events.
    #[must_use]
    pub fn new(clock: K) -> Self {
        let workspace = Workspace {
            page_size: 100,
            ..Workspace::default()
        };
        Self {
            workspace: Arc::new(Mutex::new(workspace)),
            clock,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Workspace> {
        self.workspace
            .lock()
            .expect("no test panics while it holds the workspace")
    }

    /// Has pages hold `size` events.
    pub fn page_size(&self, size: usize) {
        self.lock().page_size = size;
    }

    /// Puts a calendar there, or changes it. One that holds no bots loses its events' claims.
    pub fn put_calendar(&self, calendar: Calendar) {
        let mut workspace = self.lock();
        if !calendar.status.holds_bots() {
            workspace.drop_claims(|event| event.calendar_id == calendar.id);
        }
        workspace.calendars.insert(calendar.id.clone(), calendar);
    }

    /// Removes a calendar with its events.
    pub fn delete_calendar(&self, id: &CalendarId) {
        let mut workspace = self.lock();
        workspace.drop_claims(|event| event.calendar_id == *id);
        workspace.calendars.remove(id);
        workspace.events.retain(|_, event| event.calendar_id != *id);
    }

    /// Puts an event there, or changes it. A deleted one loses its claims.
    pub fn put_event(&self, event: CalendarEvent) {
        let mut workspace = self.lock();
        if event.is_deleted {
            workspace.drop_claims(|other| other.id == event.id);
        }
        workspace.events.insert(event.id.clone(), event);
    }

    /// Has the next call of `operation` go wrong; several are used in turn.
    pub fn fault(&self, operation: Operation, fault: Fault) {
        self.lock()
            .faults
            .entry(operation)
            .or_default()
            .push_back(fault);
    }

    /// The bots there are, by key.
    #[must_use]
    pub fn bots(&self) -> BTreeMap<DeduplicationKey, Bot> {
        self.lock().bots.clone()
    }

    /// The calls made so far, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// How many calls of `operation` were made.
    #[must_use]
    pub fn count(&self, operation: Operation) -> usize {
        self.lock()
            .calls
            .iter()
            .filter(|call| call.operation == operation)
            .count()
    }

    /// Writes the call down and gives the fault it meets.
    fn enter(&self, operation: Operation, subject: &str) -> Option<Fault> {
        let at = self.clock.now();
        let mut workspace = self.lock();
        workspace.calls.push(Call {
            operation,
            subject: subject.to_owned(),
            at,
        });
        workspace.faults.get_mut(&operation)?.pop_front()
    }

    /// Has `effect` take place as the fault allows.
    fn meet(
        fault: Option<Fault>,
        effect: impl FnOnce() -> BotAnswer,
    ) -> Result<BotAnswer, PortError> {
        match fault {
            None => Ok(effect()),
            Some(Fault::Fails(error)) => Err(error),
            Some(Fault::Answers(answer)) => Ok(answer),
            Some(Fault::CutAfterEffect) => {
                effect();
                Err(cut())
            }
        }
    }
}

fn cut() -> PortError {
    PortError::Unavailable {
        service: "Recall",
        reason: "the connection broke".to_owned(),
        source: None,
    }
}

impl Workspace {
    fn drop_claims(&mut self, of: impl Fn(&CalendarEvent) -> bool) {
        let events: Vec<_> = self
            .events
            .values()
            .filter(|event| of(event))
            .map(|e| e.id.clone())
            .collect();
        for event in events {
            self.drop_claim(&event, None);
        }
    }

    /// Takes the claims of an event away, but for the one on `kept`.
    fn drop_claim(&mut self, event: &EventId, kept: Option<&DeduplicationKey>) {
        for (key, bot) in &mut self.bots {
            if Some(key) != kept {
                bot.events.remove(event);
            }
        }
        self.bots.retain(|_, bot| !bot.events.is_empty());
    }

    fn bots_of(&self, event: &EventId) -> Vec<BotEntry> {
        let bots = self.bots.values().filter(|bot| bot.events.contains(event));
        bots.map(|bot| bot.entry.clone()).collect()
    }

    fn refusal(&self, event: &CalendarEvent, now: Timestamp) -> Option<BotAnswer> {
        let refused = |why: &str| Some(BotAnswer::Refused(why.to_owned()));
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

    fn schedule(&mut self, request: &ScheduleRequest<'_>, now: Timestamp) -> BotAnswer {
        let Some(event) = self.events.get(request.event_id).cloned() else {
            return BotAnswer::NoSuchEvent;
        };
        if let Some(refusal) = self.refusal(&event, now) {
            return refusal;
        }
        let Some(meeting) = &event.meeting else {
            return BotAnswer::Refused("no meeting url".to_owned());
        };
        debug_assert!(!meeting.url.is_empty(), "links are never empty");
        let key = request.bot.deduplication_key.clone();
        self.drop_claim(&event.id, Some(&key));
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
            events: BTreeSet::new(),
        });
        bot.entry.starts_at = event.starts_at;
        bot.config = config;
        bot.events.insert(event.id.clone());
        BotAnswer::Done(self.bots_of(&event.id))
    }

    fn unschedule(&mut self, event_id: &EventId) -> BotAnswer {
        if !self.events.contains_key(event_id) {
            return BotAnswer::NoSuchEvent;
        }
        self.drop_claim(event_id, None);
        BotAnswer::Done(Vec::new())
    }

    fn page(&self, query: &EventQuery, from: usize) -> PageOfEvents {
        let mut events: Vec<_> = self
            .events
            .values()
            .filter(|event| event.calendar_id == query.calendar_id)
            .filter(|event| {
                query
                    .updated_since
                    .is_none_or(|since| event.updated_at >= since)
            })
            .filter(|event| query.starts_from.is_none_or(|from| event.starts_at >= from))
            .cloned()
            .collect();
        events.sort_by(|a, b| (a.starts_at, &a.id).cmp(&(b.starts_at, &b.id)));
        let to = (from + self.page_size).min(events.len());
        let next = (to < events.len()).then(|| PageCursor(to.to_string()));
        let mut events = events[from.min(to)..to].to_vec();
        for event in &mut events {
            event.bots = self.bots_of(&event.id);
        }
        PageOfEvents {
            events,
            unreadable: Vec::new(),
            next,
        }
    }
}

impl<K: Clock> CalendarEvents for MemoryRecall<K> {
    async fn calendar(&self, id: &CalendarId) -> Result<Option<Calendar>, PortError> {
        match self.enter(Operation::GetCalendar, id.as_str()) {
            Some(Fault::Fails(error)) => Err(error),
            Some(_) => Err(cut()),
            None => Ok(self.lock().calendars.get(id).cloned()),
        }
    }

    async fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<PageOfEvents, PortError> {
        match self.enter(Operation::ListEvents, query.calendar_id.as_str()) {
            Some(Fault::Fails(error)) => Err(error),
            Some(_) => Err(cut()),
            None => {
                let from = cursor.map_or(0, |cursor| cursor.0.parse().expect("a cursor of ours"));
                Ok(self.lock().page(query, from))
            }
        }
    }
}

impl<K: Clock> Bots for MemoryRecall<K> {
    async fn schedule(&self, request: &ScheduleRequest<'_>) -> Result<BotAnswer, PortError> {
        let fault = self.enter(Operation::ScheduleBot, request.event_id.as_str());
        let now = self.clock.now();
        Self::meet(fault, || self.lock().schedule(request, now))
    }

    async fn unschedule(&self, event_id: &EventId) -> Result<BotAnswer, PortError> {
        let fault = self.enter(Operation::UnscheduleBot, event_id.as_str());
        Self::meet(fault, || self.lock().unschedule(event_id))
    }
}
