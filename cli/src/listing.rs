//! Lists the events of calendars at Recall, [within the stack's rate
//! limit](callsheet_app::rate_limited).

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::future::Future;
use std::io::{self, IsTerminal as _};

use callsheet_app::find_calendar::is_selected;
use callsheet_app::ports::{Calendars, Clock, EventQuery, RateLimits};
use callsheet_app::rate_limited::RateLimitedRecall;
use callsheet_app::{Paging, PortError, UseCaseError};
use callsheet_domain::{
    CalendarId, CalendarRecord, Email, Operation, PageCursor, RateLimit, Timestamp,
};
use callsheet_recall::{RawEvent, RawPage, RecallClient};
use indicatif::{ProgressBar, ProgressStyle};

use crate::error::CliError;

/// Longest list of events of one calendar: 100,000 events.
const MAX_PAGES: u32 = 1_000;

/// The connected calendars among those that `selection` selects.
pub(crate) async fn connected_calendars<S: Calendars>(
    state: &S,
    selection: &[String],
) -> Result<BTreeMap<CalendarId, CalendarRecord>, CliError> {
    let records = state.listed().await?.into_iter();
    let records = records.map(|listed| listed.record).filter(|record| {
        let calendar = &record.calendar;
        let owner = calendar.email.as_ref().map(Email::as_str);
        calendar.status.holds_bots() && is_selected(selection, &calendar.id, owner)
    });
    let connected: BTreeMap<_, _> = records
        .map(|record| (record.calendar.id.clone(), record))
        .collect();
    if connected.is_empty() {
        return Err(CliError::Refused(
            "no calendar that matches is connected: `callsheet status` shows the calendars and their status"
                .to_owned(),
        ));
    }
    Ok(connected)
}

/// Lists events in Recall's own shape.
pub(crate) trait RawEvents {
    /// The first page of `query`, or the one at `cursor`.
    fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> impl Future<Output = Result<RawPage, PortError>>;
}

impl RawEvents for RecallClient {
    async fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<RawPage, PortError> {
        self.raw_page(query, cursor).await
    }
}

/// One page of events.
pub(crate) struct ListedPage {
    /// When the page was requested.
    pub(crate) requested_at: Timestamp,
    pub(crate) events: Vec<RawEvent>,
}

/// Lists the events of several calendars.
pub(crate) struct EventLister<'a, R, S, K> {
    pub(crate) recall: R,
    pub(crate) state: &'a S,
    pub(crate) clock: K,
    pub(crate) rate_limit: RateLimit,
    pub(crate) progress: Progress,
}

impl<R: RawEvents, S: RateLimits, K: Clock> EventLister<'_, R, S, K> {
    /// All events of the calendars that start at `from` or later.
    pub(crate) async fn pages<'b>(
        &self,
        calendars: impl ExactSizeIterator<Item = &'b CalendarId>,
        from: Timestamp,
    ) -> Result<Vec<ListedPage>, CliError> {
        let (mut pages, mut events) = (Vec::new(), 0);
        self.progress.begin(calendars.len());
        for calendar in calendars {
            let query = EventQuery {
                calendar_id: Some(calendar.clone()),
                updated_since: None,
                starts_from: Some(from),
            };
            let mut paging = Paging::new(MAX_PAGES);
            loop {
                let (page, next) = self.page(&query, paging.cursor()).await?;
                events += page.events.len();
                pages.push(page);
                self.progress.listed(events);
                let has_more = paging.advance(next).map_err(|error| {
                    UseCaseError::EndlessList(format!("calendar {calendar}'s events"), error)
                })?;
                if !has_more {
                    break;
                }
            }
            self.progress.finished_one();
        }
        self.progress.end();
        Ok(pages)
    }

    async fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<(ListedPage, Option<PageCursor>), CliError> {
        let recall = RateLimitedRecall {
            permits: self.state,
            clock: &self.clock,
            operation: Operation::ListEvents,
            rate_limit: self.rate_limit,
        };
        let page = recall
            .call(async || {
                let requested_at = self.clock.now();
                let RawPage { events, next } = self.recall.page(query, cursor).await?;
                Ok((
                    ListedPage {
                        requested_at,
                        events,
                    },
                    next,
                ))
            })
            .await?;
        Ok(page)
    }
}

/// Progress bar of a listing.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Shows progress on standard error, if that is a terminal.
    pub(crate) fn on_stderr() -> Self {
        if io::stderr().is_terminal() {
            Self(ProgressBar::no_length())
        } else {
            Self::hidden()
        }
    }

    /// Shows no progress.
    pub(crate) fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }

    fn begin(&self, calendars: usize) {
        let style = "{bar:30} {pos} of {len} calendars, {msg}, {elapsed}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            self.0.set_style(style);
        }
        self.0.set_length(calendars as u64);
        self.listed(0);
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
