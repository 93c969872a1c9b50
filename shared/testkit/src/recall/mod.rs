//! A workspace of Recall in memory, as far as the ports show it.
//!
//! Events share a bot by its deduplication key. A deleted event or calendar no
//! longer shares a bot, and a bot moves only when it is scheduled again.
//! From its start on a bot is dispatched, and can only be told to leave the call.
//! A firewall blocks every payload that contains a `localhost` URL.
//! Responses can be scripted; every call is recorded with its time.

mod calendars;
mod workspace;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use callsheet_app::ports::{
    BotReader, BotReply, Bots, CalendarEvents, Clock, EventQuery, LeaveReply, PageOfEvents,
    ScheduleRequest,
};
use callsheet_app::{PortError, Service};
use callsheet_domain::{
    BotEntry, BotId, BotStatus, Calendar, CalendarEvent, CalendarId, DeduplicationKey, EventId,
    Operation, PageCursor, Timestamp, WantedBot,
};

pub use workspace::Bot;
use workspace::Workspace;

/// A call to Recall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The operation.
    pub operation: Operation,
    /// The id of the event, calendar or bot.
    pub subject: String,
    /// When it was made.
    pub at: Timestamp,
}

/// A scripted failure or response of one call.
#[derive(Debug)]
pub enum Fault {
    /// The call fails with this error, without effect.
    Fails(PortError),
    /// The call gets this reply, without effect.
    Answers(BotReply),
    /// The connection breaks after the effect of the call.
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
            calendars_on_a_page: 100,
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
        let mut workspace = self.lock();
        (workspace.page_size, workspace.calendars_on_a_page) = (size, size);
    }

    /// Has pages hold `size` events, and as many calendars as before.
    pub fn events_on_a_page(&self, size: usize) {
        self.lock().page_size = size;
    }

    /// Adds or changes a calendar. The events of one that holds no bots share none any more.
    pub fn put_calendar(&self, calendar: Calendar) {
        let mut workspace = self.lock();
        if !calendar.status.holds_bots() {
            workspace.release_bots_of(|event| event.calendar_id == calendar.id);
        }
        workspace.calendars.insert(calendar.id.clone(), calendar);
    }

    /// Deletes a calendar with its events, not through the port: no call is recorded.
    pub fn delete_calendar(&self, id: &CalendarId) {
        self.lock().remove_calendar(id);
    }

    /// Adds or changes an event. A deleted one shares no bot any more.
    pub fn put_event(&self, event: CalendarEvent) {
        let mut workspace = self.lock();
        if event.is_deleted {
            workspace.release_bots_of(|other| other.id == event.id);
        }
        workspace.events.insert(event.id.clone(), event);
    }

    /// Removes an event, which Recall does not know then, and its bots.
    pub fn remove_event(&self, event: &EventId) {
        let mut workspace = self.lock();
        workspace.events.remove(event);
        workspace.bots.retain(|_, bot| {
            bot.events.remove(event);
            !bot.events.is_empty()
        });
    }

    /// From now on the event is listed in a form that cannot be read.
    pub fn make_unreadable(&self, event: &EventId) {
        self.lock().unreadable_events.insert(event.clone());
    }

    /// From now on the event is listed in a form that can be read again.
    pub fn make_readable(&self, event: &EventId) {
        self.lock().unreadable_events.remove(event);
    }

    /// Applies `fault` to the next call of `operation`; several apply one after the other.
    pub fn fault(&self, operation: Operation, fault: Fault) {
        self.lock()
            .faults
            .entry(operation)
            .or_default()
            .push_back(fault);
    }

    /// The event of this id as it is now, deleted or not; no call is recorded.
    #[must_use]
    pub fn event(&self, id: &EventId) -> Option<CalendarEvent> {
        self.lock().events.get(id).cloned()
    }

    /// All bots, by deduplication key.
    #[must_use]
    pub fn bots(&self) -> BTreeMap<DeduplicationKey, Bot> {
        self.lock().bots.clone()
    }

    /// Removes every bot, as another client of Recall would.
    pub fn forget_bots(&self) {
        self.lock().bots.clear();
    }

    /// Removes one bot, as another client of Recall would.
    pub fn forget_bot(&self, id: &BotId) {
        let bots = &mut self.lock().bots;
        bots.retain(|_, bot| bot.entry.bot_id != *id);
    }

    /// Adds a bot to the event, as another client of Recall would.
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

    /// Gives a bot a status, which no webhook reports.
    pub fn put_status(&self, bot: &BotId, status: BotStatus) {
        let mut workspace = self.lock();
        workspace
            .statuses
            .entry(bot.clone())
            .or_default()
            .push(status);
    }

    /// The calls made so far, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// Number of calls of `operation`.
    #[must_use]
    pub fn count(&self, operation: Operation) -> usize {
        self.lock()
            .calls
            .iter()
            .filter(|call| call.operation == operation)
            .count()
    }

    /// Records the call, and returns the fault that applies to it.
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

    /// Applies `effect` unless the fault prevents it; `scripted` reads a reply
    /// that is given instead.
    fn with_fault<T>(
        fault: Option<Fault>,
        effect: impl FnOnce() -> T,
        scripted: impl FnOnce(BotReply) -> T,
    ) -> Result<T, PortError> {
        match fault {
            None => Ok(effect()),
            Some(Fault::Fails(error)) => Err(error),
            Some(Fault::Answers(reply)) => Ok(scripted(reply)),
            Some(Fault::CutAfterEffect) => {
                effect();
                Err(cut())
            }
        }
    }
}

/// A scripted reply of another operation, as a reply to leaving a call.
fn leave_reply(reply: BotReply) -> LeaveReply {
    match reply {
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
        service: Service::Recall,
        reason: "403: a firewall blocked the request".to_owned(),
    }
}

fn cut() -> PortError {
    PortError::Unavailable {
        service: Service::Recall,
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

    async fn event(&self, id: &EventId) -> Result<PageOfEvents, PortError> {
        match self.enter(Operation::GetEvent, id.as_str()) {
            Some(Fault::Fails(error)) => Err(error),
            Some(_) => Err(cut()),
            None => Ok(self.lock().page_of(id)),
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
                let from =
                    cursor.map_or(0, |cursor| cursor.0.parse().expect("a cursor of this fake"));
                Ok(self.lock().page(query, from, self.clock.now()))
            }
        }
    }
}

impl<K: Clock> BotReader for MemoryRecall<K> {
    async fn statuses_of(&self, bot_id: &BotId) -> Result<Option<Vec<BotStatus>>, PortError> {
        match self.enter(Operation::GetBot, bot_id.as_str()) {
            Some(Fault::Fails(error)) => Err(error),
            Some(_) => Err(cut()),
            None => Ok(self.lock().statuses_of(bot_id)),
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
        Self::with_fault(fault, || self.lock().schedule(request, now), |reply| reply)
    }

    async fn unschedule(&self, event_id: &EventId) -> Result<BotReply, PortError> {
        let fault = self.enter(Operation::UnscheduleBot, event_id.as_str());
        let now = self.clock.now();
        Self::with_fault(
            fault,
            || self.lock().unschedule(event_id, now),
            |reply| reply,
        )
    }

    async fn bots_of(&self, event_id: &EventId) -> Result<Option<Vec<BotEntry>>, PortError> {
        let fault = self.enter(Operation::GetEvent, event_id.as_str());
        let listed = || {
            let workspace = self.lock();
            let is_known = workspace.events.contains_key(event_id);
            is_known.then(|| workspace.bots_of(event_id))
        };
        Self::with_fault(fault, listed, |reply| match reply {
            BotReply::Done(bots) => Some(bots),
            _ => None,
        })
    }

    async fn leave_call(&self, bot_id: &BotId) -> Result<LeaveReply, PortError> {
        let fault = self.enter(Operation::LeaveCall, bot_id.as_str());
        let now = self.clock.now();
        Self::with_fault(fault, || self.lock().leave_call(bot_id, now), leave_reply)
    }
}

#[cfg(test)]
mod tests;
