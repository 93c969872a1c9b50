//! The components of a sync, each by itself.

use std::collections::HashSet;

use callsheet_app::ports::{Calendars as _, EventQuery, SyncStates as _};
use callsheet_app::{
    ActivePolicy, CalendarList, CalendarLoader, CalendarRetirer, CalendarSync, CallTerms,
    DecisionWriter, EventList, EventPage, EventPages, ListPosition, PageHandler, PortError,
    Priority, RecallCalls, Retirement, Service, SyncContext, SyncCounts, SyncError,
};
use callsheet_domain::{
    Calendar, CalendarRecord, CalendarStatus, EventId, Operation, PageCursor, SyncInProgress,
    Timestamp, Wanted,
};
use callsheet_testkit::{
    Fault, ManualClock, MemoryDecisions, MemoryState, With as _, a_calendar, an_event, at,
};

use crate::harness::{Harness, HarnessPorts, sync_settings};

const TERMS: CallTerms = CallTerms {
    priority: Priority::Live,
    latest: Timestamp::MAX,
};

impl Harness {
    fn calls(&self) -> RecallCalls<'_, MemoryState, ManualClock> {
        RecallCalls::admitted(&self.state, &self.clock)
    }

    fn retirer(&self) -> CalendarRetirer<'_, MemoryDecisions, ManualClock> {
        CalendarRetirer {
            decisions: &self.decisions,
            clock: &self.clock,
        }
    }

    fn writer(&self) -> DecisionWriter<'_, MemoryDecisions, MemoryState, ManualClock> {
        DecisionWriter {
            decisions: &self.decisions,
            state: &self.state,
            clock: &self.clock,
        }
    }

    fn loader<'a>(
        &'a self,
        calls: &'a RecallCalls<'a, MemoryState, ManualClock>,
    ) -> CalendarLoader<'a, HarnessPorts> {
        CalendarLoader {
            recall: &self.recall,
            state: &self.state,
            calls,
            get_calendar: sync_settings().get_calendar,
            list_calendars: sync_settings().list_calendars,
        }
    }

    fn pages<'a>(
        &'a self,
        calls: &'a RecallCalls<'a, MemoryState, ManualClock>,
    ) -> EventPages<'a, HarnessPorts> {
        EventPages {
            recall: &self.recall,
            calls,
            list_events: sync_settings().list_events,
            get_event: sync_settings().get_event,
        }
    }

    /// Puts so many events at Recall, one on each page.
    fn put_pages(&self, events: usize) {
        self.recall.page_size(1);
        for number in 0..events {
            self.recall.put_event(an_event().with(|event| {
                event.id = EventId::parse(format!("event-{number}")).expect("an id");
            }));
        }
    }

    async fn record(&self) -> CalendarRecord {
        let record = self.state.record(&a_calendar().id).await;
        record.expect("memory").expect("a record")
    }
}

fn query() -> EventQuery {
    EventQuery {
        calendar_id: Some(a_calendar().id),
        updated_since: None,
        starts_from: None,
        starts_until: None,
    }
}

fn disconnected() -> Calendar {
    a_calendar().with(|calendar| {
        calendar.status = CalendarStatus::Disconnected;
        calendar.updated_at = at("09:31");
    })
}

/// Remembers the pages and positions that it was given; fails on one page.
#[derive(Default)]
struct Recorder {
    events: Vec<EventId>,
    positions: Vec<ListPosition>,
    fails_at: Option<usize>,
}

impl PageHandler for Recorder {
    async fn handle(&mut self, page: EventPage, _: &mut SyncCounts) -> Result<(), SyncError> {
        if self.fails_at == Some(self.events.len()) {
            return Err(SyncError::Conflict);
        }
        self.events
            .extend(page.events.into_iter().map(|event| event.id));
        Ok(())
    }

    async fn save(&mut self, position: ListPosition) -> Result<(), SyncError> {
        self.positions.push(position);
        Ok(())
    }
}

#[tokio::test]
async fn every_event_page_is_handled_and_every_position_but_the_last_is_saved() {
    let harness = Harness::new();
    harness.put_pages(4);
    let calls = harness.calls();
    let (mut list, mut pages) = (EventList::new(query()), Recorder::default());
    let mut counts = SyncCounts::default();
    let event_pages = harness.pages(&calls);
    let read = event_pages.for_each(&mut list, &mut pages, &mut counts, TERMS);
    read.await.expect("memory");
    assert_eq!(pages.events.len(), 4);
    let saved: Vec<_> = pages.positions.iter().map(|saved| saved.pages).collect();
    assert_eq!(saved, [1, 2, 3]);
    assert_eq!((counts.pages, counts.listed), (4, 4));
}

#[tokio::test]
async fn a_list_resumes_at_the_position_that_was_saved_last() {
    let harness = Harness::new();
    harness.put_pages(5);
    let calls = harness.calls();
    let event_pages = harness.pages(&calls);
    let (mut list, mut counts) = (EventList::new(query()), SyncCounts::default());
    let mut first = Recorder {
        fails_at: Some(2),
        ..Recorder::default()
    };
    let read = event_pages.for_each(&mut list, &mut first, &mut counts, TERMS);
    assert!(matches!(read.await, Err(SyncError::Conflict)));
    let saved = first.positions.pop().expect("a position was saved");
    let mut list = EventList::resumed(query(), &saved.in_progress(()));
    let mut second = Recorder::default();
    let read = event_pages.for_each(&mut list, &mut second, &mut counts, TERMS);
    read.await.expect("memory");
    assert_eq!(first.events.len(), 2);
    assert_eq!(second.events.len(), 3, "no page was handled twice");
    assert_eq!(list.pages(), 5, "pages of both runs are counted");
}

#[tokio::test]
async fn a_resumed_list_whose_cursor_recall_refuses_starts_again() {
    let harness = Harness::new();
    harness.put_pages(2);
    let calls = harness.calls();
    let event_pages = harness.pages(&calls);
    let refused = PortError::Unreadable {
        service: Service::Recall,
        reason: "status 400".to_owned(),
    };
    harness
        .recall
        .fault(Operation::ListEvents, Fault::Fails(refused));
    let left = SyncInProgress {
        mark: (),
        next: Some(PageCursor("1".to_owned())),
        pages: 1,
        listed: 1,
        held_until: at("09:00"),
    };
    let mut list = EventList::resumed(query(), &left);
    let (mut pages, mut counts) = (Recorder::default(), SyncCounts::default());
    let read = event_pages.for_each(&mut list, &mut pages, &mut counts, TERMS);
    assert!(matches!(read.await, Err(SyncError::AlreadyRunning)));
    assert_eq!(list.pages(), 0);
    let read = event_pages.for_each(&mut list, &mut pages, &mut counts, TERMS);
    read.await.expect("memory");
    assert_eq!(pages.events.len(), 2, "it is read from its first page");
}

#[tokio::test]
async fn a_stored_calendar_is_loaded_without_a_call() {
    let harness = Harness::new();
    let calls = harness.calls();
    let loader = harness.loader(&calls);
    let id = a_calendar().id;
    assert!(loader.load(&id).await.expect("memory").is_none());
    let fetched = loader.load_or_fetch(&id, None, TERMS).await;
    let fetched = fetched.expect("memory").expect("Recall knows it");
    assert_eq!(fetched, harness.record().await, "it is stored");
    let again = loader.load_or_fetch(&id, None, TERMS).await;
    assert_eq!(again.expect("memory"), Some(fetched));
    assert_eq!(harness.recall.count(Operation::GetCalendar), 1);
}

#[tokio::test]
async fn a_calendar_that_changed_or_was_disconnected_is_fetched() {
    let harness = Harness::new();
    let calls = harness.calls();
    let loader = harness.loader(&calls);
    let id = a_calendar().id;
    let fetch = async |is_changed: bool| {
        let record = loader
            .load_or_fetch(&id, is_changed.then_some(Timestamp::MAX), TERMS)
            .await;
        record.expect("memory").expect("a record").calendar.status
    };
    assert_eq!(fetch(false).await, CalendarStatus::Connected);
    harness.recall.put_calendar(disconnected());
    assert_eq!(fetch(false).await, CalendarStatus::Connected, "as stored");
    assert_eq!(fetch(true).await, CalendarStatus::Disconnected);
    assert!(loader.load(&id).await.expect("memory").is_none(), "no bots");
    let connected = a_calendar().with(|calendar| calendar.updated_at = at("09:32"));
    harness.recall.put_calendar(connected);
    assert_eq!(fetch(false).await, CalendarStatus::Connected);
}

#[tokio::test]
async fn a_listed_calendar_is_stored_once() {
    let harness = Harness::new();
    let calls = harness.calls();
    let loader = harness.loader(&calls);
    let stored = loader.store(a_calendar()).await.expect("memory");
    assert_eq!(stored, Some(harness.record().await));
    let again = loader.store(a_calendar()).await.expect("memory");
    assert_eq!(again, None, "it has not changed");
    assert_eq!(stored, Some(harness.record().await), "as stored first");
}

#[tokio::test]
async fn a_refresh_of_the_calendars_retires_those_that_recall_does_not_list() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    harness.recall.delete_calendar(&a_calendar().id);
    let calls = harness.calls();
    let list = CalendarList {
        loader: &harness.loader(&calls),
        retirement: &Retirement {
            state: &harness.state,
            retirer: &harness.retirer(),
        },
        list_calendars: sync_settings().list_calendars,
    };
    let began_at = harness.after(0);
    list.refresh(TERMS).await.expect("memory");
    let record = harness.record().await;
    assert_eq!(record.calendar.status, CalendarStatus::Deleted);
    let row = harness.decision(&an_event().id);
    assert_eq!(row.verdict.reason().rule.as_str(), "disconnected");
    let state = harness.state.workspace().await.expect("memory");
    assert_eq!(state.listed_calendars_at, Some(began_at));
}

#[tokio::test]
async fn a_page_is_written_once_and_unchanged_events_cost_no_write() {
    let harness = Harness::new();
    let calls = harness.calls();
    let loader = harness.loader(&calls);
    let record = loader.load_or_fetch(&a_calendar().id, None, TERMS).await;
    let record = record.expect("memory").expect("a record");
    let calendar = loader.with_overrides(record).await.expect("memory");
    let context = SyncContext::of_calendar(calendar.expect("it is connected"), &policy());
    let page = EventPage {
        events: vec![an_event()],
        unreadable: Vec::new(),
        asked_at: harness.after(0),
    };
    let (writer, mut counts) = (harness.writer(), SyncCounts::default());
    let written = writer.write_page(&context, page.clone(), &mut counts);
    written.await.expect("memory");
    assert_eq!(counts.written, 1);
    let written = writer.write_page(&context, page, &mut counts);
    written.await.expect("memory");
    assert_eq!((counts.written, harness.decisions.all().len()), (1, 1));
}

#[tokio::test]
async fn retired_decisions_want_no_bot_and_a_second_time_costs_no_write() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let record = harness
        .record()
        .await
        .after(disconnected(), harness.after(0));
    let record = record.expect("it has changed");
    let retire = async || {
        let retirer = harness.retirer();
        let rows = retirer
            .retire(&record, &mut HashSet::new(), Timestamp::MAX)
            .await;
        rows.expect("memory")
    };
    assert_eq!(retire().await.retired, 1);
    let row = harness.decision(&an_event().id);
    assert_eq!(row.verdict.reason().rule.as_str(), "disconnected");
    assert_eq!(row.wanted, Wanted::Nothing);
    let before = harness.decisions.all();
    assert_eq!(retire().await.retired, 0);
    assert_eq!(harness.decisions.all(), before, "no row has a new version");
}

#[tokio::test]
async fn a_full_sync_of_one_calendar_is_stored_as_completed() {
    let harness = Harness::new();
    harness.put_pages(3);
    let (calls, writer) = (harness.calls(), harness.writer());
    let (loader, pages) = (harness.loader(&calls), harness.pages(&calls));
    let record = loader.load_or_fetch(&a_calendar().id, None, TERMS).await;
    let record = record.expect("memory").expect("a record");
    let calendar = loader.with_overrides(record).await.expect("memory");
    let sync = CalendarSync::<HarnessPorts> {
        state: &harness.state,
        pages: &pages,
        writer: &writer,
    };
    let started_at = harness.after(0);
    let calendar = calendar.expect("it is connected");
    let counts = sync.start(calendar, None, &policy(), TERMS).await;
    assert_eq!(counts.expect("memory").written, 3);
    let record = harness.record().await;
    assert_eq!(record.in_progress, None);
    let last_sync = record.last_sync.expect("a completed sync");
    assert_eq!(last_sync.full_sync_at, Some(started_at));
}

fn policy() -> ActivePolicy {
    ActivePolicy::built_in()
}
