//! Reads calendars and their events, also out of what was written down of them.

use std::fmt;

use callsheet_app::PortError;
use callsheet_app::ports::{CalendarEvents, EventQuery, PageOfEvents, UnreadableEvent};
use callsheet_domain::{Calendar, CalendarEvent, CalendarId, PageCursor};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use crate::RecallClient;
use crate::http_reply::{HttpReply, SERVICE};
use crate::wire::{CalendarJson, EventIdsJson, EventJson, PageJson};

const EVENTS: &str = "/api/v2/calendar-events/";

impl CalendarEvents for RecallClient {
    async fn calendar(&self, id: &CalendarId) -> Result<Option<Calendar>, PortError> {
        let url = self.base.at(&format!("/api/v2/calendars/{id}/"));
        let answer = self.send(self.request(Method::GET, url)).await?;
        match answer.status.as_u16() {
            200 => answer
                .json::<CalendarJson>()?
                .try_into()
                .map(Some)
                .map_err(unreadable),
            404 => Ok(None),
            _ => Err(answer.failure()),
        }
    }

    async fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<PageOfEvents, PortError> {
        Ok(self.raw_page(query, cursor).await?.read())
    }
}

/// An event as text, which [`read_event`] parses.
#[derive(Clone, Serialize, Deserialize)]
pub struct RawEvent(Box<RawValue>);

/// Hides the event: it holds titles and links.
impl fmt::Debug for RawEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RawEvent({} bytes)", self.0.get().len())
    }
}

/// One page of events as they came, for somebody who writes them down.
#[derive(Clone)]
pub struct RawPage {
    /// The events, to be read by [`read_event`].
    pub events: Vec<RawEvent>,
    /// Where the next page is.
    pub next: Option<PageCursor>,
}

/// Hides the events: they hold titles and links.
impl fmt::Debug for RawPage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RawPage({} events)", self.events.len())
    }
}

impl RawPage {
    fn of(answer: &HttpReply) -> Result<Self, PortError> {
        let page: PageJson = answer.json()?;
        Ok(Self {
            events: page.results,
            next: page.next.map(PageCursor),
        })
    }

    /// Reads the events one by one.
    fn read(self) -> PageOfEvents {
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
    /// The first page of `query` as it comes, or the one at `cursor`.
    ///
    /// # Errors
    /// If Recall does not give it.
    pub async fn raw_page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<RawPage, PortError> {
        let url = match cursor {
            Some(cursor) => self.next(cursor, EVENTS)?,
            None => self.first(query),
        };
        let answer = self.send(self.request(Method::GET, url)).await?;
        if answer.status.as_u16() != 200 {
            return Err(answer.failure());
        }
        RawPage::of(&answer)
    }

    fn first(&self, query: &EventQuery) -> Url {
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

    /// The next page of what is listed at `path`. The key is never sent to
    /// another origin.
    pub(crate) fn next(&self, cursor: &PageCursor, path: &str) -> Result<Url, PortError> {
        Url::parse(&cursor.0)
            .ok()
            .filter(|url| self.base.is_origin_of(url) && url.path() == path)
            .ok_or_else(|| unreadable("the next page is at another address".to_owned()))
    }
}

/// Reads an event in the shape in which Recall lists it.
///
/// # Errors
/// Says which event cannot be read and why, without its content.
pub fn read_event(raw: &RawEvent) -> Result<CalendarEvent, UnreadableEvent> {
    let text = raw.0.get();
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

/// Reads a calendar in the shape in which Recall shows it. The credentials that
/// Recall also shows are not read, and need not be there.
///
/// # Errors
/// Says what is wrong with it.
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
