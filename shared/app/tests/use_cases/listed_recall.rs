//! A fake of Recall that lists given events and calendars, and records its calls.

use std::sync::Mutex;

use callsheet_app::event_lister::EventLister;
use callsheet_app::ports::{
    CalendarDirectory, CalendarEvents, Clock as _, EventQuery, PageOfCalendars, PageOfEvents,
    UnreadableEvent,
};
use callsheet_app::{CallTerms, PortError};
use callsheet_domain::{
    Calendar, CalendarEvent, CalendarId, EventId, PageCursor, RateLimit, Timestamp,
};
use callsheet_testkit::{ManualClock, MemoryState};

/// Recall's lists: each page of the list of events, and all calendars.
pub(crate) struct ListedRecall {
    pub(crate) pages: Vec<Vec<CalendarEvent>>,
    pub(crate) unreadable: Vec<UnreadableEvent>,
    pub(crate) calendars: Vec<Calendar>,
    /// Failures of the first calls for a page, the last one first.
    pub(crate) failures: Mutex<Vec<PortError>>,
    /// The instants of the calls for a page.
    pub(crate) calls: Mutex<Vec<Timestamp>>,
    pub(crate) clock: ManualClock,
}

impl ListedRecall {
    pub(crate) fn new(clock: &ManualClock, pages: Vec<Vec<CalendarEvent>>) -> Self {
        Self {
            pages,
            unreadable: Vec::new(),
            calendars: Vec::new(),
            failures: Mutex::default(),
            calls: Mutex::default(),
            clock: clock.clone(),
        }
    }

    /// Lists what this lists, without showing progress.
    pub(crate) fn lister(
        self,
        state: &MemoryState,
    ) -> EventLister<'_, Self, MemoryState, ManualClock, ()> {
        EventLister {
            clock: self.clock.clone(),
            recall: self,
            state,
            rate_limit: RateLimit::per_minute(30, 1),
            terms: CallTerms::OPERATOR,
            progress: (),
        }
    }
}

impl CalendarEvents for ListedRecall {
    async fn calendar(&self, id: &CalendarId) -> Result<Option<Calendar>, PortError> {
        let mut calendars = self.calendars.iter();
        Ok(calendars.find(|calendar| calendar.id == *id).cloned())
    }

    async fn event(&self, id: &EventId) -> Result<PageOfEvents, PortError> {
        let events = self.pages.iter().flatten();
        Ok(PageOfEvents {
            events: events.filter(|event| event.id == *id).cloned().collect(),
            unreadable: Vec::new(),
            next: None,
        })
    }

    async fn page(
        &self,
        _query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<PageOfEvents, PortError> {
        self.calls.lock().expect("one test").push(self.clock.now());
        if let Some(failure) = self.failures.lock().expect("one test").pop() {
            return Err(failure);
        }
        let page: usize = cursor
            .map_or(Ok(0), |cursor| cursor.0.parse())
            .expect("a number");
        let is_first = page == 0;
        Ok(PageOfEvents {
            events: self.pages.get(page).cloned().unwrap_or_default(),
            unreadable: if is_first {
                self.unreadable.clone()
            } else {
                Vec::new()
            },
            next: (page + 1 < self.pages.len()).then(|| PageCursor((page + 1).to_string())),
        })
    }
}

impl CalendarDirectory for ListedRecall {
    async fn calendars(
        &self,
        _created_since: Option<Timestamp>,
        _cursor: Option<&PageCursor>,
    ) -> Result<PageOfCalendars, PortError> {
        Ok(PageOfCalendars {
            calendars: self.calendars.clone(),
            unreadable: Vec::new(),
            next: None,
        })
    }
}
