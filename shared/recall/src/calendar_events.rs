//! Reads calendars and their events from Recall, or from text that was saved of them.

use std::fmt;

use callsheet_app::PortError;
use callsheet_app::ports::{CalendarEvents, EventQuery, PageOfEvents, UnreadableEvent};
use callsheet_domain::{Calendar, CalendarEvent, CalendarId, PageCursor};
use reqwest::Method;
use serde_json::Value;
use url::Url;

use crate::http_reply::{HttpReply, SERVICE};
use crate::wire::{CalendarJson, EventIdsJson, EventJson, PageJson};
use crate::{RawEvent, RecallClient};

const EVENTS: &str = "/api/v2/calendar-events/";

impl CalendarEvents for RecallClient {
    async fn calendar(&self, id: &CalendarId) -> Result<Option<Calendar>, PortError> {
        let url = self.base.at(&format!("/api/v2/calendars/{id}/"));
        let reply = self.send(self.request(Method::GET, url)).await?;
        match reply.status.as_u16() {
            200 => reply
                .json::<CalendarJson>()?
                .try_into()
                .map(Some)
                .map_err(unreadable),
            404 => Ok(None),
            _ => Err(reply.failure()),
        }
    }

    async fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<PageOfEvents, PortError> {
        Ok(self.raw_page(query, cursor).await?.parsed())
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

impl RawPage {
    fn of(reply: &HttpReply) -> Result<Self, PortError> {
        let page: PageJson = reply.json()?;
        Ok(Self {
            events: page.results,
            next: page.next.map(PageCursor),
        })
    }

    /// The events, each parsed by itself.
    fn parsed(self) -> PageOfEvents {
        let mut page = PageOfEvents {
            events: Vec::with_capacity(self.events.len()),
            unreadable: Vec::new(),
            next: self.next,
        };
        for raw in &self.events {
            match read_event(raw) {
                Ok(event) => page.events.push(event),
                Err(unreadable) => page.unreadable.push(unreadable),
            }
        }
        page
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
        let url = match cursor {
            Some(cursor) => self.url_of_page(cursor, EVENTS)?,
            None => self.url_of_first_page(query),
        };
        let reply = self.send(self.request(Method::GET, url)).await?;
        if reply.status.as_u16() != 200 {
            return Err(reply.failure());
        }
        RawPage::of(&reply)
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
    let text = raw.text();
    serde_json::from_str::<EventJson>(text)
        .map_err(|_| "not in the published shape".to_owned())
        .and_then(CalendarEvent::try_from)
        .map_err(|problem| {
            let ids: Option<EventIdsJson> = serde_json::from_str(text).ok();
            UnreadableEvent {
                id: ids.as_ref().and_then(EventIdsJson::id),
                calendar_id: ids.as_ref().and_then(EventIdsJson::calendar_id),
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
    let json: CalendarJson =
        serde_json::from_value(value).map_err(|_| "not in the published shape".to_owned())?;
    json.try_into()
}

fn unreadable(reason: String) -> PortError {
    PortError::Unreadable {
        service: SERVICE,
        reason,
    }
}

#[cfg(test)]
mod tests;
