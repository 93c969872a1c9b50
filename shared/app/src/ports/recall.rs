//! Recall's API: separate traits for reading and for writing.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::time::Duration;

use callsheet_domain::{
    BotEntry, BotId, BotStatus, Calendar, CalendarEvent, CalendarId, EventId, PageCursor, Platform,
    Timestamp, WantedBot,
};

use crate::PortError;

/// A query of Recall's list of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventQuery {
    /// Only events of this calendar; none for the whole workspace.
    pub calendar_id: Option<CalendarId>,
    /// Only events that changed at or after this instant.
    pub updated_since: Option<Timestamp>,
    /// Only events that start at or after this instant.
    pub starts_from: Option<Timestamp>,
    /// Only events that start at or before this instant.
    pub starts_until: Option<Timestamp>,
}

/// One page of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOfEvents {
    /// The events that could be read.
    pub events: Vec<CalendarEvent>,
    /// The events that could not be read; each costs only itself.
    pub unreadable: Vec<UnreadableEvent>,
    /// Cursor of the next page, if there is one.
    pub next: Option<PageCursor>,
}

/// A listed event that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableEvent {
    /// Its id, if that much can be read.
    pub id: Option<EventId>,
    /// Its calendar, if that much can be read.
    pub calendar_id: Option<CalendarId>,
    /// The problem, without the content.
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

    /// One event, by its id, as a page of its own; an empty one if Recall does not know it.
    fn event(&self, id: &EventId) -> impl Future<Output = Result<PageOfEvents, PortError>> + Send;

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
    /// The calendars that could be read.
    pub calendars: Vec<Calendar>,
    /// The calendars that could not be read; they exist all the same.
    pub unreadable: Vec<UnreadableCalendar>,
    /// Cursor of the next page, if there is one.
    pub next: Option<PageCursor>,
}

/// A listed calendar that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableCalendar {
    /// Its id, if that much can be read. A comparison with the stored calendars
    /// must not take it for missing.
    pub id: Option<CalendarId>,
    /// The problem, without the content.
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

/// Lists the calendars of the workspace.
pub trait CalendarDirectory: Send + Sync {
    /// The first page of the calendars of the workspace that were created at or after
    /// `created_since`, or of all without it; or the page at `cursor`, which must be of the
    /// same list.
    fn calendars(
        &self,
        created_since: Option<Timestamp>,
        cursor: Option<&PageCursor>,
    ) -> impl Future<Output = Result<PageOfCalendars, PortError>> + Send;
}

/// Reads bots.
pub trait BotReader: Send + Sync {
    /// All statuses of a bot that can be read, in any order; none if Recall does not know the
    /// bot.
    fn statuses_of(
        &self,
        bot_id: &BotId,
    ) -> impl Future<Output = Result<Option<Vec<BotStatus>>, PortError>> + Send;
}

/// All that is read from Recall: calendars, their list, their events, and bots.
pub trait RecallReader: CalendarEvents + CalendarDirectory + BotReader {}

impl<R: CalendarEvents + CalendarDirectory + BotReader> RecallReader for R {}

/// The result of deleting a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// The calendar is deleted, with its future bots. Recall sends no webhook for it.
    Deleted,
    /// There was no such calendar.
    AlreadyGone,
}

/// Deletes calendars.
pub trait CalendarRemoval: Send + Sync {
    /// Deletes a calendar, which disconnects it. A second call changes nothing.
    fn delete_calendar(
        &self,
        id: &CalendarId,
    ) -> impl Future<Output = Result<Removed, PortError>> + Send;
}

/// A calendar to be created, with the credentials of its owner. Its `Debug` hides them.
#[derive(Clone, PartialEq, Eq)]
pub struct NewCalendar {
    /// Its platform.
    pub platform: Platform,
    /// The id of the OAuth client that the owner consented to.
    pub client_id: String,
    /// The secret of the OAuth client.
    pub client_secret: String,
    /// The refresh token that the consent gave.
    pub refresh_token: String,
    /// The metadata that it gets.
    pub metadata: BTreeMap<String, String>,
}

impl fmt::Debug for NewCalendar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NewCalendar")
            .field("platform", &self.platform)
            .finish_non_exhaustive()
    }
}

/// The result of creating a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Creation {
    /// The calendar, which may still be connecting.
    Created(Calendar),
    /// Recall refuses the credentials, and would again. The code of the refusal, if it has one.
    Refused(Option<String>),
}

/// Creates calendars.
pub trait CalendarCreation: Send + Sync {
    /// Creates the primary calendar of the owner. A second call creates a second one.
    fn create_calendar(
        &self,
        new: &NewCalendar,
    ) -> impl Future<Output = Result<Creation, PortError>> + Send;
}

/// Idempotency key of one attempt at one generation of a row. For an hour Recall
/// replays its answer to a key, whatever happened in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub String);

/// A request to schedule a bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRequest<'a> {
    /// The event.
    pub event_id: &'a EventId,
    /// The bot.
    pub bot: &'a WantedBot,
    /// Key of this attempt.
    pub idempotency_key: IdempotencyKey,
}

/// Recall's answer to a bot operation.
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
    /// No bot is available so soon: retry after the wait, if Recall names one.
    NoneFree(Option<Duration>),
    /// The bot is already dispatched, and can only be removed from the call.
    Dispatched,
}

/// Recall's answer to the request that a bot leave its call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaveReply {
    /// The bot leaves.
    Left,
    /// There is no such bot.
    NoSuchBot,
    /// The bot is finished: it left its call earlier.
    Finished,
    /// The bot cannot leave now: it is not in a call yet.
    Refused(String),
}

/// Schedules and unschedules bots, and removes them from calls.
pub trait Bots: Send + Sync {
    /// Reads the API key again that calls are made with, unless that was done a
    /// moment ago. True if it is another one. A client with a fixed key does
    /// nothing.
    fn renew_key(&self) -> impl Future<Output = bool> + Send {
        async { false }
    }

    /// Schedules a bot for an event. A second call moves or reconfigures the bot.
    fn schedule(
        &self,
        request: &ScheduleRequest<'_>,
    ) -> impl Future<Output = Result<BotReply, PortError>> + Send;

    /// Unschedules an event's bots; a bot that other events share stays.
    fn unschedule(
        &self,
        event_id: &EventId,
    ) -> impl Future<Output = Result<BotReply, PortError>> + Send;

    /// The bots that are listed with an event; none if Recall does not know it.
    fn bots_of(
        &self,
        event_id: &EventId,
    ) -> impl Future<Output = Result<Option<Vec<BotEntry>>, PortError>> + Send;

    /// Removes a bot from its call, for all events that share it.
    fn leave_call(
        &self,
        bot_id: &BotId,
    ) -> impl Future<Output = Result<LeaveReply, PortError>> + Send;
}
