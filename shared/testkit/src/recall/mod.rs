//! A workspace of Recall in memory, as far as the ports show it.
//!
//! Bots are shared by deduplication key, an event's claim goes with the event
//! and with its calendar, and a bot is never moved but by scheduling it again.
//! From its start on a bot is on its way, and can only be sent out of the call.
//! A firewall blocks every payload that contains a `localhost` URL.
//! Answers can be scripted; every call is written down with its time.

mod calendars;
mod workspace;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use callsheet_app::PortError;
use callsheet_app::ports::{
    BotReply, Bots, CalendarEvents, Clock, EventQuery, LeaveReply, PageOfEvents, ScheduleRequest,
};
use callsheet_domain::{
    BotEntry, BotId, Calendar, CalendarEvent, CalendarId, DeduplicationKey, EventId, Operation,
    PageCursor, Timestamp, WantedBot,
};

pub use workspace::Bot;
use workspace::Workspace;

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
    Answers(BotReply),
    /// The connection breaks once the call has had its effect.
    CutAfterEffect,
}

/// A workspace of Recall in memory; clones share it.
#[derive(Debug, Clone)]
pub struct MemoryRecall<K> {
    workspace: Arc<Mutex<Workspace>>,
    clock: K,
}

impl<K: Clock> MemoryRecall<K> {
    /// An empty workspace whose pages hold 100 events, or calendars.
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

    /// Has pages hold `size` events, or calendars.
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

    /// Removes a calendar with its events, as somebody else would: uncounted.
    pub fn delete_calendar(&self, id: &CalendarId) {
        self.lock().remove_calendar(id);
    }

    /// Puts an event there, or changes it. A deleted one loses its claims.
    pub fn put_event(&self, event: CalendarEvent) {
        let mut workspace = self.lock();
        if event.is_deleted {
            workspace.drop_claims(|other| other.id == event.id);
        }
        workspace.events.insert(event.id.clone(), event);
    }

    /// Has the event be listed in a shape that cannot be read.
    pub fn make_unreadable(&self, event: &EventId) {
        self.lock().unreadable_events.insert(event.clone());
    }

    /// Has the next call of `operation` go wrong; several are used in turn.
    pub fn fault(&self, operation: Operation, fault: Fault) {
        self.lock()
            .faults
            .entry(operation)
            .or_default()
            .push_back(fault);
    }

    /// The event of this id as it is now, deleted or not, uncounted.
    #[must_use]
    pub fn event(&self, id: &EventId) -> Option<CalendarEvent> {
        self.lock().events.get(id).cloned()
    }

    /// The bots there are, by key.
    #[must_use]
    pub fn bots(&self) -> BTreeMap<DeduplicationKey, Bot> {
        self.lock().bots.clone()
    }

    /// Has every bot be gone, as if somebody had taken it away elsewhere.
    pub fn forget_bots(&self) {
        self.lock().bots.clear();
    }

    /// Puts a bot there, as if somebody had scheduled it onto the event elsewhere.
    pub fn put_bot(&self, event: &EventId, entry: BotEntry) {
        let mut workspace = self.lock();
        let ends_at = workspace.events[event].ends_at;
        let bot = Bot {
            config: String::new(),
            events: BTreeSet::from([event.clone()]),
            ends_at,
            entry,
        };
        let key = bot.entry.deduplication_key.clone();
        workspace.bots.insert(key, bot);
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

    /// Has `effect` take place as the fault allows; `scripted` reads an answer
    /// that is given without it.
    fn meet<T>(
        fault: Option<Fault>,
        effect: impl FnOnce() -> T,
        scripted: impl FnOnce(BotReply) -> T,
    ) -> Result<T, PortError> {
        match fault {
            None => Ok(effect()),
            Some(Fault::Fails(error)) => Err(error),
            Some(Fault::Answers(answer)) => Ok(scripted(answer)),
            Some(Fault::CutAfterEffect) => {
                effect();
                Err(cut())
            }
        }
    }
}

/// What an answer that is scripted for other calls means to a bot that is to leave.
fn to_leaving(answer: BotReply) -> LeaveReply {
    match answer {
        BotReply::Done(_) => LeaveReply::Left,
        BotReply::NoSuchEvent => LeaveReply::NoSuchBot,
        other => LeaveReply::Refused(format!("{other:?}")),
    }
}

/// Whether the firewall before Recall blocks a request for this bot.
#[must_use]
pub fn is_blocked_by_firewall(bot: &WantedBot) -> bool {
    let config = serde_json::Value::Object(bot.config.json().clone()).to_string();
    let payload = format!("{} {config}", bot.deduplication_key.as_str());
    payload.contains("://localhost")
}

fn blocked() -> PortError {
    PortError::Blocked {
        service: "Recall",
        reason: "403: a firewall blocked the request".to_owned(),
    }
}

fn cut() -> PortError {
    PortError::Unavailable {
        service: "Recall",
        reason: "the connection broke".to_owned(),
        source: None,
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
        match self.enter(
            Operation::ListEvents,
            query
                .calendar_id
                .as_ref()
                .map_or("workspace", CalendarId::as_str),
        ) {
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
    async fn schedule(&self, request: &ScheduleRequest<'_>) -> Result<BotReply, PortError> {
        let fault = self.enter(Operation::ScheduleBot, request.event_id.as_str());
        if is_blocked_by_firewall(request.bot) {
            return Err(blocked());
        }
        let now = self.clock.now();
        Self::meet(
            fault,
            || self.lock().schedule(request, now),
            |answer| answer,
        )
    }

    async fn unschedule(&self, event_id: &EventId) -> Result<BotReply, PortError> {
        let fault = self.enter(Operation::UnscheduleBot, event_id.as_str());
        let now = self.clock.now();
        Self::meet(
            fault,
            || self.lock().unschedule(event_id, now),
            |answer| answer,
        )
    }

    async fn bots_of(&self, event_id: &EventId) -> Result<Option<Vec<BotEntry>>, PortError> {
        let fault = self.enter(Operation::GetEvent, event_id.as_str());
        let listed = || {
            let workspace = self.lock();
            let is_known = workspace.events.contains_key(event_id);
            is_known.then(|| workspace.bots_of(event_id))
        };
        Self::meet(fault, listed, |answer| match answer {
            BotReply::Done(bots) => Some(bots),
            _ => None,
        })
    }

    async fn leave_call(&self, bot_id: &BotId) -> Result<LeaveReply, PortError> {
        let fault = self.enter(Operation::LeaveCall, bot_id.as_str());
        let now = self.clock.now();
        Self::meet(fault, || self.lock().leave_call(bot_id, now), to_leaving)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts::recall::Workspace as Contract;
    use crate::{ManualClock, With as _, a_calendar, an_event, at};
    use callsheet_domain::{CalendarStatus, Meeting, plus};
    use jiff::SignedDuration;

    /// The fake, with hands that number what they make.
    struct Hands {
        recall: MemoryRecall<ManualClock>,
        made: Mutex<i64>,
    }

    impl Hands {
        fn next(&self) -> i64 {
            let mut made = self.made.lock().unwrap();
            *made += 1;
            *made
        }

        /// Each change is later than the one before.
        fn now(&self) -> Timestamp {
            plus(at("09:00"), SignedDuration::from_secs(self.next()))
        }
    }

    impl Contract for Hands {
        type Recall = MemoryRecall<ManualClock>;

        fn recall(&self) -> &Self::Recall {
            &self.recall
        }

        fn hours_ahead(&self, hours: i64) -> Timestamp {
            plus(at("10:00"), SignedDuration::from_hours(hours))
        }

        async fn connect(&self) -> CalendarId {
            let id = CalendarId::parse(format!("calendar-{}", self.next())).unwrap();
            let calendar = a_calendar().with(|calendar| {
                calendar.id = id.clone();
                calendar.updated_at = self.now();
            });
            self.recall.put_calendar(calendar);
            id
        }

        async fn disconnect(&self, calendar: &CalendarId) {
            let lost = self
                .recall
                .calendar(calendar)
                .await
                .unwrap()
                .unwrap()
                .with(|calendar| {
                    calendar.status = CalendarStatus::Disconnected;
                    calendar.updated_at = self.now();
                });
            self.recall.put_calendar(lost);
        }

        async fn meet(
            &self,
            calendar: &CalendarId,
            hours: i64,
            link: Option<&str>,
            count: usize,
        ) -> Vec<EventId> {
            let hours = (hours..).take(count);
            let event = |hours| {
                an_event().with(|event| {
                    event.id = EventId::parse(format!("event-{}", self.next())).unwrap();
                    event.calendar_id = calendar.clone();
                    event.starts_at = self.hours_ahead(hours);
                    event.ends_at = self.hours_ahead(hours + 1);
                    event.updated_at = self.now();
                    event.meeting = link.map(|url| Meeting {
                        url: url.to_owned(),
                    });
                })
            };
            let events: Vec<_> = hours.map(event).collect();
            let ids = events.iter().map(|event| event.id.clone()).collect();
            for event in events {
                self.recall.put_event(event);
            }
            ids
        }

        async fn under_way(&self, calendar: &CalendarId, link: &str) -> (EventId, Timestamp) {
            let event = self.meet(calendar, 0, Some(link), 1).await.remove(0);
            let starts_at = at("09:29");
            let started = self.recall.lock().events[&event].clone();
            self.recall
                .put_event(started.with(|event| event.starts_at = starts_at));
            (event, starts_at)
        }

        async fn make_unreadable(&self, event: &EventId) {
            self.recall.make_unreadable(event);
        }

        async fn delete(&self, event: &EventId) {
            let deleted = self.recall.lock().events[event].clone();
            self.recall
                .put_event(deleted.with(|event| event.is_deleted = true));
        }
    }

    crate::recall_contract!(async || Hands {
        recall: MemoryRecall::new(ManualClock::at(at("09:30"))),
        made: Mutex::new(0),
    });
}
