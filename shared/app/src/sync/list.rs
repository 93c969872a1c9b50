//! A list of events, page by page: bounded, and never round in circles.

use std::collections::HashSet;

use callsheet_domain::{CalendarEvent, Operation, PageCursor, Timestamp};

use super::tally::count;
use super::turn::CallTerms;
use super::{SyncError, SyncHandler, SyncPorts, Tally};
use crate::PortError;
use crate::ports::{CalendarEvents as _, Clock as _, EventQuery};

/// The longest list that is followed: 100,000 events.
const PAGES: u32 = 1_000;

/// How far a list has been read.
#[derive(Debug)]
pub(super) struct List {
    query: EventQuery,
    /// The page to be read next; none for the first.
    pub(super) next: Option<PageCursor>,
    /// Pages that were read, in this run and before.
    pub(super) pages: u32,
    /// Events that were on them.
    pub(super) listed: u32,
    followed: HashSet<PageCursor>,
    is_taken_up: bool,
}

impl List {
    /// A list from its first page on.
    pub(super) fn of(query: EventQuery) -> Self {
        Self::from(query, None, 0, 0)
    }

    /// A list from `next` on, of which so much was read before.
    pub(super) fn from(
        query: EventQuery,
        next: Option<PageCursor>,
        pages: u32,
        listed: u32,
    ) -> Self {
        Self {
            query,
            is_taken_up: next.is_some(),
            next,
            pages,
            listed,
            followed: HashSet::new(),
        }
    }
}

impl<P: SyncPorts> SyncHandler<P> {
    /// Reads the next page, whose turn has come, and when it was asked for; what cannot be read of it is
    /// told to the log and costs nobody else.
    ///
    /// A list that was taken up and whose page Recall does not know any more is
    /// read from the start again.
    pub(super) async fn read(
        &self,
        list: &mut List,
        tally: &mut Tally,
    ) -> Result<(Vec<CalendarEvent>, Timestamp), SyncError> {
        let asked_at = self.ports.clock().now();
        let answer = self
            .ports
            .recall()
            .page(&list.query, list.next.as_ref())
            .await;
        let is_refused = matches!(answer, Err(PortError::Unreadable { .. }));
        if list.is_taken_up && is_refused {
            tracing::warn!(
                "a look that was left is begun again: its next page is not known any more"
            );
            *list = List::of(list.query.clone());
            return Err(SyncError::AlreadyRunning);
        }
        list.is_taken_up = false;
        let page = self.heed(Operation::ListEvents, answer).await?;
        tally.pages += 1;
        tally.listed += count(page.events.len());
        tally.unreadable += count(page.unreadable.len());
        for unreadable in &page.unreadable {
            tracing::warn!(
                event = unreadable.id.as_ref().map(tracing::field::display),
                calendar = unreadable.calendar_id.as_ref().map(tracing::field::display),
                problem = unreadable.problem,
                "an event cannot be read"
            );
        }
        list.pages += 1;
        list.listed += count(page.events.len());
        if let Some(next) = &page.next
            && (list.pages >= PAGES || !list.followed.insert(next.clone()))
        {
            return Err(SyncError::Endless);
        }
        list.next = page.next;
        Ok((page.events, asked_at))
    }

    /// Waits for the turn of the next page and reads it.
    pub(super) async fn read_ahead(
        &self,
        list: &mut List,
        tally: &mut Tally,
        terms: CallTerms,
    ) -> Result<(Vec<CalendarEvent>, Timestamp), SyncError> {
        self.turn(Operation::ListEvents, terms).await?;
        self.read(list, tally).await
    }
}
