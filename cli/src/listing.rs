//! Shows the progress of a listing, and records what Recall lists.

use std::io::{self, IsTerminal as _};
use std::sync::{Mutex, PoisonError};

use callsheet_app::PortError;
use callsheet_app::event_lister::{ListedEvents, ListingProgress};
use callsheet_app::ports::{CalendarEvents, EventQuery, PageOfEvents};
use callsheet_domain::{Calendar, CalendarId, EventId, PageCursor};
use callsheet_recall::{RawEvent, RawPage, RecallClient, read_event};
use indicatif::{ProgressBar, ProgressStyle};

/// Lists the events at Recall, and can keep them in Recall's own shape.
pub(crate) struct RecordedRecall {
    recall: RecallClient,
    keeps_events: bool,
    events: Mutex<Vec<RawEvent>>,
}

impl RecordedRecall {
    /// Lists the events with `recall`.
    pub(crate) fn new(recall: RecallClient, keeps_events: bool) -> Self {
        Self {
            recall,
            keeps_events,
            events: Mutex::default(),
        }
    }

    /// The events that were listed and kept.
    pub(crate) fn into_events(self) -> Vec<RawEvent> {
        let events = self.events.into_inner();
        events.unwrap_or_else(PoisonError::into_inner)
    }
}

impl CalendarEvents for RecordedRecall {
    async fn calendar(&self, id: &CalendarId) -> Result<Option<Calendar>, PortError> {
        self.recall.calendar(id).await
    }

    async fn event(&self, id: &EventId) -> Result<PageOfEvents, PortError> {
        self.recall.event(id).await
    }

    async fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<PageOfEvents, PortError> {
        let RawPage { events: raw, next } = self.recall.raw_page(query, cursor).await?;
        let ListedEvents { events, unreadable } = read_events(&raw);
        let page = PageOfEvents {
            events,
            unreadable,
            next,
        };
        if self.keeps_events {
            let mut kept = self.events.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend(raw);
        }
        Ok(page)
    }
}

/// Reads events in Recall's own shape.
pub(crate) fn read_events(raw: &[RawEvent]) -> ListedEvents {
    let mut listed = ListedEvents::default();
    for event in raw {
        match read_event(event) {
            Ok(event) => listed.events.push(event),
            Err(event) => listed.unreadable.push(event),
        }
    }
    listed
}

/// Progress bar of a listing.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Shows progress on standard error, if that is a terminal.
    pub(crate) fn on_stderr() -> Self {
        Self(if io::stderr().is_terminal() {
            ProgressBar::no_length()
        } else {
            ProgressBar::hidden()
        })
    }
}

impl ListingProgress for Progress {
    fn begin(&self, calendars: usize) {
        // First, since each change is drawn.
        self.listed(0);
        let style = "{bar:30} {pos} of {len} calendars, {msg}, {elapsed}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            self.0.set_style(style);
        }
        self.0.set_length(calendars as u64);
    }

    fn listed(&self, events: usize) {
        self.0.set_message(format!("{events} events"));
    }

    fn finished_one(&self) {
        self.0.inc(1);
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}
