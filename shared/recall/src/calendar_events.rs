//! Reads calendars and their events from Recall, or from text that was saved of them.

use std::fmt;

use callsheet_app::PortError;
use callsheet_app::ports::{CalendarEvents, EventQuery, PageOfEvents, UnreadableEvent};
use callsheet_domain::{Calendar, CalendarEvent, CalendarId, EventId, Operation, PageCursor};
use reqwest::Method;
use serde_json::Value;
use url::Url;

use crate::http_reply::unreadable;
use crate::lenient::{Item, ItemNames, ItemProblem};
use crate::wire::{EventText, calendar_of_text, calendar_of_value};
use crate::{RawEvent, RecallClient};

const EVENTS: &str = "/api/v2/calendar-events/";

/// The fields that the specification of Recall requires; nothing in a platform's payload has
/// the two.
const NAMES: ItemNames = ItemNames {
    telling: ["id", "calendar_id"],
    all: &[
        "id",
        "calendar_id",
        "start_time",
        "end_time",
        "raw",
        "platform",
        "platform_id",
        "ical_uid",
        "meeting_platform",
        "meeting_url",
        "created_at",
        "updated_at",
        "is_deleted",
        "bots",
    ],
};

impl CalendarEvents for RecallClient {
    async fn calendar(&self, id: &CalendarId) -> Result<Option<Calendar>, PortError> {
        let url = self.base.at(&format!("/api/v2/calendars/{id}/"));
        let call = self.request(Method::GET, url);
        let reply = self.send(Operation::GetCalendar, call).await?;
        match reply.status.as_u16() {
            200 => calendar_of_text(&reply.body)
                .map(Some)
                .map_err(|problem| reply.unreadable(&problem)),
            404 => Ok(None),
            _ => Err(reply.failure()),
        }
    }

    async fn event(&self, id: &EventId) -> Result<PageOfEvents, PortError> {
        let mut page = PageOfEvents {
            events: Vec::new(),
            unreadable: Vec::new(),
            next: None,
        };
        let url = self.base.at(&format!("{EVENTS}{id}/"));
        let call = self.request(Method::GET, url);
        let reply = self.send(Operation::GetEvent, call).await?;
        match reply.status.as_u16() {
            200 => match parse(reply.body.as_ref(), None) {
                Ok(event) => page.events.push(event),
                Err(unreadable) => page.unreadable.push(unreadable),
            },
            404 => {}
            _ => return Err(reply.failure()),
        }
        Ok(page)
    }

    async fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<PageOfEvents, PortError> {
        let mut page = PageOfEvents {
            events: Vec::new(),
            unreadable: Vec::new(),
            next: None,
        };
        page.next = self
            .items(query, cursor, |item| add(&mut page, item))
            .await?;
        Ok(page)
    }
}

/// One page of events as text, to be saved or parsed.
#[derive(Clone)]
pub struct RawPage {
    /// The events, which [`read_event`] parses.
    pub events: Vec<RawEvent>,
    /// Cursor of the next page; none after the last.
    pub next: Option<PageCursor>,
}

/// Hides the events: they hold titles and links.
impl fmt::Debug for RawPage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RawPage({} events)", self.events.len())
    }
}

/// Parses an item of a page, and adds it.
fn add(page: &mut PageOfEvents, item: Item<'_>) {
    match parse(item.text, item.problem) {
        Ok(event) => page.events.push(event),
        Err(unreadable) => page.unreadable.push(unreadable),
    }
}

impl RecallClient {
    /// The page at `cursor`, or without one the first page of `query`, as text.
    ///
    /// # Errors
    /// If Recall does not return it.
    pub async fn raw_page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<RawPage, PortError> {
        let mut events = Vec::new();
        let add = |item: Item<'_>| events.push(RawEvent::of(item.text));
        let next = self.items(query, cursor, add).await?;
        Ok(RawPage { events, next })
    }

    /// Gives the items of a page. Returns the cursor of the next page.
    async fn items(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
        found: impl FnMut(Item<'_>) + Send,
    ) -> Result<Option<PageCursor>, PortError> {
        let url = match cursor {
            Some(cursor) => self.url_of_page(cursor, EVENTS)?,
            None => self.url_of_first_page(query),
        };
        let call = self.request(Method::GET, url);
        self.send_for_page(Operation::ListEvents, call, NAMES, found)
            .await
    }

    fn url_of_first_page(&self, query: &EventQuery) -> Url {
        let mut url = self.base.at(EVENTS);
        let mut pairs = url.query_pairs_mut();
        if let Some(calendar) = &query.calendar_id {
            pairs.append_pair("calendar_id", calendar.as_str());
        }
        if let Some(since) = query.updated_since {
            pairs.append_pair("updated_at__gte", &since.to_string());
        }
        if let Some(from) = query.starts_from {
            pairs.append_pair("start_time__gte", &from.to_string());
        }
        if let Some(until) = query.starts_until {
            pairs.append_pair("start_time__lte", &until.to_string());
        }
        drop(pairs);
        url
    }

    /// The address in a cursor, if it is the one of the list at `path`: the key is
    /// never sent to another origin.
    pub(crate) fn url_of_page(&self, cursor: &PageCursor, path: &str) -> Result<Url, PortError> {
        Url::parse(&cursor.0)
            .ok()
            .filter(|url| self.base.is_origin_of(url) && url.path() == path)
            .ok_or_else(|| unreadable("the next page has another address".to_owned()))
    }
}

/// Parses an event in the shape in which Recall lists it.
///
/// # Errors
/// Names the event that cannot be read, and the reason, without its content.
pub fn read_event(raw: &RawEvent) -> Result<CalendarEvent, UnreadableEvent> {
    parse(raw.text(), None)
}

/// Parses an event, unless there is a problem with its text.
fn parse(text: &[u8], problem: Option<ItemProblem>) -> Result<CalendarEvent, UnreadableEvent> {
    let event = EventText::of(text);
    let parsed = match problem {
        Some(problem) => Err(problem.to_string()),
        None => event.parse(),
    };
    parsed.map_err(|problem| {
        let (id, calendar_id) = event.ids();
        UnreadableEvent {
            id,
            calendar_id,
            problem,
        }
    })
}

/// Parses a calendar in the shape in which Recall returns it. The credentials that
/// Recall returns with it are ignored, and may be absent.
///
/// # Errors
/// Names the problem, without the content.
pub fn read_calendar(value: Value) -> Result<Calendar, String> {
    calendar_of_value(&value)
}

#[cfg(test)]
mod mutations;
#[cfg(test)]
mod tests;
