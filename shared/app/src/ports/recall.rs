//! Recall's calendar API: reading is one power, writing another.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use callsheet_domain::{
    BotEntry, BotId, Calendar, CalendarEvent, CalendarId, EventId, PageCursor, Timestamp, WantedBot,
};

use crate::PortError;

/// Which events to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventQuery {
    /// Those of this calendar; none for those of the whole workspace.
    pub calendar_id: Option<CalendarId>,
    /// Only those changed at or after this instant.
    pub updated_since: Option<Timestamp>,
    /// Only those that start at or after this instant.
    pub starts_from: Option<Timestamp>,
}

/// One page of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOfEvents {
    /// Those that could be read.
    pub events: Vec<CalendarEvent>,
    /// Those that could not: an odd one must not cost the others.
    pub unreadable: Vec<UnreadableEvent>,
    /// Where the next page is.
    pub next: Option<PageCursor>,
}

/// An event that is listed, and cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableEvent {
    /// Its id, if that much can be read.
    pub id: Option<EventId>,
    /// Its calendar, if that much can be read.
    pub calendar_id: Option<CalendarId>,
    /// What is wrong with it, without its content.
    pub problem: String,
}

impl fmt::Display for UnreadableEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.id {
            Some(id) => write!(formatter, "event {id}")?,
            None => formatter.write_str("an event without an id")?,
        }
        if let Some(calendar) = &self.calendar_id {
            write!(formatter, " of calendar {calendar}")?;
        }
        write!(formatter, ": {}", self.problem)
    }
}

/// Reads calendars and their events.
pub trait CalendarEvents: Send + Sync {
    /// One calendar; none if Recall does not know it.
    fn calendar(
        &self,
        id: &CalendarId,
    ) -> impl Future<Output = Result<Option<Calendar>, PortError>> + Send;

    /// The first page of `query`, or the one at `cursor`, which must be of the same query.
    fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> impl Future<Output = Result<PageOfEvents, PortError>> + Send;
}

/// One page of calendars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOfCalendars {
    /// Those that could be read.
    pub calendars: Vec<Calendar>,
    /// Those that could not: they are there all the same.
    pub unreadable: Vec<UnreadableCalendar>,
    /// Where the next page is.
    pub next: Option<PageCursor>,
}

/// A calendar that is listed, and cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableCalendar {
    /// Which one, if that much can be read: who looks for those that are
    /// missing must not take it for one.
    pub id: Option<CalendarId>,
    /// What is wrong with it, without its content.
    pub problem: String,
}

impl fmt::Display for UnreadableCalendar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.id {
            Some(id) => write!(formatter, "calendar {id}: {}", self.problem),
            None => write!(formatter, "a calendar without an id: {}", self.problem),
        }
    }
}

/// Reads which calendars there are.
pub trait CalendarDirectory: Send + Sync {
    /// The first page of all calendars of the workspace, or the one at `cursor`.
    fn calendars(
        &self,
        cursor: Option<&PageCursor>,
    ) -> impl Future<Output = Result<PageOfCalendars, PortError>> + Send;
}

/// Recall, to be read: calendars, which there are, and their events.
pub trait RecallReader: CalendarEvents + CalendarDirectory {}

impl<R: CalendarEvents + CalendarDirectory> RecallReader for R {}

/// What became of a calendar that was to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// It is gone now, and its future bots with it. Recall sends no webhook about it.
    Deleted,
    /// There was none.
    AlreadyGone,
}

/// Takes calendars away.
pub trait CalendarRemoval: Send + Sync {
    /// Deletes a calendar, which disconnects it. Done again it changes nothing.
    fn delete_calendar(
        &self,
        id: &CalendarId,
    ) -> impl Future<Output = Result<Removed, PortError>> + Send;
}

/// Names one attempt at one generation of a row: Recall replays the answer to
/// a key for an hour, whatever happened in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub String);

/// A bot to be scheduled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRequest<'a> {
    /// Onto which event.
    pub event_id: &'a EventId,
    /// Which bot.
    pub bot: &'a WantedBot,
    /// Which attempt this is.
    pub idempotency_key: IdempotencyKey,
}

/// What Recall said to a bot operation, apart from not answering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BotReply {
    /// Done; the event's bots as they are now.
    Done(Vec<BotEntry>),
    /// Refused, and would be again: the meeting has ended, has no link, …
    Refused(String),
    /// No such event.
    NoSuchEvent,
    /// Another call for the same deduplication or idempotency key is in flight.
    Busy,
    /// No bot is free at such short notice; ask again after the wait, if told.
    NoneFree(Option<Duration>),
    /// The bot is already on its way, and can only be sent out of the call.
    Dispatched,
}

/// What Recall said when a bot was to leave its call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaveReply {
    /// It leaves.
    Left,
    /// There is no such bot.
    NoSuchBot,
    /// It cannot, now: it is in no call yet, or not any more.
    Refused(String),
}

/// Schedules bots, takes them away, and sends them out of calls.
pub trait Bots: Send + Sync {
    /// Schedules a bot onto an event. Done again it moves or reconfigures the bot.
    fn schedule(
        &self,
        request: &ScheduleRequest<'_>,
    ) -> impl Future<Output = Result<BotReply, PortError>> + Send;

    /// Takes an event's claim on its bots away; a bot that others share stays.
    fn unschedule(
        &self,
        event_id: &EventId,
    ) -> impl Future<Output = Result<BotReply, PortError>> + Send;

    /// The bots that are listed with an event; none if Recall does not know it.
    fn bots_of(
        &self,
        event_id: &EventId,
    ) -> impl Future<Output = Result<Option<Vec<BotEntry>>, PortError>> + Send;

    /// Sends a bot out of its call, for whomever it is there.
    fn leave_call(
        &self,
        bot_id: &BotId,
    ) -> impl Future<Output = Result<LeaveReply, PortError>> + Send;
}
