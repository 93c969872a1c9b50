//! Lists the events of calendars at Recall, [within the stack's rate
//! limit](crate::rate_limited).

use std::collections::BTreeMap;

use callsheet_domain::{
    CalendarEvent, CalendarId, CalendarRecord, Email, Operation, PageCursor, RateLimit, Timestamp,
};

use crate::find_calendar::is_selected;
use crate::paging::Paging;
use crate::ports::{
    CalendarEvents, Calendars, Clock, EventQuery, PageOfEvents, RateLimits, UnreadableEvent,
};
use crate::rate_limited::RateLimitedRecall;
use crate::rate_limiter::CallTerms;
use crate::use_case_error::UseCaseError;

/// Longest list of events of one calendar: 100,000 events.
const MAX_PAGES: u32 = 1_000;

/// The connected calendars among those that `selection` selects.
pub(crate) async fn connected_calendars<S: Calendars>(
    state: &S,
    selection: &[String],
) -> Result<BTreeMap<CalendarId, CalendarRecord>, UseCaseError> {
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
        return Err(UseCaseError::NoneConnected);
    }
    Ok(connected)
}

/// Watches a listing, which may take minutes.
pub trait ListingProgress {
    /// The events of so many calendars will be listed.
    fn begin(&self, _calendars: usize) {}

    /// So many events are listed by now.
    fn listed(&self, _events: usize) {}

    /// All events of one more calendar are listed.
    fn finished_one(&self) {}

    /// All events are listed.
    fn end(&self) {}
}

/// Watches nothing.
impl ListingProgress for () {}

/// One page of events.
#[derive(Debug, Clone)]
pub struct ListedPage {
    /// When the page was requested.
    pub requested_at: Timestamp,
    /// The events that could be read.
    pub events: Vec<CalendarEvent>,
    /// The events that could not be read.
    pub unreadable: Vec<UnreadableEvent>,
}

/// Events of several pages.
#[derive(Debug, Clone, Default)]
pub struct ListedEvents {
    /// The events that could be read.
    pub events: Vec<CalendarEvent>,
    /// The events that could not be read.
    pub unreadable: Vec<UnreadableEvent>,
}

impl ListedEvents {
    pub(crate) fn of(pages: Vec<ListedPage>) -> Self {
        let mut all = Self::default();
        for page in pages {
            all.events.extend(page.events);
            all.unreadable.extend(page.unreadable);
        }
        all
    }
}

/// Lists the events of several calendars.
#[derive(Debug)]
pub struct EventLister<'a, R, S, K, P> {
    /// Recall.
    pub recall: R,
    /// Calendars, and the permits for the calls.
    pub state: &'a S,
    /// The clock.
    pub clock: K,
    /// The stack's rate limit of the list.
    pub rate_limit: RateLimit,
    /// The terms of the calls.
    pub terms: CallTerms,
    /// Watches the listing.
    pub progress: P,
}

impl<R, S, K, P> EventLister<'_, R, S, K, P>
where
    R: CalendarEvents,
    S: RateLimits,
    K: Clock,
    P: ListingProgress,
{
    /// All events of the calendars that start at `from` or later.
    ///
    /// # Errors
    /// If a list has no end, or a collaborator fails.
    pub async fn pages<'b>(
        &self,
        calendars: impl ExactSizeIterator<Item = &'b CalendarId>,
        from: Timestamp,
    ) -> Result<Vec<ListedPage>, UseCaseError> {
        let (mut pages, mut events) = (Vec::new(), 0);
        self.progress.begin(calendars.len());
        for calendar in calendars {
            let query = EventQuery {
                calendar_id: Some(calendar.clone()),
                updated_since: None,
                starts_from: Some(from),
                starts_until: None,
            };
            let mut paging = Paging::new(MAX_PAGES);
            loop {
                let (page, next) = self.page(&query, paging.cursor()).await?;
                events += page.events.len() + page.unreadable.len();
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
    ) -> Result<(ListedPage, Option<PageCursor>), UseCaseError> {
        let recall = RateLimitedRecall {
            permits: self.state,
            clock: &self.clock,
            operation: Operation::ListEvents,
            rate_limit: self.rate_limit,
            terms: self.terms,
        };
        let call = recall.call(async || {
            let requested_at = self.clock.now();
            let page = self.recall.page(query, cursor).await?;
            Ok((requested_at, page))
        });
        let (requested_at, page) = call.await?;
        let PageOfEvents {
            events,
            unreadable,
            next,
        } = page;
        let page = ListedPage {
            requested_at,
            events,
            unreadable,
        };
        Ok((page, next))
    }
}
