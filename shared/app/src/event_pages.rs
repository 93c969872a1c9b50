//! Recall's list of events, page by page.
//!
//! A list is bounded and repeats no cursor, see [`Paging`]. While one page is
//! handled the next one is read. After each page the position is saved, so that
//! a run that ends, for whatever reason, is resumed at that page.

use std::future::Future;

use callsheet_domain::{
    CalendarEvent, EventId, Operation, PageCursor, RateLimit, SyncInProgress, Timestamp, plus,
};
use futures_util::future::join;
use jiff::SignedDuration;

use crate::ports::{CalendarEvents as _, Clock as _, EventQuery, PageOfEvents, UnreadableEvent};
use crate::sync_counts::{SyncCounts, count};
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{CallTerms, Paging, PortError, RecallCalls};

/// The longest list that is followed: 100,000 events.
const MOST_PAGES: u32 = 1_000;
/// A sync in progress belongs to its worker for this long after each sign of life.
pub(crate) const HOLD: SignedDuration = SignedDuration::from_secs(30);

/// A page of events, as it was read.
#[derive(Debug, Clone)]
pub struct EventPage {
    /// Its events that could be read.
    pub events: Vec<CalendarEvent>,
    /// Its events that could not be read.
    pub unreadable: Vec<UnreadableEvent>,
    /// When Recall was asked for it.
    pub asked_at: Timestamp,
}

impl EventPage {
    /// The ids of its events, those that could not be read included.
    pub fn ids(&self) -> impl Iterator<Item = &EventId> {
        let unreadable = self.unreadable.iter();
        let unreadable = unreadable.filter_map(|event| event.id.as_ref());
        self.events.iter().map(|event| &event.id).chain(unreadable)
    }
}

/// A position in a list, as a sync state stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPosition {
    /// Cursor of the next page; none for the first page.
    pub next: Option<PageCursor>,
    /// Pages that were handled.
    pub pages: u32,
    /// Events that were on them.
    pub listed: u32,
    /// Until then the sync belongs to its worker.
    pub held_until: Timestamp,
}

impl ListPosition {
    /// The first page, for a worker that starts at `now`.
    #[must_use]
    pub fn start(now: Timestamp) -> Self {
        Self {
            next: None,
            pages: 0,
            listed: 0,
            held_until: plus(now, HOLD),
        }
    }

    /// A sync in progress at this position, which will have reached `mark`.
    #[must_use]
    pub fn in_progress<M>(self, mark: M) -> SyncInProgress<M> {
        SyncInProgress {
            mark,
            next: self.next,
            pages: self.pages,
            listed: self.listed,
            held_until: self.held_until,
        }
    }
}

/// A list of events, and how far it is read.
#[derive(Debug)]
pub struct EventList {
    query: EventQuery,
    paging: Paging,
    listed: u32,
    /// It was resumed, and Recall has not accepted its cursor yet.
    is_resumed: bool,
}

impl EventList {
    /// A list from its first page on.
    #[must_use]
    pub fn new(query: EventQuery) -> Self {
        Self {
            query,
            paging: Paging::new(MOST_PAGES),
            listed: 0,
            is_resumed: false,
        }
    }

    /// A list from the position of a sync in progress on.
    #[must_use]
    pub fn resumed<M>(query: EventQuery, in_progress: &SyncInProgress<M>) -> Self {
        let (pages, next) = (in_progress.pages, in_progress.next.clone());
        Self {
            query,
            is_resumed: next.is_some(),
            paging: Paging::resumed(MOST_PAGES, pages, next),
            listed: in_progress.listed,
        }
    }

    /// Pages that were read, in this run and before.
    #[must_use]
    pub fn pages(&self) -> u32 {
        self.paging.pages()
    }

    /// Whether the list has as many pages as are followed.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        self.pages() >= MOST_PAGES
    }

    /// The position after the pages that were read.
    #[must_use]
    pub fn position(&self, held_until: Timestamp) -> ListPosition {
        ListPosition {
            next: self.paging.cursor().cloned(),
            pages: self.paging.pages(),
            listed: self.listed,
            held_until,
        }
    }
}

/// Handles the pages of a list.
pub trait PageHandler {
    /// Handles a page.
    fn handle(
        &mut self,
        page: EventPage,
        counts: &mut SyncCounts,
    ) -> impl Future<Output = Result<(), SyncError>>;

    /// Saves that all pages before `position` are handled.
    fn save(&mut self, position: ListPosition) -> impl Future<Output = Result<(), SyncError>>;
}

/// Reads lists of events from Recall, within the rate limit.
pub struct EventPages<'a, P: SyncPorts> {
    /// Recall.
    pub recall: &'a P::Recall,
    /// Permits, admission and time.
    pub calls: &'a RecallCalls<'a, P::State, P::Clock>,
    /// Rate limit of the list.
    pub list_events: RateLimit,
    /// Rate limit of reading one event.
    pub get_event: RateLimit,
}

impl<P: SyncPorts> EventPages<'_, P> {
    /// Acquires the permit for one page.
    ///
    /// # Errors
    /// If Recall denies us, the terms allow no call, or the store of rate limits
    /// fails.
    pub async fn acquire(&self, terms: CallTerms) -> Result<(), SyncError> {
        let operation = Operation::ListEvents;
        let permit = self.calls.acquire(operation, self.list_events, terms);
        permit.await
    }

    /// Reads one event.
    ///
    /// # Errors
    /// If Recall denies us, the terms allow no call, or Recall or the store fails.
    pub async fn event(&self, id: &EventId, terms: CallTerms) -> Result<PageOfEvents, SyncError> {
        let operation = Operation::GetEvent;
        self.calls.acquire(operation, self.get_event, terms).await?;
        let reply = self.recall.event(id).await;
        Ok(self.calls.settle(operation, reply).await?)
    }

    /// Reads `list` to its end, and has each page handled while the next one is
    /// read. The permit for the first page is acquired by the caller.
    ///
    /// # Errors
    /// If a page cannot be read, handled or saved; the list has the position.
    pub async fn for_each(
        &self,
        list: &mut EventList,
        handler: &mut impl PageHandler,
        counts: &mut SyncCounts,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        let mut page = self.read(list, counts, terms).await?;
        while list.paging.cursor().is_some() {
            let position = list.position(plus(self.calls.clock().now(), HOLD));
            let mut counts_ahead = SyncCounts::default();
            let next = self.read_next(list, &mut counts_ahead, terms);
            let (written, next) = join(handler.handle(page, counts), next).await;
            written?;
            handler.save(position).await?;
            page = next?;
            counts.add(counts_ahead);
        }
        handler.handle(page, counts).await
    }

    async fn read_next(
        &self,
        list: &mut EventList,
        counts: &mut SyncCounts,
        terms: CallTerms,
    ) -> Result<EventPage, SyncError> {
        self.acquire(terms).await?;
        self.read(list, counts, terms).await
    }

    /// Reads the next page, for which a permit was acquired. An event that
    /// cannot be read is logged, and costs no other event.
    ///
    /// A resumed list whose cursor Recall refuses starts again at the first page.
    async fn read(
        &self,
        list: &mut EventList,
        counts: &mut SyncCounts,
        terms: CallTerms,
    ) -> Result<EventPage, SyncError> {
        let operation = Operation::ListEvents;
        let in_time = self.calls.be_in_time(operation, self.list_events, terms);
        in_time.await?;
        let asked_at = self.calls.clock().now();
        let reply = self.recall.page(&list.query, list.paging.cursor()).await;
        let reply = self.calls.settle(Operation::ListEvents, reply).await;
        if list.is_resumed && matches!(reply, Err(PortError::Unreadable { .. })) {
            tracing::warn!("Recall refuses the cursor of a resumed list: the sync starts again");
            *list = EventList::new(list.query.clone());
            return Err(SyncError::AlreadyRunning);
        }
        list.is_resumed = false;
        let page = reply?;
        count_page(&page, counts);
        list.listed += count(page.events.len());
        list.paging.advance(page.next)?;
        Ok(EventPage {
            events: page.events,
            unreadable: page.unreadable,
            asked_at,
        })
    }
}

/// Counts the events of a page, and logs those that cannot be read.
fn count_page(page: &PageOfEvents, counts: &mut SyncCounts) {
    counts.pages += 1;
    counts.listed += count(page.events.len());
    counts.unreadable += count(page.unreadable.len());
    let unknown_zones = page.events.iter().filter(|it| it.facts.has_unknown_zone);
    counts.unknown_zones += count(unknown_zones.count());
    for unreadable in &page.unreadable {
        tracing::warn!(
            event = unreadable.id.as_ref().map(tracing::field::display),
            calendar = unreadable.calendar_id.as_ref().map(tracing::field::display),
            problem = unreadable.problem,
            "cannot read {unreadable}"
        );
    }
}

#[cfg(test)]
mod tests {
    use callsheet_testkit::{With as _, an_event};

    use super::*;

    #[test]
    fn events_in_a_zone_of_unknown_name_are_counted() {
        let event = |is_unknown| an_event().with(|it| it.facts.has_unknown_zone = is_unknown);
        let page = PageOfEvents {
            events: [true, false, true].map(event).into(),
            unreadable: Vec::new(),
            next: None,
        };
        let mut counts = SyncCounts::default();
        count_page(&page, &mut counts);
        assert_eq!((counts.listed, counts.unknown_zones), (3, 2));
    }
}
